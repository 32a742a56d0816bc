"""What each role may do, for reading."""
