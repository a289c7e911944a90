"""A database is moved whole or not at all, by one who is alone with it; whatever breaks off, the site goes on.

The flow does not know which kind of database it moves to, so a second file stands for the server here; tests/peers has
a real one.
"""

import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest
import sites
from backups import admin, back_up, restore
from databases import ON_POSTGRESQL

from gateway.adapters.database import Database
from gateway.audit.read import entries
from gateway.audit.verify import Verify
from gateway.backup import snapshot
from gateway.backup.errors import CopyDiffers
from gateway.backup.move import Move, _make_room, put_aside
from gateway.doctor import files
from gateway.doctor.findings import Grade
from gateway.site.errors import AlreadyRunning, DatabaseGone, DatabaseTaken, MayNot, SiteInUse
from gateway.site.home import Home
from gateway.site.people import Role
from inbox_tui.bootstrap import case_store, open_municipality

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="it begins in a file")


class Elsewhere:
    """Another database, which a test moves a site to."""

    def __init__(self, file):
        self.file, self.url = file, f"sqlite:///{file}"

    def reached(self):
        return closing(Database(self.url))

    def tables(self):
        with closing(sqlite3.connect(self.file)) as found:
            return [name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


@pytest.fixture
def elsewhere(tmp_path):
    return Elsewhere(tmp_path / "server.db")


def flow(station, **changes):
    clock = station.clocks.machine
    fields = {
        "home": station.home,
        "settings": station.settings,
        "old": snapshot.database_file(station.home, station.settings),
        "source": station.database,
        "tables": station.tables,
        "verify": Verify(station.notary, clock()),
        "clock": clock,
        "progress": lambda _done, _whole: None,
    }
    return Move(**fields | changes)


def copied(station, elsewhere, person=None, **changes):
    """Do all but settle, as when the program is ended by force just then."""
    return flow(station, **changes)(elsewhere.reached, person or admin(station))


def move(home, elsewhere):
    with open_municipality(home) as station:
        moving, person = flow(station), admin(station)
        with station.alone():
            rows = moving(elsewhere.reached, person)
            return rows, settled(moving, elsewhere)


def settled(moving, elsewhere):
    moving.source.forget()
    moving.source.close()
    return moving.settle(elsewhere.url)


def everything(database, tables):
    """Read all that a site keeps, but for what tells that it was moved and who came in."""
    with database.reading() as session:
        connection = session.connection()
        found = {table: connection.execute(table.select()).all() for one in tables for table in one.sorted_tables}
    return {
        table.name: sorted(map(repr, rows))
        for table, rows in found.items()
        if table.name not in {"audit_entries", "audit_head"}
    }


def trail(station):
    with station.database.reading() as session:
        verified = Verify(station.notary, sites.utc_now())(session)
        return verified, [(one.action, one.outcome) for one in entries(session)]


def test_the_site_goes_on_in_the_other_one_with_all_it_had(home, elsewhere):
    with open_municipality(home) as station:
        sites.hire(station, "Olga Prøve", Role.INTAKE)
        case_store(station).ensure_departments()
        station.checkpoints.tick()
        before = everything(station.database, station.tables)
    rows, kept = move(home, elsewhere)

    assert home.settings().database_url == elsewhere.url
    assert (kept, (home.path / "stafet.db").exists()) == (home.path / "stafet.db.moved", False)
    with open_municipality(home) as station:
        assert everything(station.database, station.tables) == before
        assert admin(station).name == "Mette Testgaard"
        verified, told = trail(station)
        assert verified.finding is None
        assert [one for one in told if one[0] == "move-database"] == [("move-database", "done")]
    assert rows >= sum(map(len, before.values()))


def test_the_old_file_is_whole_and_its_log_is_empty(home, elsewhere):
    _rows, kept = move(home, elsewhere)
    snapshot.require_sound(kept)
    assert not list(home.path.glob("stafet.db-*"))
    with closing(sqlite3.connect(kept)) as found:
        assert found.execute("SELECT count(*) FROM people").fetchone() == (1,)


def test_the_old_settings_put_back_open_no_empty_site(home, elsewhere):
    """The daemon would begin anew in a new file, and take letters into it."""
    before = home.settings_file.read_bytes()
    move(home, elsewhere)
    home.settings_file.write_bytes(before)
    with pytest.raises(DatabaseGone), open_municipality(home):
        pass
    assert not (home.path / "stafet.db").exists()


def test_the_old_file_is_told_of_until_somebody_deletes_it(home, elsewhere):
    """It holds what retention has erased since."""
    _rows, kept = move(home, elsewhere)
    (found,) = files.left_behind(home, home.settings())
    assert (found.code, found.grade, dict(found.told)) == ("OLD_DATABASE_LIES", Grade.LOOK, {"file": kept.name})
    kept.unlink()
    assert [*files.left_behind(home, home.settings())] == []


@pytest.mark.parametrize("role", [Role.INTAKE, Role.AUDITOR, Role.DEPARTMENT])
def test_only_who_keeps_the_site_may(home, elsewhere, role):
    with open_municipality(home) as station:
        person = sites.hire(station, "Olga Prøve", role)
        with pytest.raises(MayNot):
            copied(station, elsewhere, person)
        assert ("move-database", "MAY_NOT") in trail(station)[1]
    assert not elsewhere.file.exists()


def test_a_database_that_holds_anything_else_is_not_touched(home, elsewhere):
    with closing(sqlite3.connect(elsewhere.file)) as other, other:
        other.executescript("CREATE TABLE audit_entries (thesis TEXT); INSERT INTO audit_entries VALUES ('only copy')")
    with open_municipality(home) as station, pytest.raises(DatabaseTaken):
        copied(station, elsewhere)
    with closing(sqlite3.connect(elsewhere.file)) as other:
        assert other.execute("SELECT * FROM audit_entries").fetchall() == [("only copy",)]
    assert elsewhere.tables() == ["audit_entries"]


def test_another_site_s_database_is_not_touched(home, elsewhere, short_path):
    back_up(home, short_path / "x.gpg")
    restore(short_path / "x.gpg", Home(short_path / "restored"))
    move(Home(short_path / "restored"), elsewhere)
    with open_municipality(home) as station, pytest.raises(DatabaseTaken):
        copied(station, elsewhere)


def test_what_was_copied_and_never_used_gives_way_to_the_next_try(home, elsewhere):
    """Ended by force between the last row there and the settings here; the site worked on in its file since."""
    with open_municipality(home) as station:
        copied(station, elsewhere)
        sites.hire(station, "Olga Prøve", Role.INTAKE)
    assert home.settings().database_url is None

    move(home, elsewhere)

    with open_municipality(home) as station, station.database.reading() as session:
        assert [one.name for one in station.people(session).active()] == ["Mette Testgaard", "Olga Prøve"]
        assert trail(station)[0].finding is None


def test_what_was_copied_and_then_used_never_gives_way(home, elsewhere):
    before = home.settings_file.read_bytes()
    _rows, kept = move(home, elsewhere)
    with open_municipality(home) as station:
        sites.hire(station, "Olga Prøve", Role.INTAKE)
        admin(station)  # which is noted, as every use of a site is
    kept.rename(home.path / "stafet.db")
    home.settings_file.write_bytes(before)

    with open_municipality(home) as station, pytest.raises(DatabaseTaken):
        copied(station, elsewhere)


def test_a_database_never_gives_way_to_itself(home, elsewhere):
    """Its own trail ends with the move, as that of a copy does."""
    move(home, elsewhere)
    with elsewhere.reached() as one, elsewhere.reached() as same, one.reading() as here, same.session() as there:
        refused = pytest.raises(DatabaseTaken)
        with refused:
            _make_room(there, here)
    assert "people" in elsewhere.tables()


def test_broken_off_anywhere_it_leaves_nothing_and_may_be_done_again(home, elsewhere):
    told = []
    with open_municipality(home) as station:
        person, first = admin(station), Elsewhere(elsewhere.file.with_name("first.db"))
        copied(station, first, person, progress=lambda *now: told.append(now))
        before, stops = everything(station.database, station.tables), [*dict(told)]
        for stop in (stops[0], stops[len(stops) // 2], stops[-1]):
            with pytest.raises(KeyboardInterrupt):
                copied(station, elsewhere, person, progress=lambda done, _whole, at=stop: broken_off(done == at))
            assert elsewhere.tables() == []
            assert everything(station.database, station.tables) == before
    move(home, elsewhere)
    with open_municipality(home) as station:
        assert everything(station.database, station.tables) == before


def broken_off(now):
    if now:
        raise KeyboardInterrupt


def test_a_trail_that_verifies_otherwise_there_is_not_kept(home, elsewhere):
    with open_municipality(home) as station:
        answers = iter(["one", "other"])
        with pytest.raises(CopyDiffers, match="audit_entries"):
            copied(station, elsewhere, verify=lambda _session: next(answers))
    assert elsewhere.tables() == []


def test_nothing_is_moved_while_a_daemon_runs(home):
    with open_municipality(home) as station, home.running(), pytest.raises(AlreadyRunning), station.alone():
        pass


def test_nothing_is_moved_while_anybody_else_is_in(home):
    with open_municipality(home), open_municipality(home) as station, pytest.raises(SiteInUse), station.alone():
        pass


def test_who_comes_while_it_is_moved_waits_and_goes_on_in_the_new_one(home, elsewhere):
    """Had they read the settings before, they would write in the old one, where nobody looks any more."""
    came, where = threading.Event(), []

    @contextmanager
    def waiting():
        thread = threading.Thread(target=come)
        yield thread
        thread.join()

    def come():
        came.set()
        with open_municipality(home) as station:
            where.append(station.settings.database_url)

    with waiting() as thread, open_municipality(home) as station:
        moving, person = flow(station), admin(station)
        with station.alone():
            thread.start()
            came.wait()
            copied(station, elsewhere, person)
            assert where == []
            settled(moving, elsewhere)
    assert where == [elsewhere.url]


def test_what_was_kept_before_is_not_written_over(tmp_path):
    for nth in range(3):
        (tmp_path / "stafet.db").write_text(str(nth))
        put_aside(tmp_path / "stafet.db")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "stafet.db.moved": "0",
        "stafet.db.moved-2": "1",
        "stafet.db.moved-3": "2",
    }
