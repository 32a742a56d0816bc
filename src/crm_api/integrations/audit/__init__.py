"""Who did what, who looked at what, and the proof that nobody has tampered with the record of it."""
