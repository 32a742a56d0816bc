"""Saved views: list requests under a name, for oneself or for everybody who may read the resource."""
