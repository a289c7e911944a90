"""The figures a monitor gets: what they count, and that nothing in them is about a case, a citizen or a colleague."""

import re
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sites
from prometheus_client.parser import text_string_to_metric_families as parsed
from sites import RANDERS

from directory.model import REGION
from gateway import upkeep
from gateway.audit.chain import Head
from gateway.audit.last_signed import LastSigned
from gateway.audit.raw import Signed
from gateway.backup.last import LastBackup, remember
from gateway.exchange.arrivals import STUCK_AFTER, Outcome
from gateway.exchange.delivery import State
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.liveness.board import Reason
from gateway.liveness.notices import OWN_KEY_ENDED
from gateway.liveness.rows import ToldRow
from gateway.monitor import exchange, exposition, reading
from gateway.monitor.figures import Figure
from gateway.monitor.reading import COST, FRESH_SECONDS, STALE_SECONDS, Reader
from gateway.monitor.rounds import Rounds
from gateway.monitor.watch import Watch
from gateway.referring.promise import Step
from gateway.retention.rows import RunRow
from gateway.site.settings import MailboxSettings, PickupSettings
from gateway.wire.letters import Kind
from inbox_tui.casework.due import Why
from keys.errors import GpgStalled
from keys.keyring import Keyring

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
RULES = (ROOT / "deploy" / "prometheus" / "stafet.rules.yml").read_text("utf-8")
DAY = timedelta(days=1)


def watched(site, **run_out):
    return Watch(upkeep.board(site.station), lambda _session: run_out)


def figures(site, watch=None):
    """Read a site; gives each figure's values by their labels."""
    samples = reading.site(site.station, watch or watched(site))
    return {(sample.figure, *sample.labels): sample.value for sample in samples}


def letter(site, state, at=None, **more):
    made = sites.referral()
    site.post(made)
    with site.database.session() as session:
        row = session.get_one(OutgoingRow, made.letter_id)
        row.state, row.next_at = state, at and site.clock()
        for name, value in more.items():
            setattr(row, name, value)
        session.add(row)


# What is counted


def test_a_letter_that_waits_is_counted_and_its_age_told(region):
    region.post(sites.referral())
    region.clock.go(timedelta(minutes=20))
    told = figures(region)

    assert told[Figure.QUEUE, "queued"] == 1
    assert told[Figure.QUEUE, "sent"] == told[Figure.QUEUE, "parked"] == 0
    assert told[Figure.QUEUE_AGE,] == 20 * 60
    assert told[Figure.UNCONFIRMED_AGE,] == 0


def test_one_that_left_waits_for_its_receipt_and_a_receipt_for_nothing(line):
    line.region.post(sites.referral())
    line.randers.take(*line.region.send())
    assert line.randers.send()
    line.region.clock.go(timedelta(hours=1))
    told = figures(line.region)

    assert (told[Figure.QUEUE, "queued"], told[Figure.QUEUE, "sent"]) == (0, 1)
    assert told[Figure.UNCONFIRMED_AGE,] == pytest.approx(3600)
    assert figures(line.randers)[Figure.QUEUE, "sent"] == 0


def test_what_stands_still_is_counted_by_why_and_a_test_is_not(region):
    letter(region, State.PARKED, at=True, reason="NO_KEY")
    letter(region, State.GIVEN_UP, reason="RETURNED_5.1.1")
    letter(region, State.GIVEN_UP, reason="RETURNED_5.1.10")
    letter(region, State.GIVEN_UP, reason="NO_RECEIPT", kind=Kind.HEARTBEAT)
    told = figures(region)

    assert {key[1:]: value for key, value in told.items() if key[0] is Figure.HELD} == {
        ("parked", "NO_KEY"): 1,
        ("given-up", "RETURNED"): 2,
    }


def test_the_other_end_cannot_fill_a_monitor_with_reasons_of_its_own(region):
    for place in range(45):
        letter(region, State.REFUSED, reason=f"MADE_UP_{place}")
    letter(region, State.REFUSED, reason='x"} 1\nstafet_up 1')
    held = {key[1:]: value for key, value in figures(region).items() if key[0] is Figure.HELD}

    assert len(held) == exchange.REASONS + 1
    assert held["refused", "OTHER"] == 46 - exchange.REASONS
    assert all(re.fullmatch("[A-Z0-9_]+", reason) for _state, reason in held)


def test_what_came_in_is_counted_while_it_waits_and_told_when_it_is_stuck(randers):
    randers.store(b"no letter")
    randers.clock.go(timedelta(minutes=1))
    told = figures(randers)
    assert (told[Figure.ARRIVALS,], told[Figure.ARRIVALS_AGE,], told[Figure.ARRIVALS_STUCK,]) == (1, 60, 0)

    randers.clock.go(STUCK_AFTER)
    assert figures(randers)[Figure.ARRIVALS_STUCK,] == 1

    randers.receive(1)
    told = figures(randers)
    assert [row.outcome for row in randers.rows(ArrivalRow)] == [Outcome.QUARANTINED]
    assert (told[Figure.ARRIVALS,], told[Figure.ARRIVALS_AGE,], told[Figure.QUARANTINE,]) == (0, 0, 1)


