"""A mail server that refuses, hangs, drops, lies, doubles, reorders and delays: real SMTP over TLS, real ends."""

from contextlib import contextmanager

import pytest
from faults_relay import Fault

DAY = 24 * 3600.0


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("towards", ["unit", "region"], ids=["on the way there", "on the way back"])
def test_a_conversation_comes_through_a_mail_server_that(fault, towards, scene):
    """B10, E14: whatever it does to the first letter, and to the next."""
    address = getattr(scene, towards).address
    scene.relay.plan(address, fault, None, fault)

    letters = scene.refer(2)
    scene.settle()
    scene.acknowledge(letters)
    scene.settle()

    assert scene.relay.injected[fault] >= 2


@contextmanager
def lost(scene, often):
    """Let the newest referral be lost so often, and whatever else goes there meanwhile: at night a TEST does."""
    newest = "SELECT times_sent FROM outgoing WHERE kind = 'referral' ORDER BY rowid DESC LIMIT 1"

    def choose(address):
        if address != scene.unit.address:
            return None
        ((sent,),) = scene.region.ask(newest) or [(0,)]
        return Fault.LIES if sent < often else None

    scene.relay.choose, planned = choose, scene.relay.choose
    try:
        yield
    finally:
        scene.relay.choose = planned


@pytest.mark.parametrize("lies", [1, 2])
def test_a_mail_server_that_loses_what_it_took_is_tried_again_as_often_as_promised(lies, scene):
    """E14: the letter is sent anew after 30 minutes, twice at most."""
    with lost(scene, lies):
        (letter,) = scene.refer()
        scene.settle()

    assert scene.region.ask("SELECT times_sent FROM outgoing WHERE letter_id = ?", letter) == [(lies + 1,)]


def test_a_letter_that_is_lost_three_times_waits_where_a_person_sees_it(scene):
    """E13, L3: it is given up, named at the desk, and goes again when somebody says so."""
    with lost(scene, 3):
        (letter,) = scene.refer()
        scene.settle()
    assert scene.given_up() == [letter]

    scene.send_again(letter)
    scene.settle()

    assert scene.given_up() == []


def test_a_mail_that_was_kept_back_for_days_is_taken_once_though_copies_overtook_it(scene):
    scene.relay.plan(scene.unit.address, Fault.DELAYS)
    (letter,) = scene.refer()
    scene.pass_time(0.5 * 3600 + 60)
    scene.settle()
    scene.go(3 * DAY)

    scene.relay.let_go()
    scene.settle()

    came = scene.unit.ask("SELECT outcome FROM arrivals WHERE letter_id = ? ORDER BY outcome", letter)
    assert came == [("duplicate",), ("taken",)]


def test_a_letter_leaves_by_itself_after_a_day_without_a_mail_server(scene):
    """B10: it waits, is tried ever more seldom, and comes through."""
    scene.relay.choose, planned = (lambda _address: Fault.REFUSES_NOW), scene.relay.choose
    (letter,) = scene.refer()
    scene.pass_time(DAY)
    scene.relay.choose = planned
    tried = "SELECT state, tries FROM outgoing WHERE letter_id = ?"
    ((waits, tries),) = scene.region.ask(tried, letter)

    scene.settle()

    assert waits == "queued"
    assert 20 < tries < 50
    assert scene.region.ask(tried, letter) == [("received", tries + 1)]
