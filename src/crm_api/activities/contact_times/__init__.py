"""When somebody was last in touch with a record, and when they will be next: kept from interactions and tasks."""
