"""Companies and users made by the operator of the installation, from outside any tenant."""
