"""From one release's tables to the next, forward and back: what each release changed, and which a database is of."""