def test_a_clock_that_was_ahead_makes_no_age_negative(randers):
    randers.store(b"no letter")
    randers.clock.go(-DAY)
    assert figures(randers)[Figure.ARRIVALS_AGE,] == 0


def test_each_party_is_told_by_its_code_and_our_own_key_by_none(region):
    told = figures(region)

    assert told[Figure.PINNED_KEY_LEFT, RANDERS] > 700 * 86400
    assert told[Figure.OWN_KEY_LEFT,] > 700 * 86400
    assert told[Figure.CERTIFICATE_LEFT,] > 0
    assert sum(told[Figure.PARTIES, grade] for grade in ("red", "amber", "green")) == 19
    assert told[Figure.BOUNCED, RANDERS] == 0
    assert (Figure.HEARTBEAT_AGE, RANDERS) not in told, "it has never answered one"


def test_a_party_that_was_heard_is_told_since_when(line):
    line.exchange(sites.referral())
    line.randers.clock.go(2 * DAY)

    assert figures(line.randers)[Figure.HEARD_AGE, REGION] == pytest.approx(2 * 86400, abs=5)


def test_how_the_site_is_looked_after_is_told(region):
    now = region.clock()
    told = figures(region)
    assert (Figure.BACKUP_AGE,) not in told
    assert (Figure.RETENTION_AGE,) not in told
    with region.database.session() as session:
        remember(session, LastBackup(now - 3 * DAY, region.key))
        session.add(RunRow(at=now - DAY))
        session.add(ToldRow(what="SILENT", about=RANDERS, step=0, told_at=now, red=True))
    region.station.checkpoints.tick()
    told = figures(region)

    assert told[Figure.BACKUP_AGE,] == 3 * 86400
    assert told[Figure.RETENTION_AGE,] == 86400
    assert told[Figure.NOTICES, "SILENT"] == 1
    assert told[Figure.TRAIL_HOLDS,] == 1
    assert told[Figure.TRAIL_ENTRIES,] >= told[Figure.TRAIL_UNSIGNED,]


def test_a_trail_that_no_longer_holds_what_was_signed_is_told(region, monkeypatch):
    monkeypatch.setattr(LastSigned, "read", lambda _self: Signed(Head(1, "ab" * 32), region.clock(), b""))
    assert figures(region)[Figure.TRAIL_HOLDS,] == 0


def test_mailboxes_are_told_of_where_there_are_some(region, tmp_path):
    with region.database.reading() as session:
        settings = region.station.settings
        assert not [*exchange.mailboxes(session, settings, region.clock())]
        picks = PickupSettings(host="localhost", user="u", password_file=tmp_path / "p")
        told = settings.model_copy(update={"pickup": picks, "mailbox": MailboxSettings(address="a@region.example")})
        found = {(one.figure, *one.labels): one.value for one in exchange.mailboxes(session, told, region.clock())}
    assert found == {
        (Figure.PICKUP_FAILING,): 0,
        (Figure.MAILBOX_FAILING, "unit"): 0,
        (Figure.MAILBOX_FAILING, "keepers"): 0,
    }


def test_the_clocks_that_have_run_out_are_the_end_s_own(region):
    told = figures(region, watched(region, phone=3, remind=0))
    assert (told[Figure.RUN_OUT, "phone"], told[Figure.RUN_OUT, "remind"]) == (3, 0)


def test_a_key_ring_in_trouble_keeps_the_other_figures_from_nobody(region, monkeypatch):
    def stalls(*_how):
        raise GpgStalled

    monkeypatch.setattr(Keyring, "describe", stalls)
    told = figures(region)
    assert (Figure.OWN_KEY_LEFT,) not in told
    assert told[Figure.QUEUE, "queued"] == 0


# How they are written


def written(region, watch=None):
    rounds = Rounds()
    rounds.expect("in", 0.2)
    rounds.failed("in")
    samples = (
        Figure.UP.at(1),
        *reading.daemon(region.station, rounds),
        *reading.site(region.station, watch or watched(region)),
    )
    return exposition.written(samples).decode()


def test_prometheus_reads_them_with_their_kind_and_explanation(region):
    region.post(sites.referral())
    families = {family.name: family for family in parsed(written(region))}

    assert families["stafet_queue_letters"].type == "gauge"
    assert families["stafet_round_failures"].type == "counter"
    assert families["stafet_round_failures"].samples[0].value == 1
    assert families["stafet_build_info"].samples[0].labels["end"] == "region"
    assert families["stafet_build_info"].samples[0].labels["version"]
    assert families["process_resident_memory_bytes"].samples
    for figure in Figure:
        name = figure.metric.removesuffix("_total")
        if name in families:
            assert families[name].documentation == figure.told


