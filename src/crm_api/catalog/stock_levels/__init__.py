"""Stock levels: how much of a product is in a warehouse, and how much of that is promised already."""
