"""A referral's day at the municipality, in real terminals of 80 by 24, ending in what the region sees (S11–S20, L4)."""

import json

import pytest
from journey_road import CODE, UNIT_NAME, UNIT_PHONE, WORKER
from journey_sites import PROGRAMS, until, workplace
from journey_terminal import DOWN, ENTER, ESC, LEAVE, SAVE, SPACE, TAB, Typed, room
from sites import PASSWORD, password_file

from gateway.referring.example import example
from gateway.station import utc_now

pytestmark = pytest.mark.peers
INTAKE, DEPARTMENT = "Inger Testlund", "Dorte Prøvedal"
FIRST = "Solen står op i dag"
SAFETY = "Gå to, og ring først."
WHY, NOTE, OUTCOME = "Alene uden varme i nat", "Kendt hos jer fra i fjor", "Vi kommer hver uge"
KEPT = (INTAKE, DEPARTMENT, WHY, NOTE, OUTCOME, "Hjemmepleje", "Psykiatri", "acute")
"""What the region must never be told, beside who acknowledged."""


@pytest.fixture(scope="module")
def staffed(road, tmp_path_factory):
    """Somebody who receives, with a password of her own, and somebody in home care who has only the first."""
    folder = tmp_path_factory.mktemp("passwords")
    (folder / "own").mkdir()
    first, own = password_file(folder, FIRST), password_file(folder / "own", PASSWORD)
    boss = ("--as", WORKER, "--new-password-file", first)
    road.unit("staff", "add", INTAKE, "--role", "intake", *boss)
    road.unit("staff", "add", DEPARTMENT, "--role", "department", "--department", "hjemmepleje", *boss)
    road.unit("staff", "password", "--as", INTAKE, "--password-file", first, "--new-password-file", own)
    return road


@pytest.fixture
def house():
    """The rooms of the municipality; nothing of the tests' own is in the environment."""
    with workplace() as folder:
        told = {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(folder)}
        with room(folder, told) as made:
            yield made


def inbox(house, road, name):
    """Sit down at the inbox."""
    desk = house.desk(name, [str(PROGRAMS / "stafet-inbox"), "--home", str(road.unit.home)])
    desk.see("Log ind", "Ctrl+Q")
    return desk


def referred(road):
    """Let the region refer somebody of whom something is known about safety; gives the letter and the name."""
    written = example(CODE, utc_now())
    citizen = written["citizen"] | {"safety_note": SAFETY}
    return road.refer(citizen=citizen, urgency_remark="Nætterne er værst.")


def told(road, letter, state):
    """Wait until the region has heard; gives what it shows, to people and to programs."""
    sql = "SELECT number FROM referrals WHERE letter_id = ?"
    number = road.region.ask(sql, letter)[0][0]
    until(lambda: road.region("status", number, "--json").json["state"] == state)
    return road.region("status", number, "--json").json


def test_from_the_door_to_closed_and_the_region_hears_two_things(staffed, house):
    """S11–S13, S15, S16, S19, S20, E1, E7, L4, O2: with the keys that stand on the screen."""
    road, letter = staffed, referred(staffed)
    road.receipted(letter)
    inger, birgit = inbox(house, road, "inger"), inbox(house, road, "birgit")
    inger.press(Typed(INTAKE), ENTER, Typed(PASSWORD), ENTER)
    birgit.press(Typed(WORKER), ENTER, Typed(PASSWORD), ENTER)
    only_one_of_two_takes_it(inger, birgit)
    finds_it_acute_and_rings(inger)
    forwards_it(inger)
    acknowledged = told(road, letter, "acknowledged")
    dorte = inbox(house, road, "dorte")
    comes_for_the_first_time(dorte)
    takes_it_over_and_closes_it(dorte)
    closed = told(road, letter, "closed")

    for desk in (inger, birgit, dorte):
        desk.press(LEAVE)
    until(house.empty)
    assert (acknowledged["acknowledged_by"], acknowledged["acknowledged_unit"]) == (INTAKE, UNIT_NAME)
    assert acknowledged["acknowledged_phone"] == UNIT_PHONE
    assert changed(acknowledged, closed) == {"state", "states", "steps", "closed_at"}
    said = json.dumps(closed, ensure_ascii=False).replace(f'"acknowledged_by": "{INTAKE}"', "")
    assert [word for word in KEPT if word in said] == []


