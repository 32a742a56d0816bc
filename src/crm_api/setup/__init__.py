"""How this company works: its data dictionary. Imports identity and the kit."""
