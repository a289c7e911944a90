"""A run of retention comes daily, goes on where it was interrupted, and does not believe a clock that jumped (O18)."""

import logging
from datetime import timedelta

import pytest
import sites
from ages import DAY
from databases import database_at
from quick_databases import created
from sqlmodel import select

from gateway.access.actions import Action
from gateway.adapters.database import Database
from gateway.audit.read import entries
from gateway.audit.rows import AuditTable
from gateway.exchange.arrivals import Outcome
from gateway.exchange.erasing import EraseQuarantine
from gateway.exchange.rows import ArrivalRow, ExchangeTable
from gateway.retention.errors import ClockAhead, ClockBehind
from gateway.retention.rows import ErasureRow, RetentionTable, RunRow
from gateway.retention.run import AT_ONCE, BATCH, LONGEST_PAUSE, Retain
from gateway.site.cipher import Vault
from gateway.site.errors import MayNot
from gateway.site.people import People, PeopleTable, Role
from gateway.site.settings import RetentionSettings

TERMS = RetentionSettings()
HOUR = timedelta(hours=1)


class Site:
    """One site with nothing but mail that cannot be trusted, and people."""

    def __init__(self, folder):
        self.clock = sites.Standing(sites.utc_now())
        self.db = Database(database_at(folder / "site.db"))
        created(self.db, *(table.metadata for table in (ExchangeTable, RetentionTable, AuditTable, PeopleTable)))
        self.retain = Retain(self.db, TERMS, (EraseQuarantine(),), self.clock, self.clock)
        with self.db.session() as session:
            people = People(session, Vault.random())
            self.admin, self.auditor = people.add("Bodil Testbo", Role.ADMIN), people.add("Rita Test", Role.AUDITOR)

    def put_aside(self, count=1):
        with self.db.session() as session:
            session.add_all(
                ArrivalRow(
                    place=f"{self.clock()}-{one}",
                    locked=b"locked",
                    size=6,
                    arrived_at=self.clock(),
                    rules_at=self.clock(),
                    outcome=Outcome.QUARANTINED,
                    reason="NOT_AN_ENVELOPE",
                )
                for one in range(count)
            )

    def left(self):
        with self.db.reading() as session:
            return sum(bool(row.locked) for row in session.exec(select(ArrivalRow)))

    def rows(self, table):
        with self.db.reading() as session:
            return list(session.exec(select(table)))

    def days(self, count):
        for _day in range(count):
            self.clock.go(DAY)
            self.retain.tick()


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.db.close()


def test_it_runs_once_a_day_however_often_it_is_asked(site):
    for _hour in range(3 * 24):
        site.retain.tick()
        site.clock.go(HOUR)

    assert len(site.rows(RunRow)) == 3


def test_what_is_due_goes_and_what_is_not_stays(site):
    site.retain.tick()
    site.put_aside(2)
    site.days(10)
    site.put_aside(3)

    site.days(81)

    assert site.left() == 3
    (row,) = site.rows(ErasureRow)
    assert (row.what, row.setting, row.days, row.count) == ("quarantine", "quarantine_days", 90, 2)


def test_the_first_run_of_a_site_erases_nothing(site):
    """What a clock that was wrong from the start says is old, is not."""
    site.put_aside()
    site.clock.go(400 * DAY)

    site.retain.tick()
    assert site.left() == 1
    site.days(1)
    assert site.left() == 0


def test_a_clock_set_far_ahead_erases_nothing_and_says_so_once(site, caplog):
    site.retain.tick()
    site.put_aside()
    site.clock.go(10 * 365 * DAY)

    with caplog.at_level(logging.ERROR, "stafet.retention"):
        for _round in range(5):
            site.retain.tick()

    assert site.left() == 1
    assert len(site.rows(RunRow)) == 1
    assert [record.getMessage() for record in caplog.records] == ["nothing is erased: CLOCK_AHEAD"]


def test_traffic_at_the_wrong_time_does_not_make_the_clock_right(site):
    site.retain.tick()
    site.put_aside()
    site.clock.go(10 * 365 * DAY)
    site.put_aside()

    site.days(29)

    assert site.left() == 2


def test_a_person_who_has_looked_at_the_clock_lets_it_go_on(site):
    site.retain.tick()
    site.put_aside()
    site.clock.go(200 * DAY)

    with pytest.raises(ClockAhead):
        site.retain.by_hand(site.admin, confirmed=False)
    assert site.left() == 1
    assert site.retain.by_hand(site.admin, confirmed=True) == 1
    assert site.left() == 0
    assert site.rows(RunRow)[-1].person_id == site.admin.id
    site.put_aside()
    site.days(91)
    assert site.left() == 0


def test_a_clock_put_back_erases_nothing_until_somebody_has_looked(site):
    site.retain.tick()
    site.clock.go(-2 * DAY)

    with pytest.raises(ClockBehind):
        site.retain.by_hand(site.admin, confirmed=False)
    site.retain.tick()
    assert len(site.rows(RunRow)) == 1
    site.retain.by_hand(site.admin, confirmed=True)
    site.put_aside()
    site.days(91)
    assert site.left() == 0


def test_after_a_pause_of_weeks_it_catches_up(site):
    site.retain.tick()
    site.put_aside()
    site.days(65)
    site.clock.go(LONGEST_PAUSE)

    site.retain.tick()

    assert site.left() == 0


def test_only_an_administrator_runs_it_and_both_are_noted(site):
    with pytest.raises(MayNot):
        site.retain.by_hand(site.auditor, confirmed=True)
    site.retain.by_hand(site.admin, confirmed=True)

    with site.db.reading() as session:
        told = [(one.person_id, one.outcome) for one in entries(session, action=Action.RUN_RETENTION)]
    assert told == [(site.auditor.id, MayNot.code), (site.admin.id, "done")]


def test_a_run_that_breaks_off_goes_on_and_loses_no_count(site):
    site.retain.tick()
    site.put_aside(BATCH * 2 + 1)
    site.days(89)
    site.clock.go(2 * DAY)

    class Power(Exception):
        pass

    batches = []

    class Broken(EraseQuarantine):
        def erase(self, session, found, days, now):
            if batches:
                raise Power
            batches.append(len(found))
            super().erase(session, found, days, now)

    broken = Retain(site.db, TERMS, (Broken(),), site.clock, site.clock)
    runs = len(site.rows(RunRow))
    with pytest.raises(Power):
        broken.tick()
    assert site.left() == BATCH + 1
    assert [row.count for row in site.rows(ErasureRow)] == [BATCH]
    assert len(site.rows(RunRow)) == runs
    site.retain.tick()

    assert site.left() == 0
    assert [row.count for row in site.rows(ErasureRow)] == [BATCH, BATCH, 1]
    assert len(site.rows(RunRow)) == runs + 1


def test_a_round_of_the_daemon_takes_a_bite_and_comes_back(site):
    site.retain.tick()
    site.put_aside(BATCH * AT_ONCE + 1)
    site.days(89)
    site.clock.go(2 * DAY)

    site.retain.tick()
    assert site.left() == 1
    site.clock.go(HOUR)
    site.retain.tick()
    assert site.left() == 0


def test_nothing_is_old_before_both_clocks_say_so(site):
    """Where the rules' time is simulated, mail has come by the machine's, and must not seem years old."""
    ahead = Retain(site.db, TERMS, (EraseQuarantine(),), lambda: site.clock() + 365 * DAY, site.clock)
    site.put_aside()
    site.retain.tick()
    site.clock.go(2 * DAY)

    ahead.tick()

    assert site.left() == 1
