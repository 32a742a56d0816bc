"""Warehouses: where stock is kept."""
