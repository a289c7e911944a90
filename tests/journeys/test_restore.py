"""A machine is lost and the site goes on from an older backup.

Nothing is shown twice, nothing is lost that the other end holds, and letters keep their ids.
"""

import pytest
import sites
from restore_ends import road

from gateway import bootstrap as region_end
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import State
from gateway.referring.correspond import Correspond
from gateway.wire.letters import Kind
from inbox_tui import bootstrap as municipal_end

HOUR = sites.MINUTE * 60


class Told:
    """What was sent, and when in the story."""


@pytest.fixture(scope="module")
def municipality():
    """The municipality is backed up in the morning, works all day, and burns in the evening."""
    with road() as line:
        told = Told()
        told.line = line
        told.before = [line.refer() for _nth in range(3)]
        line.carry()
        line.acknowledge(told.before[0][0])
        line.carry()
        line.acknowledge(told.before[1][0])  # waits in the outbox while the backup is made
        told.backup = line.unit.back_up(line.folder / "unit.gpg")
        line.clock.go(HOUR)
        line.carry()
        told.after = [line.refer() for _nth in range(2)]
        line.carry()
        told.supplement = correspond(line).supplement(told.before[0][1], {"text": "Han er flyttet."}, keeper(line))
        line.carry()
        line.acknowledge(told.before[2][0])
        line.acknowledge(told.after[0][0])
        municipal_end.acts(line.unit.station).withdraw(
            line.case(told.before[1][0])["id"], line.unit.keeper, line.clock()
        )
        line.carry()
        told.acknowledged = {row["letter_id"]: row["acknowledged_at"] for row in line.rows(line.region, "referrals")}
        told.old_home = line.unit.home.path
        line.clock.go(9 * HOUR)
        line.unit.lose()
        told.waiting = line.refer()
        line.clock.go(HOUR)
        told.restored = line.unit.restore(line.folder / "unit.gpg", line.folder / "new")
        line.wait()
        yield told


def keeper(line):
    return line.region.keeper


def correspond(line) -> Correspond:
    return region_end.correspond(line.region.station)


def everything(told):
    return [*told.before, *told.after, told.waiting]


def test_it_opened_an_old_letter(municipality):
    opened = municipality.restored.proof.arrived_at
    assert opened is not None
    assert opened <= municipality.backup.made_at
    assert municipality.restored.asked == ("region",)


def test_every_letter_the_region_holds_is_shown_exactly_once_under_its_id(municipality):
    line = municipality.line
    cases = [(row["letter_id"], row["number"]) for row in line.rows(line.unit, "cases")]

    assert sorted(cases) == sorted(everything(municipality))
    supplements = [row["letter_id"] for row in line.rows(line.unit, "case_supplements")]
    assert supplements == [municipality.supplement]


def test_nothing_waits_and_nothing_is_set_aside_at_either_end(municipality):
    line = municipality.line
    for end in (line.region, line.unit):
        states = {row["state"] for row in line.rows(end, "outgoing") if row["kind"] != Kind.RECEIPT}
        assert states == {State.RECEIVED}, end.party
        outcomes = {row["outcome"] for row in line.rows(end, "arrivals")}
        assert outcomes <= {Outcome.TAKEN, Outcome.DUPLICATE}, end.party


def test_what_the_region_was_told_before_stands(municipality):
    """Who took the citizen first, and when, is the region's to keep: L5."""
    line = municipality.line
    now = {row["letter_id"]: row["acknowledged_at"] for row in line.rows(line.region, "referrals")}
    assert {letter: now[letter] for letter in municipality.acknowledged} == municipality.acknowledged


def test_a_case_whose_acknowledgement_was_lost_is_taken_again_and_the_first_answer_stands(municipality):
    line = municipality.line
    letter = municipality.after[0][0]
    assert line.case(letter)["acknowledged_at"] is None, "nobody here knows of it any more"
    line.acknowledge(letter)
    line.carry()

    assert line.case(letter)["acknowledged_at"] is not None
    rows = {row["letter_id"]: row["acknowledged_at"] for row in line.rows(line.region, "referrals")}
    assert rows[letter] == municipality.acknowledged[letter]
    answers = [row for row in line.rows(line.unit, "outgoing") if row["kind"] == Kind.ACKNOWLEDGEMENT]
    assert {row["state"] for row in answers} == {State.RECEIVED}


