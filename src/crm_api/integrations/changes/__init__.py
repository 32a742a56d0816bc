"""What changed, in order: the feed, the relay that fills it, and those who read it by position."""
