"""Running the API on a machine: its PostgreSQL, database roles, migrations, first tenant, process.

Nothing here is part of a request. May import settings, wiring, and the provisioning verbs of contexts.
"""
