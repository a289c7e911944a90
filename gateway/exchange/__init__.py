"""How letters travel: posted, delivered, received and receipted, the same at both ends."""
