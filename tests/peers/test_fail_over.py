"""Two PostgreSQL servers, one of which follows the other: the first dies, the second takes over, nothing is lost."""

import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest
from postfix import until
from postgresql_server import USER, PostgreSQL, _account, postgresql, program
from sites import short_folder
from sqlalchemy.exc import OperationalError

from gateway.adapters.database import Database
from gateway.site.cipher import Vault
from gateway.site.outage import server_is_away
from gateway.site.people import People, PeopleTable, Role

pytestmark = pytest.mark.peers
VAULT = Vault.random()
SAFE = ("fsync=on", "wal_level=replica")


@contextmanager
def follower_of(server, folder):
    """A copy of a server that follows it. What is promised from now on is on both."""
    follower = PostgreSQL(folder, SAFE)
    with (server.folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write("local replication all trust\n")
    with server.connect() as at:
        at.execute("SELECT pg_reload_conf()")
    if account := _account():
        shutil.chown(folder, account["user"], account["group"])
    copy = ["-h", server.folder, "-U", USER, "-D", folder / "data", "--write-recovery-conf", "--no-sync"]
    until(lambda: subprocess.run([program("pg_basebackup"), *copy], cwd="/", check=False, **account).returncode == 0)
    follower.start()
    with server.connect() as at:
        at.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        at.execute("SELECT pg_reload_conf()")
        until(lambda: at.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone())
    try:
        yield follower
    finally:
        follower.stop(signal.SIGQUIT)


def add(database, name):
    with database.session() as session:
        People(session, VAULT).add(name, Role.INTAKE)


def names(database):
    with database.reading() as session:
        return [person.name for person in People(session, VAULT).active()]


def test_the_one_that_takes_over_has_all_that_was_promised_and_is_found():
    with short_folder() as one, short_folder() as two, postgresql(one, *SAFE) as first:
        first.create("site")
        database = Database(first.url("site").replace(f"host={one}", f"host={one},{two}"), patience=1)
        database.create(PeopleTable.metadata)
        with follower_of(first, two) as second:
            add(database, "Anne")
            first.stop(signal.SIGQUIT)

            with pytest.raises(OperationalError) as nobody:
                add(database, "Bo")
            assert server_is_away(nobody.value), "one that only follows is not written to"

            with second.connect() as at:
                assert at.execute("SELECT pg_promote()").fetchone() == (True,)
            add(database, "Carla")
            assert names(database) == ["Anne", "Carla"]
            database.close()
