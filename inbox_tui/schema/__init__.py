"""A municipality's own tables, from one release to the next; what both ends share is `gateway.schema`'s."""
