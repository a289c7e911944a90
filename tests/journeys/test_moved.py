"""A site that has worked for a while is moved to PostgreSQL, whatever breaks off, and goes on there as if nothing were.

Then it is backed up from there, restored on a machine without one, and moved once more.
"""

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sites
from databases import ON_POSTGRESQL
from postgresql_server import postgresql
from restore_ends import KEEPER, road
from sqlalchemy import inspect

from gateway.adapters.database import Database
from gateway.adapters.named_server import named_server
from gateway.audit.read import entries
from gateway.audit.rows import AuditTable, SampleRow
from gateway.backup.copying import copy
from gateway.backup.errors import CopyDiffers
from gateway.backup.prove import prove
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import State
from gateway.site.errors import DatabaseRefused, DatabaseUnfit, DatabaseUnknown
from gateway.wire.letters import Kind

pytestmark = [pytest.mark.peers, pytest.mark.skipif(ON_POSTGRESQL, reason="it begins in a file")]

OF_ITSELF = frozenset({"audit_entries", "audit_head", "audit_checkpoints", "credentials"})
"""What tells of the move itself and that it was looked at; and a password is hashed anew at a real sign-in."""

SAFE = ("fsync=on",)
CROWD = 3_000
BROKEN_OFF = [
    ("midway", signal.SIGINT),
    ("all copied", signal.SIGINT),
    ("begun", signal.SIGKILL),
    ("midway", signal.SIGKILL),
    ("committed", signal.SIGKILL),
]
"""When the settings have been written it is another story: then the site is on the server already."""

DONE, REFUSED = 0, 2


@pytest.fixture(scope="module")
def server():
    with sites.short_folder() as folder, postgresql(folder, *SAFE) as running:
        yield running


def move(end, url, *more, by=("-m", "inbox_tui")):
    """Move an end by the command, as a program of its own."""
    line = [*by, "database", "move", url, "--home", end.home.path, "--as", KEEPER, "--lang", "en", *more]
    return subprocess.run([sys.executable, *line], capture_output=True, text=True, check=False)


def killed(end, url, point, how):
    return move(end, url, by=(Path(__file__).with_name("killed_move.py"), point, how.name))


def everything(station):
    """Read every row as it is, but for those that tell of that."""
    tables = [one for family in station.tables for one in family.sorted_tables if one.name not in OF_ITSELF]
    with station.database.reading() as session:
        rows = {one.name: session.connection().execute(one.select()).all() for one in tables}
    return {name: sorted(repr(tuple(row)) for row in found) for name, found in rows.items()}


def differing(after, before):
    """Name the tables that are not the same, with what came and went."""
    assert after.keys() == before.keys()
    return {name: set(after[name]) ^ set(before[name]) for name in after if after[name] != before[name]}


def as_it_was(line, before):
    """Open the site that was moved or not, and see that all is there; it stays open."""
    line.unit.open()
    station = line.unit.station
    with station.database.reading() as session:
        kind = session.get_bind().dialect.name
    assert differing(everything(station), before) == {}
    assert line.unit.verified().finding is None
    assert prove(station, line.clock()).arrived_at is not None
    return kind


@pytest.fixture(scope="module")
def _odd(server):
    """A database that not every letter can be written in, and an account that may not make tables."""
    with server.connect() as at:
        at.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
        at.execute("CREATE ROLE guest LOGIN")


class Told:
    """What was done, and when in the story."""


