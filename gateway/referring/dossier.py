"""What the region's rows hold about one referral, read as it is asked for: what was sent, and what came of it."""

import functools
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, or_, select

from directory.book import AddressBook
from directory.hours import OpeningHours, answered_hours
from directory.model import Contact
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.exchange.erasing import GONE
from gateway.exchange.rows import OutgoingRow
from gateway.referring.promise import NOT_KNOWN, Call, CallOutcome, Due, Known, watch
from gateway.referring.reply_book import Reply, replies_to, unread, unread_since
from gateway.referring.rows import CallRow, ReferralRow, SupplementRow
from gateway.site.cipher import Vault
from gateway.site.erasing import Erased
from gateway.site.people import People
from gateway.site.settings import PromiseSettings
from gateway.wire.answers import Acknowledgement, NotOurs
from gateway.wire.letters import Kind
from gateway.wire.referral import Referral, says_something
from gateway.wire.supplement import Supplement

TOLD: Final = frozenset({State.RECEIVED, State.CANCELLED})
"""Where a letter is of which nothing more is to be said: it came through, or there is nobody who needs it."""


@dataclass(frozen=True)
class Dossier:
    """One referral as the region keeps it. Reading a part that was altered raises VaultDamaged."""

    session: Session
    vault: Vault
    row: ReferralRow

    @property
    def delivery(self) -> OutgoingRow:
        """Give the referral's letter."""
        return self.session.get_one(OutgoingRow, self.row.letter_id)

    @property
    def contact(self) -> Contact | None:
        """Give how the unit is reached now."""
        return AddressBook(self.session).contact(self.row.municipality)

    @property
    def ended(self) -> bool:
        """Tell whether the municipality has answered or the citizen has withdrawn, before or after it was sent."""
        row = self.row
        return any((row.acknowledged_at, row.answered_at, row.closed_at, row.withdrawn_at, row.cancelled_at))

    @property
    def erased(self) -> Erased | None:
        """Tell when its content was erased, if its time has come (O18)."""
        return Erased(self.row.erased_at, self.row.kept_days) if self.row.erased_at else None

    @property
    def sent_anew_as(self) -> str | None:
        """Give the number under which a referral was sent anew, after «ikke vores borger»."""
        later = select(ReferralRow.number).where(ReferralRow.anew_of == self.row.letter_id)
        return self.session.exec(later.order_by(col(ReferralRow.submitted_at).desc())).first()

    @property
    def waits_to_be_sent_anew(self) -> bool:
        """Tell whether the citizen is to be asked where they live, so that it can be sent there (O7)."""
        row = self.row
        return bool(row.answered_at) and not row.withdrawn_at and self.sent_anew_as is None

    @functools.cached_property
    def content(self) -> Referral | None:
        """Read what was sent; None once it was taken back, or erased when its time had come."""
        if not self.row.locked:
            return None
        return Referral.parse(self.vault.open(self.row.locked, content_place(self.row)))

    def citizen(self) -> str:
        """Give the citizen's name as it was last written; empty when it is not known."""
        referral = self.content
        names = [referral.citizen.name if referral else None, *(one.name for one in self.supplements())]
        return next((name for name in reversed(names) if name and says_something(name)), "")

    def urgent(self) -> bool:
        """Tell whether the sender remarked on urgency."""
        referral = self.content
        return referral is not None and says_something(referral.urgency_remark)

    def supplements(self) -> tuple[Supplement, ...]:
        """Read what was added later, oldest first; what was erased is left out."""
        rows = select(SupplementRow).where(
            SupplementRow.referral_id == self.row.letter_id, SupplementRow.locked != GONE
        )
        return tuple(
            Supplement.read(json.loads(self.vault.open(row.locked, supplement_place(row.letter_id))))
            for row in self.session.exec(rows.order_by(col(SupplementRow.written_at)))
        )

    def supplement_count(self) -> int:
        """Count the supplements, without reading them."""
        counted = select(func.count()).where(SupplementRow.referral_id == self.row.letter_id)
        return self.session.exec(counted).one()

    def calls(self) -> tuple[Call, ...]:
        """Read the calls to the unit, oldest first."""
        people = People(self.session, self.vault)
        calls = []
        for row in self._call_rows():
            person = people.with_id(row.person_id)
            remark = self.vault.open(row.locked, call_place(row)).decode() if row.locked else ""
            calls.append(Call(row.called_at, CallOutcome(row.outcome), person.name if person else "", remark))
        return tuple(calls)

    def acknowledgement(self) -> Acknowledgement | None:
        """Read who has taken it."""
        if self.row.acknowledgement is None:
            return None
        place = acknowledgement_place(self.row)
        return Acknowledgement.read(json.loads(self.vault.open(self.row.acknowledgement, place)))

    def answer(self) -> NotOurs | None:
        """Read why the citizen is not the municipality's own."""
        if self.row.answer is None:
            return None
        return NotOurs.read(json.loads(self.vault.open(self.row.answer, answer_place(self.row))))

    def replies(self) -> tuple[Reply, ...]:
        """Read what was answered from a mail program, oldest first."""
        return replies_to(self.session, self.vault, self.row)

    def known(self, *, urgent: bool = False) -> Known:
        """Give what the promise needs; nothing personal is opened for it."""
        contact = self.contact
        return Known(
            submitted_at=self.row.submitted_at,
            delivery=State(self.delivery.state),
            hours=OpeningHours.parse(contact.hours) if contact else NOT_KNOWN,
            urgent=urgent,
            ended=self.ended,
            calls=tuple(Call(row.called_at, CallOutcome(row.outcome)) for row in self._call_rows()),
            withdrawn_at=self.row.withdrawn_at,
            untold=self._untold() if self.row.withdrawn_at else None,
            unread_since=unread_since(self.session, self.row),
        )

    def due(self, terms: PromiseSettings, now: datetime) -> Due | None:
        """Tell what the desk is asked to do about it at `now`, if anything."""
        known = self.known(urgent=not self.ended and self.urgent())
        rung = watch(known, terms, now).due
        if rung is None:
            return None
        hours = answered_hours(known.hours)
        open_now = hours.is_open(now)
        return Due(
            referral_id=self.row.letter_id,
            number=self.row.number,
            municipality=self.row.municipality,
            submitted_at=self.row.submitted_at,
            step=rung.step,
            due_at=rung.due_at,
            contact=self.contact,
            open_now=open_now,
            opens_at=None if open_now else hours.next_opening(now),
            last_call=known.calls[-1].outcome if known.calls else None,
        )

    def _untold(self) -> State | None:
        state = outbox.last_sent(self.session, self.row.conversation_id, Kind.WITHDRAWAL)
        return None if state in TOLD else state

    def _call_rows(self) -> tuple[CallRow, ...]:
        rows = select(CallRow).where(CallRow.referral_id == self.row.letter_id).order_by(col(CallRow.id))
        return tuple(self.session.exec(rows))


