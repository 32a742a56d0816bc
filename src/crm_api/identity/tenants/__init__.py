"""Companies and the actors in them."""
