"""What we sell and what of it is in stock; may import setup, identity and kit; emits product and stock events."""
