"""Who looked at what: sign-ins, refusals, exports and reads."""
