"""Where Alembic begins: how it comes to a database, and what a new revision is written from."""
