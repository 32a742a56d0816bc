"""Exchange rates by day: what a unit of a foreign currency is worth in the company's own."""
