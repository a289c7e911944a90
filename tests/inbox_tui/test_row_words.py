"""A row of the list in words: clocks, reminders, who has it, and the weekend ahead. Every line fills its width."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from directory.calendar import local_day
from gateway import language
from gateway.wire.warnings import Notice
from inbox_tui import row_words
from inbox_tui.casework.case import CaseLine, CaseState, Rank
from inbox_tui.casework.reader import Reader
from inbox_tui.widgets.case_row import Columns, first_line, second_line
from tests.inbox_site import NOW, REFERRALS

TODAY = local_day(NOW)
ANNE, SOCIAL = Reader(TODAY), Reader(TODAY, department="Social og Psykiatri")
DAY = timedelta(days=1)


def line(state=CaseState.NEW, **more):
    facts = {
        "id": "1",
        "number": "2026-0042",
        "citizen": "Karen Testdal",
        "received_at": NOW,
        "target_date": TODAY + 7 * DAY,
        "state": state,
        "position": 1,
        "notices": (),
        "acknowledged_by": None if state is CaseState.NEW else "Anne Testesen",
        "responsible": "Social og Psykiatri" if state in {CaseState.FORWARDED, CaseState.TAKEN_OVER} else None,
        "assessed": True,
    }
    return CaseLine(**facts | more)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "en")


def test_what_has_ended_is_not_said_to_be_sent_back_and_nobody_is_beside_nobody():
    back = {"sent_back": True, "also": 1}
    assert row_words.marks(line(CaseState.CLOSED, **back), ANNE) == ()
    assert row_words.whereabouts(line(CaseState.ACKNOWLEDGED, **back), ANNE) == "Anne Testesen"


@pytest.mark.parametrize(
    ("more", "anne", "social"),
    [
        ({"acute_by": TODAY}, "! acute: reach today", "! acute: reach today"),
        ({"acute_by": TODAY + 3 * DAY}, "acute: 1 working day left", "acute: 1 working day left"),
        ({"acute_by": TODAY - DAY}, "! acute: 1 working day over", "! acute: 1 working day over"),
        ({}, "5 working days left", "5 working days left"),
        ({"target_date": TODAY}, "target is today", "target is today"),
        ({"target_date": TODAY - DAY}, "! 1 working day over", "! 1 working day over"),
        ({"state": CaseState.TAKEN_OVER}, "", "5 working days left"),
        ({"state": CaseState.CLOSED}, "", ""),
        ({"state": CaseState.FORWARDED, "withdrawn": True}, "", ""),
    ],
)
def test_the_clock_that_counts_is_said_in_words(more, anne, social):
    """E1, E3, S19: the department sees the deadline that is left."""
    one = line(**{"state": CaseState.FORWARDED, **more})
    assert (row_words.deadline(one, ANNE), row_words.deadline(one, SOCIAL)) == (anne, social)


@pytest.mark.parametrize(
    ("one", "first"),
    [
        (line(received_at=NOW - 2 * DAY), "nobody has acknowledged it for 2 working days"),
        (line(CaseState.FORWARDED, forwarded_at=NOW - DAY), "not taken over for 1 working day"),
        (line(CaseState.ACKNOWLEDGED, sent_back=True), "sent back: choose another department"),
        (line(CaseState.ACKNOWLEDGED, assessed=False, target_date=TODAY), "assess today at the latest"),
    ],
)
def test_what_is_due_is_the_first_thing_said(one, first):
    """E13: why, and on working days alone (S18)."""
    assert row_words.marks(one, ANNE)[0].startswith(first)
    saturday = Reader(TODAY + DAY)
    assert not any(said.startswith(first) for said in row_words.marks(one, saturday))


def test_what_the_clock_says_is_not_said_twice():
    late = line(CaseState.ACKNOWLEDGED, target_date=TODAY - 3 * DAY, assessed=False)
    assert row_words.marks(late, ANNE) == ()


@pytest.mark.parametrize(
    ("one", "anne", "social"),
    [
        (line(), "", ""),
        (line(CaseState.ACKNOWLEDGED), "Anne Testesen", "Anne Testesen"),
        (line(CaseState.FORWARDED, also=1), "waits for Social og Psykiatri +1", "waits for you to take it over +1"),
        (line(CaseState.FORWARDED, forwarded_at=NOW - DAY), "Social og Psykiatri", "Social og Psykiatri"),
        (line(CaseState.TAKEN_OVER, taken_over_by="Sara"), "Sara, Social og Psykiatri", "Sara"),
        (
            line(CaseState.TAKEN_OVER, taken_over_by="Social og Psykiatri"),
            "Social og Psykiatri",
            "Social og Psykiatri",
        ),
    ],
)
def test_who_has_it_or_whom_it_waits_for(one, anne, social):
    """E7."""
    assert (row_words.whereabouts(one, ANNE), row_words.whereabouts(one, SOCIAL)) == (anne, social)


@pytest.mark.parametrize(("key", "said"), [("R11", "3 days to the next working day: Monday"), ("R05", "6 days")])
def test_the_weekend_and_easter_ahead_are_named(key, said):
    """E4: R11 is a Friday in January, R05 the eve of Skærtorsdag."""
    day = local_day(datetime.fromisoformat(REFERRALS[key]["submitted_at"]))
    tally = row_words.tally({Rank.NEW: 1}, Reader(day), 0)
    assert said in tally
    assert tally.endswith("Monday" if key == "R11" else "Tuesday")
    assert "next working day" not in row_words.tally({Rank.NEW: 1}, Reader(date(2026, 11, 18)), 0)
    assert row_words.tally({Rank.ENDED: 3}, Reader(day), 0) == ""


def test_the_tally_is_for_who_reads_it():
    counts = dict.fromkeys(Rank, 1)
    assert row_words.tally(counts, Reader(date(2026, 11, 18)), 2) == (
        "! 1 acute · ! 1 overdue · ● 1 new · ◐ 1 waiting · → 1 on their way · 2 reminders"
    )
    department = Reader(date(2026, 11, 18), department="Hjemmepleje")
    assert "→ 1 to take over · ◉ 1 with you" in row_words.tally(counts, department, 0)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)


@given(
    width=st.integers(60, 200),
    state=st.sampled_from(CaseState),
    name=NAMES,
    notices=st.lists(st.sampled_from(Notice), unique=True, max_size=5),
    days=st.integers(-9, 9),
    acute=st.booleans(),
)
def test_both_lines_fill_the_width_and_safety_is_never_left_out(width, state, name, notices, days, acute):
    """G8: at any width, whatever the name, and whatever else there is to say."""
    one = line(
        state,
        citizen=name,
        notices=tuple(notices),
        target_date=TODAY + days * DAY,
        acute_by=TODAY + days * DAY if acute else None,
        received_at=NOW - 4 * DAY,
        forwarded_at=NOW - 3 * DAY,
        taken_over_by="Sara Testlund",
        also=2,
        unread=True,
    )
    for reader in (ANNE, SOCIAL):
        drawn = [
            "".join(text for text, _style in draw(one, Columns.of(width), reader)) for draw in (first_line, second_line)
        ]
        assert [cell_len(text) for text in drawn] == [width, width]
        assert ("▲ safety" in drawn[0]) == (Notice.SAFETY_NOTE in notices)
        assert row_words.deadline(one, reader) in drawn[0]