def only_one_of_two_takes_it(first, second):
    """Both have read it, and both were asked; the second hears who was first (O2)."""
    for desk in (first, second):
        desk.see("● 1 ny", "▲ sikkerhed")
        until(lambda desk=desk: "Karen Testdal" in desk.cursor_row)
        desk.press(ENTER)
        desk.see(SAFETY, "Sådan vil borgeren kontaktes")
        desk.press(Typed("k"))
        desk.see(UNIT_PHONE, "Esc fortryd")
    first.press(ENTER)
    first.see("◐ Kvitteret")
    second.press(Typed("27-11"), ENTER)
    second.see(f"! {INTAKE}")
    second.press(ESC)
    second.see("◐ Kvitteret")


def finds_it_acute_and_rings(desk):
    desk.press(Typed("u"))
    desk.see("Akut betyder her", "Nætterne er værst.", "( ) Akut")
    desk.press(DOWN, ENTER, Typed(WHY), ENTER)
    desk.see("Ring nu: +45 95 00 01 02")
    desk.press(Typed("t"))
    desk.see("Borgeren blev truffet")
    desk.press(DOWN, ENTER, ENTER)
    desk.see("Kontakten er noteret", WHY)


def forwards_it(desk):
    desk.press(Typed("v"))
    desk.see("● Social og Psykiatri")
    desk.press(SPACE, DOWN)
    desk.see("+ Social og Psykiatri", "● Hjemmepleje")
    desk.press(ENTER, Typed(NOTE), SAVE)
    desk.see("→ Videresendt", "Hjemmepleje")


def comes_for_the_first_time(desk):
    """The first password opens nothing but the choice of another."""
    desk.press(Typed(DEPARTMENT), ENTER, Typed(FIRST), ENTER)
    desk.see("egen adgangskode")
    desk.press(Typed(PASSWORD), ENTER, Typed(PASSWORD), ENTER)
    desk.see("→ 1 at overtage", "Karen Testdal")


def takes_it_over_and_closes_it(desk):
    desk.press(Typed("o"))
    desk.see("Overtag", "Enter overtag", "Esc fortryd")
    desk.press(ENTER)
    desk.see("◉ Overtaget")
    desk.press(ENTER)
    desk.see(SAFETY, WHY)
    desk.press("PageDown")
    desk.see("Note til Hjemmepleje", NOTE)
    desk.press(Typed("a"))
    desk.see("[ ] botilbud")
    desk.press(SPACE, TAB, Typed(OUTCOME), ENTER)
    desk.see("✓ Afsluttet")


def changed(before, after):
    """Name what is not as it was."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_what_is_acknowledged_while_the_line_is_down_comes_with_its_own_time(staffed):
    """E14: the municipality's daemon is stopped; nothing is lost, and nothing is dated anew."""
    road, letter = staffed, referred(staffed)
    road.receipted(letter)
    road.unit.stop()
    [(number,)] = road.unit.ask("SELECT number FROM cases WHERE letter_id = ?", letter)
    road.unit("acknowledge", number, "--as", INTAKE)
    sql = "SELECT state, acknowledged_at FROM cases WHERE letter_id = ?"
    [(state, at)] = road.unit.ask(sql, letter)
    assert state == "acknowledged"
    started = utc_now()

    road.start(road.unit)

    shown = told(road, letter, "acknowledged")
    assert shown["acknowledged_at"][:19] == str(at)[:19].replace(" ", "T")
    assert shown["acknowledged_at"] < started.isoformat()
