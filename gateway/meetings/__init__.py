"""Joint meetings, the same at both ends: proposed, answered, called off (F5)."""
