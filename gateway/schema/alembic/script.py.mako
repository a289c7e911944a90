"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Make the changes."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take them back."""
    ${downgrades if downgrades else "pass"}
