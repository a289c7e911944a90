"""Many processes at one end's letters: each is sent once, taken once and answered once, on a server and on a file."""

from collections import Counter
from datetime import timedelta

import pytest
from postgresql_server import postgresql
from several import bring_straight, joined, quick_folder, until
from sites import RANDERS, utc_now
from sqlmodel import col, select, update

from directory.model import REGION
from gateway.exchange.arrivals import Outcome
from gateway.exchange.rows import ArrivalRow, EnvelopeRow, OutgoingRow, TakenRow
from gateway.wire.envelope import unwrap
from gateway.wire.letters import Kind
from inbox_tui.tables import CaseRow

pytestmark = pytest.mark.peers
SAFE = ("fsync=off", "full_page_writes=off")
"""What was committed survives the server, if not the machine."""

AT_ONCE = 4
"""How many letters one process sends side by side."""


@pytest.fixture(scope="module")
def server():
    with quick_folder() as folder, postgresql(folder, *SAFE) as running:
        yield running


@pytest.fixture
def line(request, server):
    def on_the_server(party):
        server.create(f"site_{party}")
        return server.url(f"site_{party}")

    places = {"server": on_the_server, "file": lambda _party: None}
    with quick_folder() as folder, joined(folder, places[request.param]) as made:
        bring_straight(made)
        yield made
    for party in (REGION, RANDERS):
        server.drop(f"site_{party}")


def times_sent(end, letters, mails):
    """Count how often each letter came to the post."""
    of = {row.envelope_id: row.letter_id for row in end.rows(EnvelopeRow)}
    ids = (of[unwrap(mail).message_id.strip("<>").partition("@")[0]] for mail in mails)
    return Counter(letter for letter in ids if letter in letters)


def receipts(end):
    return {row.letter_id for row in end.rows(OutgoingRow) if row.kind == Kind.RECEIPT}


@pytest.mark.parametrize(("line", "count", "taking"), [("server", 48, 2), ("file", 16, 1)], indirect=["line"])
def test_each_letter_crosses_once_is_taken_once_and_is_answered_once(line, count, taking):
    letters = line.refer(count)
    line.post.together = 3 * AT_ONCE + 1  # no three of them could bring so many
    line.randers.workers(taking)
    line.region.workers(4)

    until(lambda: line.states(letters) == {"received"}, line.how_it_stands)

    assert times_sent(line.region, letters, line.post.to(RANDERS)) == dict.fromkeys(letters, 1)
    answers = receipts(line.randers)
    assert times_sent(line.randers, answers, line.post.to(REGION)) == dict.fromkeys(answers, 1)
    assert {row.outcome for row in line.randers.rows(ArrivalRow)} == {Outcome.TAKEN}
    assert Counter(row.letter_id for row in line.randers.rows(CaseRow)) == dict.fromkeys(letters, 1)
    assert len(answers) == len(line.randers.rows(TakenRow)) == count
    for end in (line.region, line.randers):
        for process in end.processes:
            process.stop()


@pytest.mark.parametrize("line", ["server"], indirect=True)
def test_what_a_killed_worker_held_is_sent_by_another_when_its_claim_ends_and_by_a_daemon_at_once(line):
    letters = line.refer(2 * AT_ONCE)
    line.post.together = AT_ONCE + 1  # for ever, until there is a second one
    (killed,) = line.region.workers(1)
    until(lambda: len(line.post.came) == AT_ONCE, line.how_it_stands)
    killed.kill()
    held = {row.letter_id for row in line.region.rows(OutgoingRow) if row.claimed_until}
    assert len(held) == AT_ONCE
    some = sorted(held)[:2]

    line.region.workers(1)
    until(lambda: line.states(letters - held) == {"sent"}, line.how_it_stands)
    assert line.states(held) == {"queued"}, "they are left alone while they are claimed"

    ends = update(OutgoingRow).where(col(OutgoingRow.letter_id).in_(some))
    line.region.change(lambda session: session.execute(ends.values(claimed_until=utc_now() - timedelta(seconds=1))))
    until(lambda: line.states(set(some)) == {"sent"}, line.how_it_stands)

    line.region.processes[-1].stop()
    line.region.daemon()
    until(lambda: line.states(letters) == {"sent"}, line.how_it_stands)
    with line.region.station.database.reading() as session:
        sent = session.exec(select(OutgoingRow.times_sent).where(col(OutgoingRow.letter_id).in_(letters))).all()
    assert set(sent) == {1}
