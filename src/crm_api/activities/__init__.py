"""What happened around any record: notes, files.

They follow the record they are about: whoever reads it reads them, whoever changes it writes them. May import every
context below; emits `note.…` and `attachment.…`.
"""
