"""What both ends share, from 0.1.0 to 0.2.0: changes of contacts and keys, TESTs, notices, mail that tells, backups.

What came before was opened with the one key the site had. What else is new is empty at first and fills by itself: a
contact is found verified by its own answers, and ourselves are as the settings say until something of it changes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from gateway.schema.tables import (
    MOMENT,
    add_filled,
    counted,
    drop_columns,
    drop_guarded,
    guard_against_emptying,
    only_added_to,
    own_key,
    unguarded,
)

revision = "shared_2"
down_revision = "shared_1"
branch_labels = None
depends_on = None

UNKNOWN_BEFORE = "('contact-change', 'drill', 'forward', 'heartbeat', 'key-change', 'resend')"
"""Kinds of letters that 0.1.0 cannot read."""

UNDER_WAY = "('queued', 'sent', 'parked')"
UNKNOWN_ERASURE = "what IN ('change', 'test') OR setting = 'test_days'"
DEPARTMENT = "department:%"


def upgrade() -> None:
    """Make the new tables; fill what is new in the old ones."""
    guard_against_emptying()
    _ourselves()
    _liveness()
    _mailbox()
    _changes()
    if op.get_bind().dialect.name == "postgresql":  # a number that another party names may be large
        op.alter_column("audit_witnessed", "seq", type_=sa.BigInteger())
    add_filled("contact", "", *(sa.Column(name, sa.String()) for name in ("gln", "sor", "postal", "confirmed_by")))
    op.add_column("contact", sa.Column("verified_at", MOMENT))
    add_filled("pinned_key", "", sa.Column("confirmed_by", sa.String()))
    op.add_column("pinned_key", sa.Column("revoked_at", MOMENT))
    op.create_index("ix_envelopes_sealed_to", "envelopes", ["sealed_to"])
    add_filled("outgoing", "", sa.Column("to_address", sa.String()))
    add_filled("taken", own_key(), sa.Column("opened_with", sa.String()))
    op.create_index("ix_taken_opened_with", "taken", ["opened_with"])
    op.create_index("taken_heard", "taken", ["party", "taken_at"])


def downgrade() -> None:
    """Let 0.1.0 read what stays: it knows one key of ours, no departments by mail, and no letters between gateways."""
    op.execute(f"UPDATE contact SET valid_to = valid_from WHERE party LIKE '{DEPARTMENT}' AND valid_to IS NULL")
    op.execute(f"UPDATE pinned_key SET valid_to = valid_from WHERE party LIKE '{DEPARTMENT}' AND valid_to IS NULL")
    op.execute(
        "UPDATE outgoing SET state = 'cancelled', next_at = NULL, claimed_until = NULL "
        f"WHERE kind IN {UNKNOWN_BEFORE} AND state IN {UNDER_WAY}"
    )
    op.execute("UPDATE outgoing SET state = 'sent' WHERE state = 'handed-over'")
    with unguarded("retention_erasures"):
        op.execute(f"DELETE FROM retention_erasures WHERE {UNKNOWN_ERASURE}")
    op.drop_index("taken_heard", "taken")
    op.drop_index("ix_taken_opened_with", "taken")
    drop_columns("taken", "opened_with")
    drop_columns("outgoing", "to_address")
    op.drop_index("ix_envelopes_sealed_to", "envelopes")
    drop_columns("pinned_key", "confirmed_by", "revoked_at")
    drop_columns("contact", "gln", "sor", "postal", "confirmed_by", "verified_at")
    for table in ("changes", "mailbox_told", "mailbox_pickup", "mailbox_mails", "told_notices", "line_watch"):
        op.drop_table(table)
    for table in ("heartbeats", "drills", "backups", "own_key", "own_contact", "known_there"):
        op.drop_table(table)
    drop_guarded("audit_restores", "audit_restores_horizon")  # the wider column stays: 0.1.0 reads it as well


def blocks(connection: Connection) -> dict[str, int]:
    """Count what 0.1.0 would go wrong by: another key or address of ours, and cases on their way to a department."""
    return counted(
        connection,
        OWN_KEYS="SELECT count(*) FROM own_key WHERE replaces IS NOT NULL",
        OWN_ADDRESSES="SELECT count(DISTINCT email) - 1 FROM own_contact HAVING count(*) > 0",
        FORWARDS_WAIT=f"SELECT count(*) FROM outgoing WHERE kind = 'forward' AND state IN {UNDER_WAY}",
    )


def losses(connection: Connection) -> dict[str, int]:
    """Count what 0.1.0 has no place for."""
    return counted(
        connection,
        CHANGES="SELECT count(*) FROM changes",
        DRILLS="SELECT count(*) FROM drills",
        DEPARTMENTS_BY_MAIL=f"SELECT count(*) FROM contact WHERE party LIKE '{DEPARTMENT}' AND valid_to IS NULL",
        LETTERS_BETWEEN=(
            "SELECT count(*) FROM outgoing "
            f"WHERE kind IN {UNKNOWN_BEFORE} AND kind <> 'forward' AND state IN {UNDER_WAY}"
        ),
        ERASURES=f"SELECT count(*) FROM retention_erasures WHERE {UNKNOWN_ERASURE}",
        RESTORES="SELECT count(*) FROM audit_restores",
    )


def _ourselves() -> None:
    op.create_table(
        "own_key",
        sa.Column("fingerprint", sa.String, primary_key=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("replaces", sa.String, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
    )
    op.create_table(
        "own_contact",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("unit_name", sa.String, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("phone", sa.String, nullable=False),
        sa.Column("hours", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("entered_by", sa.String, nullable=False),
    )
    op.create_table(
        "known_there",
        sa.Column("party", sa.String, primary_key=True),
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told_by", sa.String, nullable=False),
    )


def _liveness() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("party", sa.String, primary_key=True),
        sa.Column("letter_id", sa.String, nullable=True),
        sa.Column("night", sa.Date, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
    )
    op.create_table(
        "drills",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("letter_id", sa.String, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_drills_party", "drills", ["party"])
    op.create_table(
        "line_watch",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
    )
    op.create_table(
        "told_notices",
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("about", sa.String, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("red", sa.Boolean, nullable=False),
    )


def _mailbox() -> None:
    op.create_table(
        "mailbox_mails",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("whose", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
    op.create_index("ix_mailbox_mails_whose", "mailbox_mails", ["whose"])
    op.create_table(
        "mailbox_pickup",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("too_large", sa.Integer, nullable=False),
    )
    op.create_table(
        "mailbox_told",
        sa.Column("whose", sa.String, primary_key=True),
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("about", sa.String, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("unit_name", sa.String, nullable=True),
        sa.Column("email", sa.String, nullable=True),
        sa.Column("phone", sa.String, nullable=True),
        sa.Column("hours", sa.String, nullable=True),
        sa.Column("kind", sa.String, nullable=True),
        sa.Column("gln", sa.String, nullable=True),
        sa.Column("sor", sa.String, nullable=True),
        sa.Column("postal", sa.String, nullable=True),
        sa.Column("fingerprint", sa.String, nullable=True),
        sa.Column("certificate", sa.LargeBinary, nullable=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("stand", sa.String, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("letter_id", sa.String, nullable=True),
        sa.Column("confirmed_by", sa.String, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("called", sa.String, nullable=False),
        sa.Column("spoken_with", sa.LargeBinary, nullable=True),
        sa.Column("alone", sa.Boolean, nullable=False),
        sa.Column("test_letter_id", sa.String, nullable=True),
        sa.Column("tested_at", MOMENT, nullable=True),
        sa.Column("code_sign", sa.String, nullable=False),
        sa.Column("code_tries", sa.Integer, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String, nullable=False),
    )
    op.create_index(
        "changes_one_open_per_party",
        "changes",
        ["party"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "audit_restores",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
    )
    only_added_to("audit_restores", "seq", "seq", sa.Integer)
    op.create_table(
        "backups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
    )
