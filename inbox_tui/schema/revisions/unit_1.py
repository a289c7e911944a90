"""A municipality's own tables, as 0.1.0 made them."""

import sqlalchemy as sa
from alembic import op

from gateway.schema.tables import MOMENT

revision = "unit_1"
down_revision = None
branch_labels = ("unit",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _cases()
    _of_a_case()


def downgrade() -> None:
    """Refuse: before the first release there is nothing."""
    raise NotImplementedError


def _cases() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("letter_id", sa.String, nullable=False, unique=True),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("from_party", sa.String, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("target_date", sa.Date, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("acknowledged_by", sa.LargeBinary, nullable=True),
        sa.Column("department_id", sa.String, sa.ForeignKey("departments.id"), nullable=True),
        sa.Column("forwards", sa.Integer, nullable=False),
        sa.Column("forwarded_at", MOMENT, nullable=True),
        sa.Column("assessed_at", MOMENT, nullable=True),
        sa.Column("acute", sa.Boolean, nullable=True),
        sa.Column("contacted_at", MOMENT, nullable=True),
        sa.Column("known", sa.Boolean, nullable=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("again", sa.String, nullable=True),
        sa.Column("supplements", sa.Integer, nullable=False),
        sa.Column("asked", sa.Boolean, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("not_ours_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.Column("kept_days", sa.Integer, nullable=False),
        sa.Column("figures", sa.LargeBinary, nullable=True),
        sa.Column("line", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_cases_department", "cases", ["department_id"])
    op.create_index("ix_cases_number", "cases", ["number"])
    op.create_index("ix_cases_order", "cases", ["state", "target_date", "received_at", "id"])


def _of_a_case() -> None:
    op.create_table(
        "case_contents",
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=True),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])
    op.create_table(
        "case_forwards",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("department_id", sa.String, sa.ForeignKey("departments.id"), nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_case_forwards_case_id", "case_forwards", ["case_id"])
    op.create_table(
        "case_signs",
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("sign", sa.String, primary_key=True),
    )
    op.create_index("ix_case_signs_sign", "case_signs", ["sign"])
    op.create_table(
        "case_supplements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("letter_id", sa.String, nullable=False, unique=True),
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_case_supplements_case_id", "case_supplements", ["case_id"])
