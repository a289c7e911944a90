"""Bring a database from one release's tables to another's, by Alembic, within the caller's transaction.

Nothing is committed here: an upgrade that is broken off has done nothing, and is begun anew.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationInfo
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from gateway.schema.branch import REVISIONS, Branch, Release
from gateway.schema.version import revisions

SCRIPTS: Final = REVISIONS.parent / "alembic"

Hears = Callable[[str], None]
"""Is told each revision once it is made or taken back."""

Counts = Mapping[str, int]
"""Codes, and how many there are of each; only those there are."""


def _nobody(_revision: str) -> None:
    return


@dataclass(frozen=True)
class Migration:
    """One database, open in a transaction of the caller's. `own_key` is what the site was made with.

    The data of a site is part of what changes, so a revision may need to know whose it is.
    """

    connection: Connection
    branches: Sequence[Branch]
    own_key: str
    heard: Hears = _nobody

    def upgrade(self, release: Release | None = None) -> None:
        """Bring every branch forward to what it is in a release, or to its newest revision."""
        for branch in self.branches:
            command.upgrade(self._config(), branch.at(release) if release else branch.head)

    def downgrade(self, release: Release) -> None:
        """Take every branch back to what it was in a release."""
        for branch in reversed(self.branches):
            if branch.at(release) not in revisions(self.connection):
                command.downgrade(self._config(), f"{branch.name}@{branch.at(release)}")

    def blocks(self, release: Release) -> Counts:
        """Count what stands in the way of going back to a release: it has to be seen to first."""
        return self._asked("blocks", release)

    def losses(self, release: Release) -> Counts:
        """Count what a release has no place for, and would be lost by going back to it."""
        return self._asked("losses", release)

    def _asked(self, question: str, release: Release) -> Counts:
        found = dict[str, int]()
        for script in self._between(release):
            found |= getattr(script.module, question, _nothing)(self.connection)
        return {code: count for code, count in found.items() if count}

    def _between(self, release: Release) -> Iterator[Script]:
        """Go through the revisions that are taken back on the way to a release, newest first."""
        scripts = ScriptDirectory.from_config(self._config())
        for branch in reversed(self.branches):
            yield from scripts.iterate_revisions(branch.head, branch.at(release))

    def _config(self) -> Config:
        return configured(self.branches, connection=self.connection, own_key=self.own_key, heard=self._hear)

    def _hear(self, *, step: MigrationInfo, **_other: Any) -> None:  # noqa: ANN401 - Alembic's own signature
        self.heard(str(step.up_revision_id))


def configured(branches: Sequence[Branch], **given: object) -> Config:
    """Give Alembic's configuration for these branches; `given` is what `env.py` and the revisions need."""
    config = Config(attributes=given)
    folders = "\n".join(str(branch.folder).replace("%", "%%") for branch in branches)
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", folders)
    return config


def _nothing(_connection: Connection) -> Counts:
    return {}
