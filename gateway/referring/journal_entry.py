"""What goes into Præhospitalet's own journal about one referral, gathered from the rows (C2).

Of what came back only the status, and nothing of the municipality's work (L4).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from directory import municipalities
from directory.book import AddressBook
from directory.model import Contact
from gateway.consents.book import ConsentBook
from gateway.consents.model import Consent, Purpose
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.referring.dossier import Dossier
from gateway.referring.follow import ACKNOWLEDGED, CLOSED, NOT_OURS, WITHDRAWN
from gateway.referring.past import Past
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.site.erasing import Erased
from gateway.site.people import People
from gateway.wire.answers import Acknowledgement
from gateway.wire.referral import Referral
from gateway.wire.supplement import Supplement

OURS: Final = frozenset({Purpose.DISCLOSURE, Purpose.RENEWED_DISCLOSURE})
"""The consents Præhospitalet obtains and journalises; the municipality keeps its own (C8)."""
CARRIED: Final = frozenset({State.SENT, State.HANDED_OVER, State.RECEIVED})
"""What of the letter's way a journal has use for."""
CANCELLED: Final = "cancelled"
SENT_ANEW: Final = "sent-anew"


@dataclass(frozen=True)
class Event:
    """Something that happened to the referral, as a code of status; `number` is what it was sent anew as."""

    code: str
    at: datetime
    number: str = ""


@dataclass(frozen=True)
class Entry:
    """All that goes into the journal about one referral.

    `contact` is the unit as it was known when the referral was written. `sent` is None once it was taken back or
    `erased`.
    """

    number: str
    referral_id: str
    conversation_id: str
    submitted_at: datetime
    written_by: str
    municipality: str
    contact: Contact | None
    erased: Erased | None
    consents: tuple[Consent, ...]
    sent: Referral | None
    supplements: tuple[Supplement, ...]
    acknowledgement: Acknowledgement | None
    events: tuple[Event, ...]


def entry(session: Session, vault: Vault, name: str) -> Entry | None:
    """Gather it for the referral of that number, letter id or sender's reference; None when there is none."""
    row = Past(session, vault).row(name)
    if row is None:
        return None
    dossier, author = Dossier(session, vault, row), People(session, vault).with_id(row.person_id)
    place = municipalities.by_code(row.municipality)
    consents = ConsentBook(session, vault).history(row.conversation_id)
    return Entry(
        number=row.number,
        referral_id=row.letter_id,
        conversation_id=row.conversation_id,
        submitted_at=row.submitted_at,
        written_by=author.name if author else "",
        municipality=place.official_name if place else row.municipality,
        contact=_contact_then(session, row),
        erased=dossier.erased,
        consents=tuple(consent for consent in consents if consent.purpose in OURS),
        sent=dossier.content,
        supplements=dossier.supplements(),
        acknowledgement=dossier.acknowledgement(),
        events=tuple(sorted(_events(session, row), key=lambda event: event.at)),
    )


def _contact_then(session: Session, row: ReferralRow) -> Contact | None:
    """Find the unit's contact at the time; the first one later, where there was none yet."""
    contacts = AddressBook(session).history(row.municipality)
    then = [contact for contact in contacts if contact.valid_from <= row.submitted_at]
    return then[-1] if then else next(iter(contacts), None)


def _events(session: Session, row: ReferralRow) -> Iterator[Event]:
    for step in outbox.history(session, row.letter_id):
        if step.state in CARRIED:
            yield Event(step.state, step.at)
    endings = {
        ACKNOWLEDGED: row.acknowledged_at,
        NOT_OURS: row.answered_at,
        CLOSED: row.closed_at,
        CANCELLED: row.cancelled_at,
        WITHDRAWN: row.withdrawn_at,
    }
    yield from (Event(code, at) for code, at in endings.items() if at)
    for later in session.exec(select(ReferralRow).where(col(ReferralRow.anew_of) == row.letter_id)):
        yield Event(SENT_ANEW, later.submitted_at, later.number)
