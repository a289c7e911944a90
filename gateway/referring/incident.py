"""The facts about one referral for the notice to Datatilsynet within 72 hours, after it was mis-sent (S34).

Which kinds of data, to whom, when, encrypted to which key, and what came back. Never what the data say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.model import Contact
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.exchange.post import letter_of
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow
from gateway.referring.dossier import Dossier
from gateway.referring.past import Past
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.wire.letters import Kind

UNFILLED: Final[tuple[object, ...]] = (None, "", [], {})


@dataclass(frozen=True)
class Sealing:
    """One envelope: when it was made, for which address and key, by which key, and what the mail server answered."""

    envelope_id: str
    made_at: datetime
    address: str
    sealed_to: str
    signed_by: str
    digest: str
    passage: str
    bounced: str


@dataclass(frozen=True)
class Sent:
    """One letter. `fields` names what was filled in it, None once its content was erased.

    `received_at` and `receipt_digest` are what the other gateway's receipt says: when, and of which content.
    """

    letter_id: str
    kind: Kind
    written_at: datetime
    state: State
    reason: str
    fields: tuple[str, ...] | None
    sealings: tuple[Sealing, ...]
    received_at: datetime | None
    receipt_digest: str | None


@dataclass(frozen=True)
class Incident:
    """All that is known of where a referral went. `unit` is how the recipient is reached now."""

    number: str
    referral_id: str
    conversation_id: str
    municipality: str
    unit: Contact | None
    submitted_at: datetime
    letters: tuple[Sent, ...]
    acknowledged_at: datetime | None
    acknowledged_by_unit: str | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    cancelled_at: datetime | None


def incident(session: Session, vault: Vault, name: str) -> Incident | None:
    """Gather the facts about a referral, by its number, its id or the sender's reference; None where there is none."""
    row = Past(session, vault).row(name)
    if row is None:
        return None
    taken = Dossier(session, vault, row).acknowledgement() if row.acknowledgement else None
    return Incident(
        number=row.number,
        referral_id=row.letter_id,
        conversation_id=row.conversation_id,
        municipality=row.municipality,
        unit=AddressBook(session).contact(row.municipality),
        submitted_at=row.submitted_at,
        letters=tuple(_letters(session, vault, row)),
        acknowledged_at=row.acknowledged_at,
        acknowledged_by_unit=taken.unit if taken else None,
        answered_at=row.answered_at,
        withdrawn_at=row.withdrawn_at,
        cancelled_at=row.cancelled_at,
    )


def filled(body: Mapping[str, Any], under: str = "") -> Iterator[str]:
    """Name what is filled in a letter's body, by its path (citizen.name)."""
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from filled(value, f"{under}{name}.")
        elif value not in UNFILLED:
            yield f"{under}{name}"


def _letters(session: Session, vault: Vault, row: ReferralRow) -> Iterator[Sent]:
    posted = select(OutgoingRow).where(
        OutgoingRow.conversation_id == row.conversation_id, OutgoingRow.kind != Kind.RECEIPT
    )
    for outgoing in session.exec(posted.order_by(col(OutgoingRow.turn))):
        steps = outbox.history(session, outgoing.letter_id)
        yield Sent(
            letter_id=outgoing.letter_id,
            kind=Kind(outgoing.kind),
            written_at=outgoing.posted_at,
            state=State(outgoing.state),
            reason=outgoing.reason,
            fields=tuple(filled(letter_of(outgoing, vault).body)) if outgoing.locked else None,
            sealings=tuple(map(_sealing, outbox.envelopes(session, outgoing.letter_id))),
            received_at=_received_at(steps),
            receipt_digest=outgoing.receipt_digest,
        )


def _sealing(row: EnvelopeRow) -> Sealing:
    return Sealing(
        envelope_id=row.envelope_id,
        made_at=row.made_at,
        address=row.address,
        sealed_to=row.sealed_to,
        signed_by=row.signed_by,
        digest=row.digest,
        passage=row.passage,
        bounced=row.bounced,
    )


def _received_at(steps: Iterable[StepRow]) -> datetime | None:
    return next((step.at for step in steps if step.state == State.RECEIVED), None)
