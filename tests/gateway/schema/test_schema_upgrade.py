"""A site of the first release is brought forward with all it holds, and back; broken off, it is as it was."""

from contextlib import closing, contextmanager
from datetime import date

import pytest
from releases import (
    ENDS,
    FIRST,
    KEEPER,
    OPEN,
    OWN_KEY,
    as_they_were,
    brought_forward,
    everything,
    home_of,
    rows_of,
    short_folder,
)
from sqlalchemy import create_engine, text
from sqlmodel import select

from directory.book import AddressBook
from gateway.adapters.database import Database
from gateway.audit.rows import EntryRow
from gateway.audit.verify import Verify
from gateway.backup.prove import prove
from gateway.bootstrap import follow
from gateway.exchange.rows import TakenRow
from gateway.referring.dossier import Dossier
from gateway.referring.rows import ReferralRow
from gateway.schema.branch import newest, parsed
from gateway.schema.errors import BackIsBarred, BackWouldLose, ReleaseUnknown
from gateway.schema.flow import Change
from gateway.schema.shape import recognised
from gateway.schema.version import Standing, require_current, standing
from gateway.site.errors import SchemaNewer, SchemaOlder, SchemaUnknown
from gateway.station import utc_now
from inbox_tui.bootstrap import case_store
from inbox_tui.tables import CaseRow

NOW = newest(ENDS["region"])
END = pytest.mark.parametrize("end", ENDS)


class BrokenOffError(Exception):
    """The machine gave out."""


@contextmanager
def database_in(file):
    with closing(Database(f"sqlite:///{file}")) as database:
        yield database


def change(database, end, **how):
    return Change(database, ENDS[end], OWN_KEY, utc_now(), **how)


def look(file):
    """Read every row past the program."""
    with create_engine(f"sqlite:///{file}").connect() as connection:
        return everything(connection)


def break_off(*_told):
    raise BrokenOffError


@pytest.fixture
def old(end, tmp_path):
    """A database of the first release."""
    return rows_of(end, tmp_path / "stafet.db")


@pytest.fixture
def new(end, tmp_path):
    """The same, brought forward."""
    return brought_forward(end, tmp_path / "stafet.db")


@contextmanager
def opened(end):
    """Open the whole site once its database was brought forward."""
    with short_folder() as folder:
        home = home_of(end, folder)
        with database_in(home.path / "stafet.db") as database:
            Change(database, ENDS[end], home.settings().fingerprint, utc_now()).upgrade()
        with OPEN[end](home) as station:
            yield station


@END
def test_every_row_is_kept(end, old):
    before = look(old)
    with database_in(old) as database:
        assert change(database, end).upgrade() == (FIRST, NOW)
    after = as_they_were(look(old), before)
    (noted,) = (row for row in after["audit_entries"] if row["action"] == "upgrade-database")
    assert noted["detail"] == f'{{"from": "{FIRST}", "to": "{NOW}"}}'
    after["audit_entries"].remove(noted)
    assert {**after, "audit_head": []} == {**before, "audit_head": []}


@END
@pytest.mark.usefixtures("end")
def test_nothing_refers_to_what_is_not_there_and_the_guards_hold(new):
    with database_in(new) as database, database.session() as session:
        assert not session.execute(text("PRAGMA foreign_key_check")).all()
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        for statement in (
            "DELETE FROM audit_entries",
            "UPDATE audit_entries SET hash = ''",
            "DELETE FROM retention_runs",
        ):
            with pytest.raises(Exception, match="only added to"), session.begin_nested():
                session.execute(text(statement))


@END
def test_the_site_opens_its_letters_and_its_trail_is_whole(end):
    with opened(end) as station:
        assert prove(station, utc_now()).arrived_at
        with station.database.reading() as session:
            report = Verify(station.notary, utc_now())(session)
            actions = session.exec(select(EntryRow.action)).all()
        assert (report.finding, report.contradicted) == (None, ())
        assert actions[-1] == "upgrade-database"
        assert len(actions) > 50


def test_the_region_reads_what_it_sent_and_what_was_answered():
    with opened("region") as station, station.database.reading() as session:
        rows = session.exec(select(ReferralRow).order_by(ReferralRow.number)).all()
        dossiers = [Dossier(session, station.vault, row) for row in rows]
        assert [bool(one.content) for one in dossiers] == [True, False, True, True, True]
        assert dossiers[3].content.citizen.name == "Kvasterblomme Ægirsdøttir"
        assert follow(station, session).named("2026-0004").acknowledgement.acknowledged_by == KEEPER["unit"]
        assert [one.email for one in AddressBook(session).contacts()] == ["sikkerpost@aarhus.example"]


