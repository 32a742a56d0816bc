"""Long work: watching it, and stopping it."""
