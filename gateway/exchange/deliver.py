"""Deliver what is due: seal each letter to the key and address that hold now, hand it over, note what happened."""

import asyncio
import logging
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from directory.book import AddressBook
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
from gateway.site.ports import Clock, Sessions
from gateway.site.trouble import trouble
from gateway.wire.letters import Kind
from keys.errors import KeyringError, SealRefused
from keys.keyring import Keyring

AT_ONCE: Final = 4
"""Letters sealed and sent side by side: gpg gains nothing from more."""

log = logging.getLogger("stafet.deliver")


@dataclass(frozen=True)
class Deliver:
    """One round of delivery per call. `clock` is the machine's."""

    sessions: Sessions
    own: Identity
    keyring: Keyring
    vault: Vault
    relay: Relay
    clock: Clock

    async def __call__(self) -> int:
        """Try everything that is due; tell how many letters that was."""
        due = await asyncio.to_thread(self._claim)
        ended = await asyncio.gather(*(self._deliver(letter_id) for letter_id in due), return_exceptions=True)
        for trouble_noting in filter(None, ended):
            raise trouble_noting
        return len(due)

    def _claim(self) -> tuple[str, ...]:
        now = self.clock()
        with self.sessions.session() as session:
            outbox.withhold(session, now)
            outbox.resume(session, now)
            return outbox.claim(session, now, AT_ONCE)

    async def _deliver(self, letter_id: str) -> None:
        try:
            sealed = await asyncio.to_thread(self._seal, letter_id)
            if sealed is None:
                return
            attempt = await self.relay.send(sealed.content, sealed.sender, sealed.recipient)
        except KeyringError as error:
            sealed, attempt = None, Attempt(Passage.NOT_REACHED, error.code)
        except Exception as error:  # noqa: BLE001 - the edge: one letter's surprise must not stop the others
            log.error("letter %s: %s", letter_id, trouble(error))  # noqa: TRY400 - a traceback could quote the letter
            sealed, attempt = None, Attempt(Passage.NOT_REACHED, "UNEXPECTED")
        await asyncio.to_thread(self._note, letter_id, sealed, attempt)

    def _seal(self, letter_id: str) -> SealedLetter | None:
        """Seal a letter that may leave, or park or give up one that may not; its envelope is noted before it goes."""
        now = self.clock()
        with self.sessions.reading() as session:
            row = session.get_one(OutgoingRow, letter_id)
            if row.state == State.CANCELLED:
                return None
            sealed = self._sealed_or_course(session, row, now)
        with self.sessions.session() as session:
            if not outbox.leaving(session, letter_id, now):
                return None
            if isinstance(sealed, SealedLetter) and _revoked(session, sealed, now):
                sealed = parked(KEY_REVOKED, now)
            if isinstance(sealed, SealedLetter):
                session.add(_envelope_row(letter_id, sealed, now))
                return sealed
            outbox.steer(session, session.get_one(OutgoingRow, letter_id), sealed, now)
        log.warning("letter %s is %s: %s", letter_id, sealed.state, sealed.reason)
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

    def _note(self, letter_id: str, sealed: SealedLetter | None, attempt: Attempt) -> None:
        now = self.clock()
        with self.sessions.session() as session:
            row = session.get_one(OutgoingRow, letter_id)
            row.tries += 1
            row.times_sent += attempt.passage is Passage.ACCEPTED
            jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
            by_hand = AddressBook(session).by_hand(row.to_party, row.to_address)
            course = after_attempt(attempt, Kind(row.kind), row.tries, now, jitter, by_hand=by_hand)
            if sealed is not None:
                envelope = session.get_one(EnvelopeRow, sealed.envelope_id)
                envelope.passage = attempt.passage
                if envelope.bounced.startswith(BOUNCED):  # the news overtook our own record of having sent it
                    course = outbox.after_return(session, envelope, now)
            outbox.steer(session, row, course, now)
            log.info("letter %s %s %s: %s", letter_id, row.kind, attempt.passage, row.state)


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
