"""One referral taken out of the region's end as a MedCom message, for the region's own systems (E11)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from directory import municipalities
from directory.book import AddressBook
from directory.calendar import local_day
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.consents.errors import ConsentWithdrawn
from gateway.exchange.erasing import GONE
from gateway.exchange.post import letter_of
from gateway.exchange.rows import OutgoingRow
from gateway.medcom.errors import ContentErased
from gateway.medcom.message import Message, Party, message
from gateway.referring.errors import ReferralNotFound
from gateway.referring.past import Past
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import Kind, Letter


@dataclass(frozen=True)
class ExportReferral:
    """Takes a referral out. `clock` is the rules' clock, `own` our own unit."""

    sessions: Sessions
    vault: Vault
    clock: Clock
    own: Party

    def __call__(self, name: str, person: Person) -> tuple[Message, str]:
        """Give the message, and the referral's number.

        Raises ReferralNotFound, MayNot, PersonGone, ConsentWithdrawn (O10), ContentErased, CprNeeded or CprUnusable.
        """
        now = self.clock()
        with act(self.sessions, person, Action.EXPORT_REFERRAL, now) as deed:
            row = Past(deed.session, self.vault).row(name)
            if row is None:
                raise ReferralNotFound
            deed.about = row.conversation_id
            deed.detail["format"] = "medcom"
            if row.withdrawn_at:
                raise ConsentWithdrawn("export")
            letters = tuple(self._letters(deed.session, row))
            receiver = _receiver(deed.session, row.municipality)
            return message(letters, self.own, receiver, row.submitted_at, local_day(now)), row.number

    def _letters(self, session: Session, row: ReferralRow) -> Iterator[Letter]:
        """Read the referral's letter and its supplements, oldest first; raises ContentErased."""
        first = session.get_one(OutgoingRow, row.letter_id)
        if not row.locked or first.locked == GONE:
            raise ContentErased
        yield letter_of(first, self.vault)
        later = select(OutgoingRow).where(
            OutgoingRow.conversation_id == row.conversation_id,
            OutgoingRow.kind == Kind.SUPPLEMENT,
            OutgoingRow.locked != GONE,
        )
        for one in session.exec(later.order_by(col(OutgoingRow.turn))):
            yield letter_of(one, self.vault)


def _receiver(session: Session, code: str) -> Party:
    contact, known = AddressBook(session).contact(code), municipalities.by_code(code)
    return Party.of(contact) if contact else Party(known.official_name if known else code)
