"""Figures travel as a letter of their own: sealed, receipted, and refused when they tell too much (H7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import RANDERS, utc_now

from directory.model import REGION
from gateway.referring.figures import TakeFigures
from gateway.referring.rows import FiguresRow, ReferringTable
from gateway.statistics.aggregate import Aggregate, Rests, Took
from gateway.statistics.figures import Extent
from gateway.statistics.network import too_small
from gateway.statistics.observed import Milestone
from gateway.statistics.period import Month
from gateway.wire.errors import LetterUnreadable
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


FULL = {"measured": 40, "whole": 40, "extent": "all"}


def share(percent, measured):
    return {"parts": {"known": {"percent": percent, "rests": {"measured": measured, "extent": "part"}}}}


@pytest.mark.parametrize(
    "change",
    [
        {"took": {"assessment": {"lower": 9, "median": 5, "upper": 7, "rests": FULL}}},
        {"took": {"assessment": {"lower": 5, "median": 7, "upper": 9, "rests": FULL | {"measured": 50}}}},
        share(20, 5),
        share(80, 20),
        share(3, 100),
        share(97, 100),
        share(20, 7),
        {"referrals": 14},
        {"referrals": 23, "took": {}} | share(50, 20),
    ],
    ids=str,
)
def test_figures_that_contradict_themselves_or_tell_of_a_few_by_their_share_are_refused(change):
    """H7: 20 % of five citizens is one of them, whoever forgot to leave it out."""
    body = told(utc_now())
    with pytest.raises(LetterUnreadable):
        Aggregate.read(body | change)


@given(st.integers(5, 2000), st.data())
def test_every_share_that_may_be_told_is_read(measured, data):
    part = data.draw(st.sampled_from([part for part in range(measured + 1) if fits(part, measured)]))
    ratio = round(part / measured, 2)
    alone = {"referrals": None, "took": {}}
    assert Aggregate.read(told(utc_now()) | alone | share(round(ratio * 100), measured))


def fits(part, measured):
    return not too_small(part) and not too_small(measured - part)
