"""Figures travel as a letter of their own: sealed, receipted, and refused when they tell too much (H7)."""

import pytest
from sites import RANDERS

from directory.model import REGION
from gateway.referring.figures import FiguresRow, TakeFigures
from gateway.referring.rows import ReferringTable
from gateway.statistics.aggregate import Aggregate, Rests, Took
from gateway.statistics.figures import Extent
from gateway.statistics.observed import Milestone
from gateway.statistics.period import Month
from gateway.wire.letters import Kind, Letter, new_id


@pytest.fixture
def counting(region):
    """The region with its own tables, and the handler it has for figures."""
    region.database.create(ReferringTable.metadata)
    region.handlers[Kind.FIGURES] = TakeFigures(region.station.vault)
    return region


def told(now):
    month = str(Month.of(now))
    took = Took(lower=60, median=120, upper=240, rests=Rests(measured=12, whole=12, extent=Extent.ALL))
    body = Aggregate(
        first=month, last=month, shared_by="Birgit Prøvegaard", referrals=12, took={Milestone.ASSESSMENT: took}
    )
    return body.written()


def figures(body):
    return Letter(Kind.FIGURES, new_id(), REGION, "2026-11-2026-11", body)


def test_figures_go_from_the_municipality_to_the_region_and_are_receipted(counting, randers):
    randers.post(figures(told(randers.clock())))
    (crossed,) = randers.send()

    assert counting.take(crossed) == ("taken", "")
    assert counting.said(counting.receipts()[0])["verdict"] == "ok"
    assert [row.party for row in counting.rows(FiguresRow)] == [RANDERS]


def test_figures_with_a_small_count_come_back_and_nothing_of_them_is_kept(counting, randers):
    randers.post(figures({**told(randers.clock()), "referrals": 2}))
    (crossed,) = randers.send()

    assert counting.take(crossed) == ("refused", "UNREADABLE")
    assert counting.said(counting.receipts()[0])["verdict"] == "fatal-error"
    assert counting.rows(FiguresRow) == []


def test_figures_are_told_in_a_conversation_of_their_own(counting, randers):
    """Whoever tells again opens another; figures never stand in a citizen's conversation."""
    for _each in range(2):
        randers.post(figures(told(randers.clock())))
        (crossed,) = randers.send()
        assert counting.take(crossed) == ("taken", "")

    assert len(counting.rows(FiguresRow)) == 1