@pytest.fixture(scope="module")
def moved(server):
    """A municipality has taken letters, and one of its own waits to leave, when it is moved."""
    server.create("site")
    with road() as line:
        told = Told()
        told.line, told.url, told.broken_off = line, server.url("site"), []
        told.letters = [line.refer() for _nth in range(3)]
        line.carry()
        line.acknowledge(told.letters[0][0])
        line.carry()
        line.acknowledge(told.letters[1][0])
        station = line.unit.station
        with station.database.session() as session:
            session.add_all(
                SampleRow(month="2026-10", count=nth, seed="s", drawn_at=line.clock(), person_id="p")
                for nth in range(CROWD)
            )
        station.checkpoints.tick()
        told.before = everything(station)
        line.unit.opened.close()
        for point, how in BROKEN_OFF:
            ended = killed(line.unit, told.url, point, how)
            told.broken_off.append((point, how, ended, as_it_was(line, told.before)))
            line.unit.opened.close()
        told.said = move(line.unit, told.url)
        told.kind = as_it_was(line, told.before)
        yield told


def test_broken_off_anywhere_the_site_was_as_before_in_its_file(moved):
    assert {kind for _point, _how, _ended, kind in moved.broken_off} == {"sqlite"}
    for point, how, ended, _kind in moved.broken_off:
        expected = REFUSED if how is signal.SIGINT else -how
        assert ended.returncode == expected, (point, how, ended.stdout, ended.stderr)


def test_ctrl_c_is_answered_in_words(moved):
    for _point, how, ended, _kind in moved.broken_off:
        if how is signal.SIGINT:
            assert "Nothing was changed" in ended.stderr
            assert "Traceback" not in ended.stderr


def test_the_site_is_on_the_server_with_every_row_it_had(moved):
    """`as_it_was` has read them all, opened a letter, and verified the trail."""
    assert moved.said.returncode == DONE, moved.said.stderr
    assert moved.kind == "postgresql"
    assert "stafet.db.moved" in moved.said.stdout
    home = moved.line.unit.home
    assert home.settings().database_url == moved.url
    assert sorted(path.name for path in home.path.glob("stafet.db*")) == ["stafet.db.moved"]


def test_that_it_was_moved_stands_once_in_its_trail(moved):
    with moved.line.unit.station.database.reading() as session:
        (entry,) = entries(session, action="move-database")
    assert (entry.role, entry.outcome) == ("admin", "done")
    assert json.loads(entry.detail)["rows"] > CROWD


def test_new_rows_get_numbers_that_no_row_has(moved):
    station = moved.line.unit.station
    with station.database.session() as session:
        row = SampleRow(month="2026-11", count=1, seed="s", drawn_at=moved.line.clock(), person_id="p")
        session.add(row)
        session.flush()
        assert row.id == CROWD + 1


def test_what_is_only_added_to_stands_there_too(moved):
    with pytest.raises(Exception, match="only added to"), moved.line.unit.station.database.session() as session:
        session.connection().exec_driver_sql("DELETE FROM audit_entries")


def test_what_waited_to_leave_leaves_and_letters_come_and_go(moved):
    line = moved.line
    line.carry()
    line.acknowledge(moved.letters[2][0])
    moved.after = line.refer()
    line.carry()
    line.acknowledge(moved.after[0])
    line.carry()
    for letter, _number in (*moved.letters, moved.after):
        (row,) = [row for row in line.rows(line.region, "referrals") if row["letter_id"] == letter]
        assert row["acknowledged_at"] is not None
    assert {row["state"] for row in line.rows(line.unit, "outgoing") if row["kind"] != Kind.RECEIPT} == {State.RECEIVED}
    assert {row["outcome"] for row in line.rows(line.unit, "arrivals")} == {Outcome.TAKEN}


def test_an_old_file_that_kept_its_name_loses_it_when_the_move_is_done_again(moved):
    """Ended by force between the settings and the file: the site is on the server already."""
    home = moved.line.unit.home
    (home.path / "stafet.db.moved").rename(home.path / "stafet.db")
    moved.line.unit.opened.close()
    again = move(moved.line.unit, moved.url)
    moved.line.unit.open()
    assert again.returncode == DONE, again.stderr
    assert sorted(path.name for path in home.path.glob("stafet.db*")) == ["stafet.db.moved"]


