"""The region's own tables, from 0.1.0 to 0.2.0: answers that a municipality's people write by hand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from gateway.schema.tables import MOMENT, counted

revision = "region_2"
down_revision = "region_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new table."""
    op.create_table(
        "replies",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("referral_id", sa.String, sa.ForeignKey("referrals.letter_id"), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("sign", sa.String, nullable=False, unique=True),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_replies_referral_id", "replies", ["referral_id"])


def downgrade() -> None:
    """Drop the answers, which the mails they came in still hold, and figures that 0.1.0 may be unable to read.

    A call that ended a case found it taken.
    """
    op.execute("DELETE FROM municipal_figures")
    op.drop_table("replies")
    op.execute("UPDATE calls SET outcome = 'taken' WHERE outcome IN ('ended', 'not-ours')")


def blocks(connection: Connection) -> dict[str, int]:
    """Count the answers that nobody has read."""
    return counted(connection, REPLIES_UNREAD="SELECT count(*) FROM replies WHERE read_at IS NULL")


def losses(connection: Connection) -> dict[str, int]:
    """Count what 0.1.0 has no place for."""
    return counted(
        connection,
        REPLIES="SELECT count(*) FROM replies",
        FIGURES="SELECT count(*) FROM municipal_figures",
        CALLS="SELECT count(*) FROM calls WHERE outcome IN ('ended', 'not-ours')",
    )
