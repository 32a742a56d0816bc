"""People in a company."""
