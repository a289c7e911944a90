"""The region's own tables."""
