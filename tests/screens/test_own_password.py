"""Another password for oneself, at either terminal (S29). The screens are read in English."""

import threading

import pytest
from sites import PASSWORD
from textual.widgets import Input

from gateway import language
from gateway.access.front_door import FrontDoor
from gateway.access.sign_in import SignIn
from gateway.desk.app import DeskApp
from gateway.site.outage import CommitUnknown
from gateway.terminal.door import OutOfReachError
from tests.screens.doors import OWN, WRONG, choose, enter, inbox_end
from tests.screens.seen import seen, until


@pytest.fixture(autouse=True)
def _in_english(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "en")


async def test_f9_gives_whoever_works_here_another_password_by_the_same_flow_as_the_command(end):
    """What stops it is said in the question, and nothing that was typed stays or is ever shown."""
    refusals = (
        ((WRONG, OWN, OWN), "do not belong together"),
        ((PASSWORD, OWN, WRONG), "not the same"),
        ((PASSWORD, "kort", "kort"), "at least 12 characters that"),
    )
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("f9")
        await until(pilot, "The password you have now", "New password", end.person.name, "Esc cancel")
        for typed, said in refusals:
            await choose(pilot, *typed)
            text = await until(pilot, said)
            assert not any(words in text for words in typed)
            assert not any(field.value for field in pilot.app.screen.query(Input))
        await choose(pilot, PASSWORD, OWN, OWN)
        await until(pilot, "Your password is changed.", end.citizen)
        await pilot.press("ctrl+l")
        await until(pilot, "The screen is locked")
        await enter(pilot, None, PASSWORD)
        await until(pilot, "do not belong together")
        await enter(pilot, None, OWN)
        await until(pilot, end.citizen)
    assert (end.person.id, "change-password", "done") in end.trail()


async def test_f9_is_left_by_escape_and_opens_nothing_at_the_door(end):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("f9", *"Solen", "escape")
        await until(pilot, end.citizen, "F6" if end.app is DeskApp else "Ctrl+Q")
        await pilot.press("ctrl+l")
        await until(pilot, "The screen is locked")
        await pilot.press("f9")
        await pilot.pause(0.1)
        assert "The password you have now" not in seen(pilot)
    assert "change-password" not in [action for _who, action, _outcome in end.trail()]


async def test_a_password_is_waited_for_while_it_is_changed_and_may_be_tried_again(tmp_path, monkeypatch):
    end, change, go_on, asked = inbox_end(tmp_path), FrontDoor.change, threading.Event(), []

    def slowly(door, *typed):
        asked.append(typed)
        if len(asked) == 1:
            raise OutOfReachError
        assert go_on.wait(60)
        return change(door, *typed)

    monkeypatch.setattr(FrontDoor, "change", slowly)
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("f9")
        await choose(pilot, PASSWORD, OWN, OWN)
        await until(pilot, "could not be read just now", "The password you have now")
        await choose(pilot, PASSWORD, OWN, OWN)
        await until(pilot, "One moment")
        await pilot.press("enter", "escape")
        await until(pilot, "One moment")
        go_on.set()
        await until(pilot, "Your password is changed.")
    assert asked == [(end.person.name, PASSWORD, OWN)] * 2
    end.site.db.close()


async def test_where_nobody_knows_whether_it_was_changed_that_is_said(end, monkeypatch):
    """A server that crashes in that very moment may have taken it down, or not."""

    def lost(*_typed):
        raise CommitUnknown

    monkeypatch.setattr(SignIn, "change", lost)
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("f9")
        await choose(pilot, PASSWORD, OWN, OWN)
        text = await until(pilot, "lost in the very moment")
        assert "Nothing has been changed" not in text
