"""A municipality's own tables."""