def test_a_citizen_who_withdrew_at_the_municipality_is_not_gone_on_with(municipality):
    """O10: only the region knows of it still, and tells."""
    line = municipality.line
    assert line.case(municipality.before[1][0])["withdrawn_at"] is not None


def test_a_case_that_nobody_had_taken_is_taken_as_ever(municipality):
    line = municipality.line
    letter = municipality.after[1][0]
    line.acknowledge(letter)
    line.carry()
    (row,) = [row for row in line.rows(line.region, "referrals") if row["letter_id"] == letter]
    assert row["acknowledged_at"] is not None


def test_the_log_says_that_it_was_put_back_and_nobody_is_accused(municipality):
    line = municipality.line
    for end in (line.region, line.unit):
        verified = end.verified()
        assert (verified.finding, verified.contradicted) == (None, ())
    assert len(verified.put_back) == 1
    entries = [row for row in line.rows(line.unit, "audit_entries") if row["action"] == "restore"]
    assert [row["person_id"] for row in entries] == ["console"]
    asked = [row for row in line.rows(line.region, "audit_entries") if row["action"] == "send-again"]
    assert [(row["about"], row["outcome"]) for row in asked] == [(sites.RANDERS, "RESTORED")]


def test_letters_go_on_as_before(municipality):
    line = municipality.line
    letter, _number = line.refer()
    line.carry()
    line.acknowledge(letter)
    line.carry()
    assert [row["state"] for row in line.rows(line.region, "outgoing") if row["letter_id"] == letter] == ["received"]


@pytest.fixture(scope="module")
def region():
    """The region is backed up, sends a referral, hears answers, and is lost."""
    with road() as line:
        told = Told()
        told.line = line
        told.before = [line.refer() for _nth in range(3)]
        line.carry()
        line.acknowledge(told.before[0][0])
        line.carry()
        told.queued = line.refer()  # waits in the outbox while the backup is made
        told.backup = line.region.back_up(line.folder / "region.gpg")
        line.clock.go(HOUR)
        line.carry()
        line.acknowledge(told.before[1][0])
        line.acknowledge(told.queued[0])
        told.lost = line.refer()
        line.carry()
        line.acknowledge(told.lost[0])
        line.carry()
        line.clock.go(3 * HOUR)
        line.region.lose()
        line.acknowledge(told.before[2][0])
        told.restored = line.region.restore(line.folder / "region.gpg", line.folder / "new")
        line.wait()
        yield told


def test_the_restored_region_opens_an_old_letter_too(region):
    assert region.restored.proof.arrived_at is not None
    assert region.restored.asked == (sites.RANDERS,)


def test_what_the_municipalities_answered_since_is_heard_again(region):
    line = region.line
    taken = {row["letter_id"] for row in line.rows(line.region, "referrals") if row["acknowledged_at"]}
    assert taken == {letter for letter, _number in (*region.before, region.queued)}


def test_a_letter_that_was_queued_at_the_backup_is_one_case_still(region):
    line = region.line
    cases = [row["letter_id"] for row in line.rows(line.unit, "cases")]
    assert sorted(cases) == sorted(letter for letter, _number in (*region.before, region.queued, region.lost))
    states = {row["letter_id"]: row["state"] for row in line.rows(line.region, "outgoing")}
    assert states[region.queued[0]] == State.RECEIVED


def test_an_answer_about_a_referral_the_region_lost_is_refused_and_seen_at_both_ends(region):
    line = region.line
    refused = [row for row in line.rows(line.unit, "outgoing") if row["state"] == State.REFUSED]
    assert [(row["number"], row["kind"], row["reason"]) for row in refused] == [
        (region.lost[1], Kind.ACKNOWLEDGEMENT, "OUT_OF_TURN")
    ]
    seen = {row["reason"] for row in line.rows(line.region, "arrivals") if row["outcome"] == Outcome.REFUSED}
    assert seen == {"OUT_OF_TURN"}


def test_no_citizen_gets_a_number_that_another_one_has(region):
    line = region.line
    _letter, number = line.refer()
    line.carry()
    numbers = [row["number"] for row in line.rows(line.unit, "cases")]
    assert number in numbers
    assert len(set(numbers)) == len(numbers)


def test_the_region_s_log_holds_and_the_municipality_accuses_nobody(region):
    line = region.line
    for end in (line.unit, line.region):
        verified = end.verified()
        assert (verified.finding, verified.contradicted) == (None, ())
    assert [one.kept for one in verified.put_back] != []
