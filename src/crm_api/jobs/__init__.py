"""Work that outlives a request: jobs on a queue in the database, their schedules, operations that report on them.

`port` is what contexts use: declare a job, enqueue it inside a unit's transaction. May import the kit only.
"""
