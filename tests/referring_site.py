"""The region's own rows on real SQLite, without mail or keys: for the tests of what it does after it has sent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sites
from databases import database_at
from quick_databases import created
from sqlmodel import Session, select

from directory.book import AddressBook
from directory.calendar import COPENHAGEN
from directory.model import REGION, Contact, PinnedKey, UnitKind
from gateway.adapters.database import Database
from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.ports import Arrived
from gateway.exchange.post import PostOffice, letter_of
from gateway.exchange.replies import Answered, When
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.referring.correspond import Correspond
from gateway.referring.duty import Duty
from gateway.referring.example import example
from gateway.referring.follow import Follow, Progress
from gateway.referring.look import Look
from gateway.referring.replies import TakeReplies
from gateway.referring.rows import ReferralRow, ReferringTable
from gateway.referring.submit import Submit
from gateway.site.cipher import Vault
from gateway.site.people import People, Person, Role
from gateway.site.settings import PromiseSettings
from gateway.station import SHARED_TABLES
from gateway.wire.letters import Kind, new_id
from gateway.wire.reply import Reply
from keys.fingerprint import Fingerprint

RANDERS, FAVRSKOV = sites.RANDERS, sites.FAVRSKOV
HOURS = "man-ons 8-15, tor 8-17, fre 8-13"
TUESDAY = "2026-11-24 10:00"
KEY = Fingerprint("ABCD1234EF567890ABCD1234EF567890ABCD1234")


def at(text: str) -> datetime:
    """Read a moment in Danish time: "2026-11-24 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN).astimezone(UTC)


@dataclass
class Desk:
    """The region's desk. Its clock stands until it is put on."""

    folder: Path
    clock: sites.Standing = field(default_factory=lambda: sites.Standing(at(TUESDAY)))
    vault: Vault = field(default_factory=Vault.random)
    terms: PromiseSettings = field(default_factory=PromiseSettings)

    def __post_init__(self) -> None:
        self.db = Database(database_at(self.folder / "region.db"))
        created(self.db, *SHARED_TABLES, ReferringTable.metadata)
        self.own = sites.contact_of(REGION)
        with self.db.session() as session:
            self.person: Person = People(session, self.vault).add("Mette Testgaard", Role.SENDER)
            for party, key in ((RANDERS, KEY), (FAVRSKOV, Fingerprint(KEY[::-1]))):
                self.knows(session, sites.contact_of(party, hours=HOURS))
                AddressBook(session).pin(PinnedKey(party, key, b"", self.clock(), None, "test"))

    @staticmethod
    def knows(session: Session, contact: Contact) -> None:
        AddressBook(session).set_contact(contact)

    @property
    def post(self) -> PostOffice:
        return PostOffice(REGION, self.vault, self.clock)

    @property
    def submit(self) -> Submit:
        return Submit(self.db, self.vault, self.post, self.clock)

    @property
    def duty(self) -> Duty:
        return Duty(self.db, self.vault, self.post, self.clock, self.terms, self.own)

    @property
    def correspond(self) -> Correspond:
        return Correspond(self.db, self.vault, self.post, self.clock, self.clock, self.own)

    @property
    def look(self) -> Look:
        return Look(self.db, self.vault, self.clock, self.terms)

    @contextmanager
    def follow(self) -> Iterator[Follow]:
        with self.db.reading() as session:
            yield Follow(session, self.vault, self.clock, self.terms)

    def progress(self, name: str) -> Progress:
        with self.follow() as follow:
            found = follow.named(name)
        assert found is not None
        return found

    def refer(self, code: str = RANDERS, delivery: State | None = State.RECEIVED, **changes: Any) -> str:
        """Send a referral now, and say what became of its letter; gives its number."""
        made = example(code, self.clock())
        for name, value in changes.items():
            made[name] = {**made[name], **value} if isinstance(value, Mapping) and name in made else value
        submitted = self.submit(made, self.person)
        if delivery is not None:
            self.delivered(submitted.number, delivery)
        return submitted.number

    def delivered(self, number: str, state: State) -> None:
        with self.db.session() as session:
            row = session.exec(select(ReferralRow).where(ReferralRow.number == number)).one()
            letter = session.get_one(OutgoingRow, row.letter_id)
            letter.times_sent = max(letter.times_sent, 1)
            outbox.steer(session, letter, Course(state, None), self.clock())

    def by_hand(self, party: str = RANDERS) -> None:
        """Let a unit have nothing but a mail program."""
        with self.db.session() as session:
            contact = sites.contact_of(party, hours=HOURS, kind=UnitKind.MAIL_CLIENT, valid_from=self.clock())
            self.knows(session, contact)

    def answers(self, number: str, words: str, by: str = "") -> bool:
        """Let a unit answer a referral from a mail program, as the exchange hands it over once it is proved."""
        row, now = self.row(number), self.clock()
        with self.db.session() as session:
            sealed = {"digest": "", "signed_by": KEY, "sealed_to": KEY, "address": "", "made_at": now}
            session.add(EnvelopeRow(envelope_id=new_id(), letter_id=row.letter_id, **sealed))
            session.flush()
            said = Reply(f"{number}\n{words}", words=words, name=by)
            answered = Answered(row.municipality, said, now, KEY, When(now, now, now))
            return TakeReplies(self.vault, self.clock)(session, answered)

    def row(self, number: str) -> ReferralRow:
        return next(row for row in self.rows(ReferralRow) if row.number == number)

    def rows(self, table: type) -> list[Any]:
        with self.db.reading() as session:
            return list(session.exec(select(table)).all())

    def letters(self, kind: Kind) -> list[Mapping[str, Any]]:
        """Read the bodies of what was posted, as they stand in the outbox."""
        return [letter_of(row, self.vault).body for row in self.rows(OutgoingRow) if row.kind == kind and row.locked]

    def arrived(self, number: str, kind: Kind, body: Mapping[str, Any], **changes: Any) -> Arrived:
        """Let a letter about a referral arrive, as the exchange hands it over."""
        row = self.row(number)
        facts = {
            "letter_id": new_id(),
            "conversation_id": row.conversation_id,
            "kind": kind,
            "from_party": row.municipality,
            "number": number,
            "body": body,
            "received_at": self.clock(),
            "signed_by": KEY,
            "signed_at": self.clock(),
        }
        return Arrived(**{**facts, **changes})
