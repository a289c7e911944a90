"""The database server crashes in the middle of a burst, with both ends at work: nothing is lost, nothing done twice."""

import json
import signal
from collections import Counter

import pytest
from postgresql_server import postgresql
from several import joined, quick_folder, until
from sites import RANDERS, utc_now
from sqlmodel import col, update

from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import State
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from inbox_tui.tables import CaseRow

pytestmark = pytest.mark.peers
BURST = 24


@pytest.fixture(scope="module")
def server():
    with quick_folder() as folder, postgresql(folder, "fsync=off", "full_page_writes=off") as running:
        yield running


@pytest.fixture
def line(server):
    def made(party):
        server.create(f"site_{party}")
        return server.url(f"site_{party}")

    with quick_folder() as folder, joined(folder, made) as line:
        for end in (line.region, line.randers):
            end.at_work, port = end.daemon()
            line.post.knows(end.station.own.address, port, end.station.settings.door.certificate)
        yield line


def hurry(end):
    """Let time pass for what waits to be tried again."""
    waits = update(OutgoingRow).where(col(OutgoingRow.state) == State.QUEUED, col(OutgoingRow.next_at) > utc_now())
    end.change(lambda session: session.execute(waits.values(next_at=utc_now())))


def outages(end):
    return [part for part in end.at_work.said().splitlines() if "the database can" in part]


def test_both_ends_go_on_by_themselves_and_each_referral_is_one_case(line, server):
    line.post.brings.clear()
    letters = line.refer(BURST)
    until(lambda: len(line.post.to(RANDERS)) >= BURST // 3, line.how_it_stands)

    server.stop(signal.SIGQUIT)
    line.post.brings.set()
    until(lambda: line.post.refusals, line.how_it_stands)  # 451: the mail server keeps it
    said = line.region.type("status", "--json", "--as", line.sender.name)
    assert (said.returncode, json.loads(said.stdout)["error"]) == (4, "DATABASE_AWAY")
    assert "Traceback" not in said.stderr
    server.start()

    def all_received():
        hurry(line.region)
        hurry(line.randers)
        return line.states(letters) == {"received"}

    until(all_received, line.how_it_stands)
    assert Counter(row.letter_id for row in line.randers.rows(CaseRow)) == dict.fromkeys(letters, 1)
    assert {row.outcome for row in line.randers.rows(ArrivalRow)} <= {Outcome.TAKEN, Outcome.DUPLICATE}
    for end in (line.region, line.randers):
        until(lambda end=end: "can be used again" in outages(end)[-1], end.at_work.said)  # each way has come through
        end.at_work.stop()
        told = outages(end)
        assert len(told) <= 4, "it is told when it begins and when it ends, not at every try"
        assert "cannot be used now" in told[0]
        assert "Traceback" not in end.at_work.said()
