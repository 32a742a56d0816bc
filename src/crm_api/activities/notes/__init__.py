"""What somebody wrote down about a record."""
