"""The lists of the data dictionary: those that come with the system, and the company's own (字典类型)."""
