"""Whom and what a document names besides its customer."""
