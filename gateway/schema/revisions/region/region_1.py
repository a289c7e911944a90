"""The region's own tables, as 0.1.0 made them."""

import sqlalchemy as sa
from alembic import op

from gateway.schema.tables import MOMENT

revision = "region_1"
down_revision = None
branch_labels = ("region",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _referrals()
    _after_sending()
    _figures()


def downgrade() -> None:
    """Refuse: before the first release there is nothing."""
    raise NotImplementedError


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("letter_id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False, unique=True),
        sa.Column("number", sa.String, nullable=False, unique=True),
        sa.Column("municipality", sa.String, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("citizen_id", sa.String, nullable=False),
        sa.Column("previous_id", sa.String, nullable=True),
        sa.Column("anew_of", sa.String, nullable=True),
        sa.Column("first_sent_at", MOMENT, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("cpr_index", sa.String, nullable=True),
        sa.Column("phone_index", sa.String, nullable=True),
        sa.Column("reference_index", sa.String, nullable=True),
        sa.Column("locked", sa.LargeBinary, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("acknowledgement", sa.LargeBinary, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.Column("kept_days", sa.Integer, nullable=False),
        sa.Column("figures", sa.LargeBinary, nullable=True),
    )
    op.create_index("referrals_anew", "referrals", ["anew_of"])
    op.create_index("referrals_answered", "referrals", ["answered_at"])
    op.create_index("referrals_cpr", "referrals", ["cpr_index"])
    op.create_index("referrals_phone", "referrals", ["phone_index"])
    op.create_index("referrals_reference", "referrals", ["reference_index"])
    op.create_index("referrals_submitted", "referrals", ["submitted_at"])
    op.create_index("referrals_waiting", "referrals", ["acknowledged_at", "submitted_at"])
    op.create_table(
        "referral_numbers",
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "refusal_tally",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("reason", sa.String, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("author_id", sa.String, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )


def _after_sending() -> None:
    op.create_table(
        "supplements",
        sa.Column("letter_id", sa.String, primary_key=True),
        sa.Column("referral_id", sa.String, sa.ForeignKey("referrals.letter_id"), nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("phone_index", sa.String, nullable=True),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_supplements_phone_index", "supplements", ["phone_index"])
    op.create_index("ix_supplements_referral_id", "supplements", ["referral_id"])
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("referral_id", sa.String, sa.ForeignKey("referrals.letter_id"), nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("called_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_calls_referral_id", "calls", ["referral_id"])
    op.create_table(
        "reminders",
        sa.Column("referral_id", sa.String, sa.ForeignKey("referrals.letter_id"), primary_key=True),
        sa.Column("step", sa.String, primary_key=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("fired_at", MOMENT, nullable=False),
    )


def _figures() -> None:
    op.create_table(
        "entered_figures",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
    )
    op.create_table(
        "municipal_figures",
        sa.Column("party", sa.String, primary_key=True),
        sa.Column("first", sa.String, primary_key=True),
        sa.Column("last", sa.String, primary_key=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
