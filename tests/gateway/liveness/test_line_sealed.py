"""A TEST and a drill with real keys, through the whole exchange and the handlers each end really has (D12, D13)."""

import pytest
import sites

from gateway import bootstrap as region_end
from gateway import upkeep
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import State
from gateway.exchange.rows import TakenRow
from gateway.liveness.rows import DrillRow
from gateway.referring.rows import ReferringTable
from gateway.site.people import Role
from gateway.wire import envelope as mail
from gateway.wire.letters import Kind
from inbox_tui import bootstrap as inbox_end
from inbox_tui.tables import CaseRow, InboxTable


@pytest.fixture
def ends(opened, tmp_path):
    """The region and Randers with everything they take in earnest."""
    with sites.line(opened, tmp_path) as line:
        line.region.database.create(ReferringTable.metadata)
        line.randers.database.create(InboxTable.metadata)
        line.region.handlers = dict(region_end.handlers(line.region.station))
        line.randers.handlers = dict(inbox_end.handlers(line.randers.station))
        yield line


def crossed(one, other):
    """Carry everything from one to another; gives what became of it."""
    return [other.take(content) for content in one.send()]


def test_a_test_comes_back_signed(ends):
    region, randers = ends.region, ends.randers
    letter = asked(region)

    assert crossed(region, randers) == [(Outcome.TAKEN, "")]
    assert crossed(randers, region) == [(Outcome.TAKEN, "")]
    assert region.outgoing(letter).state == State.RECEIVED
    assert [row.kind for row in randers.rows(TakenRow)] == [Kind.HEARTBEAT]


def test_a_drill_is_answered_by_a_person_and_becomes_no_case(ends):
    region, randers = ends.region, ends.randers
    drill = region_end.drills(region.station).ask(sites.RANDERS, hired(region))
    assert crossed(region, randers) == [(Outcome.TAKEN, "")]
    assert randers.rows(CaseRow) == []

    worker = sites.hire(randers.station, "Birgit Prøvegaard", Role.INTAKE)
    inbox_end.drills(randers.station).acknowledge(drill, worker, ends.clock())
    assert {outcome for outcome, _why in crossed(randers, region)} == {Outcome.TAKEN}
    (row,) = region.rows(DrillRow)
    assert row.acknowledged_at is not None
    assert b"Birgit" not in row.locked


def test_nothing_outside_the_seal_tells_a_test_from_a_referral(ends):
    """L7: not even that it is a test."""
    asked(ends.region)
    (content,) = ends.region.send()
    assert b"TEST" not in content
    assert mail.unwrap(content)
    assert b"Subject: [...]" in content


def hired(site):
    return sites.hire(site.station, "Karen Testdatter", Role.ADMIN)


def asked(site):
    return upkeep.heartbeats(site.station).test(sites.RANDERS, hired(site))
