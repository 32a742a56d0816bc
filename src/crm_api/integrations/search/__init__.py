"""One search over every kind of record, under the caller's reach and field rights."""
