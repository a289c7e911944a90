"""SIGKILL at every point found by instrumentation, in daemons and in what people do: each referral is one case."""

import pytest
from faults_pair import KILLED, until
from faults_points import BY_THE_CLOCK

LEAST_POINTS = 14
"""A first letter passes at least as many points at either end; fewer means that the instrument is blind."""

NOTHING_HAS_CHANGED_HANDS = ("smtp connect", "smtp rcpt", "smtp quit")
"""Points left to the long form."""


def points_of(scene, end):
    """Let a fresh daemon carry one referral and its acknowledgement, and list the points it passed on their way."""
    end.kill()
    end.start()
    scene.converse()
    return [point for point in dict.fromkeys(end.points()) if BY_THE_CLOCK not in point]


def killed_at(scene, end, point):
    """Kill a daemon at a point on the road of a new referral, with what was under way before still under way."""
    end.kill()
    end.start(arm=point)
    letters = scene.refer()
    arrived = "SELECT 1 FROM cases WHERE letter_id = ?"
    until(lambda: not end.alive or scene.unit.ask(arrived, *letters), instead=lambda: (point, scene.stands()))
    if end.alive:
        scene.acknowledge(letters)
    until(lambda: not end.alive, instead=lambda: (point, scene.stands()))
    assert end.ended() == KILLED, point
    scene.count("a daemon is killed")
    end.start()
    return letters


def at_once(point):
    """Take a point the first time it is passed, where something has changed hands."""
    return point.endswith(" 1") and not any(step in point for step in NOTHING_HAS_CHANGED_HANDS)


@pytest.mark.parametrize("who", ["region", "unit"])
def test_a_daemon_is_killed_at_every_point_of_a_first_letter(who, scene):
    """What comes after the first time is the same code; every point, each time it is passed, is in the long form."""
    end = getattr(scene, who)
    points = [point for point in points_of(scene, end) if at_once(point)]
    assert len(points) >= LEAST_POINTS

    for point in points:
        killed_at(scene, end, point)

    scene.settle()
    scene.acknowledge(scene.letters)


@pytest.mark.peers
@pytest.mark.parametrize("who", ["region", "unit"])
def test_a_daemon_is_killed_at_every_point_of_a_conversation(who, scene):
    end = getattr(scene, who)

    for point in points_of(scene, end):
        letters = killed_at(scene, end, point)
        scene.settle()
        scene.acknowledge(letters)


def test_a_person_s_command_is_killed_at_every_point_and_given_again(scene):
    scene.converse()
    deeds = {"refer": scene.region.points("refer"), "acknowledge": scene.unit.points("acknowledge")}
    assert min(map(len, deeds.values())) >= 2

    for point in deeds["refer"]:
        scene.refer(arm=point)
    scene.settle()
    for letter, point in zip(scene.refer(len(deeds["acknowledge"])), deeds["acknowledge"], strict=True):
        scene.settle()
        scene.acknowledge([letter], arm=point)
