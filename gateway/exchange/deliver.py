"""Deliver what is due: seal each letter to the key and address that hold now, hand it over, note what happened.

Several processes may do so for one site. A letter is claimed before it is touched, and the claim is renewed for as long
as somebody is at it. What a relay has said is remembered until the database has taken it down.
"""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from directory.book import AddressBook
from directory.columns import UtcDateTime
from gateway.audit.witness import trail_for
from gateway.exchange import outbox
from gateway.exchange.delivery import (
    BOUNCED,
    KEY_REVOKED,
    NO_RECEIPT,
    OWN_KEY_UNKNOWN_THERE,
    Course,
    State,
    after_attempt,
    may_send,
    parked,
)
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Attempt, Passage, Relay
from gateway.exchange.post import letter_of, missing, recipient_of
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.exchange.sealing import SealedLetter, seal_letter
from gateway.site.cipher import Vault
from gateway.site.log import Event, Log
from gateway.site.outage import is_away
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import Kind
from keys.errors import KeyringError, SealRefused
from keys.keyring import Keyring

RENEWALS: Final = 4
"""How often a claim is renewed in the time it lasts."""

AT_ONCE: Final = 4
"""Letters sealed and sent side by side: gpg gains nothing from more."""

LOOKING_SECONDS: Final = 5.0
"""How long the outbox is only looked at while nothing is due; then a round writes all the same."""

MAY_HAVE_LEFT: Final = frozenset({Passage.ACCEPTED, Passage.UNCERTAIN})
"""What counts whoever is at the letter by now; that it did not leave counts only while it is claimed."""

log = Log("stafet.deliver")


@dataclass(frozen=True)
class _Ended:
    """An attempt that came to its end; `ours_until` is how long the letter was claimed for at the least."""

    sealed: SealedLetter | None
    attempt: Attempt
    ours_until: datetime


@dataclass
class _OnlyLooked:
    """Since when the database was only looked at: one that takes nothing down is noticed before a letter needs it."""

    since: float = -math.inf

    @property
    def may_go_on(self) -> bool:
        """Tell whether looking is enough still."""
        return time.monotonic() - self.since < LOOKING_SECONDS


class _Work(NamedTuple):
    """What there may be to do: letters are due, some of them about citizens who have withdrawn, or have stopped."""

    due: bool
    withdrawn: bool
    stopped: bool


