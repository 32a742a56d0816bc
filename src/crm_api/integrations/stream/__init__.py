"""What changed, as it happens: the feed as server-sent events."""
