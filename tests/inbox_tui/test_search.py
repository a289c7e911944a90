"""Searching the cases by what a person types (E10): what is found, by whom, and what is written down of it (S30)."""

import pytest
from sqlmodel import select

from gateway.audit.rows import EntryRow
from gateway.wire.letters import Kind
from gateway.wire.supplement import Supplement
from inbox_tui.casework.view import Only, View
from inbox_tui.search import folded
from tests.inbox_site import ANNE, HOME_CARE, NOW, SARA, SOCIAL, InboxSite, arrived, referral

KAREN, SOREN, AAGE = "2026-0041", "2026-0042", "2026-0043"


def with_three(site):
    site.receive(arrived(referral("R02"), KAREN))
    site.receive(arrived(referral("R08", citizen={"cpr": None, "phone": "+45 95 00 09 99"}), SOREN))
    site.receive(arrived(referral("R09", citizen={"cpr": None, "phone": "+45 95 00 08 88"}), AAGE))
    return site


@pytest.fixture
def three(site):
    return with_three(site)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory):
    made = with_three(InboxSite(tmp_path_factory.mktemp("search") / "inbox.db"))
    yield made
    made.db.close()


def numbers(site, text, person=ANNE):
    sought = site.store.search(text, person, NOW)
    with site.store.looking(person, NOW) as cases:
        lines = cases.page(0, 99, NOW.date(), View(Only.ALL, ids=sought.ids))
    return sought.by, sorted(line.number for line in lines)


FINDS = [
    ("190668-7074", "cpr", [KAREN]),
    (" 1906687074 ", "cpr", [KAREN]),
    ("+4595000999", "phone", [SOREN]),
    ("95000999", "phone", [SOREN]),
    ("95 00 09 99", "phone", [SOREN]),
    ("0045 95 00 09 99", "phone", [SOREN]),
    ("2026-0042", "number", [SOREN]),
    ("2026-004", "number", [KAREN, SOREN, AAGE]),
    ("karen", "name", [KAREN]),
    ("TESTDAL", "name", [KAREN]),
    ("testdal kar", "name", [KAREN]),
    ("Søren Øksenvad", "name", [SOREN]),
    ("soeren aeroe blaabjerg", "name", [SOREN]),
    ("BLÅBJERG", "name", [SOREN]),
    ("åge", "name", [AAGE]),
    ("Aage", "name", [AAGE]),
    ("test", "name", [KAREN, SOREN, AAGE]),
    ("karen søren", "name", []),
    ("ingen her", "name", []),
    ("%", "phone", []),
    ("_____", "phone", []),
    ("   ", "name", []),
    ("180668-7074", "cpr", []),
    ("12345", "phone", []),
]


@pytest.mark.parametrize(("typed", "by", "found"), FINDS)
def test_a_case_is_found_by_what_is_typed(unchanged, typed, by, found):
    assert numbers(unchanged, typed) == (by, found)


def test_an_accent_written_in_two_ways_is_the_same_name():
    assert folded("André Ångström") == folded("ANDRE\u0301 A\u030angstro\u0308m") == "andre aangstrom"


def test_an_ended_case_is_found_too(three):
    case_id = three.store.find(KAREN, ANNE, NOW).id
    three.store.acknowledge(case_id, ANNE, NOW)
    three.acts.withdraw(case_id, ANNE, NOW)
    assert numbers(three, "karen") == ("name", [KAREN])


def test_nothing_of_what_was_typed_is_written_down(three):
    """S30: how it was searched and how many there were, and no more."""
    for typed in ("190668-7074", "95000999", "Karen Testdal", "hemmelig"):
        three.store.search(typed, ANNE, NOW)
    with three.db.reading() as session:
        rows = session.exec(select(EntryRow).where(EntryRow.action == "search")).all()
    assert [row.detail for row in rows] == [
        '{"by": "cpr", "found": 1}',
        '{"by": "phone", "found": 1}',
        '{"by": "name", "found": 1}',
        '{"by": "name", "found": 0}',
    ]
    assert {(row.about, row.person_id) for row in rows} == {("", ANNE.id)}
    three.db.close()
    raw = b"".join(path.read_bytes() for path in three.path.parent.iterdir() if path.is_file())
    for secret in ("190668", "7074", "95000999", "Karen", "karen", "hemmelig"):
        assert secret.encode() not in raw


def test_a_department_finds_what_it_sees_and_nothing_else(three):
    """E12."""

    def found():
        return {tuple(numbers(three, typed, SARA)[1]) for typed in ("190668-7074", "testdal", KAREN, "test")}

    assert found() == {()}
    case_id = three.store.find(KAREN, ANNE, NOW).id
    three.store.acknowledge(case_id, ANNE, NOW)
    three.store.forward(case_id, SOCIAL, ANNE, "", NOW)
    assert found() == {(KAREN,)}
    three.store.forward(case_id, HOME_CARE, ANNE, "", NOW, also=[SOCIAL])
    assert found() == {(KAREN,)}
    three.store.forward(case_id, HOME_CARE, ANNE, "", NOW)
    assert found() == {()}


def test_a_corrected_name_is_what_is_found_from_then_on(three):
    """O23: what was held in memory is opened anew."""
    assert numbers(three, "karen")[1] == [KAREN]
    said = Supplement(written_at=NOW, written_by="Mette Testgaard", correction=True, name="Kirsten Testdal")
    three.hear(Kind.SUPPLEMENT, said.written(), KAREN)
    assert numbers(three, "karen")[1] == []
    assert numbers(three, "kirsten testdal")[1] == [KAREN]


def test_a_name_is_opened_once_and_then_held(three, monkeypatch):
    """H2: among many cases the second search waits for nothing."""
    opened, real = [], three.vault.open

    def count(blob, place):
        opened.append(place)
        return real(blob, place)

    monkeypatch.setattr(type(three.vault), "open", lambda _vault, blob, place: count(blob, place))
    three.store.search("karen", ANNE, NOW)
    assert len(opened) == 3
    three.store.search("søren", ANNE, NOW)
    assert len(opened) == 3
    assert three.store._names.__repr__().count("Karen") == 0
