"""Files about a record: what they are is decided by their content, who gets them by the record."""
