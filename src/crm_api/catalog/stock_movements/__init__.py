"""Stock movements: everything that changes a stock level, written down once and never changed."""
