"""Keys of integrations."""
