"""Departments, as a tree."""
