"""What opens behind the door, and a screen that fails: said in words, nothing quoted, nobody left waiting."""

import os
import threading
from contextlib import contextmanager

import pytest

from gateway.site.errors import HomeMissing
from gateway.terminal.app import ASKED_TO_LEAVE
from gateway.terminal.opening import Opening
from inbox_tui import __main__ as program
from inbox_tui.app import AtTheDoor, InboxApp, OpeningInboxApp
from inbox_tui.browser import __main__ as page
from inbox_tui.screens.inbox import InboxScreen
from tests.inbox_site import ANNE, arrived, referral

NAME = "Karen"


def threads():
    return [one for one in threading.enumerate() if one.name == "opening"]


def test_what_goes_wrong_while_it_closes_is_kept_to_be_said(capsys):
    @contextmanager
    def opener():
        yield 7
        raise HomeMissing

    with Opening(opener) as opening:
        opening.begin()
        assert opening() == 7
    assert isinstance(opening.trouble, HomeMissing)
    assert (threads(), capsys.readouterr().err) == ([], "")


async def test_who_leaves_before_it_was_begun_with_leaves_nobody_waiting(monkeypatch):
    """The door asks for names at once; were the site never opened, that question would keep the program for ever."""
    monkeypatch.setattr(OpeningInboxApp, "call_after_refresh", lambda _app, _begin: True)
    opening = Opening(lambda: pytest.fail("it was opened"))
    async with OpeningInboxApp(opening, AtTheDoor("Randers")).run_test() as pilot:
        await pilot.press("ctrl+q")
    with pytest.raises(Exception, match=r"^$"):
        opening()
    assert opening.trouble is None


@pytest.mark.parametrize("asked", ASKED_TO_LEAVE)
async def test_a_window_that_is_closed_signs_out_and_closes_the_site(site, asked):
    """Ended at once, it would leave GnuPG's agent behind, with the key unlocked."""
    app = InboxApp(site.ports(person=ANNE))
    async with app.run_test() as pilot:
        os.kill(os.getpid(), asked)
        for _ in range(1500):
            await pilot.pause(0.02)
            if not app.is_running:
                break
    assert (app.is_running, app.return_code) == (False, 0)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, None])
def test_the_program_ends_with_a_code_that_says_how_it_went(stopped, monkeypatch, tmp_path, capsys):
    def run(app):
        app._return_code = 1
        if stopped:
            raise stopped

    monkeypatch.setattr(program, "at_terminal", lambda: True)
    monkeypatch.setattr(OpeningInboxApp, "run", run)
    with pytest.raises(SystemExit) as ended:
        program.main(["--home", str(tmp_path)])
    assert ended.value.code == (2 if stopped else 1)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("by_a_worker", [True, False])
async def test_a_screen_that_fails_quotes_nothing_of_what_was_read(site, monkeypatch, capsys, by_a_worker):
    """O2: Textual would print every value at hand, and they stay in the terminal's memory."""
    site.receive(arrived(referral("R02")))

    async def fail(citizen):
        raise LookupError(f"no such thing for {citizen}")

    def failing(screen):
        citizen = NAME
        if by_a_worker:
            screen.run_worker(fail(citizen))
        else:
            raise LookupError(f"no such thing for {citizen}")

    monkeypatch.setattr(InboxScreen, "action_acknowledge", failing)
    app = InboxApp(site.ports(person=ANNE))

    async def used():
        async with app.run_test() as pilot:
            await pilot.press("k")
            await pilot.pause()

    with pytest.raises(Exception, match=NAME):
        await used()
    app._print_error_renderables()
    said = " ".join(capsys.readouterr().err.split())
    assert "LookupError test_opening_door.py:" in said, said
    assert NAME not in said
    assert app.return_code == 1


async def test_a_page_where_nobody_signs_in_is_left_to_others(site, monkeypatch):
    """Whoever reaches the web server in front could hold every page there is, without a password."""
    monkeypatch.setattr(page, "NOBODY_SECONDS", 0.05)
    held, used = page.PageApp(site.ports(person=None)), page.PageApp(site.ports(person=ANNE))
    async with held.run_test() as pilot, used.run_test() as other:
        for _look in range(1500):
            await pilot.pause(0.02)
            if held.return_value is None and not held.is_running:
                break
        await other.pause(0.2)
        assert not held.is_running
        assert used.is_running
