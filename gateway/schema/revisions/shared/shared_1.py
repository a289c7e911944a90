"""What both ends share, as 0.1.0 made it."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from gateway.schema.tables import MOMENT, only_added_to

revision = "shared_1"
down_revision = None
branch_labels = ("shared",)
depends_on = None

BEFORE_ALL: Final = "0" * 64
"""What stands in the place of a hash before the first entry."""


def upgrade() -> None:
    """Make the tables."""
    _directory()
    _exchange()
    _people()
    _consents()
    _meetings()
    _audit()
    _retention()


def downgrade() -> None:
    """Refuse: before the first release there is nothing."""
    raise NotImplementedError


def _directory() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("unit_name", sa.String, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("phone", sa.String, nullable=False),
        sa.Column("hours", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_to", MOMENT, nullable=True),
        sa.Column("entered_by", sa.String, nullable=False),
    )
    op.create_index(
        "contact_one_party_per_address",
        "contact",
        [sa.text("lower(email)")],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "contact_one_per_party",
        "contact",
        ["party"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "pinned_key",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("certificate", sa.LargeBinary, nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_to", MOMENT, nullable=True),
        sa.Column("pinned_by", sa.String, nullable=False),
    )
    op.create_index(
        "pinned_key_one_party_per_key",
        "pinned_key",
        ["fingerprint"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "pinned_key_one_per_party",
        "pinned_key",
        ["party"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )


def _exchange() -> None:
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("rules_at", MOMENT, nullable=False),
        sa.Column("from_nobody", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("letter_id", sa.String, nullable=True),
    )
    op.create_index("ix_arrivals_outcome", "arrivals", ["outcome"])
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.String, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
    )
    op.create_table(
        "envelopes",
        sa.Column("envelope_id", sa.String, primary_key=True),
        sa.Column("letter_id", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("sealed_to", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("passage", sa.String, nullable=False),
        sa.Column("bounced", sa.String, nullable=False),
    )
    op.create_index("ix_envelopes_letter_id", "envelopes", ["letter_id"])
    op.create_table(
        "outgoing",
        sa.Column("letter_id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("to_party", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("times_sent", sa.Integer, nullable=False),
        sa.Column("receipt_digest", sa.String, nullable=True),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
    )
    op.create_index("outgoing_due", "outgoing", ["next_at"])
    op.create_index("outgoing_state", "outgoing", ["state"])
    op.create_index("outgoing_turn", "outgoing", ["conversation_id", "turn"])
    op.create_table(
        "steps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("letter_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_steps_letter_id", "steps", ["letter_id"])
    op.create_table(
        "taken",
        sa.Column("letter_id", sa.String, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("receipt_id", sa.String, nullable=True),
        sa.Column("taken_at", MOMENT, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "credentials",
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("locked_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name_index", sa.String, nullable=False, unique=True),
        sa.Column("locked_name", sa.LargeBinary, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("department", sa.String, nullable=False),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("obtained_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_consents_conversation_id", "consents", ["conversation_id"])
    only_added_to("consents", "id", "recorded_at", MOMENT)
    op.create_table(
        "consent_withdrawals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
    )
    op.create_index("ix_consent_withdrawals_conversation_id", "consent_withdrawals", ["conversation_id"])
    only_added_to("consent_withdrawals", "id", "recorded_at", MOMENT)


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("meeting_id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("proposed_here", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("standing", sa.String, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_meetings_conversation_id", "meetings", ["conversation_id"])


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("ix_audit_entries_about", "audit_entries", ["about"])
    op.create_index("ix_audit_entries_person_id", "audit_entries", ["person_id"])
    only_added_to("audit_entries", "seq", "seq", sa.Integer)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.execute(f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{BEFORE_ALL}')")
    op.create_table(
        "audit_checkpoints",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
    )
    only_added_to("audit_checkpoints", "seq", "seq", sa.Integer)
    op.create_table(
        "audit_starts",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("signed_by", sa.String, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
    )
    only_added_to("audit_starts", "seq")
    op.create_table(
        "audit_witnessed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("party", sa.String, nullable=False),
        sa.Column("whose", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("letter_id", sa.String, nullable=False),
    )
    op.create_index("audit_witnessed_heads", "audit_witnessed", ["party", "seq"])
    only_added_to("audit_witnessed", "id", "seen_at", MOMENT)
    op.create_table(
        "audit_samples",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("seed", sa.String, nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
    )
    op.create_index("ix_audit_samples_month", "audit_samples", ["month"])
    only_added_to("audit_samples", "id", "drawn_at", MOMENT)
    op.create_table(
        "audit_verdicts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("locked", sa.LargeBinary, nullable=True),
        sa.Column("judged_at", MOMENT, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
    )
    op.create_index("ix_audit_verdicts_month", "audit_verdicts", ["month"])
    only_added_to("audit_verdicts", "id", "judged_at", MOMENT)


def _retention() -> None:
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
    )
    only_added_to("retention_runs", "id")
    op.create_table(
        "retention_erasures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("setting", sa.String, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("oldest", MOMENT, nullable=False),
        sa.Column("newest", MOMENT, nullable=False),
    )
    only_added_to("retention_erasures", "id")
