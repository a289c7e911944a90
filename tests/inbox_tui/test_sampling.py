"""Drawing closed cases for a joint review (H12): by a seed that anybody can use again, noted on every case drawn."""

import pytest
from databases import copy_site
from inbox_commands import WORKER, Typed, made
from sqlmodel import select

from gateway import language
from gateway.site.people import Role
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow, EventKind, EventRow
from tests.inbox_site import arrived, referral

AUDITOR = "Rikke Revisortest"
DRAW = ("sample", "--basis", "-", "--as", AUDITOR)
BASIS = "Samarbejdsaftalens evaluering, jf. databeskyttelsesloven § 10"
NUMBERS = [f"2026-00{number}" for number in range(31, 37)]


@pytest.fixture(scope="module")
def site_made():
    with made() as folder:
        yield folder


@pytest.fixture
def inbox(site_made, short_path, capsys, monkeypatch):
    """Six cases, of which the first five are closed."""
    for name in ("STAFET_HOME", "STAFET_AS", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language, "_in_use", "da")
    typed = Typed(copy_site(site_made, short_path / "m"), capsys, monkeypatch)
    typed.hire(AUDITOR, Role.AUDITOR)
    for number in NUMBERS:
        typed.receive(arrived(referral("R02"), number))
        typed("acknowledge", number, "--as", WORKER)
    for number in NUMBERS[:5]:
        typed("assess", number, "not-acute", "--why", "-", "--as", WORKER, typed="Kan vente.")
        typed("close", number, "--outcome", "adjusted", "--reason", "-", "--as", WORKER, typed="Kendt.")
    return typed


def drawn(inbox, *more, seed="november", typed=BASIS):
    return inbox(*DRAW, "--seed", seed, *more, typed=typed)["numbers"]


def noted(inbox):
    with inbox.station() as station, station.database.reading() as session:
        rows = session.exec(select(EventRow, CaseRow).join(CaseRow).where(EventRow.kind == EventKind.SAMPLED)).all()
        return {case.number: Locked(station.vault).note(event) for event, case in rows}


def test_the_same_seed_draws_the_same_closed_cases_and_another_seed_others(inbox):
    first = drawn(inbox, "--count", "2")

    assert drawn(inbox, "--count", "2") == first
    assert len(first) == 2
    assert set(first) <= set(NUMBERS[:5])
    assert len({tuple(drawn(inbox, "--count", "2", seed=str(seed))) for seed in range(8)}) > 1


def test_every_draw_is_noted_on_every_case_with_who_and_on_what_ground(inbox):
    numbers = drawn(inbox, "--count", "3")

    notes = noted(inbox)
    assert set(notes) == set(numbers)
    assert {(note.by, note.seed, note.basis) for note in notes.values()} == {(AUDITOR, "november", BASIS)}


def test_no_more_is_drawn_than_was_closed_in_the_time(inbox):
    assert sorted(drawn(inbox, "--count", "50")) == NUMBERS[:5]
    assert drawn(inbox, "--from", "2021-01-01", "--to", "2021-12-31") == []


def test_nothing_is_drawn_without_a_basis_or_by_who_may_not(inbox):
    inbox(*DRAW, "--seed", "november", typed=" \n", code=2)
    inbox("sample", "--basis", "-", "--seed", "november", "--as", WORKER, typed=BASIS, code=2)
    assert noted(inbox) == {}
