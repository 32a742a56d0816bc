"""Records that something can be about."""
