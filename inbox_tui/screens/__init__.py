"""The inbox screens."""
