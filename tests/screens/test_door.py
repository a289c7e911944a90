"""The door of both terminals: signing in, the lock, and who no longer works here. The screens are read in English."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from sites import PASSWORD
from sqlmodel import select
from textual import events
from textual.widgets import Input

from gateway import language
from gateway.access import passwords
from gateway.site.people import PersonRow, Role
from tests.screens.doors import OWN, WRONG, desk_end, enter
from tests.screens.seen import seen, until

FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "en")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_name_and_its_password_open_the_work_and_nothing_shows_before(end, size):
    async with end.opened(size=size) as pilot:
        text = await until(pilot, "Sign in", "Name", "Password", "Ctrl+Q")
        assert end.citizen not in text
        await pilot.press(*end.person.name[:4].lower(), "right", "enter", *"Regnen", "enter")
        text = await until(pilot, "do not belong together")
        assert "Regnen" not in text
        await enter(pilot, None, PASSWORD)
        text = await until(pilot, end.citizen)
        assert end.person.name in text
    assert end.trail() == [(end.person.id, "sign-in", "SIGN_IN_REFUSED"), (end.person.id, "sign-in", "done")]


async def test_what_is_typed_as_a_password_is_never_shown(end):
    async with end.opened(name=end.person.name) as pilot:
        await until(pilot, "Sign in", end.person.name)
        await pilot.press(*"Regnen")
        assert "Regnen" not in await until(pilot, "••••••")


async def test_a_name_and_a_password_may_come_in_one_burst(end):
    """On a slow line, or pasted: no letter of the password is shown, and the last Enter waits for them all."""
    async with end.opened() as pilot:
        await until(pilot, "Sign in")
        for key in (*end.person.name, "enter", *PASSWORD, "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, end.citizen)


async def test_too_many_wrong_ones_say_when_one_may_try_again(end):
    async with end.opened(name=end.person.name) as pilot:
        for _ in range(3):
            await enter(pilot, None, WRONG)
            await until(pilot, "do not belong together")
        await enter(pilot, None, PASSWORD)
        await until(pilot, "Wrong too many times", "You can try again at")
        assert end.citizen not in seen(pilot)


async def test_a_first_password_is_changed_before_anything_is_seen(end):
    end.give(end.person, "bofa-kelu-miro-nasi", FUTURE)
    async with end.opened(name=end.person.name) as pilot:
        await enter(pilot, None, "bofa-kelu-miro-nasi")
        text = await until(pilot, "Choose a password of your own")
        assert end.citizen not in text
        for new, again, said in (
            (OWN, WRONG, "not the same"),
            ("kort", "kort", "at least 12 characters that"),
            (OWN, OWN, end.citizen),
        ):
            for field_id, typed in (("new", new), ("again", again)):
                pilot.app.screen.query_one(f"#{field_id}", Input).value = typed
            pilot.app.screen.query_one("#again").focus()
            await pilot.press("enter")
            await until(pilot, said)
    assert (end.person.id, "change-password", "done") in end.trail()


async def test_ctrl_l_covers_everything_also_a_dialog(end):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("f1", "end")
        await until(pilot, "Ctrl+L")
        pilot.app.notify(f"{end.citizen} has called")
        await until(pilot, "has called")
        await pilot.press("ctrl+l")
        text = await until(pilot, "The screen is locked", end.person.name, "somebody else")
        assert end.citizen not in text
        assert "─ Help ─" not in text
        pilot.app.notify(f"{end.citizen} has called again")
        await pilot.pause(0.1)
        await pilot.press("escape", "f1", end.first_key)
        assert end.citizen not in seen(pilot)
        await enter(pilot, None, WRONG)
        await until(pilot, "do not belong together", "The screen is locked")
        await enter(pilot, None, PASSWORD)
        await until(pilot, "Ctrl+L")
        await pilot.press("escape")
        await until(pilot, end.citizen)
    who = end.person.id
    assert end.trail() == [(who, "lock", "done"), (who, "unlock", "SIGN_IN_REFUSED"), (who, "unlock", "done")]


async def test_an_idle_screen_locks_and_a_key_keeps_it_open(end):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        end.ticks.now += 599
        await pilot.press("down")
        end.ticks.now += 599
        await pilot.pause(0.3)
        assert end.citizen in seen(pilot)
        end.ticks.now += 1
        assert end.citizen not in await until(pilot, "The screen is locked")


async def test_what_goes_on_at_work_stays_behind_the_door(end):
    """A task that began before the screen was locked opens and closes its screens out of sight."""
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("ctrl+l")
        await until(pilot, "The screen is locked")
        await pilot.app.screen_stack[0].run_action("app.help_quit")
        at_work = pilot.app.at_work
        at_work.action_help()
        await pilot.pause(0.1)
        assert pilot.app.at_work is not at_work
        assert "─ Help ─" not in seen(pilot)
        await pilot.app.pop_screen()
        assert pilot.app.at_work is at_work
        assert "The screen is locked" in seen(pilot)


async def test_somebody_else_may_sign_in_and_finds_nothing_of_the_first(end):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("f1")
        await until(pilot, "─ Help ─")
        await pilot.press("ctrl+l")
        await until(pilot, "The screen is locked")
        await pilot.press("f2")
        await until(pilot, "Sign in")
        await enter(pilot, end.colleague.name, PASSWORD)
        text = await until(pilot, end.citizen)
        assert end.colleague.name in text
        assert end.person.name not in text
        assert "─ Help ─" not in text
    assert end.trail()[1:] == [(end.person.id, "sign-out", "done"), (end.colleague.id, "sign-in", "done")]


async def test_somebody_else_types_a_name_of_their_own(end):
    """Whoever signed in before, or was about to, is neither shown nor filled in for the next one."""
    end.give(end.colleague, "bofa-kelu-miro-nasi", FUTURE)
    async with end.opened(name=end.person.name) as pilot:
        await enter(pilot, None, PASSWORD)
        await until(pilot, end.citizen)
        await pilot.press("ctrl+l")
        await until(pilot, "The screen is locked", end.person.name)
        await pilot.press("f2")
        assert end.person.name not in await until(pilot, "Sign in", "Name", "Password")
        await enter(pilot, end.colleague.name, "bofa-kelu-miro-nasi")
        await until(pilot, "Choose a password of your own")
        await pilot.press("f2")
        assert end.colleague.name not in await until(pilot, "Sign in", "Name", "Password")


@pytest.mark.parametrize("locked", [False, True])
async def test_who_has_left_is_shown_the_door_at_once(end, locked):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        if locked:
            await pilot.press("ctrl+l")
            await until(pilot, "The screen is locked")
        end.change(end.person, active=False)
        text = await until(pilot, "Sign in", "no longer have access")
        assert end.citizen not in text
        assert end.person.name not in text
        await enter(pilot, end.person.name, PASSWORD)
        await until(pilot, "do not belong together")


async def test_who_sits_where_a_password_was_reset_signs_in_with_the_new_one(end):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        end.reset(end.person)
        text = await until(pilot, "Your password was reset")
        assert end.citizen not in text


async def test_another_role_is_another_sign_in(end):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        end.change(end.person, role=Role.ADMIN)
        await until(pilot, "What you may do here has changed")
        await enter(pilot, end.person.name, PASSWORD)
        await until(pilot, end.citizen)


async def test_an_auditor_is_told_where_their_work_is_and_sees_no_list(end):
    olga = end.hire("Olga Prøve", Role.AUDITOR)
    async with end.opened() as pilot:
        await enter(pilot, olga.name, PASSWORD)
        text = await until(pilot, "audit")
        assert end.citizen not in text
    assert end.trail() == [(olga.id, "sign-in", "done"), (olga.id, "sign-out", "done")]


async def test_nobody_who_works_elsewhere_is_suggested(end):
    end.hire("Olga Prøve", Role.AUDITOR)
    async with end.opened() as pilot:
        await until(pilot, "Sign in")
        await pilot.press(*"olga")
        await pilot.pause(0.2)
        assert "Olga" not in seen(pilot)


async def test_with_nobody_who_can_work_here_it_says_what_to_do(end):
    with end.site.db.session() as session:
        for row in session.exec(select(PersonRow)):
            row.active = False
    async with end.opened() as pilot:
        await until(pilot, "Nobody can work", "staff add")


async def test_the_screen_answers_while_a_password_is_being_checked(end, monkeypatch):
    """argon2 takes its time, on a thread of its own."""
    matches, go_on = passwords.matches, threading.Event()

    def slowly(known, typed):
        assert go_on.wait(60)
        return matches(known, typed)

    monkeypatch.setattr(passwords, "matches", slowly)
    async with end.opened(name=end.person.name) as pilot:
        await until(pilot, "Sign in")
        await enter(pilot, None, PASSWORD)
        await until(pilot, "One moment")
        go_on.set()
        await until(pilot, end.citizen)


@pytest.mark.parametrize("open_now", [(), ("f1",), ("f9",)], ids=["the page", "the help", "a question"])
async def test_leaving_signs_out_whatever_is_open(end, open_now):
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press(*open_now)
        await pilot.pause(0.1)
        await pilot.press("ctrl+q")
        await asyncio.wait_for(pilot._wait_for_screen(), 30)
    assert end.trail() == [(end.person.id, "sign-out", "done")]


async def test_a_draft_outlives_somebody_else_signing_in(tmp_path):
    """Everything is saved as it is typed."""
    end = desk_end(tmp_path)
    async with end.opened(person=end.person) as pilot:
        await until(pilot, end.citizen)
        await pilot.press("n")
        await until(pilot, "Is it acute?")
        await pilot.press("n", "n", "2")
        await until(pilot, "Which municipality")
        await pilot.press("ctrl+l", "f2")
        await until(pilot, "Sign in")
        await enter(pilot, end.colleague.name, PASSWORD)
        await until(pilot, end.citizen, "Being written (1)", end.person.name)
    (draft,) = end.site.ports().drafts.all(end.colleague)
    assert draft.content["origin"] == "ambulance_on_scene"
    end.site.db.close()
