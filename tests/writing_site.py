"""The desk's end of the region on a real database, without mail and keys: for the tests of what is written and sent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sites
from databases import database_at, everything_in
from quick_databases import created
from sqlmodel import select

from directory.model import REGION
from gateway.adapters.database import Database
from gateway.exchange.post import PostOffice, letter_of
from gateway.exchange.rows import OutgoingRow
from gateway.referring.correspond import Correspond
from gateway.referring.decline import Decline
from gateway.referring.drafts import Drafts
from gateway.referring.duty import Duty
from gateway.referring.example import example
from gateway.referring.look import Look
from gateway.referring.recognise import Recognise
from gateway.referring.rows import ReferralRow, ReferringTable
from gateway.referring.submit import Submit, Submitted
from gateway.site.cipher import Vault
from gateway.site.people import People, Person, Role
from gateway.site.settings import PromiseSettings
from gateway.station import SHARED_TABLES

NOW = datetime(2026, 11, 20, 20, 14, tzinfo=UTC)
RANDERS, FAVRSKOV, AARHUS = "730", "710", "751"


@dataclass
class WritingSite:
    """A region whose clock stands where it is put."""

    folder: Path
    database: Database
    vault: Vault
    mette: Person
    karim: Person
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    def later(self, **step: float) -> datetime:
        self.now += timedelta(**step)
        return self.now

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.database, self.vault, self.clock)

    @property
    def decline(self) -> Decline:
        return Decline(self.database, self.clock)

    @property
    def recognise(self) -> Recognise:
        return Recognise(self.database, self.vault, self.clock)

    @property
    def post(self) -> PostOffice:
        return PostOffice(REGION, self.vault, self.clock)

    @property
    def submit(self) -> Submit:
        return Submit(self.database, self.vault, self.post, self.clock)

    @property
    def look(self) -> Look:
        return Look(self.database, self.vault, self.clock, PromiseSettings())

    @property
    def duty(self) -> Duty:
        return Duty(self.database, self.vault, self.post, self.clock, PromiseSettings(), sites.contact_of(REGION))

    @property
    def correspond(self) -> Correspond:
        return Correspond(self.database, self.vault, self.post, self.clock, self.clock, sites.contact_of(REGION))

    def written(self, code: str = RANDERS, **changes: Any) -> dict[str, Any]:
        """Write a referral that can be sent now; a part that is a mapping is changed and not replaced."""
        made = example(code, self.now) | {"reference": None}
        for name, value in changes.items():
            made[name] = {**made[name], **value} if isinstance(value, Mapping) and name in made else value
        return made

    def send(self, code: str = RANDERS, **changes: Any) -> Submitted:
        return self.submit(self.written(code, **changes), self.mette)

    def row(self, submitted: Submitted) -> ReferralRow:
        with self.database.reading() as session:
            return session.get_one(ReferralRow, submitted.referral_id)

    def mark(self, submitted: Submitted, **columns: Any) -> None:
        """Note on a referral what a letter or an act would."""
        with self.database.session() as session:
            row = session.get_one(ReferralRow, submitted.referral_id)
            for name, value in columns.items():
                setattr(row, name, value)
            session.add(row)

    def body(self, submitted: Submitted) -> Mapping[str, Any]:
        """Read the letter that is on its way."""
        with self.database.reading() as session:
            return letter_of(session.get_one(OutgoingRow, submitted.referral_id), self.vault).body

    def rows(self, table: type) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)).all())

    def bytes(self) -> bytes:
        """Give everything the site has in its database, the write-ahead log too."""
        return everything_in(self.folder / "stafet.db")


@contextmanager
def writing_site(folder: Path) -> Iterator[WritingSite]:
    folder.mkdir()
    database, vault = Database(database_at(folder / "stafet.db")), Vault.random()
    created(database, *SHARED_TABLES, ReferringTable.metadata)
    with database.session() as session:
        people = People(session, vault)
        mette, karim = (people.add(name, Role.SENDER) for name in ("Mette Testgaard", "Karim Prøvesen"))
    yield WritingSite(folder, database, vault, mette, karim)
    database.close()