@dataclass(frozen=True)
class Deliver:
    """One round of delivery per call. `clock` is the machine's; `lease` is how long a letter is claimed at a time."""

    sessions: Sessions
    own: Identity
    keyring: Keyring
    vault: Vault
    relay: Relay
    clock: Clock
    lease: timedelta = outbox.LEASE
    _unnoted: dict[str, _Ended] = field(default_factory=dict, init=False, repr=False)
    """Attempts that the database could not take down yet, by letter."""
    _only_looked: _OnlyLooked = field(default_factory=_OnlyLooked, init=False, repr=False)

    async def __call__(self) -> int:
        """Try everything that is due; tell how many letters that was."""
        for letter_id, ended in tuple(self._unnoted.items()):
            await self._noted(letter_id, ended, ours=self.clock() < ended.ours_until)
        begun = self.clock()
        due = await asyncio.to_thread(self._claim)
        async with self._holding(due) as held:
            tries = (self._deliver(letter_id, held, begun + self.lease) for letter_id in due)
            troubles = await asyncio.gather(*tries, return_exceptions=True)
        for trouble_noting in filter(None, troubles):
            raise trouble_noting
        return len(due)

    @asynccontextmanager
    async def _holding(self, letters: tuple[str, ...]) -> AsyncIterator[set[str]]:
        """Renew the claim on letters again and again; gives those that somebody is at still."""
        held = set(letters)
        holding = asyncio.create_task(self._hold(held))
        try:
            yield held
        finally:
            holding.cancel()

    async def _hold(self, held: set[str]) -> None:
        while held:
            await asyncio.sleep(self.lease.total_seconds() / RENEWALS)
            with suppress(SQLAlchemyError):  # where it lasts, whoever notes what happened tells of it
                await asyncio.to_thread(self._renew, tuple(held))

    def _renew(self, held: tuple[str, ...]) -> None:
        with self.sessions.session() as session:
            outbox.hold(session, held, self.clock(), self.lease)

    def _claim(self) -> tuple[str, ...]:
        now = self.clock()
        with self.sessions.reading() as session:  # most rounds find nothing, and no writer waits for those
            if self._only_looked.may_go_on and not any(_work(session, now)):
                return ()
        with self.sessions.session() as session:
            work = _work(session, now)
            if work.withdrawn:
                outbox.withhold(session, now)
            if work.stopped:
                outbox.resume(session, now)
            due = outbox.claim(session, now, AT_ONCE, self.lease)
        self._only_looked.since = time.monotonic()
        return due

    async def _deliver(self, letter_id: str, held: set[str], ours_until: datetime) -> None:
        try:
            sealed, attempt = await self._try(letter_id)
            if attempt is not None:
                await self._noted(letter_id, _Ended(sealed, attempt, ours_until))
        finally:
            held.discard(letter_id)

    async def _noted(self, letter_id: str, ended: _Ended, *, ours: bool = True) -> None:
        """Have an attempt taken down, or remember it while the database is away."""
        self._unnoted.pop(letter_id, None)
        try:
            await asyncio.to_thread(self._note, letter_id, ended, ours=ours)
        except Exception as error:
            if is_away(error):
                self._unnoted[letter_id] = ended
            raise

    async def _try(self, letter_id: str) -> tuple[SealedLetter | None, Attempt | None]:
        """Seal a letter and hand it over; no attempt is made of one that may not leave."""
        try:
            sealed = await asyncio.to_thread(self._seal, letter_id)
            if sealed is None:
                return None, None
            return sealed, await self.relay.send(sealed.content, sealed.sender, sealed.recipient)
        except KeyringError as error:
            return None, Attempt(Passage.NOT_REACHED, error.code)
        except Exception as error:  # noqa: BLE001 - the edge: one letter's surprise must not stop the others
            log(Event.LETTER_FAILED, letter=letter_id, error=error)
            return None, Attempt(Passage.NOT_REACHED, "UNEXPECTED")

    def _seal(self, letter_id: str) -> SealedLetter | None:
        """Seal a letter that may leave, or park or give up one that may not; its envelope is noted before it goes."""
        now = self.clock()
        with self.sessions.reading() as session:
            row = session.get_one(OutgoingRow, letter_id)
            if row.state == State.CANCELLED:
                return None
            sealed = self._sealed_or_course(session, row, now)
        with self.sessions.session() as session:
            if not outbox.leaving(session, letter_id, now, self.lease):
                return None
            if isinstance(sealed, SealedLetter) and _revoked(session, sealed, now):
                sealed = parked(KEY_REVOKED, now)
            if isinstance(sealed, SealedLetter):
                session.add(_envelope_row(letter_id, sealed, now))
                return sealed
            outbox.steer(session, session.get_one(OutgoingRow, letter_id), sealed, now)
        log(Event.LETTER_HELD, letter=letter_id, state=sealed.state, reason=sealed.reason)
        return None

    def _sealed_or_course(self, session: Session, row: OutgoingRow, now: datetime) -> SealedLetter | Course:
        if not may_send(State(row.state), row.times_sent):
            return Course(State.GIVEN_UP, None, NO_RECEIPT)
        book, trail = AddressBook(session), trail_for(session, row.to_party)
        recipient, key = recipient_of(book, row), book.pinned(row.to_party)
        if not recipient or key is None:
            return parked(missing(book, row.to_party), now)
        own = self.own.writing_to(session, row.to_party, now)
        if own is None:
            return parked(OWN_KEY_UNKNOWN_THERE, now)
        try:
            letter = letter_of(row, self.vault)
            return seal_letter(
                letter, own=own, recipient=recipient, key=key, keyring=self.keyring, now=now, trail=trail
            )
        except SealRefused as error:
            return parked(error.code, now)

    def _note(self, letter_id: str, ended: _Ended, *, ours: bool = True) -> None:
        """Note what became of an attempt; what was noted already, or is erased, is left as it is.

        `ours`: the letter is claimed by us still.
        """
        now, attempt = self.clock(), ended.attempt
        with self.sessions.session() as session:
            row = session.get(OutgoingRow, letter_id)
            envelope = session.get(EnvelopeRow, ended.sealed.envelope_id) if ended.sealed else None
            if row is None or (envelope and envelope.passage):
                return
            by_hand = AddressBook(session).by_hand(row.to_party, row.to_address)
            if envelope is not None:
                envelope.passage = attempt.passage
            if not ours and attempt.passage not in MAY_HAVE_LEFT:
                return
            row.tries += 1
            row.times_sent += attempt.passage is Passage.ACCEPTED
            jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
            course = after_attempt(attempt, Kind(row.kind), row.tries, now, jitter, by_hand=by_hand)
            if envelope and envelope.bounced.startswith(BOUNCED):  # the news overtook our own record of having sent it
                course = outbox.after_return(session, envelope, now)
            outbox.steer(session, row, course, now)
        log(Event.LETTER_TRIED, letter=letter_id, kind=row.kind, passage=attempt.passage, state=row.state)


def _work(session: Session, now: datetime) -> _Work:
    """Look whether there may be anything to do: what is then really done is for the outbox to say."""
    return _Work(*session.execute(_looked_for(), {"now": now, "ahead": now + outbox.FARTHEST}).one())


@cache
def _looked_for() -> Select[bool, bool, bool]:
    """Ask for it all at once; made once, for it is asked at every poll."""
    now, ahead = bindparam("now", type_=UtcDateTime), bindparam("ahead", type_=UtcDateTime)
    next_at, claimed = col(OutgoingRow.next_at), col(OutgoingRow.claimed_until)
    waits = next_at > outbox.BEFORE_ALL
    free = or_(claimed.is_(None), claimed <= now, claimed > ahead)
    returned = (col(OutgoingRow.state) == State.PARKED) & col(OutgoingRow.reason).startswith(BOUNCED)
    stopped = or_(col(OutgoingRow.state) == State.GIVEN_UP, returned) & (col(OutgoingRow.locked) != b"")
    return select(
        exists().where(waits, or_(next_at <= now, next_at > ahead), free),
        exists().where(waits, next_at <= now, outbox.about_withdrawn()),
        exists().where(stopped),
    )


def _revoked(session: Session, sealed: SealedLetter, now: datetime) -> bool:
    """Tell whether the key was revoked while a letter was sealed to it; then it must not leave."""
    return AddressBook(session).owner_of(sealed.sealed_to, now) is None


def _envelope_row(letter_id: str, sealed: SealedLetter, now: datetime) -> EnvelopeRow:
    return EnvelopeRow(
        envelope_id=sealed.envelope_id,
        letter_id=letter_id,
        digest=sealed.digest,
        signed_by=sealed.signed_by,
        sealed_to=sealed.sealed_to,
        address=sealed.recipient,
        made_at=now,
    )
