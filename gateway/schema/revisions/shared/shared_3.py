"""What both ends share, from 0.2.0 to 0.3.0: indexes, so that a letter costs no more however many are held."""

from alembic import op

revision = "shared_3"
down_revision = "shared_2"
branch_labels = None
depends_on = None

HEADS = "audit_witnessed_heads"


def upgrade() -> None:
    """Let the heads a party told of its own trail be found apart from those it told of ours, and envelopes by age."""
    op.drop_index(HEADS, "audit_witnessed")
    op.create_index(HEADS, "audit_witnessed", ["party", "whose", "seq"])
    op.create_index("ix_envelopes_made_at", "envelopes", ["made_at"])


def downgrade() -> None:
    """Make the index of 0.2.0 again."""
    op.drop_index("ix_envelopes_made_at", "envelopes")
    op.drop_index(HEADS, "audit_witnessed")
    op.create_index(HEADS, "audit_witnessed", ["party", "seq"])
