"""What happens around any record: interactions, tasks, notes, files.

They follow the record they are about: whoever reads it reads them, whoever changes it writes them; a task is its
owner's. May import every context below. Emits `interaction.*`, `task.*`, `note.*` and `attachment.*`, and tells that a
record whose contact times moved was updated.
"""
