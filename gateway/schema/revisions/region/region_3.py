"""The region's own tables, from 0.2.0 to 0.3.0: indexes of the few referrals that wait, or that something became of."""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "region_3"
down_revision = "region_2"
branch_labels = None
depends_on = None

ENDINGS: Final = ("acknowledged_at", "answered_at", "closed_at", "withdrawn_at", "cancelled_at")
NEW: Final[Mapping[str, tuple[str, list[str], str]]] = {
    "referrals_waiting": ("referrals", ["submitted_at"], " AND ".join(f"{ending} IS NULL" for ending in ENDINGS)),
    "referrals_acknowledged": ("referrals", ["municipality", "acknowledged_at"], "acknowledged_at IS NOT NULL"),
    "referrals_answered": ("referrals", ["answered_at"], "answered_at IS NOT NULL"),
    "referrals_withdrawn": ("referrals", ["withdrawn_at"], "withdrawn_at IS NOT NULL"),
    "replies_unread": ("replies", ["referral_id"], "read_at IS NULL"),
}
"""Each index: its table, its columns, and the rows it holds."""

OLD: Final = {"referrals_waiting": ["acknowledged_at", "submitted_at"], "referrals_answered": ["answered_at"]}
"""Two of them held every referral before, so that those that wait were looked for among all."""


def upgrade() -> None:
    """Make them of some rows alone."""
    for name in OLD:
        op.drop_index(name, "referrals")
    for name, (table, columns, rows) in NEW.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))


def downgrade() -> None:
    """Make those of 0.2.0 again."""
    for name, (table, _columns, _rows) in NEW.items():
        op.drop_index(name, table)
    for name, columns in OLD.items():
        op.create_index(name, "referrals", columns)
