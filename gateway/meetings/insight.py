"""What lies at either end about one conversation, for the citizen who asks: consents, letters and meetings (O21).

As JSON values, with the names of staff under names that end as `_by`, where they can be taken out again.
"""

from dataclasses import asdict
from typing import Any, Final

from sqlmodel import Session, col, select

from gateway.consents.book import ConsentBook
from gateway.consents.model import Consent
from gateway.exchange import outbox
from gateway.exchange.rows import OutgoingRow, TakenRow
from gateway.meetings.book import MeetingBook, MeetingState
from gateway.site.cipher import Vault

TOLD_OF_A_CONSENT: Final = (
    *("given_by", "taken_by", "scope", "information_given", "writing_waived_because", "municipality", "journal_ref"),
)

Values = list[dict[str, Any]]


def consents_of(session: Session, vault: Vault, conversation_id: str) -> Values:
    """Give the consents obtained here."""
    return [_consent(one) for one in ConsentBook(session, vault).history(conversation_id)]


def meetings_of(session: Session, vault: Vault, conversation_id: str) -> Values:
    """Give the joint meetings and how they stand."""
    return [_meeting(one) for one in MeetingBook(session, vault).of(conversation_id)]


def letters_of(session: Session, conversation_id: str) -> Values:
    """Give the letters we have sent: when, to which address and key, and how each came on its way."""
    ours = select(OutgoingRow).where(OutgoingRow.conversation_id == conversation_id)
    ordered = ours.order_by(col(OutgoingRow.posted_at), col(OutgoingRow.turn))
    return [_letter(session, one) for one in session.exec(ordered)]


def received_of(session: Session, conversation_id: str) -> Values:
    """Give the letters we have received."""
    theirs = select(TakenRow).where(TakenRow.conversation_id == conversation_id)
    return [
        {"kind": one.kind, "taken_at": one.taken_at.isoformat()}
        for one in session.exec(theirs.order_by(col(TakenRow.taken_at)))
    ]


def _consent(consent: Consent) -> dict[str, Any]:
    said = asdict(consent)
    return {
        **{name: said[name] for name in TOLD_OF_A_CONSENT},
        "purpose": consent.purpose.value,
        "form": consent.form.value,
        "obtained_at": consent.obtained_at.isoformat(),
        "expires_at": consent.expires_at.isoformat(),
        "parties": list(consent.parties),
    }


def _meeting(state: MeetingState) -> dict[str, Any]:
    return {
        "standing": state.standing.value,
        "proposed_here": state.proposed_here,
        "meeting": state.meeting.written(),
        "answer": state.answer.written() if state.answer else None,
        "cancelled": state.cancelled.written() if state.cancelled else None,
    }


def _letter(session: Session, letter: OutgoingRow) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "letter_id": letter.letter_id,
        "state": letter.state,
        "posted_at": letter.posted_at.isoformat(),
        "envelopes": [
            {"made_at": one.made_at.isoformat(), "address": one.address, "sealed_to": one.sealed_to}
            for one in outbox.envelopes(session, letter.letter_id)
        ],
        "steps": [{"state": one.state, "at": one.at.isoformat()} for one in outbox.history(session, letter.letter_id)],
    }
