"""Clocks that jump, an agent that dies, a database that is locked or may not be written, copies at the same moment."""

import pytest
from faults_pair import until
from faults_relay import Fault

HOUR = 3600.0


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 9 * 24 * HOUR], ids=["an hour back", "an hour ahead", "nine days ahead"])
def test_the_clocks_jump_while_letters_are_on_their_way(jump, scene):
    letters = scene.refer(3)
    scene.count("the clock jumps")
    scene.go(jump)
    scene.settle()
    scene.count("the clock jumps")
    scene.go(-jump)

    scene.acknowledge(letters)
    scene.settle()


@pytest.mark.parametrize("who", ["region", "unit"])
def test_gpg_agent_is_killed_again_and_again(who, scene):
    end = getattr(scene, who)
    for _time in range(5):
        scene.count("gpg-agent is killed")
        end.lose_agent()
        scene.acknowledge_all(scene.refer())


@pytest.mark.parametrize("who", ["region", "unit"])
def test_the_database_is_locked_by_another_program_for_longer_than_anybody_waits(who, scene):
    """The letters wait; the door answers 451, and the mail comes again."""
    end, letters = getattr(scene, who), scene.refer(2)
    scene.count("the database is locked")
    with end.locked():
        until(lambda: end.complains_of("OperationalError"))
    scene.settle()
    scene.acknowledge(letters)
    scene.settle()


@pytest.mark.parametrize("who", ["region", "unit"])
def test_the_database_may_not_be_written_for_a_while(who, scene):
    end, letters = getattr(scene, who), scene.refer(2)
    scene.count("the database is read-only")
    with end.read_only():
        if who == "region":
            scene.relay.plan(scene.region.address, None)
        until(lambda: end.complains_of("OperationalError"))
    scene.settle()
    scene.acknowledge(letters)
    scene.settle()


def test_copies_that_come_at_the_same_moment_are_one_case_and_get_the_same_receipt(scene):
    scene.relay.plan(scene.unit.address, *[Fault.DOUBLES] * 8)
    letters = scene.refer(8)
    scene.settle()

    for letter in letters:
        came = scene.unit.ask("SELECT outcome FROM arrivals WHERE letter_id = ? ORDER BY outcome", letter)
        assert came == [("duplicate",), ("taken",)]
        receipts = "SELECT count(DISTINCT receipt_id) FROM taken WHERE letter_id = ?"
        assert scene.unit.ask(receipts, letter) == [(1,)]
    scene.acknowledge(letters)
