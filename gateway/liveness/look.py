"""The board's facts, gathered from what both ends keep: one row for each party, judged and put in order (S22)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from directory import municipalities
from directory.book import AddressBook
from directory.changes import Stand, open_change
from directory.departments import department_of
from directory.model import REGION, PinnedKey
from directory.own import OwnBook
from gateway.exchange.delivery import BOUNCED
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.liveness.board import BOUNCES_OVER, Attention, Change, Facts, Key, Limits, Row, judge, ordered
from gateway.liveness.drills import latest, open_drills
from gateway.liveness.heartbeats import answered, known_since, last_letter
from gateway.liveness.rows import BeatRow, DrillRow
from gateway.liveness.watch import Watch, watched
from keys.errors import ImportRefused
from keys.keyring import inspect_public

NOBODY = Attention()
Attending = Callable[[Session], Mapping[str, Attention]]
"""Tells what each party's people have done about referrals; only the region knows of any."""


def no_attention(_session: Session) -> Mapping[str, Attention]:
    """Stand in where this end sends no referrals."""
    return {}


@dataclass(frozen=True)
class Board:
    """The parties this end writes to, in the order of their names; `own_book` is the book about ourselves."""

    parties: Sequence[str]
    limits: Limits
    own_book: Callable[[Session], OwnBook]
    attending: Attending = no_attention

    def rows(self, session: Session, now: datetime) -> tuple[Row, ...]:
        """Give the board, the worst first and then by name; `now` is the machine's clock."""
        attention, bounces, watch = self.attending(session), _bounces(session, now), watched(session)
        everybody = (
            self._facts(session, party, attention.get(party, NOBODY), bounces[party], watch, now)
            for party in self.parties
        )
        return ordered(judge(facts, self.limits, now) for facts in everybody)

    def _facts(
        self,
        session: Session,
        party: str,
        attention: Attention,
        bounces: tuple[int, int],
        watch: Watch | None,
        now: datetime,
    ) -> Facts:
        book, beat = AddressBook(session), session.get(BeatRow, party)
        drills, since, pinned = open_drills(session, party), known_since(session, party), book.pinned(party)
        contact = book.contact(party)
        heartbeat_at = answered(session, beat, now) if beat and not (contact and contact.by_hand) else None
        last_drill = _last_acknowledged(session, party)
        pending, own_ends_at = self._own_key(session, party, now)
        return Facts(
            party=party,
            name=name_of(party),
            contact=contact,
            key=_key(pinned) if pinned else None,
            known_since=since,
            listened_since=max(since, watch.since) if since and watch else None,
            listened_until=max(since, watch.until) if since and watch else None,
            heartbeat_at=heartbeat_at,
            heard_at=_latest(heartbeat_at, last_letter(session, party, now)),
            person_at=_latest(attention.person_at, last_drill),
            waiting_since=attention.waiting_since,
            drill_at=drills[0].asked_at if drills else None,
            envelopes=bounces[0],
            bounced=bounces[1],
            change=_change(session, party),
            own_key_pending=pending,
            own_key_ends_at=own_ends_at,
        )

    def _own_key(self, session: Session, party: str, now: datetime) -> tuple[bool, datetime | None]:
        """Tell whether a party is not known to use our newest key yet, and when the one before it ends."""
        own = self.own_book(session)
        if party not in own.stragglers(now):
            return False, None
        old = own.before(own.newest())
        return True, old.ends_at if old else None


def the_nineteen() -> tuple[str, ...]:
    """Name the municipalities of the agreement in Danish order."""
    return tuple(place.code for place in municipalities.in_agreement())


def name_of(party: str) -> str:
    """Name a party as people do; a department by its id."""
    place = municipalities.by_code(party)
    return place.name if place else "Præhospitalet" if party == REGION else department_of(party)


def _key(pinned: PinnedKey) -> Key:
    try:
        info = inspect_public(pinned.certificate)
    except ImportRefused:
        return Key(pinned.fingerprint)
    return Key(pinned.fingerprint, info.created, info.expires, info.revoked)


def _latest(*moments: datetime | None) -> datetime | None:
    return max(filter(None, moments), default=None)


def _last_acknowledged(session: Session, party: str) -> datetime | None:
    row = latest(session, party)
    if row is None or row.acknowledged_at:
        return row.acknowledged_at if row else None
    done = select(func.max(DrillRow.acknowledged_at)).where(DrillRow.party == party)
    return session.exec(done).one()


def _change(session: Session, party: str) -> Change | None:
    row = open_change(session, party)
    return Change(Stand(row.stand), row.proposed_at, row.valid_from) if row else None


def _bounces(session: Session, now: datetime) -> Mapping[str, tuple[int, int]]:
    """Count the envelopes of the last while to each party, and those that a mail server gave back."""
    lately = (
        select(OutgoingRow.to_party, EnvelopeRow.bounced, func.count())
        .join(EnvelopeRow, col(EnvelopeRow.letter_id) == OutgoingRow.letter_id)
        .where(col(EnvelopeRow.made_at) > now - BOUNCES_OVER)
        .group_by(OutgoingRow.to_party, EnvelopeRow.bounced)
    )
    found: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for party, bounced, count in session.exec(lately):
        sent, back = found[party]
        found[party] = (sent + count, back + count * bounced.startswith(BOUNCED))
    return found
