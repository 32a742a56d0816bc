"""Ageing: how long what is owed has been due, today or as of an earlier day (账龄)."""
