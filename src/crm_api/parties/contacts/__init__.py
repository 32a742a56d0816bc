"""Contacts: the persons at a customer through whom we deal with it."""
