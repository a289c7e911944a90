"""Heartbeats: a nightly TEST to each gateway, whose signed receipt is the sign of life (D12). Never counted (O25).

Each party has a minute of its own within an hour of the night, so that they do not all leave at once. One that is still
under way serves for the next night too: a long outage leaves one, and not thirty. One that failed never leaves again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from directory.book import AddressBook
from directory.calendar import COPENHAGEN, local_day
from directory.model import Contact, UnitKind
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.exchange import outbox
from gateway.exchange.delivery import UNDER_WAY, State
from gateway.exchange.ports import Arrived, Post
from gateway.exchange.receipts import Verdict
from gateway.exchange.rows import OutgoingRow, StepRow, TakenRow
from gateway.liveness.errors import CannotTest
from gateway.liveness.rows import BeatRow
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import KeepingSettings
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.keeping import Heartbeat, Why
from gateway.wire.letters import Kind, Letter, new_id

SPREAD_MINUTES: Final = 60
FRESH: Final = timedelta(days=7)
"""A TEST that was signed longer ago tells nothing of now, and is refused; what remembers it may go after that."""

NO_CONTACT: Final = "TEST_NO_CONTACT"
NO_KEY: Final = "TEST_NO_KEY"
ONLY_PEOPLE: Final = "TEST_ONLY_PEOPLE"
ON_ITS_WAY: Final = "TEST_UNDER_WAY"


@dataclass(frozen=True)
class Heartbeats:
    """Sends TESTs from one end to the `parties` it writes to. `clock` is the machine's; `own` is our unit."""

    sessions: Sessions
    post: Post
    clock: Clock
    own: Callable[[], Contact]
    terms: KeepingSettings
    parties: Sequence[str]

    def tick(self) -> int:
        """Post tonight's TESTs whose minute has come: the daemon's chore. Tells how many."""
        now = self.clock()
        with self.sessions.reading() as session:
            seen_to = {row.party: row.night for row in session.exec(select(BeatRow))}
            due = [party for party in self.parties if self._is_due(session, party, seen_to.get(party), now)]
        return sum(self._nightly(party, now) for party in due)

    def test(self, party: str, person: Person) -> str:
        """Send a TEST now, because a person asks; gives the letter's id.

        Raises CannotTest, with a code: no contact, no key, a mail program, or one that left already and is not yet
        answered; MayNot, PersonGone.
        """
        now, own = self.clock(), self.own()
        with act(self.sessions, person, Action.SEND_TEST, now, party) as deed:
            lacks = lacking(deed.session, party)
            if lacks:
                raise CannotTest(lacks)
            row = _row(deed.session, party)
            if _under_way(deed.session, row) and not outbox.cancel(deed.session, row.letter_id or "", now):
                raise CannotTest(ON_ITS_WAY)
            return self._post(deed.session, row, Why.ASKED, own)

    def night(self, party: str, now: datetime) -> date:
        """Tell which night's TEST is due to a party now, as the Danish date it falls on."""
        today = local_day(now)
        return today if now >= self._minute(party, today) else today - timedelta(days=1)

    def _minute(self, party: str, day: date) -> datetime:
        """Give the moment a party's TEST leaves on one day."""
        place = SPREAD_MINUTES * list(self.parties).index(party) // len(self.parties)
        return datetime.combine(day, time(self.terms.heartbeat_hour, place), COPENHAGEN)

    def _is_due(self, session: Session, party: str, seen_to: date | None, now: datetime) -> bool:
        """Tell whether the night's TEST is still to be posted; a party known since then waits for the next night."""
        night = self.night(party, now)
        if seen_to == night or lacking(session, party):
            return False
        since = known_since(session, party)
        return since is not None and since <= self._minute(party, night)

    def _nightly(self, party: str, now: datetime) -> bool:
        own = self.own()
        with self.sessions.session() as session:
            row = _row(session, party)
            if not self._is_due(session, party, row.night, now):
                return False
            row.night = self.night(party, now)
            if _under_way(session, row):
                return False
            self._post(session, row, Why.NIGHTLY, own)
            return True

    def _post(self, session: Session, row: BeatRow, why: Why, own: Contact) -> str:
        row.answered_at = answered(session, row, self.clock())
        letter = heartbeat(row.party, why, own)
        self.post(session, letter)
        row.letter_id = letter.letter_id
        session.add(row)
        return letter.letter_id


@dataclass(frozen=True)
class TakeHeartbeat:
    """Either end's handler: its receipt is all there is to it. `clock` is the machine's."""

    clock: Clock

    def __call__(self, _session: Session, arrived: Arrived) -> None:
        """Take it in; raises LetterUnreadable, or LetterOutOfTurn for one that was signed long ago."""
        Heartbeat.read(arrived.body)
        require_fresh(arrived, self.clock())


def require_fresh(arrived: Arrived, now: datetime) -> None:
    """Raise LetterOutOfTurn for a TEST that was signed so long ago that a copy may no longer be remembered."""
    if now - arrived.signed_at > FRESH:
        raise LetterOutOfTurn


def heartbeat(party: str, why: Why, own: Contact) -> Letter:
    """Write a TEST, in a conversation of its own."""
    return Letter(
        Kind.HEARTBEAT, new_id(), party, "", Heartbeat(why=why, unit=own.unit_name, phone=own.phone).written()
    )


def lacking(session: Session, party: str) -> str:
    """Tell by a code why a party can be sent no TEST now; empty when it can."""
    book = AddressBook(session)
    contact = book.contact(party)
    if contact is None:
        return NO_CONTACT
    if contact.kind is not UnitKind.GATEWAY:
        return ONLY_PEOPLE
    return "" if book.pinned(party) else NO_KEY


def known_since(session: Session, party: str) -> datetime | None:
    """Tell since when letters can reach a party as it is reached now; None when they cannot."""
    book = AddressBook(session)
    contact, key = book.contact(party), book.pinned(party)
    return max(contact.valid_from, key.valid_from) if contact and key else None


def answered(session: Session, row: BeatRow, now: datetime) -> datetime | None:
    """Tell when a party last answered a TEST; what a clock that was ahead wrote down tells nothing."""
    received = select(func.min(StepRow.at)).where(StepRow.letter_id == row.letter_id, StepRow.state == State.RECEIVED)
    latest = session.exec(received).one() if row.letter_id else None
    return max((at for at in (latest, row.answered_at) if at and at <= now), default=None)


def last_letter(session: Session, party: str, now: datetime) -> datetime | None:
    """Tell when the last letter of a party's own was taken; a copy or a receipt of ours does not count."""
    letters = select(TakenRow.taken_at).where(
        TakenRow.party == party,
        TakenRow.verdict == Verdict.OK,
        TakenRow.kind != Kind.RECEIPT,
        col(TakenRow.taken_at) <= now,
    )
    return session.exec(letters.order_by(col(TakenRow.taken_at).desc()).limit(1)).first()


def _row(session: Session, party: str) -> BeatRow:
    row = session.get(BeatRow, party)
    if row is None:
        row = BeatRow(party=party)
        session.add(row)
    return row


def _under_way(session: Session, row: BeatRow) -> bool:
    letter = session.get(OutgoingRow, row.letter_id) if row.letter_id else None
    return letter is not None and letter.state in UNDER_WAY
