"""A party writes that it is going to be reached in another way: a proposal, which people here confirm (D5, D9)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sqlmodel import Session, col, select

from directory.changes import ChangeRow, open_change
from directory.errors import DirectoryError
from directory.model import Contact, UnitKind
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.contacts.errors import ChangeOpen
from gateway.contacts.judging import Judge
from gateway.contacts.model import Ended
from gateway.contacts.rows import contact_in, end, new_row
from gateway.exchange.ports import Arrived
from gateway.site.ports import Clock
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.keeping import ContactChange

BAD_KIND: Final = "BAD_KIND"
OVERTAKEN: Final = "OVERTAKEN"


@dataclass(frozen=True)
class TakeContactChange:
    """Takes a party's own proposal. `judge` gives what proposals are held against."""

    judge: Callable[[Session], Judge]
    clock: Clock

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Note the proposal; it takes the place of an earlier one of the party's own, never of one that people made.

        Raises LetterUnreadable for a contact that cannot be one, LetterOutOfTurn for an older letter than one we have;
        their texts are codes of why.
        """
        _refuse_older(session, arrived)
        contact = self._read(session, arrived)
        if contact is None:
            return
        now = self.clock()
        if standing := open_change(session, arrived.from_party):
            if standing.letter_id is None:
                raise LetterOutOfTurn(ChangeOpen.code)
            if _says_the_same(standing, contact):
                return
            end(session, standing, Ended.REPLACED, now)
        row = new_row(arrived.from_party, contact, None, by=arrived.from_party, at=arrived.signed_at)
        row.letter_id = arrived.letter_id
        session.add(row)
        session.flush()
        noted_by_daemon(session, Action.TAKE_PROPOSAL, now, arrived.from_party, detail={"change": row.id})

    def _read(self, session: Session, arrived: Arrived) -> Contact | None:
        """Read the contact; None when the party is reached like that already. A day that is past counts as today."""
        said, now = ContactChange.read(arrived.body), self.clock()
        try:
            contact = Contact.checked(
                party=arrived.from_party,
                unit_name=said.unit_name,
                email=said.email,
                phone=said.phone,
                hours=said.hours,
                kind=UnitKind(said.kind),
                valid_from=max(said.valid_from, now),
                entered_by=arrived.from_party,
            )
            active = self.judge(session).active(arrived.from_party)
            if active:
                contact = replace(contact, gln=active.gln, sor=active.sor, postal=active.postal)
            return self.judge(session).contact(contact, personal_ok=True)
        except DirectoryError as error:
            raise LetterUnreadable(error.code) from None
        except ValueError:
            raise LetterUnreadable(BAD_KIND) from None


def _says_the_same(standing: ChangeRow, contact: Contact) -> bool:
    """Tell whether a letter only repeats what is under way; a day that had come by then counts as that day."""
    under_way = contact_in(standing)
    return under_way is not None and under_way.same_as(contact) and standing.valid_from <= contact.valid_from


def _refuse_older(session: Session, arrived: Arrived) -> None:
    """Refuse a letter that was signed before one we have taken: its word has been overtaken."""
    newer = select(ChangeRow.id).where(
        ChangeRow.party == arrived.from_party,
        col(ChangeRow.letter_id).is_not(None),
        col(ChangeRow.proposed_at) > arrived.signed_at,
    )
    if session.exec(newer).first():
        raise LetterOutOfTurn(OVERTAKEN)
