"""Both ends' retention on real SQLite, with a clock that is put on, and what their databases' files hold."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from referring_site import Desk
from sqlmodel import SQLModel, select

from gateway.access.actions import Action
from gateway.audit.rows import EntryRow
from gateway.consents.erasing import EraseConsents
from gateway.exchange.erasing import EraseArrivals, EraseLetters, EraseProof, EraseQuarantine
from gateway.referring.erasing import EraseDrafts, EraseReferrals
from gateway.retention.run import Retain
from gateway.site.erasing import Eraser
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import RetentionSettings

DAY = timedelta(days=1)


def shared() -> tuple[Eraser, ...]:
    """What both ends keep, but for the trail, which needs a key to sign with."""
    return (EraseLetters(), EraseArrivals(), EraseQuarantine(), EraseProof(), EraseConsents())


def retain(sessions: Sessions, clock: Clock, *own: Eraser, terms: RetentionSettings | None = None) -> Retain:
    return Retain(sessions, terms or RetentionSettings(), (*own, *shared()), clock, clock)


@dataclass
class Years:
    """The region's desk, and the days that pass."""

    folder: Path
    terms: RetentionSettings = field(default_factory=RetentionSettings)

    def __post_init__(self) -> None:
        self.desk = Desk(self.folder)
        own = (EraseReferrals(self.desk.vault), EraseDrafts())
        self.retain = retain(self.desk.db, self.desk.clock, *own, terms=self.terms)
        self.retain.tick()

    def go(self, days: int, step: int = 20) -> None:
        """Let days pass, with the daemon running now and then."""
        end = self.desk.clock() + days * DAY
        while self.desk.clock() < end:
            self.desk.clock.go(min(step * DAY, end - self.desk.clock()))
            self.retain.tick()

    def entries(self, action: Action = Action.ERASE) -> list[EntryRow]:
        with self.desk.db.reading() as session:
            return list(session.exec(select(EntryRow).where(EntryRow.action == action)))


def locked_values(sessions: Sessions, table: type[SQLModel]) -> list[bytes]:
    """List what stands in the columns of bytes of a table."""
    with sessions.reading() as session:
        rows = session.exec(select(table)).all()
        return [value for row in rows for value in row.model_dump().values() if isinstance(value, bytes) and value]
