"""What is due on a case, and why: working days alone, and never once somebody has acted (E13, S18)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import COPENHAGEN, add_working_days, is_working_day, next_working_day
from gateway import language
from gateway.language import use
from inbox_tui.casework.case import CaseLine, CaseState, Rank
from inbox_tui.casework.due import Due, Why, all_due, due
from inbox_tui.due_words import said

MONDAY = date(2026, 11, 16)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (MONDAY + timedelta(days=n) for n in range(1, 7))
NEXT_MONDAY = MONDAY + timedelta(days=7)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), COPENHAGEN).astimezone(UTC)


def line(received: date = MONDAY, **more) -> CaseLine:
    facts = {
        "id": "c1",
        "number": "2026-0001",
        "citizen": "Karen Testdal",
        "received_at": at(received),
        "target_date": add_working_days(received, 5),
        "state": CaseState.NEW,
        "position": 1,
        "notices": (),
        "acknowledged_by": None,
        "responsible": None,
    }
    return CaseLine(**{**facts, **more})


def forwarded(day, **more):
    return line(state=CaseState.FORWARDED, forwarded_at=at(day), responsible="Hjemmepleje", **more)


ASSESSED = {"state": CaseState.ACKNOWLEDGED, "assessed": True}
EXAMPLES = {
    "nothing on the day it came": (line(), MONDAY, 1, None),
    "nobody the day after": (line(), TUESDAY, 1, Due(Why.NOBODY, 1)),
    "nobody, but people are patient here": (line(), TUESDAY, 2, None),
    "nobody for three days": (line(), THURSDAY, 2, Due(Why.NOBODY, 3)),
    "a night before a weekend counts from the next working day": (line(FRIDAY), SUNDAY, 1, None),
    "and is due when offices open": (line(FRIDAY), NEXT_MONDAY, 1, Due(Why.NOBODY, 1)),
    "what came on a Saturday has waited one day on Monday": (line(SATURDAY), NEXT_MONDAY, 1, Due(Why.NOBODY, 1)),
    "acknowledged and assessed": (line(**ASSESSED), TUESDAY, 1, None),
    "not assessed, two days left": (line(state=CaseState.ACKNOWLEDGED), THURSDAY, 1, None),
    "not assessed, one day left": (line(state=CaseState.ACKNOWLEDGED), FRIDAY, 1, Due(Why.NOT_ASSESSED, -1)),
    "not assessed on the last day": (line(state=CaseState.ACKNOWLEDGED), NEXT_MONDAY, 1, Due(Why.NOT_ASSESSED, 0)),
    "assessed, last day": (line(**ASSESSED), NEXT_MONDAY, 1, None),
    "the target has passed": (line(**ASSESSED), NEXT_MONDAY + timedelta(days=1), 1, Due(Why.OVERDUE, 1)),
    "forwarded today": (forwarded(TUESDAY), TUESDAY, 1, None),
    "not taken over yesterday": (forwarded(TUESDAY), WEDNESDAY, 1, Due(Why.NOT_TAKEN_OVER, 1)),
    "overdue weighs more": (forwarded(TUESDAY), NEXT_MONDAY + timedelta(days=2), 1, Due(Why.OVERDUE, 2)),
    "sent back is due at once": (line(sent_back=True, **ASSESSED), TUESDAY, 1, Due(Why.SENT_BACK, 0)),
    "acute, but not today": (line(acute_by=WEDNESDAY, **ASSESSED), TUESDAY, 1, None),
    "acute today": (line(acute_by=WEDNESDAY, **ASSESSED), WEDNESDAY, 1, Due(Why.ACUTE, 0)),
    "acute since two days": (line(acute_by=WEDNESDAY, **ASSESSED), FRIDAY, 1, Due(Why.ACUTE, 2)),
    "acute in a department": (
        line(state=CaseState.TAKEN_OVER, acute_by=TUESDAY, assessed=True),
        WEDNESDAY,
        1,
        Due(Why.ACUTE, 1),
    ),
    "taken over, acute later": (line(state=CaseState.TAKEN_OVER, acute_by=FRIDAY), WEDNESDAY, 1, None),
    "taken over": (line(state=CaseState.TAKEN_OVER), NEXT_MONDAY + timedelta(days=9), 1, None),
    "closed": (line(state=CaseState.CLOSED), FRIDAY, 1, None),
    "not ours": (line(state=CaseState.NOT_OURS), FRIDAY, 1, None),
    "withdrawn": (line(withdrawn=True, acute_by=MONDAY), FRIDAY, 1, None),
}


@pytest.mark.parametrize(("case", "today", "remind_days", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_due(case, today, remind_days, expected):
    assert due(case, today, remind_days) == expected


def test_every_reason_is_among_the_examples():
    assert {found.why for *_case, found in EXAMPLES.values() if found} == set(Why)


days = st.dates(date(2026, 3, 1), date(2027, 4, 30))
lines = st.builds(
    lambda received, state, forwarded_on, acute, flags: line(
        received,
        state=state,
        forwarded_at=at(received + timedelta(days=forwarded_on)) if state is not CaseState.NEW else None,
        responsible="Hjemmepleje" if state in {CaseState.FORWARDED, CaseState.TAKEN_OVER} else None,
        acute_by=None if acute is None else next_working_day(received + timedelta(days=acute)),
        **flags,
    ),
    days,
    st.sampled_from(CaseState),
    st.integers(0, 5),
    st.none() | st.integers(0, 8),
    st.fixed_dictionaries({"assessed": st.booleans(), "sent_back": st.booleans(), "withdrawn": st.booleans()}),
)


@given(lines, st.integers(0, 30), st.integers(1, 5))
def test_nothing_nags_when_offices_are_closed_nor_what_has_ended_or_is_taken_over(case, later, remind_days):
    today = case.received_at.date() + timedelta(days=later)
    found = all_due(case, today, remind_days)
    if not is_working_day(today) or case.rank(today) is Rank.ENDED:
        assert found == ()
    if case.state is CaseState.TAKEN_OVER:
        assert {one.why for one in found} <= {Why.ACUTE}
    assert [one.why for one in found] == sorted({one.why for one in found}, key=list(Why).index)
    assert due(case, today, remind_days) == (found[0] if found else None)


@given(lines, st.integers(0, 20), st.integers(1, 5))
def test_what_is_due_stays_due_and_gets_older_by_a_day_each_working_day_until_somebody_acts(case, later, remind_days):
    today = case.received_at.date() + timedelta(days=later)
    if not is_working_day(today):
        return
    before = {one.why: one.days for one in all_due(case, today, remind_days)}
    after = {one.why: one.days for one in all_due(case, next_working_day(today), remind_days)}
    assert before.keys() <= after.keys()
    for why in before.keys() - {Why.SENT_BACK}:
        assert after[why] == before[why] + 1
    first, then = due(case, today, remind_days), due(case, next_working_day(today), remind_days)
    if first and then:
        assert list(Why).index(then.why) <= list(Why).index(first.why)


@given(lines, st.integers(0, 20))
def test_patience_only_puts_off(case, later):
    today = case.received_at.date() + timedelta(days=later)
    assert set(all_due(case, today, 3)) <= set(all_due(case, today, 2)) <= set(all_due(case, today, 1))


@given(lines, st.integers(0, 20))
def test_acting_stops_it(case, later):
    today = case.received_at.date() + timedelta(days=later)
    reached = replace(case, acute_by=None, assessed=True)
    assert Why.ACUTE not in {one.why for one in all_due(reached, today, 1)}
    assert all_due(replace(reached, state=CaseState.TAKEN_OVER), today, 1) == ()
    assert all_due(replace(case, state=CaseState.CLOSED), today, 1) == ()


@pytest.mark.parametrize(
    ("found", "danish", "english"),
    [
        (Due(Why.ACUTE, 0), "akut: borgeren skal nås senest i dag", "acute: reach the citizen today at the latest"),
        (Due(Why.ACUTE, 1), "akut: 1 hverdag over", "acute: 1 working day over"),
        (Due(Why.ACUTE, 2), "akut: 2 hverdage over", "acute: 2 working days over"),
        (Due(Why.OVERDUE, 1), "fristen er overskredet med 1 hverdag", "the target was passed 1 working day ago"),
        (Due(Why.NOBODY, 2), "ingen har kvitteret i 2 hverdage", "nobody has acknowledged it for 2 working days"),
        (
            Due(Why.NOT_TAKEN_OVER, 2),
            "Hjemmepleje har ikke overtaget i 2 hverdage",
            "Hjemmepleje has not taken it over for 2 working days",
        ),
        (Due(Why.SENT_BACK, 0), "sendt tilbage: vælg en anden afdeling", "sent back: choose another department"),
        (
            Due(Why.NOT_ASSESSED, 0),
            "vurdér senest i dag, om det er akut",
            "assess today at the latest whether it is acute",
        ),
        (
            Due(Why.NOT_ASSESSED, -1),
            "vurdér senest næste hverdag, om det er akut",
            "assess by the next working day whether it is acute",
        ),
    ],
)
def test_it_is_said_in_a_few_words_that_name_no_citizen(found, danish, english, monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")
    assert said(found, forwarded(MONDAY)) == danish
    use("en")
    assert said(found, forwarded(MONDAY)) == english


def test_a_department_s_name_is_harmless_on_a_terminal():
    one = replace(forwarded(MONDAY), responsible="Team\x1b]52;c;x\x07\n2")
    assert said(Due(Why.NOT_TAKEN_OVER, 1), one).isprintable()
