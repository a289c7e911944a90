"""`stafet-inbox stats`, and `stats send`: the municipality's own figures, shared only when it chooses to."""

import pytest
from inbox_commands import NUMBER, WORKER

from gateway.site.people import Role
from gateway.statistics.aggregate import Aggregate
from gateway.statistics.period import Month
from gateway.wire.letters import Kind

REFUSED = 2
BOSS = ("--as", "Bente Prøvelund")
NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture
def inbox(inbox):
    inbox("acknowledge", NUMBER, "--as", WORKER)
    inbox.hire(BOSS[1], Role.ADMIN)
    return inbox


def figures_sent(inbox):
    return [body for kind, body in inbox.letters() if kind == Kind.FIGURES]


def test_the_one_case_is_a_small_number_and_is_kept_back(inbox):
    """H7."""
    volume = inbox("stats", *NOVEMBER, *BOSS)["tables"][0]

    assert [row["values"] for row in volume["rows"]] == [["..", ".."]]


def test_looking_at_the_figures_sends_nothing(inbox):
    inbox("stats", *BOSS)

    assert figures_sent(inbox) == []


def test_what_is_sent_is_suppressed_and_names_who_chose_to(inbox):
    inbox("stats", "send", *NOVEMBER, *BOSS)
    (body,) = figures_sent(inbox)

    told = Aggregate.read(body)
    assert (told.shared_by, told.referrals, told.took) == (BOSS[1], None, {})
    assert told.period.last == Month(2026, 11)


def test_figures_can_be_sent_again_later(inbox):
    for _each in range(2):
        inbox("stats", "send", *NOVEMBER, *BOSS)

    assert len(figures_sent(inbox)) == 2


def test_only_an_administrator_chooses_to_share(inbox):
    assert inbox("stats", "send", *NOVEMBER, "--as", WORKER, code=REFUSED)["error"] == "MAY_NOT"
    assert figures_sent(inbox) == []


def test_a_period_that_ends_before_it_begins_is_refused(inbox):
    inbox("stats", "send", "--from", "2026-11-01", "--to", "2026-10-01", *BOSS, code=REFUSED)

    assert figures_sent(inbox) == []
