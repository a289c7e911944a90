"""Make a site of a backup: all of it, proved, or nothing.

Until everything is right the folder is marked as unfinished and has no settings, so that no program takes it for a
site; what was broken off in the middle is cleared away by the next try. What the other parties have said since the
backup they are asked to say again; letters keep their ids, so nothing is shown twice.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, update

from gateway.access.actions import Action, purpose_of
from gateway.audit import put_back
from gateway.audit.trail import CONSOLE, Entry, note
from gateway.backup import last, snapshot
from gateway.backup.archive import Unpack
from gateway.backup.contents import Manifest
from gateway.backup.ports import OpenAs, Opened
from gateway.backup.prove import Proof, prove
from gateway.exchange import resend
from gateway.exchange.delivery import UNDER_WAY
from gateway.exchange.rows import OutgoingRow
from gateway.site.errors import HomeTaken
from gateway.site.home import DATABASE, RESTORING, Home, write_private
from gateway.site.ports import Clock
from gateway.site.settings import Settings
from gateway.wire.letters import Kind
from keys import locked_file
from keys.errors import HomePathTooLong
from keys.fingerprint import Fingerprint
from keys.keyring import LONGEST_HOME

ARCHIVE: Final = "backup.tar"
AGENT_SETTINGS: Final = "gpg-agent.conf"
"""Written anew by every site: a file like it can name programs to run."""
ASK_FIRST: Final = timedelta(minutes=5)
"""Letters of before wait so long, for the other end answers them rightly once it knows of the restore."""


@dataclass(frozen=True)
class Restored:
    """A site that was made of a backup: of whom, from when, what proves it, and who is asked to send again.

    `from_server`: its database lay on a server, and lies in its folder now.
    """

    party: str
    made_at: datetime
    proof: Proof
    asked: tuple[str, ...]
    from_server: bool = False


@dataclass(frozen=True)
class Restore:
    """Restores a site. `also` is what one end does besides, in the same transaction; `clock` is the machine's."""

    open_as: OpenAs
    clock: Clock
    also: Callable[[Session, datetime], None] = lambda _session, _now: None

    def __call__(self, file: Path, home: Home, code: str) -> Restored:
        """Make the site in `home`, a new or an empty folder.

        Raises HomeTaken, HomePathTooLong, LockedFileRefused (the code or the file), BackupUnfit, BackupDamaged,
        BackupOpensNothing, WrongEnd, OSError, and what opening a site raises; then the folder is as it was.
        """
        if len(os.fsencode(home.gnupg.resolve())) > LONGEST_HOME:
            raise HomePathTooLong
        with _appearing(home):
            archive = home.path / ARCHIVE
            locked_file.open_file(file, archive, code)
            unpack = Unpack(archive, home.path)
            manifest, settings = unpack()
            archive.unlink()
            (home.gnupg / AGENT_SETTINGS).unlink(missing_ok=True)
            snapshot.require_sound(home.path / DATABASE)
            here = settings.model_copy(update={"database_url": None})
            with self.open_as(home, here) as site:
                proof = prove(site, self.clock())
                asked = self._noted(site, manifest)
            _settle(home, unpack.settings_file, settings, here)
        from_server = snapshot.database_file(home, settings) is None
        return Restored(manifest.party, manifest.made_at, proof, asked, from_server)

    def _noted(self, site: Opened, manifest: Manifest) -> tuple[str, ...]:
        """Note in the trail what was done, and queue what is asked of the others, in one transaction."""
        now = self.clock()
        with site.database.session() as session:
            reached = put_back.sign(session, site.notary, now)
            made_at = manifest.made_at.astimezone(UTC).strftime(put_back.MOMENT)
            action = Action.RESTORE
            note(session, Entry(now, action, purpose_of(action), CONSOLE, detail={put_back.BACKUP: made_at}))
            last.remember(session, last.LastBackup(manifest.made_at, Fingerprint(manifest.newest_key)))
            begin_anew(session, now)
            self.also(session, now)
            return resend.ask(session, site.post, manifest.made_at, reached.seq)


def begin_anew(session: Session, now: datetime) -> None:
    """Let what waits to leave have all its tries once more, after the others have been asked.

    What had left since is known there: its copy is answered for, and nothing comes of it.
    """
    waiting = update(OutgoingRow).where(
        col(OutgoingRow.state).in_(UNDER_WAY),
        col(OutgoingRow.kind) != Kind.RECEIPT,
        col(OutgoingRow.next_at).is_not(None),
    )
    values = {"times_sent": 0, "claimed_until": None, "next_at": now + ASK_FIRST}
    session.execute(waiting.values(values).execution_options(synchronize_session=False))


def _settle(home: Home, unpacked: Path, settings: Settings, here: Settings) -> None:
    """Put the settings in place, in their own words where they can stand; from then on the folder is a site."""
    if settings == here:
        unpacked.replace(home.settings_file)
    else:
        unpacked.unlink()
        home.write_settings(here)
    home.unfinished_file.unlink()


@contextmanager
def _appearing(home: Home) -> Iterator[None]:
    """Let a folder become a site within the block; when that fails the folder is as it was before."""
    was_there = home.path.is_dir()
    if was_there and any(home.path.iterdir()) and not home.is_half_restored:
        raise HomeTaken(home.path.name)
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.path.chmod(0o700)
    if not home.is_half_restored:
        write_private(home.unfinished_file, RESTORING)
    _clear(home.path, but=home.unfinished_file)
    try:
        yield
    except BaseException:
        _clear(home.path, but=home.unfinished_file)
        home.unfinished_file.unlink(missing_ok=True)
        if not was_there:
            home.path.rmdir()
        raise


def _clear(folder: Path, but: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != but:
            path.unlink()
