"""The audit trail: an append-only chain of who did what to which id, and to what end; never a word of content."""