def test_nothing_in_them_names_anybody(region):
    """No name, address, number or id: a party's code and words of ours are all there is."""
    region.post(sites.referral())
    region.relay.answers.append(Attempt(Passage.NOT_REACHED, "Karen Testdal"))
    region.send()
    labels = {
        value
        for family in parsed(written(region))
        if family.name.startswith("stafet_")
        for sample in family.samples
        for value in sample.labels.values()
    }
    assert not [
        value for value in labels if not re.fullmatch(r"[0-9]{3}|[a-z-]+|[A-Z_]+|[0-9]+\.[0-9]+\.[0-9]+", value)
    ], labels


@pytest.mark.parametrize("figure", Figure)
def test_a_name_says_its_unit(figure):
    assert re.fullmatch(r"stafet_[a-z]+(_[a-z]+)*", figure.metric)
    counted = ("_letters", "_envelopes", "_waiting", "_stuck", "_mails", "_out", "_notices", "_parties", "_entries")
    true_or_not = ("_up", "_info", "_open", "_failing", "_holds")
    assert figure.metric.endswith(("_seconds", "_bytes", "_total", *counted, *true_or_not))
    assert len(figure.told) > 20
    assert set(figure.labels) <= {
        "state",
        "reason",
        "party",
        "way",
        "whose",
        "clock",
        "code",
        "grade",
        "version",
        "end",
    }


def test_no_two_have_one_name():
    assert len({figure.metric for figure in Figure}) == len(Figure)


def test_the_page_tells_of_each_of_them_and_of_no_other():
    """A row each: the name, its labels, and the same explanation that Prometheus is given."""
    rows = re.findall(r"^\| `(stafet_[a-z_]+)` \| (.*?) \| (.+) \|$", PAGE, re.MULTILINE)

    assert {name: (labels, told) for name, labels, told in rows} == {
        figure.metric: (", ".join(f"`{label}`" for label in figure.labels), figure.told) for figure in Figure
    }


def test_every_figure_an_alert_asks_for_is_there():
    asked = set(re.findall(r"\bstafet_[a-z_]+", "\n".join(re.findall(r"^ +expr: (.+)$", RULES, re.MULTILINE))))

    assert len(asked) > 20
    assert asked <= {figure.metric for figure in Figure}


def test_an_alert_says_in_both_languages_what_to_do_and_never_whom_to_ring():
    alerts = re.split(r"^ +- alert: ", RULES, flags=re.MULTILINE)[1:]

    assert len(alerts) > 20
    for alert in alerts:
        assert re.search(r"^ +severity: |severity: (page|ticket)", alert, re.MULTILINE), alert
        assert re.search(r"^ +summary: \"", alert, re.MULTILINE), alert
        assert re.search(r"^ +summary_da: \"", alert, re.MULTILINE), alert
        assert not re.search(r"\+45|\b[0-9]{8}\b|@", alert), alert


def test_every_clock_and_code_an_alert_names_is_one():
    clocks = {*map(str, Step), *map(str, Why)}
    codes = {*map(str, Reason), OWN_KEY_ENDED}
    for label, known in (("clock", clocks), ("code", codes)):
        named = {one for some in re.findall(label + r'=~?"([^"]+)"', RULES) for one in some.split("|")}
        assert named
        assert named <= known


# How they are read


def test_who_asks_again_at_once_is_told_the_same():
    reads = []
    reader = Reader(lambda: reads.append(1) or ())
    assert [reader.latest(60) for _ in range(5)] == [()] * 5
    assert len(reads) == 1


def test_the_longer_reading_takes_the_seldomer_it_is_done():
    assert reading._fresh_for(0.001, came=True) == FRESH_SECONDS
    assert reading._fresh_for(0.5, came=True) == COST * 0.5
    assert reading._fresh_for(60, came=True) == STALE_SECONDS
    assert reading._fresh_for(60, came=False) == FRESH_SECONDS


def test_a_reading_that_hangs_is_waited_for_no_longer_than_that_and_only_one_hangs():
    let_go, begun = threading.Event(), []

    def hangs():
        begun.append(1)
        let_go.wait(60)
        return ()

    reader = Reader(hangs)
    assert [reader.latest(0.01) for _ in range(3)] == [None] * 3
    assert len(begun) == 1
    let_go.set()
    until = time.monotonic() + 60
    while reader.latest(0.01) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert reader.latest(60) == ()


def test_a_database_that_does_not_answer_is_a_figure_and_no_traceback(caplog, monkeypatch):
    def fails():
        raise OSError("Karen Testdal")

    monkeypatch.setattr(reading, "FRESH_SECONDS", 0)
    reader = Reader(fails)
    assert [reader.latest(60) for _ in range(3)] == [None] * 3
    assert caplog.text.count("no figures for a monitor: OSError at test_figures.py") == 1, "told once"
    assert "Karen" not in caplog.text
