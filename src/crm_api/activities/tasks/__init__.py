"""Tasks: what is to be done, by whom and by when; about a record they are its follow-up plan (跟进计划)."""
