"""What Alembic runs to come to the database: the connection it is handed, whose transaction is its caller's."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("tables"),
    on_version_apply=given["heard"],
    render_as_batch=True,
    render_item=given.get("plain"),
)
with context.begin_transaction():
    context.run_migrations()
