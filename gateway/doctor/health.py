"""The few things a monitor asks every minute: nothing is unlocked, no mail server is asked, and nobody signs in.

What works but should be looked at soon is told, and is no failure; `doctor` looks at all of it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from directory.own import OwnBook
from gateway.adapters.database import Database
from gateway.doctor import machine
from gateway.doctor.findings import Check, Finding, bad, look, well
from gateway.doctor.keys import SOON
from gateway.liveness.rows import ToldRow
from gateway.liveness.watch import OFTEN, watched
from gateway.monitor import exchange
from gateway.monitor.figures import Figure
from gateway.schema import version
from gateway.schema.branch import Branch
from gateway.site.errors import SchemaNewer, SchemaOlder, SchemaUnknown
from gateway.site.home import Home
from gateway.site.settings import Settings
from keys import passphrase
from keys.errors import KeyringError
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

SLOW: Final = timedelta(minutes=15)
"""How long a letter may wait to leave, and a round of the daemon may take."""
AWAY: Final = "DATABASE_AWAY"


def examine(home: Home, settings: Settings, branches: Sequence[Branch], now: datetime) -> Iterator[Finding]:
    """Look at a site without opening it; `branches` are the tables it should have, `now` is the machine's clock.

    Raises SettingsUnreadable and DatabaseGone, where there is nothing to look at.
    """
    yield from machine.daemon(home)
    yield from machine.disk(home)
    try:
        with closing(Database(home.database_url(settings))) as database:
            version.require_current(database, branches)
            with database.reading() as session:
                found = [*_inside(home, settings, session, now)]
    except (SchemaOlder, SchemaNewer, SchemaUnknown) as error:
        yield bad(Check.DATABASE, "DATABASE_OTHER", reason=error.code)
    except (SQLAlchemyError, OSError) as error:
        yield bad(Check.DATABASE, "DATABASE_AWAY", reason=type(error).__name__)
    else:
        yield from found


def _inside(home: Home, settings: Settings, session: Session, now: datetime) -> Iterator[Finding]:
    yield well(Check.DATABASE, "DATABASE_ANSWERS")
    yield from _rounds(home, settings, session, now)
    yield from _mail(settings, session, now)
    yield from _own_key(home, settings, session, now)
    red = Counter(session.exec(select(ToldRow.what).where(ToldRow.red)))
    if red:
        yield look(Check.LINE, "LINE_RED", count=red.total(), codes=", ".join(sorted(red)))


def _rounds(home: Home, settings: Settings, session: Session, now: datetime) -> Iterator[Finding]:
    """Ask when the daemon last wrote down that it listens, as it does every few minutes."""
    watch = watched(session)
    quiet = now - watch.until if watch else timedelta()
    if home.is_running() and quiet > SLOW + OFTEN + timedelta(seconds=settings.chore_seconds):
        yield bad(Check.DAEMON, "ROUNDS_STAND", minutes=_minutes(quiet))


def _mail(settings: Settings, session: Session, now: datetime) -> Iterator[Finding]:
    read = (exchange.letters(session, now), exchange.came_in(session, now), exchange.mailboxes(session, settings, now))
    told = {sample.figure: sample.value for samples in read for sample in samples}
    waits, stuck = timedelta(seconds=told[Figure.QUEUE_AGE]), int(told[Figure.ARRIVALS_STUCK])
    if waits > SLOW:
        yield bad(Check.LETTERS, "LETTERS_WAIT", minutes=_minutes(waits))
    else:
        yield well(Check.LETTERS, "LETTERS_LEAVE")
    yield bad(Check.ARRIVALS, "ARRIVALS_STUCK", count=stuck) if stuck else well(Check.ARRIVALS, "ARRIVALS_TAKEN")
    if told.get(Figure.PICKUP_FAILING):
        yield bad(Check.WAY_IN, "PICKUP_STANDS")


def _own_key(home: Home, settings: Settings, session: Session, now: datetime) -> Iterator[Finding]:
    """Read the public part of our key: no agent is asked."""
    book = OwnBook(session, Fingerprint.parse(settings.fingerprint), settings.unit.address)
    try:
        keyring = Keyring(home.gnupg, passphrase.read(home.passphrase_file))
        info = keyring.describe(book.current(now))
    except KeyringError as error:
        yield bad(Check.KEY, "GPG_FAILS", reason=error.code)
        return
    unusable, days = info.unusable_at(now), (info.expires - now).days if info.expires else None
    if unusable is not None:
        yield bad(Check.KEY, f"KEY_{unusable.name}")
    elif days is not None and days < SOON.days:
        yield look(Check.KEY, "KEY_ENDS_SOON", days=days)
    else:
        gpg = ".".join(map(str, keyring.gpg.version))
        yield well(Check.KEY, "KEY_WORKS", version=gpg, days="–" if days is None else days)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)
