"""Named analyses: each figure has a definition, and counts only rows that its reader may read one by one."""
