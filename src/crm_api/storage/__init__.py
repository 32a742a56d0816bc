"""Where bytes are kept that are no rows: a local directory, or a bucket of an S3-compatible service.

A file is reached by its key alone, which is made here: the tenant and a random name. What a client calls a file is
a column of somebody's row and never part of a path. May import the kit only.
"""
