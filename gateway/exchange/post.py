"""Post a letter: from here on it is a row, and survives until it has been received."""

import json
from dataclasses import dataclass

from sqlmodel import Session

from directory.book import AddressBook
from gateway.exchange.conversations import advance
from gateway.exchange.delivery import KEY_REVOKED, NO_CONTACT, NO_KEY, Course, State, parked
from gateway.exchange.outbox import next_turn, note_trouble
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.site.cipher import Vault
from gateway.site.ports import Clock
from gateway.wire.letters import Kind, Letter


@dataclass(frozen=True)
class PostOffice:
    """Writes letters into the outbox of one site. `clock` is the machine's."""

    party: str
    vault: Vault
    clock: Clock

    def __call__(self, session: Session, letter: Letter) -> None:
        """Queue `letter` in the caller's transaction; raises LetterOutOfTurn when it cannot come now."""
        turn = 0
        if letter.kind is not Kind.RECEIPT:
            advance(session, letter, with_party=letter.to_party, spoken_by=self.party)
            turn = next_turn(session, letter.conversation_id)
        now = self.clock()
        book = AddressBook(session)
        goes_to = letter.to_address or _before_the_first(book, letter.kind, letter.to_party)
        lacks = missing(book, letter.to_party, goes_to)
        course = parked(lacks, now) if lacks else Course(State.QUEUED, now)
        session.add(
            OutgoingRow(
                letter_id=letter.letter_id,
                conversation_id=letter.conversation_id,
                kind=letter.kind,
                to_party=letter.to_party,
                to_address=letter.to_address,
                number=letter.number,
                turn=turn,
                locked=self.vault.lock(json.dumps(dict(letter.body)).encode(), place(letter.letter_id)),
                state=course.state,
                reason=course.reason,
                posted_at=now,
                next_at=course.next_at,
            ),
        )
        session.add(StepRow(letter_id=letter.letter_id, state=course.state, reason=course.reason, at=now))
        note_trouble(session, letter.conversation_id, course, now)


def missing(book: AddressBook, party: str, to_address: str = "") -> str:
    """Tell what a letter to `party` lacks before it can be sealed; empty when it lacks nothing (D6: never a guess)."""
    if not to_address and book.contact(party) is None:
        return NO_CONTACT
    if book.pinned(party):
        return ""
    return KEY_REVOKED if any(key.revoked_at for key in book.keys(party)) else NO_KEY


def recipient_of(book: AddressBook, row: OutgoingRow) -> str:
    """Give the address a letter goes to now; empty when there is none."""
    contact = book.contact(row.to_party)
    return row.to_address or (contact.email if contact else _before_the_first(book, Kind(row.kind), row.to_party))


def _before_the_first(book: AddressBook, kind: Kind, party: str) -> str:
    """Give the first address a party is about to have to a receipt alone: only by it can that address be proved."""
    expected = book.expected(party) if kind is Kind.RECEIPT else frozenset()
    return next(iter(expected), "")


def place(letter_id: str) -> str:
    """Name the place a letter's body is locked for."""
    return f"outgoing:{letter_id}"


def letter_of(row: OutgoingRow, vault: Vault) -> Letter:
    """Read a letter back from its row."""
    return Letter(
        kind=Kind(row.kind),
        conversation_id=row.conversation_id,
        to_party=row.to_party,
        number=row.number,
        body=json.loads(vault.open(row.locked, place(row.letter_id))),
        letter_id=row.letter_id,
        to_address=row.to_address,
    )
