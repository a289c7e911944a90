"""A trail with checkpoints and witnesses, and a hand that reaches past every trigger."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from databases import change, database_at
from quick_databases import created

from gateway.adapters.database import Database
from gateway.audit.chain import Head
from gateway.audit.checkpoints import Checkpoints
from gateway.audit.last_signed import LastSigned
from gateway.audit.read import entries
from gateway.audit.rows import AuditTable
from gateway.audit.statements import Notary
from gateway.audit.trail import Entry, note
from gateway.audit.verify import Mark, Verified, Verify
from gateway.audit.witness import remember
from gateway.station import Station, utc_now
from gateway.wire.payload import Trail, TrailHead

OTHER = TrailHead(seq=9, hash="9" * 64)


@dataclass
class Trails:
    """One site's trail in a database of its own."""

    station: Station
    file: Path
    database: Database
    now: datetime

    @property
    def notary(self) -> Notary:
        return replace(self.station.notary, last_signed=LastSigned(self.file.with_suffix(".head")))

    def add(self, count: int = 1, **said: object) -> None:
        with self.database.session() as session:
            for _nth in range(count):
                self.now += timedelta(minutes=1)
                given = {"person_id": "p-1", "role": "intake", "about": "c-1", "detail": {"found": 3}} | said
                note(session, Entry(self.now, "open-case", "care", **given))

    def sign(self) -> None:
        self.now += timedelta(hours=1)
        Checkpoints(self.database, self.notary, lambda: self.now).tick()

    def witness(self, head: Head | None = None, party: str = "730") -> None:
        with self.database.session() as session:
            seen = head or self.heads()[-1]
            trail = Trail(own=OTHER, seen=TrailHead(seq=seen.seq, hash=seen.hash))
            remember(session, party, trail, "letter", self.now)

    def heads(self) -> list[Head]:
        with self.database.reading() as session:
            return [Head(link.seq, link.hash) for link in entries(session)]

    def verify(self, *read_aloud: Mark) -> Verified:
        with self.database.reading() as session:
            return Verify(self.notary, max(self.now, utc_now()))(session, read_aloud)

    def tamper(self, *statements: str) -> None:
        """Write to the database as somebody could who has it: no trigger stands in the way."""
        change(self.file, *statements, guarded=False)

    def write_anew(self, after: int) -> None:
        """Compute every hash anew from an entry on, and the head row with it, as a careful forger would."""
        with self.database.reading() as session:
            links = entries(session)
        previous, said = links[after - 1].hash if after else "0" * 64, []
        for link in links[after:]:
            fresh = replace(link, previous=previous)
            previous = fresh.hash
            said.append(
                f"audit_entries SET previous = '{fresh.previous}', hash = '{fresh.hash}' WHERE seq = {fresh.seq}"
            )
        said.append(f"audit_head SET hash = '{previous}', seq = {links[-1].seq}")
        self.tamper(*(f"UPDATE {one}" for one in said))


@contextmanager
def trail_of(station: Station, file: Path, now: datetime) -> Iterator[Trails]:
    database = Database(database_at(file))
    created(database, AuditTable.metadata)
    try:
        yield Trails(station, file, database, now)
    finally:
        database.close()
