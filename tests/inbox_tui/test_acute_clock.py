"""The acute clock (E3): counted in working days, reset by reaching the citizen, and never in anybody's way."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import is_working_day, local_day
from gateway.site.settings import CaseworkSettings
from gateway.wire.letters import Kind
from inbox_tui.acts import Acts
from inbox_tui.casework.case import Rank
from inbox_tui.casework.clock import acute_by
from inbox_tui.casework.notes import Assessment, Contact
from tests.inbox_site import ANNE, BENT, NOW, UNIT, arrived, referral

moments = st.datetimes(*(datetime(year, 4, 1) for year in (2020, 2036)), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside
waits = st.integers(0, 5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def judged(at, *, acute=True):
    return Assessment(by="Anne", at=at, acute=acute, why="Alene i nat.")


def tried(at, *, reached=True):
    return Contact(by="Anne", at=at, reached=reached)


def between(first, last):
    """List the working days after the first, up to and with the last."""
    days = (first + DAY * step for step in range(1, (last - first).days + 1))
    return [day for day in days if is_working_day(day)]


@given(moments, waits)
def test_the_clock_ends_on_a_working_day_with_as_many_working_days_between(at, days):
    day, by = local_day(at), acute_by(judged(at), (), days)
    assert is_working_day(by)
    if days:
        assert len(between(day, by)) == days
    else:
        assert by == day or (not is_working_day(day) and between(day, by) == [by])


@given(moments, waits, st.timedeltas(-5 * DAY, 5 * DAY), st.booleans())
def test_it_stops_when_the_citizen_is_reached_that_day_or_later_and_by_nothing_else(at, days, since, reached):
    contact = tried(at + since, reached=reached)
    stopped = reached and local_day(contact.at) >= local_day(at)
    assert (acute_by(judged(at), (contact,), days) is None) == stopped


@given(moments, waits)
def test_what_is_not_acute_has_no_clock(at, days):
    assert acute_by(judged(at, acute=False), (), days) is None


@pytest.mark.parametrize(
    ("at", "days", "by"),
    [
        ("2026-11-20T13:00:00+01:00", 1, "2026-11-23"),  # a Friday: over the weekend
        ("2026-11-20T13:00:00+01:00", 0, "2026-11-20"),
        ("2026-11-21T13:00:00+01:00", 0, "2026-11-23"),  # a Saturday: the next day the offices are open
        ("2026-04-01T13:00:00+02:00", 1, "2026-04-07"),  # before Easter
        ("2026-12-23T13:00:00+01:00", 2, "2026-12-29"),  # Christmas Eve and the days after are none
        ("2026-11-20T23:30:00+00:00", 0, "2026-11-23"),  # after midnight in Denmark
    ],
)
def test_weekends_and_holidays_are_no_days(at, days, by):
    assert acute_by(judged(datetime.fromisoformat(at)), (), days) == date.fromisoformat(by)


@pytest.fixture
def taken(site):
    case_id = site.receive(arrived(referral("R02")))
    site.store.acknowledge(case_id, ANNE, NOW)
    return case_id


def assess(site, taken, *, acute, at=NOW, acts=None):
    why = "Hun er alene."
    return (acts or site.acts).assess(taken, acute=acute, why=why, person=ANNE, now=at).acute_by


def test_a_colleague_s_contact_a_second_thought_and_the_end_all_stop_it(site, taken):
    """E3: what is assessed anew is counted anew."""
    assert assess(site, taken, acute=True) == date(2026, 11, 23)
    assert site.acts.contact(taken, reached=False, remark="", person=BENT, now=NOW + HOUR).acute_by
    assert site.acts.contact(taken, reached=True, remark="", person=BENT, now=NOW + 2 * HOUR).acute_by is None
    assert assess(site, taken, acute=True, at=NOW + 3 * HOUR) is None
    assert assess(site, taken, acute=True, at=NOW + 3 * DAY) == date(2026, 11, 24)
    assert assess(site, taken, acute=False, at=NOW + 4 * DAY) is None
    assert assess(site, taken, acute=True, at=NOW + 5 * DAY) == date(2026, 11, 26)
    site.acts.close(taken, ["not-now"], "Vil ikke.", ANNE, NOW + 6 * DAY)
    assert site.case(taken).acute_by is None


@pytest.mark.parametrize("here", [True, False])
def test_a_citizen_who_withdraws_is_on_no_clock_any_more(site, taken, here):
    """O10: nobody is pressed to ring on a consent that is gone; a second thought starts no clock either."""
    assess(site, taken, acute=True)
    if here:
        site.acts.withdraw(taken, BENT, NOW + HOUR)
    else:
        said = {"withdrawn_at": NOW.isoformat(), "taken_by": "Mette", "unit": "AMK", "phone": "+45 84 11 20 00"}
        site.hear(Kind.WITHDRAWAL, said)
    assert site.case(taken).acute_by is None
    assert assess(site, taken, acute=True, at=NOW + DAY) is None


def test_a_late_clock_blocks_nothing(site, taken):
    """E1, E3: it presses, and every step can still be taken."""
    late = NOW + 60 * DAY
    assess(site, taken, acute=True)
    assert site.case(taken).rank(local_day(late)) is Rank.ACUTE
    site.acts.contact(taken, reached=False, remark="", person=ANNE, now=late)
    site.store.forward(taken, "hjemmepleje", ANNE, "", late)
    site.store.take_over(taken, ANNE, late)
    assert site.acts.close(taken, ["not-reached"], "Ikke truffet.", ANNE, late).ended


def test_a_municipality_may_choose_the_same_day(site, taken):
    acts = Acts(site.store, site.vault, site.post, lambda: UNIT, CaseworkSettings(acute_days=0))
    assert assess(site, taken, acute=True, acts=acts) == local_day(NOW)
