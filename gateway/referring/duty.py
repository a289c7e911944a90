"""The duty officer's list, and the clock behind it: whom to phone about which referral, and why (E13, O3, O4).

A reminder fires once: its row says so, whichever of several daemons wrote it and wherever the clock jumped since. None
fires while the unit is closed. A sender's remark on urgency is no reminder: its call is due from the first moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from directory.hours import on_working_days
from directory.model import Contact
from gateway.access.act import act, looking
from gateway.access.actions import Action
from gateway.exchange.ports import Post
from gateway.referring.attention import nobody_has_it
from gateway.referring.dossier import Dossier, asks_for_somebody, call_place
from gateway.referring.errors import ReferralEnded, ReferralNotFound
from gateway.referring.past import Past
from gateway.referring.phoned import answered_by_phone
from gateway.referring.promise import BY_HAND, PRESSING, CallOutcome, Due, Rung, Step, ladder
from gateway.referring.rows import CallRow, ReferralRow, ReminderRow
from gateway.site.cipher import Vault
from gateway.site.log import Event, Log
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import PromiseSettings
from gateway.wire.answers import Reminder
from gateway.wire.letters import Kind, Letter

log = Log("stafet.duty")


@dataclass(frozen=True)
class Duty:
    """Keeps the promise. `clock` is the rules' clock; `own` is the region's unit, which a reminder names."""

    sessions: Sessions
    vault: Vault
    post: Post
    clock: Clock
    terms: PromiseSettings
    own: Contact

    def due(self, person: Person) -> tuple[Due, ...]:
        """List what is due now, the most pressing first, and of two alike the one that has waited longest."""
        now = self.clock()
        with looking(self.sessions, person, Action.LIST_REFERRALS, now) as session:
            found = [dossier.due(self.terms, now) for dossier in (*self._waiting(session), *self._also(session))]
        return tuple(sorted(filter(None, found), key=lambda due: (PRESSING[due.step], due.due_at)))

    def tick(self) -> int:
        """Fire each reminder whose time has come and that has not fired yet; tell how many did."""
        now = self.clock()
        with self.sessions.reading() as session:
            ripe = [
                (dossier.row.letter_id, rung) for dossier in self._waiting(session) for rung in self._ripe(dossier, now)
            ]
        return sum(self._fire(referral_id, rung, now) for referral_id, rung in ripe)

    def log_call(self, name: str, outcome: CallOutcome, remark: str, person: Person) -> None:
        """Note a call to the unit, and what a unit without a gateway has answered on the phone.

        Raises ReferralNotFound, ReferralEnded for one cancelled before it was sent, or AnswersByLetter.
        """
        with act(self.sessions, person, Action.LOG_CALL, self.clock()) as deed:
            row = Past(deed.session, self.vault).row(name)
            if row is None:
                raise ReferralNotFound
            if row.cancelled_at:
                raise ReferralEnded
            deed.about = row.conversation_id
            call = CallRow(
                referral_id=row.letter_id, person_id=person.id, called_at=self.clock(), outcome=outcome, locked=b""
            )
            call.locked = self.vault.lock(remark.encode(), call_place(call))
            deed.session.add(call)
            if outcome in BY_HAND:
                answered_by_phone(deed.session, self.vault, row, outcome, remark, self.clock())

    def _waiting(self, session: Session) -> Iterator[Dossier]:
        """Give the referrals nobody has answered or taken by phone, and nobody has withdrawn."""
        rows = session.exec(select(ReferralRow).where(nobody_has_it()).order_by(col(ReferralRow.submitted_at)))
        return (Dossier(session, self.vault, row) for row in rows.all())

    def _also(self, session: Session) -> Iterator[Dossier]:
        """Give those whose municipality is to hear of a withdrawal, by letter or by phone, or has written (O10)."""
        asking = select(ReferralRow).where(asks_for_somebody(), ~nobody_has_it())
        rows = session.exec(asking.order_by(col(ReferralRow.submitted_at)))
        return (Dossier(session, self.vault, row) for row in rows.all())

    def _ripe(self, dossier: Dossier, now: datetime) -> list[Rung]:
        """List the reminders to fire about one referral; nothing personal is opened for it."""
        known = dossier.known()
        if not on_working_days(known.hours).is_open(now):
            return []
        fired = dossier.session.exec(select(ReminderRow.step).where(ReminderRow.referral_id == dossier.row.letter_id))
        done = set(fired)
        return [rung for rung in ladder(known, self.terms) if rung.due_at <= now and rung.step not in done]

    def _fire(self, referral_id: str, rung: Rung, now: datetime) -> bool:
        """Fire one reminder, unless another program did or somebody has acted in the meantime."""
        try:
            with self.sessions.session() as session:
                dossier = Dossier(session, self.vault, session.get_one(ReferralRow, referral_id))
                if rung not in self._ripe(dossier, now):
                    return False
                self._note(session, dossier.row, rung, now)
        except IntegrityError:
            return False
        log(Event.REMINDED, referral=referral_id, step=rung.step)
        return True

    def _note(self, session: Session, row: ReferralRow, rung: Rung, now: datetime) -> None:
        session.add(ReminderRow(referral_id=row.letter_id, step=rung.step, due_at=rung.due_at, fired_at=now))
        session.flush()
        if rung.step is Step.REMIND:
            body = Reminder(
                referred_at=row.submitted_at, reminded_at=now, unit=self.own.unit_name, phone=self.own.phone
            )
            self.post(session, Letter(Kind.REMINDER, row.conversation_id, row.municipality, row.number, body.written()))
