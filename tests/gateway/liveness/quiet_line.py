"""Both ends' exchange on real SQLite with a clock that is put on; nothing is sealed, so that years pass fast."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sites
from databases import database_at
from quick_databases import created
from sqlmodel import Session, func, select

from directory.book import AddressBook
from directory.model import REGION, Contact, PinnedKey, UnitKind
from directory.own import OwnBook
from gateway.adapters.database import Database
from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.erasing import EraseArrivals, EraseLetters, EraseProof, EraseQuarantine
from gateway.exchange.ports import Handler, Passage
from gateway.exchange.post import PostOffice, letter_of
from gateway.exchange.rows import ArrivalRow, EnvelopeRow, OutgoingRow
from gateway.exchange.sealing import OpenedLetter
from gateway.exchange.taking import Taking
from gateway.liveness.board import Limits, Row
from gateway.liveness.drills import AskForDrills, TakeDrillAnswer
from gateway.liveness.erasing import EraseTests
from gateway.liveness.heartbeats import Heartbeats, TakeHeartbeat
from gateway.liveness.look import Board
from gateway.liveness.watch import keep_watch
from gateway.referring.heard import TakeAcknowledgement
from gateway.referring.rows import ReferringTable
from gateway.retention.run import Retain
from gateway.site.cipher import Vault
from gateway.site.people import People, Person, Role
from gateway.site.settings import KeepingSettings, PromiseSettings, RetentionSettings
from gateway.station import SHARED_TABLES
from gateway.wire import payload as wire
from gateway.wire.letters import Kind, new_id
from inbox_tui.drills import Drills, TakeDrill
from inbox_tui.tables import InboxTable
from keys.fingerprint import Fingerprint

DAY, MINUTE, HOUR = timedelta(days=1), timedelta(minutes=1), timedelta(hours=1)
RANDERS, FAVRSKOV = sites.RANDERS, sites.FAVRSKOV
PRINTS = {REGION: Fingerprint("AB" * 20), RANDERS: Fingerprint("CD" * 20), FAVRSKOV: Fingerprint("EF" * 20)}


@dataclass
class End:
    """One end, its clock and what it takes."""

    folder: Path
    party: str
    clock: sites.Standing
    others: tuple[str, ...]
    terms: KeepingSettings = field(default_factory=KeepingSettings)
    vault: Vault = field(default_factory=Vault.random)
    handlers: dict[Kind, Handler] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.db = Database(database_at(self.folder / f"{self.party}.db"))
        created(self.db, *SHARED_TABLES, ReferringTable.metadata, InboxTable.metadata)
        self.handlers = {
            Kind.HEARTBEAT: TakeHeartbeat(self.clock),
            Kind.DRILL: TakeDrill(self.vault, self.clock),
            Kind.ACKNOWLEDGEMENT: TakeDrillAnswer(self.vault, self.clock, TakeAcknowledgement(self.vault)),
        }
        with self.db.session() as session:
            self.admin: Person = People(session, self.vault).add("Mette Testgaard", Role.ADMIN)
            for party in self.others:
                self.enter(session, party)

    def enter(self, session: Session, party: str, **changes: Any) -> None:
        """Enter a contact and pin a key, valid from now."""
        book = AddressBook(session)
        book.set_contact(sites.contact_of(party, **{"valid_from": self.clock(), "hours": "man-fre 8-15", **changes}))
        book.pin(PinnedKey(party, PRINTS[party], b"no key", self.clock(), None, "test"))

    @property
    def own(self) -> Contact:
        return sites.contact_of(self.party)

    @property
    def post(self) -> PostOffice:
        return PostOffice(self.party, self.vault, self.clock)

    @property
    def heartbeats(self) -> Heartbeats:
        return Heartbeats(self.db, self.post, self.clock, lambda: self.own, self.terms, self.others)

    @property
    def drills(self) -> AskForDrills:
        return AskForDrills(self.db, self.post, self.clock, lambda: self.own, self.terms, self.others)

    @property
    def inbox(self) -> Drills:
        return Drills(self.db, self.vault, self.post, lambda: self.own)

    @property
    def board(self) -> Board:
        limits = Limits(self.terms, PromiseSettings())
        return Board(self.others, limits, lambda session: OwnBook(session, PRINTS[self.party], self.own.email))

    def rows(self, table: type) -> list[Any]:
        with self.db.reading() as session:
            return list(session.exec(select(table)).all())

    def shown(self) -> dict[str, Row]:
        with self.db.reading() as session:
            return {row.facts.party: row for row in self.board.rows(session, self.clock())}

    def listen(self) -> None:
        with self.db.session() as session:
            keep_watch(session, self.clock())

    def letters(self, kind: Kind, *states: State) -> list[OutgoingRow]:
        return [row for row in self.rows(OutgoingRow) if row.kind == kind and (not states or row.state in states)]

    def retain(self, terms: RetentionSettings | None = None) -> Retain:
        erasers = (EraseTests(), EraseLetters(), EraseArrivals(), EraseQuarantine(), EraseProof())
        return Retain(self.db, terms or RetentionSettings(), erasers, self.clock, self.clock)

    def counted(self) -> int:
        """Count everything the exchange holds."""
        tables = SHARED_TABLES[1].tables.values()
        with self.db.reading() as session:
            return sum(session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)

    def fail(self, letter_id: str, state: State, reason: str = "NO_RECEIPT") -> None:
        with self.db.session() as session:
            row = session.get_one(OutgoingRow, letter_id)
            outbox.steer(session, row, Course(state, None, reason), self.clock())


@dataclass
class QuietLine:
    """The region and two municipalities. Who is in `deaf` hears nothing; `lost` is told what did not arrive."""

    folder: Path
    now: datetime
    terms: KeepingSettings = field(default_factory=KeepingSettings)
    deaf: set[str] = field(default_factory=set)
    municipalities: tuple[str, ...] = (FAVRSKOV, RANDERS)

    def __post_init__(self) -> None:
        self.clock = sites.Standing(self.now)
        others = {REGION: self.municipalities, **dict.fromkeys(self.municipalities, (REGION,))}
        self.ends = {party: End(self.folder, party, self.clock, known, self.terms) for party, known in others.items()}

    @property
    def region(self) -> End:
        return self.ends[REGION]

    @property
    def randers(self) -> End:
        return self.ends[RANDERS]

    def carry(self) -> None:
        """Let everything that waits leave and arrive, with its receipts, until nothing moves."""
        while sum(self._leave(end) for end in self.ends.values()):
            pass

    def night(self, chore: Callable[[], object] = lambda: None) -> None:
        """Let a day pass, with the chores at three, and at four."""
        for hours in (23, 1):
            self.clock.go(hours * HOUR)
            for end in self.ends.values():
                end.listen()
            self.region.heartbeats.tick()
            self.carry()
            chore()

    def _leave(self, sender: End) -> int:
        waiting = [row for row in sender.rows(OutgoingRow) if row.state == State.QUEUED]
        for row in waiting:
            self._cross(sender, row)
        return len(waiting)

    def _cross(self, sender: End, row: OutgoingRow) -> None:
        envelope_id, reader = new_id(), self.ends[row.to_party]
        names = {end.party: wire.address(end.party, end.own.email, PRINTS[end.party]) for end in (sender, reader)}
        letter = letter_of(row, sender.vault)
        said = wire.written(letter, sender=names[sender.party], reader=names[reader.party], now=self.clock())
        content = said.encoded()
        with sender.db.session() as session:
            session.add(_envelope(envelope_id, row, content, self.clock()))
            settled = row.kind == Kind.RECEIPT
            outbox.steer(
                session,
                session.get_one(OutgoingRow, row.letter_id),
                Course(State.SENT, None if settled else self.clock() + 30 * MINUTE),
                self.clock(),
            )
        if reader.party not in self.deaf:
            self.arrive(reader, sender.party, content, envelope_id)

    def arrive(self, reader: End, party: str, content: bytes, envelope_id: str) -> str:
        opened = OpenedLetter(
            payload=wire.read(content),
            automatic=False,
            digest=wire.digest(content),
            envelope_id=envelope_id,
            party=party,
            signed_by=PRINTS[party],
            signed_at=datetime.fromisoformat(json.loads(content)["sent_at"]),
            opened_with=PRINTS[reader.party],
        )
        now = self.clock()
        with reader.db.session() as session:
            arrival = ArrivalRow(place=envelope_id, locked=b"mail", size=1, arrived_at=now, rules_at=now)
            arrival.letter_id = opened.payload.letter_id if opened.payload else None
            session.add(arrival)
            arrival.outcome = Taking(reader.post, reader.handlers, self.clock)(session, opened, arrival)
            return arrival.outcome


def _envelope(envelope_id: str, row: OutgoingRow, content: bytes, now: datetime) -> EnvelopeRow:
    return EnvelopeRow(
        envelope_id=envelope_id,
        letter_id=row.letter_id,
        digest=wire.digest(content),
        signed_by="",
        sealed_to="",
        address="",
        made_at=now,
        passage=Passage.ACCEPTED,
    )


MAIL_CLIENT = UnitKind.MAIL_CLIENT