def untold() -> ColumnElement[bool]:
    """Say whose municipality has not confirmed that the citizen has withdrawn the consent (O10)."""
    letter = exists().where(
        col(OutgoingRow.conversation_id) == col(ReferralRow.conversation_id),
        col(OutgoingRow.kind) == Kind.WITHDRAWAL,
        col(OutgoingRow.state).not_in(TOLD),
    )
    return col(ReferralRow.withdrawn_at).is_not(None) & letter


def asks_for_somebody() -> ColumnElement[bool]:
    """Say which referrals ask for somebody at the desk, whoever has taken them. An index serves each half."""
    to_be_told = select(ReferralRow.letter_id).where(untold()).correlate(None)
    return or_(col(ReferralRow.letter_id).in_(to_be_told), unread())


def content_place(row: ReferralRow) -> str:
    """Name the place what was sent is locked for."""
    return f"referral:{row.letter_id}"


def supplement_place(letter_id: str) -> str:
    """Name the place a supplement is locked for."""
    return f"supplement:{letter_id}"


def acknowledgement_place(row: ReferralRow) -> str:
    """Name the place an acknowledgement is locked for."""
    return f"acknowledgement:{row.letter_id}"


def answer_place(row: ReferralRow) -> str:
    """Name the place an «ikke vores borger» is locked for."""
    return f"answer:{row.letter_id}"


def call_place(row: CallRow) -> str:
    """Name the place the remark on a call is locked for; the moment tells the calls of one referral apart."""
    return f"call:{row.referral_id}:{row.called_at.isoformat()}"
