"""Upgrade and downgrade: the tables of a site's database, what they hold, and the note of it, in one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from gateway.access.actions import Action, purpose_of
from gateway.audit.trail import CONSOLE, Entry, note
from gateway.schema.branch import Branch, Release, newest, parsed, release_of
from gateway.schema.errors import BackIsBarred, BackWouldLose, ReleaseUnknown
from gateway.schema.migrate import Hears, Migration
from gateway.schema.shape import recognised
from gateway.schema.version import Standing, require_current_here, revisions, stamp, standing
from gateway.site.errors import SchemaNewer, SchemaUnknown


class Rebuildable(Protocol):
    """A database whose tables can be changed."""

    def rebuilding(self) -> AbstractContextManager[Session]:
        """Open a session in which tables are changed, all or nothing."""
        ...


@dataclass(frozen=True)
class Change:
    """Changes the tables of one site's database, which is this program's alone meanwhile.

    `own_key` is what the site was made with; `before` is called once it is known what will be done, with the release
    the tables are of: what it raises stops everything. `heard` is told each revision when it is done.
    """

    database: Rebuildable
    branches: Sequence[Branch]
    own_key: str
    now: datetime
    before: Callable[[str], None] = field(default=lambda _release: None)
    heard: Hears = field(default=lambda _revision: None)

    def upgrade(self, *, noted: bool = True) -> tuple[str, str]:
        """Bring the tables to what this program needs; tell from which release, and to which.

        Not `noted`: the trail stays as it was, for somebody who has to sign it first. Raises SchemaNewer or
        SchemaUnknown.
        """
        with self.database.rebuilding() as session:
            began, wanted = self._begun(session), newest(self.branches)
            if began != wanted:
                self.before(began)
                self._migration(session).upgrade()
                if noted:
                    self._note(session, Action.UPGRADE_DATABASE, began, wanted)
            return began, wanted

    def downgrade(self, release: Release, *, confirmed: bool) -> tuple[str, str]:
        """Take the tables back to what they were in a release; tell from which, and to which.

        Raises SchemaOlder, SchemaNewer, SchemaUnknown, ReleaseUnknown, BackIsBarred, or, unless `confirmed`,
        BackWouldLose.
        """
        with self.database.rebuilding() as session:
            require_current_here(session.connection(), self.branches)
            migration, began = self._migration(session), newest(self.branches)
            target = self._target(release)
            if target == began:
                return began, target
            if blocks := migration.blocks(release):
                raise BackIsBarred(blocks)
            if not confirmed and (losses := migration.losses(release)):
                raise BackWouldLose(losses)
            self.before(began)
            self._note(session, Action.DOWNGRADE_DATABASE, began, target)
            migration.downgrade(release)
            return began, target

    def _begun(self, session: Session) -> str:
        """Tell which release the tables are of, and let the database say so where it does not yet."""
        connection = session.connection()
        stands = standing(connection, self.branches)
        if stands is Standing.NEWER:
            raise SchemaNewer
        if stands is Standing.EMPTY:
            raise SchemaUnknown
        if stands is Standing.UNVERSIONED:
            release = None if revisions(connection) else recognised(connection, self.branches)
            if release is None:
                raise SchemaUnknown
            stamp(connection, self.branches, parsed(release))
        return release_of(self.branches, revisions(connection)) or ""

    def _target(self, release: Release) -> str:
        """Name the release that changed the tables last, up to this one; raises ReleaseUnknown."""
        if release > parsed(newest(self.branches)) or any(
            release < parsed(branch.steps[0].release) for branch in self.branches
        ):
            raise ReleaseUnknown
        return release_of(self.branches, frozenset(branch.at(release) for branch in self.branches)) or ""

    def _migration(self, session: Session) -> Migration:
        return Migration(session.connection(), self.branches, self.own_key, self.heard)

    def _note(self, session: Session, action: Action, began: str, target: str) -> None:
        note(session, Entry(self.now, action, purpose_of(action), CONSOLE, detail={"from": began, "to": target}))
        session.flush()
