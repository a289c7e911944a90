"""The clocks that have run out at a municipality, counted for a monitor: nothing of any case comes out of it."""

from datetime import UTC, date, datetime

from inbox_tui.casework.due import Why
from inbox_tui.mailbox import Waiting
from tests.inbox_site import ANNE, arrived, referral

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def run_out(site, day):
    with site.db.reading() as session:
        return Waiting(site.vault, remind_days=1).run_out(session, day)


def test_with_no_case_every_clock_stands_at_none(site):
    assert run_out(site, MONDAY.date()) == dict.fromkeys(Why, 0)


def test_a_case_is_counted_under_each_of_its_clocks_on_working_days_alone(site):
    """E1, E13, S18."""
    for number in ("2026-0001", "2026-0002"):
        site.receive(arrived(referral("R02"), number, at=MONDAY))
    told = run_out(site, date(2026, 11, 20))

    assert (told[Why.NOBODY], told[Why.OVERDUE], told[Why.NOT_ASSESSED], told[Why.ACUTE]) == (2, 2, 2, 0)
    assert run_out(site, date(2026, 11, 21)) == dict.fromkeys(Why, 0), "a Saturday"


def test_it_stops_when_somebody_has_acted(site):
    case_id = site.receive(arrived(referral("R02"), "2026-0001", at=MONDAY))
    site.store.acknowledge(case_id, ANNE, MONDAY)

    assert run_out(site, date(2026, 11, 4))[Why.NOBODY] == 0


def test_nothing_is_opened_for_it(site, monkeypatch):
    site.receive(arrived(referral("R02"), "2026-0001", at=MONDAY))
    monkeypatch.setattr(type(site.vault), "open", None)

    assert run_out(site, date(2026, 11, 4))[Why.NOBODY] == 1
