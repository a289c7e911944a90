"""A PostgreSQL server of the tests' own: on a socket in a folder, without the network, ended when the block ends."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

PROGRAMS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
ACCOUNT = "postgres"
"""PostgreSQL does not run as root; Debian makes this account for it."""

USER = "stafet"
PATIENCE = 60.0
HURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off", "autovacuum=off")
"""How a server runs whose data nobody needs tomorrow."""

SETTINGS = ("listen_addresses=", "max_connections=200", "shared_buffers=64MB", "logging_collector=off")


def program(name: str) -> str:
    """Find one of PostgreSQL's programs, the newest there is; Debian keeps them off the path."""
    newest = (path for pattern in PROGRAMS for path in sorted(Path("/").glob(pattern[1:]), reverse=True))
    found = next((folder / name for folder in newest if (folder / name).exists()), shutil.which(name))
    assert found, "PostgreSQL is not installed: apt-get install postgresql"
    return str(found)


def _account() -> dict[str, str | int]:
    return {"user": ACCOUNT, "group": ACCOUNT} if os.geteuid() == 0 else {}


@dataclass
class PostgreSQL:
    """One server; `folder` holds its data and its socket."""

    folder: Path
    settings: tuple[str, ...] = HURRIED
    process: subprocess.Popen | None = None

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user=USER, dbname=name, options="-c timezone=UTC", autocommit=True
        )

    def prepare(self) -> None:
        """Make the cluster."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, ACCOUNT, ACCOUNT)
        how = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", f"--username={USER}")
        subprocess.run([program("initdb"), "-D", self._data, *how], check=True, capture_output=True, **_account())

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [
            part
            for one in (*SETTINGS, *self.settings, f"unix_socket_directories={self.folder}")
            for part in ("-c", one)
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program("postgres"), "-D", self._data, *options], stdout=log, stderr=log, cwd="/", **_account()
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every connection, SIGQUIT does not even write down what is open, as in a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
        self.process = None

    def create(self, name: str, template: str = "template0") -> bool:
        """Make a database, as a copy of another one if that is named; tell whether it was not there already."""
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with closing(self.connect()) as at, suppress(psycopg.errors.DuplicateDatabase):
            at.execute(words.format(sql.Identifier(name), sql.Identifier(template)))
            return True
        return False

    def only_for_reading(self, name: str, *, on: bool) -> None:
        """Let connections made from now on write nothing to a database, or write again."""
        words = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
        with closing(self.connect()) as at:
            at.execute(words.format(sql.Identifier(name), sql.Literal(on)))

    def replace(self, name: str, template: str) -> None:
        """Put a copy of a database in another's place; whoever has either open is put out."""
        self.drop(name)
        with closing(self.connect()) as at:
            at.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (template,))
        self.create(name, template)

    def drop(self, *names: str) -> None:
        with closing(self.connect()) as at:
            for name in names:
                at.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def postgresql(folder: Path, *settings: str) -> Iterator[PostgreSQL]:
    """Run a server in a folder; without `settings` it is one that is fast, and loses what it holds with the power."""
    server = PostgreSQL(folder, settings or HURRIED)
    server.prepare()
    server.start()
    try:
        yield server
    finally:
        server.stop()
