"""Both terminals at their doors: who sits there, and what they type."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desk_site import DeskSite
from sites import PASSWORD
from sqlmodel import select
from textual.widgets import Input

from gateway.access.credentials import Credentials
from gateway.audit.rows import EntryRow
from gateway.desk.app import DeskApp
from gateway.site.people import People, PersonRow
from gateway.terminal.door import Watch
from inbox_tui.app import InboxApp
from tests.inbox_site import ANNE, BENT, InboxSite, arrived, referral

WRONG, OWN = "Solen skinner på taget", "Sneen dækker taget"


@dataclass
class Ticks:
    """A machine that has run for so many seconds."""

    now: float = 1000

    def __call__(self) -> float:
        return self.now


@dataclass
class End:
    """One end's terminal: who sits there, a colleague, something of a citizen's on its first screen."""

    site: Any
    app: type
    person: Any
    colleague: Any
    citizen: str
    first_key: str
    ticks: Ticks = field(default_factory=Ticks)

    def __post_init__(self):
        for person in (self.person, self.colleague):
            self.give(person)

    def give(self, person, password=PASSWORD, expires_at=None):
        with self.site.db.session() as session:
            Credentials(session, self.site.vault).put(person.id, password, expires_at)

    def change(self, person, **values):
        with self.site.db.session() as session:
            session.get_one(PersonRow, person.id).sqlmodel_update(values)

    def reset(self, person):
        with self.site.db.session() as session:
            Credentials(session, self.site.vault).put(
                person.id, "kongelig-jordbaer-42", datetime(2099, 1, 1, tzinfo=UTC)
            )

    def hire(self, name, role):
        with self.site.db.session() as session:
            person = People(session, self.site.vault).add(name, role)
        self.give(person)
        return person

    @asynccontextmanager
    async def opened(self, *, size=(80, 24), **changes):
        watch = Watch(600, 0.05, self.ticks)
        ports = self.site.ports(**{"person": None, "watch": watch, "poll_seconds": 0.1, **changes})
        async with self.app(ports).run_test(size=size, notifications=True) as pilot:
            yield pilot

    def trail(self):
        with self.site.db.reading() as session:
            entries = session.exec(select(EntryRow).order_by(EntryRow.seq)).all()
        doors = {"sign-in", "sign-out", "lock", "unlock", "change-password"}
        return [(entry.person_id, entry.action, entry.outcome) for entry in entries if entry.action in doors]


def desk_end(folder):
    site = DeskSite(folder)
    site.refer(citizen={"name": "Karen Testdal"})
    return End(site, DeskApp, site.person, site.karim, "Karen Testdal", "n")


def inbox_end(folder):
    site = InboxSite(folder / "inbox.db")
    site.receive(arrived(referral("R02")))
    return End(site, InboxApp, ANNE, BENT, "Karen", "k")


async def enter(pilot, name, password):
    """Type a name and a password, as fingers would, but at once."""
    for field_id, typed in (("name", name), ("password", password)):
        if typed is not None:
            pilot.app.screen.query_one(f"#{field_id}", Input).value = typed
    pilot.app.screen.query_one("#password").focus()
    await pilot.press("enter")


async def choose(pilot, *typed):
    """Type the password there is and the new one twice, likewise."""
    for box, words in zip(pilot.app.screen.query(Input), typed, strict=True):
        box.value = words
    await pilot.press("enter", "enter", "enter")
