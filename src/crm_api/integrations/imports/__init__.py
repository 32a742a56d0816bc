"""Imports: a file of rows becomes records, by the rules, rights and events of requests, each row exactly once."""
