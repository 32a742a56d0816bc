"""What we sell: products. May import setup, identity and kit; emits product events."""
