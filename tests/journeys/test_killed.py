"""Either daemon is killed with SIGKILL anywhere on the road, and started again: every referral arrives exactly once.

Nothing is left to luck: the daemon stands still where it is killed, because the mail server, its own gpg or its own
database holds it there.
"""

import time

import pytest
from journey_relay import Moment
from journey_road import REGION_MAIL, UNIT_MAIL, WORKER
from journey_sites import PATIENCE, until


def at_mail(sender, recipient, moment, *, lost=False):
    """Kill the sender while its mail stands at `moment` in the mail server."""

    def play(road):
        site = getattr(road, sender)
        stop = road.relay.stop_at(moment, recipient, lost=lost)
        letter = road.refer()
        assert stop.reached.wait(PATIENCE)
        site.kill()
        stop.go.set()
        road.start(site)
        return letter

    return play


def at_gpg(who, act):
    """Kill a daemon while its gpg is about to seal or to open."""

    def play(road):
        site, gate = getattr(road, who), getattr(road, f"{who}_gpg")
        gate.stop_at(act)
        letter = road.refer()
        gate.wait()
        site.kill()
        gate.open()
        road.start(site)
        return letter

    return play


def before_storing(road):
    """Kill the municipality while a mail has come through its door and cannot be stored: 250 must not be said."""
    stop = road.relay.stop_at(Moment.COME, UNIT_MAIL)
    letter = road.refer()
    assert stop.reached.wait(PATIENCE)
    passed_on = road.relay.stop_at(Moment.PASSED_ON, UNIT_MAIL)
    with road.unit.frozen():
        stop.go.set()
        assert not passed_on.reached.wait(0.3)
        road.unit.kill()
    passed_on.go.set()
    road.start(road.unit)
    return letter


def as_soon_as_it_was_said(road):
    """Kill the region's daemon the moment the desk was told that the referral is safe."""
    letter = road.refer()
    road.region.kill()
    road.start(road.region)
    return letter


def nobody_runs(road):
    """Hand in while neither daemon runs."""
    road.region.kill()
    road.unit.kill()
    letter = road.refer()
    road.start(road.region)
    road.start(road.unit)
    return letter


KILLED = {
    "the region has just said that it is queued": as_soon_as_it_was_said,
    "the region is about to seal": at_gpg("region", "--encrypt"),
    "the region has named the recipient": at_mail("region", UNIT_MAIL, Moment.ADDRESSED),
    "the region's mail is lost unanswered": at_mail("region", UNIT_MAIL, Moment.COME, lost=True),
    "the region's mail is kept unanswered": at_mail("region", UNIT_MAIL, Moment.COME),
    "the region's mail is delivered unanswered": at_mail("region", UNIT_MAIL, Moment.PASSED_ON),
    "the municipality cannot store": before_storing,
    "the municipality is about to open": at_gpg("unit", "--decrypt"),
    "the municipality is about to seal the receipt": at_gpg("unit", "--encrypt"),
    "the receipt is lost unanswered": at_mail("unit", REGION_MAIL, Moment.COME, lost=True),
    "the receipt is delivered unanswered": at_mail("unit", REGION_MAIL, Moment.PASSED_ON),
    "the region is about to open the receipt": at_gpg("region", "--decrypt"),
    "neither runs": nobody_runs,
}


@pytest.fixture(scope="module")
def handed_in():
    return []


@pytest.mark.parametrize("killed", KILLED.values(), ids=KILLED)
def test_a_referral_arrives_exactly_once_when_the_daemon_is_killed_where(killed, road, handed_in):
    begun = time.monotonic()
    letter = killed(road)
    handed_in.append(letter)

    road.receipted(letter)

    assert road.cases(letter) == 1
    assert time.monotonic() - begun < PATIENCE


@pytest.mark.parametrize("moment", [Moment.COME, Moment.PASSED_ON], ids=lambda moment: moment.name)
def test_an_acknowledgement_arrives_exactly_once_when_the_municipality_s_daemon_is_killed(moment, road, handed_in):
    letter = road.refer()
    handed_in.append(letter)
    road.receipted(letter)
    stop = road.relay.stop_at(moment, REGION_MAIL, lost=moment is Moment.COME)
    number = road.region("status", letter, "--json").json["number"]

    road.unit("acknowledge", number, "--as", WORKER)
    assert stop.reached.wait(PATIENCE)
    road.unit.kill()
    stop.go.set()
    road.start(road.unit)

    acknowledged = "SELECT acknowledged_at FROM referrals WHERE letter_id = ?"
    until(lambda: road.region.ask(acknowledged, letter)[0][0])
    until(lambda: road.unit.ask("SELECT 1 FROM outgoing WHERE kind = 'acknowledgement' AND state != 'received'") == [])
    assert road.region("status", letter, "--json").json["acknowledged_by"] == WORKER


def test_a_letter_that_was_delivered_unanswered_comes_twice_and_is_taken_once(road, handed_in):
    """The sender cannot know; it sends again, and the letter id settles it (TRAPS: retry forgetfulness)."""
    receipt = road.relay.stop_at(Moment.COME, REGION_MAIL)  # or it might settle the letter before the daemon is killed
    letter = at_mail("region", UNIT_MAIL, Moment.PASSED_ON)(road)
    handed_in.append(letter)
    came = "SELECT outcome FROM arrivals WHERE letter_id = ? ORDER BY outcome"

    until(lambda: road.unit.ask(came, letter) == [("duplicate",), ("taken",)])

    receipt.go.set()
    road.receipted(letter)
    assert road.cases(letter) == 1


def test_a_second_daemon_on_the_same_home_is_turned_away(road):
    said = road.region("run", "--json", code=4)

    assert said.json["error"] == "ALREADY_RUNNING"
    assert road.region.daemon.poll() is None


def test_after_all_of_it_each_referral_is_one_case_and_none_is_in_doubt(road, handed_in):
    until(lambda: road.unit.ask("SELECT 1 FROM outgoing WHERE state IN ('queued', 'parked')") == [])
    cases = road.unit("list", "--json").json["cases"]
    told = road.region("status", "--json").json["referrals"]

    assert sorted(case["number"] for case in cases) == sorted(one["number"] for one in told)
    assert {one["referral_id"] for one in told} == set(handed_in)
    for one in told:
        assert one["receipt_digest_ok"] is True
        assert one["states"].count("received") == 1
        assert "refused" not in one["states"]
    for site in (road.region, road.unit):
        outcomes = {outcome for (outcome,) in site.ask("SELECT DISTINCT outcome FROM arrivals")}
        assert outcomes <= {"taken", "duplicate"}