def test_a_municipality_reads_its_cases_with_what_0_1_0_did_not_keep_in_the_list():
    with opened("unit") as station:
        store = case_store(station)
        with station.database.reading() as session:
            keeper = next(one for one in station.people(session).active() if one.name == KEEPER["unit"])
            rows = {row.number: row for row in session.exec(select(CaseRow))}
        acute, unread = rows["2026-0004"], rows["2026-0005"]
        assert acute.acute_by == date(2026, 11, 24)
        assert acute.moved_at == acute.forwarded_at
        assert acute.opened_at < acute.acknowledged_at
        assert (unread.opened_at, unread.moved_at, unread.acute_by) == (None, None, None)
        assert rows["2026-0001"].acute_by is None
        assert {row.also for row in rows.values()} == {0}
        for number in ("2026-0001", "2026-0002", "2026-0003", "2026-0004", "2026-0005"):
            assert store.find(number, keeper, utc_now()).number == number
        case = store.find("2026-0004", keeper, utc_now())
        assert case.history[-1].note == "Det haster."
        assert case.history[-1].also == ()


@END
@pytest.mark.usefixtures("end")
def test_what_was_read_before_keys_could_change_was_read_with_the_one_there_was(new):
    with database_in(new) as database, database.reading() as session:
        assert set(session.exec(select(TakenRow.opened_with))) == {OWN_KEY}


@END
def test_an_upgrade_that_fails_in_the_middle_has_done_nothing(end, old):
    before = look(old)
    with database_in(old) as database:
        with pytest.raises(BrokenOffError):
            change(database, end, heard=break_off).upgrade()
        assert look(old) == before
        with pytest.raises(SchemaOlder):
            require_current(database, ENDS[end])
        assert change(database, end).upgrade() == (FIRST, NOW)


@END
@pytest.mark.parametrize("release", [FIRST, "0.2.0"])
def test_down_and_up_again_keeps_every_row(end, release, new):
    before = look(new)
    with database_in(new) as database:
        assert change(database, end).downgrade(parsed(release), confirmed=True) == (NOW, release)
        with database.reading() as session:
            assert recognised(session.connection(), ENDS[end]) == release
            assert standing(session.connection(), ENDS[end]) is Standing.OLDER
        assert change(database, end).upgrade() == (release, NOW)
    after = look(new)
    for table in ("audit_entries", "audit_head", "municipal_figures"):
        before.pop(table, None)
        after.pop(table, None)
    assert after == before


@END
def test_a_downgrade_that_fails_in_the_middle_has_done_nothing(end, new):
    before = look(new)
    with database_in(new) as database:
        with pytest.raises(BrokenOffError):
            change(database, end, heard=break_off).downgrade(parsed(FIRST), confirmed=True)
        require_current(database, ENDS[end])
    assert look(new) == before


def test_what_the_older_cannot_hold_is_named_and_waits_for_a_word(tmp_path):
    with database_in(brought_forward("region", tmp_path / "stafet.db")) as database:
        with pytest.raises(BackWouldLose) as refused:
            change(database, "region").downgrade(parsed(FIRST), confirmed=False)
        assert refused.value.counts == {"FIGURES": 1}
        require_current(database, ENDS["region"])


@END
def test_what_would_go_wrong_bars_the_way_back(end, new):
    bars = {
        "OWN_KEYS": "INSERT INTO own_key VALUES ('B', '2026-11-22', 'A', NULL, NULL, NULL)",
        "OWN_ADDRESSES": (
            "INSERT INTO own_contact VALUES (1, '', 'a@x.example', '', '', '', '2026-11-22', NULL, ''), "
            "(2, '', 'b@x.example', '', '', '', '2026-11-22', NULL, '')"
        ),
        "FORWARDS_WAIT": "UPDATE outgoing SET kind = 'forward', state = 'queued'",
        "REPLIES_UNREAD": (
            "INSERT INTO replies SELECT 'r', letter_id, '2026-11-22', NULL, 's', x'' FROM referrals LIMIT 1"
        ),
    }
    bars = bars if end == "region" else {code: sql for code, sql in bars.items() if code != "REPLIES_UNREAD"}
    with database_in(new) as database:
        for statement in bars.values():
            with database.session() as session:
                session.execute(text(statement))
        with pytest.raises(BackIsBarred) as refused:
            change(database, end).downgrade(parsed(FIRST), confirmed=True)
        assert refused.value.counts.keys() == bars.keys()
        require_current(database, ENDS[end])