def test_what_was_erased_is_let_go_of_by_the_server(moved):
    """C9: its rows are not there for whoever looks into the server's tables."""
    line = moved.line
    database = line.unit.station.database
    with database.session() as session:
        session.connection().exec_driver_sql("CREATE TABLE erased AS SELECT generate_series(1, 10000) AS n")
        session.connection().exec_driver_sql("DELETE FROM erased")
    assert size(database) > 0
    database.forget()
    assert size(database) == 0
    with database.session() as session:
        session.connection().exec_driver_sql("DROP TABLE erased")


def size(database):
    with database.reading() as session:
        return session.connection().exec_driver_sql("SELECT pg_relation_size('erased')").scalar_one()


def test_a_backup_from_the_server_is_restored_without_one_and_moved_again(moved, server):
    line = moved.line
    made = line.unit.back_up(line.folder / "unit.gpg")
    before = everything(line.unit.station)
    line.unit.opened.close()
    restored = line.unit.restore(line.folder / "unit.gpg", line.folder / "new")

    assert restored.from_server
    assert restored.made_at == made.made_at
    assert restored.proof.arrived_at is not None, "it opened an old letter"
    assert line.unit.home.settings().database_url is None
    after = everything(line.unit.station)
    assert differing(after, before).keys() <= {"audit_restores", "backups", "conversations", "outgoing", "steps"}
    line.unit.opened.close()

    taken = move(line.unit, moved.url)
    assert taken.returncode == REFUSED, "the server holds what came after the backup"
    assert "holds something already" in taken.stderr
    server.create("again")
    assert move(line.unit, server.url("again")).returncode == DONE
    assert as_it_was(line, after) == "postgresql"
    line.wait()
    assert {row["state"] for row in line.rows(line.unit, "outgoing") if row["kind"] != Kind.RECEIPT} == {State.RECEIVED}


def test_a_database_that_holds_something_else_is_left_as_it_is(moved, server):
    server.create("other")
    with server.connect("other") as other:
        other.execute("CREATE TABLE thesis (words text)")
        other.execute("INSERT INTO thesis VALUES ('the only copy')")
    moved.line.region.opened.close()
    refused = move(moved.line.region, server.url("other"), "--json", by=("-m", "gateway"))
    assert json.loads(refused.stdout)["error"] == "DATABASE_TAKEN"
    assert refused.returncode == REFUSED
    with server.connect("other") as other:
        assert other.execute("SELECT words FROM thesis").fetchall() == [("the only copy",)]


@pytest.mark.parametrize("odd", [{"seed": "a\0b"}, {"count": 2**31}], ids=["a letter", "a number"])
def test_what_only_a_file_can_hold_is_named_by_its_table_and_nothing_is_copied(server, tmp_path, odd):
    name = f"odd_{next(iter(odd))}"
    server.create(name)
    with closing(Database(f"sqlite:///{tmp_path}/x.db")) as file, closing(Database(server.url(name))) as target:
        file.create(AuditTable.metadata)
        row = {"month": "2026-10", "count": 1, "seed": "s", "drawn_at": sites.utc_now(), "person_id": "p"}
        with file.session() as session:
            session.add(SampleRow(**row | odd))
        copying = pytest.raises(CopyDiffers, match="audit_samples")
        with copying, file.reading() as here, target.session() as there:
            copy(here.connection(), there.connection(), (AuditTable.metadata,))
        with target.reading() as session:
            assert inspect(session.connection()).get_table_names() == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (("/postgres?", "/nothing?"), DatabaseUnknown),
        (("stafet@", "nobody@"), DatabaseRefused),
        (("/postgres?", "/latin?"), DatabaseUnfit),
        (("stafet@", "guest@"), DatabaseUnfit),
    ],
)
@pytest.mark.usefixtures("_odd")
def test_a_server_that_will_not_have_us_is_told_of_in_words(server, change, refusal):
    url = server.url("postgres")
    assert named_server(url) == url
    with pytest.raises(refusal):
        named_server(url.replace(*change))
