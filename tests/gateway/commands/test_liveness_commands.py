"""`directory status`, `print`, `test`, and `drill`: the board for a terminal and for cron, the sheet for the wall."""

import re
from datetime import timedelta

import pytest
import sites
from sqlmodel import select
from typed import METTE, REFUSED

from directory.book import AddressBook
from gateway.bootstrap import drills, open_region
from gateway.exchange.rows import OutgoingRow
from gateway.liveness.rows import DrillRow, WatchRow
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.wire.letters import Kind
from inbox_tui import __main__ as inbox_command


@pytest.fixture
def known(stafet, opened):
    """The region knows Randers, contact and key."""
    unit = opened[sites.RANDERS]
    with open_region(Home(stafet.home)) as station:
        now = station.clocks.machine() - timedelta(days=5)
        with station.database.session() as session:
            book = AddressBook(session)
            book.set_contact(sites.contact_of(sites.RANDERS, valid_from=now))
            book.pin(sites.pinned(unit, unit.own.fingerprint, now))
    return stafet


def letters(stafet, kind):
    with open_region(Home(stafet.home)) as station, station.database.reading() as session:
        return [row for row in session.exec(select(OutgoingRow)).all() if row.kind == kind]


def test_all_nineteen_are_shown_the_worst_first_with_phone_and_word(known):
    told = known.json("directory", "status")
    assert len(told["rows"]) == 19
    assert [row["grade"] for row in told["rows"]] == ["red"] * 18 + ["amber"]
    randers = told["rows"][-1]
    assert (randers["party"], randers["phone"]) == ("730", "+45 89 15 00 00")
    assert {one["reason"] for one in randers["reasons"]} == {"NOT_HEARD", "NOT_VERIFIED"}
    lines = known("directory", "status").splitlines()
    assert max(map(len, lines)) <= 80
    assert next(line for line in lines if line.startswith("!  AMBER")).split() >= ["!", "AMBER", "Randers"]
    assert "+45 89 15 00 00" in known("directory", "status")
    assert sum("no receiver registered" in line for line in lines) == 18


@pytest.mark.parametrize("spoken", ["da", "en"])
def test_the_table_fits_eighty_columns(known, spoken):
    assert max(map(len, known("directory", "status", "--lang", spoken).splitlines())) <= 80


def test_cron_is_told_by_the_exit_code(known):
    known("directory", "status", "--check", code=REFUSED)
    known("directory", "status", "--check", "--party", "730")
    known("directory", "status", "--check", "--party", "751", code=REFUSED)


def test_one_municipality_is_shown_with_everything_and_what_to_do(known):
    said = known("directory", "status", "--party", "730")
    assert "sikkerpost@randers.example" in said
    assert "directory test" in said
    assert "Aarhus" not in said
    for other in ("101", "region", "x"):
        assert known.json("directory", "status", "--party", other, code=REFUSED)["error"] == "NOT_A_PARTY"


def test_silence_makes_it_red(known):
    with open_region(Home(known.home)) as station, station.database.session() as session:
        now = station.clocks.machine()
        session.add(WatchRow(since=now - timedelta(days=4), until=now))
    told = known.json("directory", "status", "--party", "730")
    assert (told["rows"][0]["grade"], told["rows"][0]["reasons"][0]["reason"]) == ("red", "SILENT")
    assert {"code": "SILENT", "about": "730"}.items() <= told["notices"][0].items()
    assert "+45 89 15 00 00" in told["notices"][0]["said"]
    doctor = known.json("doctor", code=REFUSED)
    (line,) = [one for one in doctor["findings"] if one["code"] == "LINE_SILENT"]
    assert "+45 89 15 00 00" in line["said"]


def test_a_test_is_sent_now_and_said_how_to_see_the_answer(known):
    told = known.json("directory", "test", "730")
    assert [row.letter_id for row in letters(known, Kind.HEARTBEAT)] == [told["letter_id"]]
    assert "directory status --party 730" in known("directory", "test", "730")
    assert known.json("directory", "test", "751", code=REFUSED)["error"] == "TEST_NO_CONTACT"
    assert known.json("directory", "test", "101", code=REFUSED)["error"] == "NOT_A_PARTY"


def test_a_drill_is_asked_and_listed(known):
    told = known.json("drill", "ask", "730")
    assert [row.conversation_id for row in letters(known, Kind.DRILL)] == [told["id"]]
    assert [one["party"] for one in known.json("drill", "list")["drills"]] == ["730"]
    assert "not answered" in known("drill", "list")
    assert known.json("drill", "ask", "730", code=REFUSED)["error"] == "DRILL_OPEN"
    with open_region(Home(known.home)) as station, station.database.session() as session:
        (row,) = session.exec(select(DrillRow)).all()
        row.acknowledged_at = row.asked_at
    assert "not answered" not in known("drill", "list")


def test_only_an_administrator_tests_and_everybody_may_look(known):
    known.hire("Olga Prøve", Role.SENDER)
    for words in (("directory", "test", "730"), ("drill", "ask", "730")):
        assert known.json(*words, "--as", "Olga Prøve", code=REFUSED)["error"] == "MAY_NOT"
    for words in (("directory", "status"), ("directory", "print"), ("drill", "list")):
        known(*words, "--as", "Olga Prøve")


def test_the_sheet_is_printed_and_written_as_a_page_once(known, tmp_path):
    assert "Randers" in known("directory", "print")
    assert len(known.json("directory", "print")["municipalities"]) == 19
    page = tmp_path / "sheet.html"
    known("directory", "print", "--html", page)
    assert "+45 89 15 00 00" in page.read_text("utf-8")
    assert known.json("directory", "print", "--html", page, code=REFUSED)["error"] == "FILE_EXISTS"


def test_what_somebody_wrote_in_a_contact_is_harmless_on_the_screen(known):
    with open_region(Home(known.home)) as station, station.database.session() as session:
        contact = AddressBook(session).contact("730")
        object.__setattr__(contact, "unit_name", "Evil\x1b]52;c;x\x07")
        AddressBook(session).set_contact(contact)
    for words in (("directory", "status", "--party", "730"), ("directory", "print")):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", known(*words))


def test_the_daemon_of_the_region_tests_and_drills(known):
    with open_region(Home(known.home)) as station:
        assert drills(station).parties[-1] == "751"


def test_a_municipality_looks_and_tests_too(stafet, short_path):
    stafet(
        *("init", "--municipality", "751", "--address", "sikkerpost@aarhus.example", "--phone", "95000751"),
        *("--person", METTE, "--listen", "127.0.0.1:0", "--home", short_path / "m", "--lang", "en"),
        command=inbox_command,
    )
    at = ("--home", short_path / "m")
    told = stafet.json("contact", "status", *at, command=inbox_command)
    assert [row["name"] for row in told["rows"]] == ["Præhospitalet"]
    assert told["rows"][0]["reasons"][0]["reason"] == "NO_CONTACT"
    refused = stafet.json("contact", "test", *at, command=inbox_command, code=REFUSED)
    assert refused["error"] == "TEST_NO_CONTACT"
