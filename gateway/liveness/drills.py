"""Drills: once a quarter a person at each unit acknowledges a TEST referral by hand; no machine proves one (D13).

A unit is asked while it is open on a working day, and not again before it has answered. A drill is never a case, and
counted nowhere (O25).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.hours import OpeningHours, on_working_days
from directory.model import Contact
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.exchange import outbox
from gateway.exchange.delivery import FAILED
from gateway.exchange.ports import Arrived, Handler, Post
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.liveness.errors import CannotTest
from gateway.liveness.heartbeats import answered, known_since, lacking, last_letter
from gateway.liveness.rows import BeatRow, DrillRow
from gateway.site.cipher import Vault
from gateway.site.log import Event, Log
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import KeepingSettings
from gateway.wire.answers import Acknowledgement
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.keeping import Drill
from gateway.wire.letters import Kind, Letter, new_id

NUMBER: Final = "TEST"
"""What stands where a referral has its number."""
FIRST_AFTER: Final = timedelta(days=7)
"""How long a unit has been reachable before it is asked for the first time."""
OPEN_ALREADY: Final = "DRILL_OPEN"

log = Log("stafet.liveness")


@dataclass(frozen=True)
class AskedDrill:
    """One drill: which party was asked, when, and since when it is answered."""

    id: str
    party: str
    asked_at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class AskForDrills:
    """The region's side. `clock` is the machine's; `own` is our unit, which the letter names."""

    sessions: Sessions
    post: Post
    clock: Clock
    own: Callable[[], Contact]
    terms: KeepingSettings
    parties: Sequence[str]

    def tick(self) -> int:
        """Ask whom it is time to ask, and send again what failed and may come through now: the daemon's chore."""
        now = self.clock()
        with self.sessions.reading() as session:
            due = [party for party in self.parties if self._is_due(session, party, now)]
            lost = [row.letter_id for row in open_drills(session) if _can_go_again(session, row, now)]
        for letter_id in lost:
            with self.sessions.session() as session:
                outbox.send_again(session, letter_id, now)
        return len(lost) + sum(self._ask_if_due(party, now) for party in due)

    def ask(self, party: str, person: Person) -> str:
        """Ask a unit now, because a person wants to; gives the drill's id.

        Raises CannotTest, MayNot, PersonGone.
        """
        own, now = self.own(), self.clock()
        with act(self.sessions, person, Action.SEND_TEST, now, party) as deed:
            lacks = lacking(deed.session, party)
            if lacks:
                raise CannotTest(lacks)
            if open_drills(deed.session, party):
                raise CannotTest(OPEN_ALREADY)
            return self._ask(deed.session, party, own, now)

    def asked(self, session: Session) -> tuple[AskedDrill, ...]:
        """List every drill that is remembered, the latest first."""
        rows = session.exec(select(DrillRow).order_by(col(DrillRow.asked_at).desc(), DrillRow.party))
        return tuple(AskedDrill(row.id, row.party, row.asked_at, row.acknowledged_at) for row in rows)

    def _is_due(self, session: Session, party: str, now: datetime) -> bool:
        contact, since = AddressBook(session).contact(party), known_since(session, party)
        if not self.terms.drill_days or contact is None or since is None or lacking(session, party):
            return False
        last = latest(session, party)
        if last is not None and last.acknowledged_at is None:
            return False
        quarter = timedelta(days=self.terms.drill_days)
        due_at = last.asked_at + quarter if last else since + FIRST_AFTER
        return now >= due_at and on_working_days(OpeningHours.parse(contact.hours)).is_open(now)

    def _ask_if_due(self, party: str, now: datetime) -> bool:
        own = self.own()
        with self.sessions.session() as session:
            due = self._is_due(session, party, now)
            if due:
                self._ask(session, party, own, now)
        return due

    def _ask(self, session: Session, party: str, own: Contact, now: datetime) -> str:
        body = Drill(asked_at=now, unit=own.unit_name, phone=own.phone).written()
        letter = Letter(Kind.DRILL, new_id(), party, NUMBER, body)
        self.post(session, letter)
        session.add(DrillRow(id=letter.conversation_id, party=party, letter_id=letter.letter_id, asked_at=now))
        log(Event.DRILL_ASKED, drill=letter.conversation_id)
        return letter.conversation_id


@dataclass(frozen=True)
class TakeDrillAnswer:
    """The region's handler for acknowledgements: a drill's is taken here, every other is the referrals' own."""

    vault: Vault
    clock: Clock
    otherwise: Handler

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Note that a person has answered; raises LetterUnreadable, LetterOutOfTurn, or what `otherwise` raises."""
        row = session.get(DrillRow, arrived.conversation_id)
        if row is None:
            self.otherwise(session, arrived)
            return
        said = Acknowledgement.read(arrived.body)
        if row.party != arrived.from_party:
            raise LetterOutOfTurn
        if row.acknowledged_at is None:
            row.acknowledged_at = max(self.clock(), row.asked_at)
            row.locked = self.vault.lock(said.model_dump_json().encode(), place(row.id))
            session.add(row)


def latest(session: Session, party: str) -> DrillRow | None:
    """Find the last drill with a party."""
    drills = select(DrillRow).where(DrillRow.party == party).order_by(col(DrillRow.asked_at).desc())
    return session.exec(drills.limit(1)).first()


def open_drills(session: Session, party: str | None = None) -> Sequence[DrillRow]:
    """List the drills nobody has acknowledged, oldest first."""
    rows = select(DrillRow).where(col(DrillRow.acknowledged_at).is_(None)).order_by(col(DrillRow.asked_at))
    return session.exec(rows if party is None else rows.where(DrillRow.party == party)).all()


def place(drill_id: str) -> str:
    """Name the place who acknowledged a drill is locked for."""
    return f"drill:{drill_id}"


def _can_go_again(session: Session, row: DrillRow, now: datetime) -> bool:
    """Tell whether a drill's letter failed, and the party was heard since."""
    letter = session.get(OutgoingRow, row.letter_id)
    if letter is None or letter.state not in FAILED or not letter.locked:
        return False
    failed = select(StepRow.at).where(StepRow.letter_id == row.letter_id).order_by(col(StepRow.id).desc())
    at, beat = session.exec(failed.limit(1)).first(), session.get(BeatRow, row.party)
    signs = (last_letter(session, row.party, now), answered(session, beat, now) if beat else None)
    return at is not None and any(sign is not None and sign > at for sign in signs)
