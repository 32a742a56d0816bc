"""Exports: the rows of any list as a file, within the reach and the field rights of whoever asks, on record."""
