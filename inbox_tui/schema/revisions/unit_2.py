"""A municipality's own tables, from 0.1.0 to 0.2.0: more departments at once, taking over, and the acute clock.

What 0.1.0 noted in a case's events is put where the list asks for it. Whoever has taken a case over is not known of one
that comes back from 0.1.0: only that somebody has.
"""

from datetime import UTC, date, datetime
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from directory.calendar import add_working_days, local_day
from gateway.schema.tables import MOMENT, add_filled, counted, drop_columns

revision = "unit_2"
down_revision = "unit_1"
branch_labels = None
depends_on = None

ACUTE_DAYS: Final = 1
"""Working days an acute clock runs where nothing else is set; 0.1.0 had no setting for it."""

LAST_MOVE: Final = (
    "FROM case_events WHERE case_id = cases.id AND kind IN ('forwarded', 'taken-over', 'sent-back') "
    "ORDER BY id DESC LIMIT 1"
)
ACUTE: Final = """
    SELECT id, contacted_at, coalesce(
        (SELECT max(at) FROM case_events WHERE case_id = cases.id AND kind = 'assessed'), assessed_at) AS assessed_at
    FROM cases WHERE acute AND state NOT IN ('closed', 'not-ours') AND withdrawn_at IS NULL AND erased_at IS NULL
"""


def upgrade() -> None:
    """Make the new tables; fill what is new in the old ones."""
    op.create_table(
        "case_departments",
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("department_id", sa.String, sa.ForeignKey("departments.id"), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_case_departments_department_id", "case_departments", ["department_id"])
    op.create_table(
        "case_mailed",
        sa.Column("letter_id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False, unique=True),
        sa.Column("case_id", sa.String, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("department_id", sa.String, sa.ForeignKey("departments.id"), nullable=False),
        sa.Column("responsible", sa.Boolean, nullable=False),
    )
    op.create_index("ix_case_mailed_case_id", "case_mailed", ["case_id"])
    op.create_index("ix_case_mailed_department_id", "case_mailed", ["department_id"])
    add_filled("departments", True, sa.Column("active", sa.Boolean()))  # noqa: FBT003 - the value
    add_filled("cases", 0, sa.Column("also", sa.Integer()))
    for name in ("moved_at", "opened_at", "taken_over_at", "sent_back_at"):
        op.add_column("cases", sa.Column(name, MOMENT))
    for name in ("contact_by", "acute_by"):
        op.add_column("cases", sa.Column(name, sa.Date()))
    op.add_column("cases", sa.Column("taken_over_by", sa.LargeBinary()))
    op.create_index("ix_cases_acute", "cases", ["acute_by"])
    _fill_moments()
    _start_clocks()


def downgrade() -> None:
    """Let 0.1.0 read what stays: a case somebody has taken over is forwarded there."""
    op.execute("UPDATE cases SET state = 'forwarded' WHERE state = 'taken-over'")
    op.drop_index("ix_cases_acute", "cases")
    moments = ("moved_at", "opened_at", "taken_over_at", "sent_back_at")
    drop_columns("cases", *moments, "also", "contact_by", "acute_by", "taken_over_by")
    drop_columns("departments", "active")
    op.drop_table("case_mailed")
    op.drop_table("case_departments")


def losses(connection: Connection) -> dict[str, int]:
    """Count what 0.1.0 has no place for."""
    return counted(
        connection,
        TAKEN_OVER="SELECT count(*) FROM cases WHERE state = 'taken-over'",
        BESIDE="SELECT count(*) FROM case_departments",
        MAILED="SELECT count(*) FROM case_mailed",
        RETIRED="SELECT count(*) FROM departments WHERE NOT active",
        PROMISED="SELECT count(*) FROM cases WHERE contact_by IS NOT NULL",
    )


def _fill_moments() -> None:
    op.execute(
        "UPDATE cases SET "
        "opened_at = (SELECT min(at) FROM case_events WHERE case_id = cases.id AND kind = 'opened'), "
        "moved_at = coalesce((SELECT max(at) FROM case_forwards WHERE case_id = cases.id), forwarded_at), "
        f"taken_over_at = (SELECT CASE kind WHEN 'taken-over' THEN at END {LAST_MOVE}), "
        f"sent_back_at = (SELECT CASE kind WHEN 'sent-back' THEN at END {LAST_MOVE})"
    )
    op.execute("UPDATE cases SET state = 'taken-over' WHERE state = 'forwarded' AND taken_over_at IS NOT NULL")


def _start_clocks() -> None:
    """Let the acute clock run for who was not reached since, as far as what lies in clear tells."""
    moments = sa.text(ACUTE).columns(contacted_at=MOMENT, assessed_at=MOMENT)
    for case_id, contacted_at, assessed_at in op.get_bind().execute(moments).all():
        assessed = _day(assessed_at)
        if contacted_at is None or _day(contacted_at) < assessed:
            by = add_working_days(assessed, ACUTE_DAYS)
            cases = sa.table("cases", sa.column("id"), sa.column("acute_by", sa.Date()))
            op.execute(sa.update(cases).where(cases.c.id == case_id).values(acute_by=by))


def _day(at: datetime) -> date:
    return local_day(at if at.tzinfo else at.replace(tzinfo=UTC))
