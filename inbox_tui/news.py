"""What Præhospitalet writes about a case that is here already: added to it, asked about it, withdrawn, or to meet on.

Each handler joins the transaction that remembers the letter, and raises LetterUnreadable or LetterOutOfTurn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Update
from sqlmodel import Session, col, func, update

from directory.model import REGION
from gateway.consents.book import ConsentBook
from gateway.exchange.ports import Arrived, Handler
from gateway.meetings import take
from gateway.site.cipher import Vault
from gateway.wire.answers import Reminder, Withdrawal
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind
from gateway.wire.supplement import Supplement
from inbox_tui import mailed, signs
from inbox_tui.acts import set_asked
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import CaseNotFound
from inbox_tui.casework.notes import Note, Reminded, Withdrawn
from inbox_tui.casework.supplements import Supplemented
from inbox_tui.locked import Locked
from inbox_tui.store import CaseStore, changed
from inbox_tui.tables import CaseRow, EventKind, EventRow

Take = Callable[[Session, Arrived, Case], None]


@dataclass(frozen=True)
class News:
    """Takes Præhospitalet's later letters over."""

    store: CaseStore
    vault: Vault

    def handlers(self) -> Mapping[Kind, Handler]:
        """Tell how each letter is taken."""
        meetings = {kind: self._meeting(handler) for kind, handler in take.handlers(self.vault).items()}
        own = {Kind.SUPPLEMENT: self.supplement, Kind.REMINDER: self.reminder, Kind.WITHDRAWAL: self.withdrawal}
        return {kind: self._about_a_case(one) for kind, one in {**own, **meetings}.items()}

    def supplement(self, session: Session, arrived: Arrived, case: Case) -> None:
        """Lay a supplement beside the letter, and let the list show what holds now (G1, O23)."""
        one = Supplemented(arrived.letter_id, arrived.received_at, arrived.signed_by, Supplement.read(arrived.body))
        session.add(self._locked.supplement(case.id, one))
        signs.keep(session, self.vault, case.id, one.supplement.cpr, one.supplement.phone)
        now = replace(case, supplements=(*case.supplements, one))
        values = {"line": self._locked.summary(now), "supplements": len(now.supplements)}
        changed(session, _of(case).values(**values))
        _note(session, case, EventKind.SUPPLEMENTED, arrived.received_at)

    def reminder(self, session: Session, arrived: Arrived, case: Case) -> None:
        """Note that Præhospitalet waits to hear from somebody (E13)."""
        body = Reminder.read(arrived.body)
        note = Reminded(by=body.unit, at=body.reminded_at, phone=body.phone)
        changed(session, _of(case).values(reminded_at=arrived.received_at))
        _note(session, case, EventKind.REMINDED, arrived.received_at, self._words(case, note))

    def withdrawal(self, session: Session, arrived: Arrived, case: Case) -> None:
        """Stop further use where the consent is the basis; nothing is deleted (O10)."""
        body = Withdrawal.read(arrived.body)
        note = Withdrawn(by=body.taken_by, at=body.withdrawn_at, unit=body.unit, phone=body.phone)
        first = func.coalesce(CaseRow.withdrawn_at, min(body.withdrawn_at, arrived.received_at))
        changed(session, _of(case).values(withdrawn_at=first, acute_by=None))
        book = ConsentBook(session, self.vault)
        book.end(case.id, recorded_by=arrived.from_party, now=arrived.received_at)
        mailed.withdraw(session, case.id)
        _note(session, case, EventKind.WITHDRAWN, arrived.received_at, self._words(case, note))

    def _meeting(self, handler: Handler) -> Take:
        def met(session: Session, arrived: Arrived, case: Case) -> None:
            handler(session, arrived)
            _note(session, case, EventKind.MEETING, arrived.received_at)
            set_asked(session, self.store.everything(session).known(case.id))

        return met

    def _about_a_case(self, handle: Take) -> Handler:
        """Let only the region speak, and only about a case that it opened."""

        def handler(session: Session, arrived: Arrived) -> None:
            try:
                case = self.store.everything(session).known(arrived.conversation_id)
            except CaseNotFound:
                raise LetterOutOfTurn from None
            if not REGION == arrived.from_party == case.seal.from_party:
                raise LetterOutOfTurn
            handle(session, arrived, case)

        return handler

    @property
    def _locked(self) -> Locked:
        return Locked(self.vault)

    def _words(self, case: Case, note: Note) -> bytes:
        return self._locked.words(case.id, note)


def _of(case: Case) -> Update:
    return update(CaseRow).where(col(CaseRow.id) == case.id)


def _note(session: Session, case: Case, kind: EventKind, at: datetime, words: bytes | None = None) -> None:
    session.add(EventRow(case_id=case.id, kind=kind, at=at, words=words))
