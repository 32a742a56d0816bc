"""Jobs that were given up: seen, started again, dropped."""