def test_what_the_older_program_would_stumble_over_is_gone_or_said_as_it_says_it(tmp_path):
    later = (
        "UPDATE cases SET state = 'taken-over' WHERE number = '2026-0004'",
        "UPDATE outgoing SET kind = 'heartbeat', state = 'queued' WHERE kind = 'acknowledgement'",
        "UPDATE outgoing SET state = 'handed-over' WHERE kind = 'closed'",
        "INSERT INTO retention_erasures SELECT 99, at, 'test', 'test_days', 1, 1, at, at FROM retention_erasures",
        (
            "INSERT INTO contact SELECT 99, 'department:x', '', 'x@x.example', '', '', kind, valid_from, NULL, '', "
            "'', '', '', '', NULL FROM contact WHERE id = 1"
        ),
        "UPDATE departments SET active = false WHERE position = 1",
    )
    with database_in(brought_forward("unit", tmp_path / "stafet.db")) as database:
        with database.session() as session:
            for statement in later:
                session.execute(text(statement))
        with pytest.raises(BackWouldLose) as refused:
            change(database, "unit").downgrade(parsed(FIRST), confirmed=False)
        lost = {"TAKEN_OVER", "LETTERS_BETWEEN", "ERASURES", "DEPARTMENTS_BY_MAIL", "RETIRED"}
        assert refused.value.counts.keys() == lost
        change(database, "unit").downgrade(parsed(FIRST), confirmed=True)
        with database.session() as session:
            ask = session.execute
            assert ask(text("SELECT state FROM cases WHERE number = '2026-0004'")).scalar() == "forwarded"
            assert set(ask(text("SELECT state FROM outgoing WHERE kind = 'heartbeat'")).scalars()) == {"cancelled"}
            assert set(ask(text("SELECT state FROM outgoing WHERE kind = 'closed'")).scalars()) == {"sent"}
            assert not ask(text("SELECT 1 FROM retention_erasures WHERE what = 'test'")).all()
            assert ask(text("SELECT valid_to FROM contact WHERE id = 99")).scalar()
            with pytest.raises(Exception, match="only added to"):
                ask(text("DELETE FROM retention_erasures"))


def test_a_case_that_somebody_has_taken_over_is_so_again_after_down_and_up(tmp_path):
    with database_in(brought_forward("unit", tmp_path / "stafet.db")) as database:
        with database.session() as session:
            session.execute(
                text(
                    "INSERT INTO case_events (case_id, kind, at) SELECT id, 'taken-over', '2026-11-23 08:00:00.000000' "
                    "FROM cases WHERE number = '2026-0004'"
                )
            )
            session.execute(text("UPDATE cases SET state = 'taken-over' WHERE number = '2026-0004'"))
        change(database, "unit").downgrade(parsed(FIRST), confirmed=True)
        change(database, "unit").upgrade()
        with database.reading() as session:
            case = session.exec(select(CaseRow).where(CaseRow.number == "2026-0004")).one()
    assert (case.state, case.taken_over_at.hour, case.taken_over_by) == ("taken-over", 8, None)


@pytest.mark.parametrize("release", ["0.0.9", "0.3.1", "1.0.0"])
def test_there_is_no_way_to_a_release_that_is_none(tmp_path, release):
    with database_in(brought_forward("unit", tmp_path / "stafet.db")) as database, pytest.raises(ReleaseUnknown):
        change(database, "unit").downgrade(parsed(release), confirmed=True)


def test_what_is_there_already_is_not_done_again(tmp_path):
    with database_in(brought_forward("unit", tmp_path / "stafet.db")) as database:
        before = look(tmp_path / "stafet.db")
        assert change(database, "unit", before=break_off).upgrade() == (NOW, NOW)
        assert change(database, "unit", before=break_off).downgrade(parsed(NOW), confirmed=False) == (NOW, NOW)
    assert look(tmp_path / "stafet.db") == before


@END
def test_tables_of_today_that_say_nothing_of_themselves_are_taken_for_what_they_are(end, new):
    with database_in(new) as database:
        with database.session() as session:
            session.execute(text("DROP TABLE alembic_version"))
        with pytest.raises(SchemaOlder):
            require_current(database, ENDS[end])
        assert change(database, end, before=break_off).upgrade() == (NOW, NOW)
        require_current(database, ENDS[end])


@END
@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE people ADD COLUMN more", "DROP TRIGGER audit_entries_stands_DELETE", "DROP INDEX outgoing_due"],
)
def test_tables_that_no_release_made_are_left_alone(end, old, statement):
    with database_in(old) as database:
        with database.session() as session:
            session.execute(text(statement))
        before = look(old)
        with pytest.raises(SchemaUnknown):
            change(database, end).upgrade()
    assert look(old) == before


@END
def test_a_later_release_is_left_alone(end, new):
    with database_in(new) as database:
        with database.session() as session:
            session.execute(
                text("UPDATE alembic_version SET version_num = 'shared_99' WHERE version_num LIKE 'shared%'")
            )
        for act in (change(database, end).upgrade, lambda: require_current(database, ENDS[end])):
            with pytest.raises(SchemaNewer):
                act()


@END
def test_an_empty_database_is_no_site_to_bring_forward(end, tmp_path):
    with closing(Database(f"sqlite:///{tmp_path}/empty.db")) as database, pytest.raises(SchemaUnknown):
        change(database, end).upgrade()
