"""Changes between their rows and what people see; one open change a party, and none is ever altered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.changes import ChangeRow, Stand
from directory.model import Contact, UnitKind
from gateway.contacts.model import Change, Ended
from gateway.site.cipher import Vault
from gateway.site.people import People
from gateway.wire.letters import new_id
from keys.fingerprint import Fingerprint

DETAILS = ("unit_name", "email", "phone", "hours", "kind", "gln", "sor", "postal")


def place(change_id: str) -> str:
    """Name the place the name of who was spoken with is locked for."""
    return f"change:{change_id}"


def new_row(
    party: str, contact: Contact | None, key: tuple[Fingerprint, bytes] | None, *, by: str, at: datetime
) -> ChangeRow:
    """Write a proposal down."""
    row = ChangeRow(id=new_id(), party=party, valid_from=at, proposed_by=by, proposed_at=at)
    if contact:
        row.valid_from = contact.valid_from
        for name in DETAILS:
            setattr(row, name, getattr(contact, name))
    if key:
        row.fingerprint, row.certificate = key
    return row


def contact_in(row: ChangeRow) -> Contact | None:
    """Read the contact that a change holds."""
    if row.email is None:
        return None
    told: dict[str, Any] = {name: getattr(row, name) or "" for name in DETAILS}
    told |= {"party": row.party, "kind": UnitKind(told["kind"]), "entered_by": row.proposed_by}
    return Contact(valid_from=row.valid_from, **told)


def end(session: Session, row: ChangeRow, why: Ended, now: datetime) -> None:
    """Let a change end without coming into the book."""
    row.stand, row.reason, row.ended_at = Stand.REFUSED, why, now
    session.flush()


def ended_since(session: Session, party: str, since: datetime) -> bool:
    """Tell whether a change of a party ended since then without coming into the book."""
    ended = select(ChangeRow.id).where(
        ChangeRow.party == party, ChangeRow.stand == Stand.REFUSED, col(ChangeRow.ended_at) > since
    )
    return session.exec(ended).first() is not None


def needs_proof(session: Session, row: ChangeRow) -> bool:
    """Tell whether a change brings an address that nobody has answered from yet."""
    active = AddressBook(session).contact(row.party)
    return row.email is not None and (active is None or active.email.casefold() != row.email.casefold())


@dataclass(frozen=True)
class Shown:
    """Shows changes to people, with names."""

    session: Session
    vault: Vault

    def every(self, party: str | None = None) -> tuple[Change, ...]:
        """List the changes: open ones first, then the past, newest first."""
        found = select(ChangeRow).order_by(col(ChangeRow.ended_at).desc().nulls_first(), col(ChangeRow.party))
        if party is not None:
            found = found.where(ChangeRow.party == party)
        return tuple(self.one(row) for row in self.session.exec(found))

    def one(self, row: ChangeRow) -> Change:
        """Show one change."""
        active = AddressBook(self.session).contact(row.party)
        by_letter = row.letter_id is not None
        return Change(
            id=row.id,
            party=row.party,
            stand=Stand(row.stand),
            contact=contact_in(row),
            fingerprint=Fingerprint.parse(row.fingerprint) if row.fingerprint else None,
            valid_from=row.valid_from,
            proposed_by=row.party if by_letter else self._name(row.proposed_by),
            by_letter=by_letter,
            proposed_at=row.proposed_at,
            confirmed_by=self._name(row.confirmed_by),
            confirmed_at=row.confirmed_at,
            called=row.called,
            spoken_with=self.vault.open(row.spoken_with, place(row.id)).decode() if row.spoken_with else "",
            alone=row.alone,
            needs_proof=row.tested_at is not None if row.ended_at else needs_proof(self.session, row),
            tested_at=row.tested_at,
            answered_at=row.answered_at,
            ended_at=row.ended_at,
            reason=row.reason,
            numbers_to_call=(active.phone,) if active else (),
        )

    def _name(self, person_id: str) -> str:
        person = People(self.session, self.vault).with_id(person_id) if person_id else None
        return person.name if person else person_id
