"""What a list shows, in which order (E10), and what is counted as due (E13): the database says what the rule says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from directory.calendar import add_working_days, local_day
from inbox_tui.casework.case import BEFORE_A_DEPARTMENT_HAS_IT, ENDED, CaseState, Rank
from inbox_tui.casework.intake import case_from
from inbox_tui.casework.reader import Reader
from inbox_tui.casework.view import EVERY_CASE, Only, Order, View
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow
from tests.inbox_site import ANNE, BODIL, HOME_CARE, NOW, SARA, SOCIAL, arrived, referral

TODAY = local_day(NOW)
BUSY = (CaseState.FORWARDED, CaseState.TAKEN_OVER)
NAMES = {SOCIAL: "Social og Psykiatri", HOME_CARE: "Hjemmepleje"}

CASES = st.lists(
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(CaseState),
            "hours": st.integers(0, 400),
            "target": st.integers(-6, 6),
            "acute_by": st.sampled_from([None, None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=3)]),
            "withdrawn": st.sampled_from([False, False, False, True]),
            "opened": st.booleans(),
            "assessed": st.booleans(),
            "position": st.sampled_from([1, 1, 2, 3]),
            "department": st.sampled_from([SOCIAL, HOME_CARE]),
            "moved": st.integers(0, 200),
        }
    ),
    max_size=9,
)


def _is_open(line):
    return line.state not in ENDED and not line.withdrawn


def _department(line):
    return next((one for one, name in NAMES.items() if name == line.responsible), "")


SHOWN = {
    Only.OPEN: _is_open,
    Only.UNREAD: lambda line: _is_open(line) and line.unread,
    Only.ACUTE: lambda line: _is_open(line) and line.acute_by is not None,
    Only.OVERDUE: lambda line: _is_open(line) and line.target_date < TODAY and line.state in BEFORE_A_DEPARTMENT_HAS_IT,
    Only.NEW: lambda line: _is_open(line) and line.state is CaseState.NEW,
    Only.WAITING: lambda line: _is_open(line) and line.state is CaseState.ACKNOWLEDGED,
    Only.ON_ITS_WAY: lambda line: _is_open(line) and line.state is CaseState.FORWARDED,
    Only.TAKEN_OVER: lambda line: _is_open(line) and line.state is CaseState.TAKEN_OVER,
    Only.AGAIN: lambda line: _is_open(line) and line.re_referral,
    Only.ENDED: lambda line: not _is_open(line),
    Only.ALL: lambda _line: True,
}

ORDERED = {
    Order.NEED: lambda line: (line.rank(TODAY), line.received_at),
    Order.NEWEST: lambda line: (-line.received_at.timestamp(),),
    Order.TARGET: lambda line: (not _is_open(line), line.target_date, line.received_at),
    Order.STATE: lambda line: (list(CaseState).index(line.state), line.received_at),
    Order.DEPARTMENT: lambda line: (_department(line), line.received_at),
}


VIEWS = (
    *(View(only) for only in Only),
    *(View(Only.ALL, order) for order in Order),
    *(View(Only.ALL, department=one) for one in NAMES),
    View(ids=()),
)
READERS = (Reader(TODAY), Reader(TODAY, 3), Reader(TODAY + timedelta(days=1)), Reader(TODAY, 1, "Hjemmepleje"))


def put(session, site, place, drawn):
    """Let a case stand as drawn."""
    came = NOW - timedelta(hours=drawn["hours"])
    row = Locked(site.vault).row(case_from(arrived(referral("R02"), f"2026-{place:04}", came)))
    row.state, row.position = drawn["state"], drawn["position"]
    row.target_date = TODAY + timedelta(days=drawn["target"])
    row.acute_by = None if drawn["state"] in ENDED else drawn["acute_by"]
    row.withdrawn_at = NOW if drawn["withdrawn"] else None
    row.opened_at = NOW if drawn["opened"] else None
    row.assessed_at = NOW if drawn["assessed"] else None
    if drawn["state"] in BUSY:
        row.department_id, row.moved_at = drawn["department"], NOW - timedelta(hours=drawn["moved"])
    session.add(row)


def test_every_view_shows_what_the_rule_says_in_its_order(site):
    @settings(max_examples=20, deadline=None)
    @given(drawn=CASES, counted=st.sampled_from(VIEWS))
    def holds(drawn, counted):
        with site.db.session() as session:
            session.exec(delete(CaseRow))
            for place, one in enumerate(drawn):
                put(session, site, place, one)
        with site.store.looking(ANNE, NOW) as cases:
            everything = cases.page(0, 99, TODAY, EVERY_CASE)
            assert len(everything) == len(drawn)
            for view in (*VIEWS, View(ids=tuple(line.id for line in everything[::2]))):
                assert [line.id for line in cases.page(0, 99, TODAY, view)] == wanted(everything, view), view
            ids = wanted(everything, counted)
            assert cases.count(TODAY, counted) == len(ids)
            places = {one: place for place, one in enumerate(ids)}
            assert all(cases.position(line.id, TODAY, counted) == places.get(line.id) for line in everything)
            for reader in READERS:
                assert cases.reminders(reader) == sum(reader.reminder(line) is not None for line in everything)

    holds()


def wanted(lines, view):
    """Say which cases a view shows, in its order."""
    shown = [line for line in lines if SHOWN[view.only](line) and _is_in(line, view)]
    return [line.id for line in sorted(shown, key=lambda line: (*ORDERED[view.order](line), line.id))]


def _is_in(line, view):
    return (view.department is None or _department(line) == view.department) and (
        view.ids is None or line.id in view.ids
    )


def waiting(site, at):
    return site.receive(arrived(referral("R02"), "2026-0001", at))


@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 27)])
def test_on_a_holiday_morning_nothing_nags(site, day):
    """S18: it came on 22 December, and everybody is at home."""
    waiting(site, datetime(2026, 12, 22, 8, tzinfo=UTC))
    with site.store.looking(ANNE, NOW) as cases:
        assert cases.reminders(Reader(day)) == 0
        assert cases.reminders(Reader(date(2026, 12, 28))) == 1


def test_a_reminder_stops_when_a_colleague_has_acted(site):
    """E13."""
    case_id = waiting(site, NOW - timedelta(days=2))
    with site.store.looking(ANNE, NOW) as cases:
        assert cases.reminders(Reader(TODAY)) == 1
    site.store.acknowledge(case_id, BODIL, NOW)
    with site.store.looking(ANNE, NOW) as cases:
        assert cases.reminders(Reader(TODAY)) == 0


def test_a_department_is_reminded_of_its_own_alone_and_not_of_one_it_is_only_part_of(site):
    """E13, E7."""
    for number, department, also in (("2026-0001", SOCIAL, ()), ("2026-0002", HOME_CARE, (SOCIAL,))):
        case_id = site.receive(arrived(referral("R02"), number, NOW - timedelta(days=2)))
        site.store.acknowledge(case_id, ANNE, NOW - timedelta(days=2))
        site.store.forward(case_id, department, ANNE, "", NOW - timedelta(days=2), also=also)
    with site.store.looking(SARA, NOW) as cases:
        reader = Reader(TODAY, department=cases.department_of(SARA))
        assert reader.department == "Social og Psykiatri"
        assert cases.tally(TODAY) == {Rank.ON_ITS_WAY: 2}
        assert cases.reminders(reader) == 1
    with site.store.looking(ANNE, NOW) as cases:
        assert cases.department_of(ANNE) is None
        assert cases.reminders(Reader(TODAY)) == 2


def test_what_came_in_the_night_is_first_in_the_morning(site):
    """E16: R17 comes at 2.50, and waits silently."""
    night = NOW.replace(hour=1, minute=50)
    for number, at in (("2026-0001", NOW - timedelta(days=1)), ("2026-0002", NOW - timedelta(days=2))):
        site.store.acknowledge(site.receive(arrived(referral("R02"), number, at)), ANNE, at)
    site.receive(arrived(referral("R17"), "2026-0003", night))
    with site.store.looking(ANNE, NOW) as cases:
        assert [line.number for line in cases.page(0, 9, TODAY, View())] == ["2026-0003", "2026-0002", "2026-0001"]
        assert cases.page(0, 1, TODAY, View())[0].target_date == add_working_days(TODAY, 5)
