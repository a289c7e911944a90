"""The line to Præhospitalet at a municipality's keyboard: the TEST by hand, the page, the steps, by real flows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from line_site import Ends, ends
from sites import contact_of, short_folder, stations
from sqlmodel import select
from textual.widgets import Input

from directory.book import AddressBook, ContactRow
from directory.days import beginning, typed_day
from directory.model import REGION
from gateway import bootstrap as region_end
from gateway import language, upkeep
from gateway.audit.read import entries
from gateway.exchange.rows import OutgoingRow
from gateway.liveness.rows import DrillRow, WatchRow
from gateway.site.errors import PersonGone
from gateway.site.people import PersonRow
from gateway.wire.letters import Kind
from inbox_tui.tables import CaseRow
from tests.inbox_site import ANNE, SARA, arrived, referral
from tests.screens.seen import opened, seen, until

PHONE, NEW_PHONE = "+45 84 11 20 00", "+45 84 11 20 99"
HOSTILE = "AMK\x1b]52;c;aGVq\x07[bold]\u202eTSET"


@pytest.fixture(autouse=True)
def _in_english(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "en")


@pytest.fixture(scope="module")
def made() -> Iterator[dict]:
    with short_folder() as folder, stations(folder) as opened_stations:
        yield opened_stations


@pytest.fixture
def both(made, tmp_path) -> Iterator[Ends]:
    with ends(made, tmp_path) as joined:
        yield joined


@pytest.fixture
def strangers(made, tmp_path) -> Iterator[Ends]:
    with ends(made, tmp_path, joined=False) as apart:
        yield apart


def trail(both):
    with both.randers.database.reading() as session:
        return [(one.action, one.person_id, one.outcome) for one in entries(session)]


def asked_by_the_region(both):
    region_end.drills(both.region.station).ask("730", both.regional)


def moved_by_the_region(both, **changes):
    now = both.region.clock()
    contact = contact_of(REGION, phone=NEW_PHONE, valid_from=beginning(typed_day("01-02-2027"), now), **changes)
    upkeep.our_contact(both.region.station).propose(contact, both.regional, personal_ok=True)


async def type_in(pilot, **values):
    """Write in the fields by their names, as fingers would, but at once."""
    for name, value in values.items():
        pilot.app.screen.query_one(f"#field-{name.replace('_', '-')} Input", Input).value = value
    await pilot.pause(0.05)


# The TEST by hand


async def test_a_test_stands_above_the_list_and_one_key_acknowledges_it(both):
    """D13, O25: it is no case, and it is counted nowhere."""
    asked_by_the_region(both)
    await both.carry()
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        text = await until(pilot, "▲ TEST from Præhospitalet: please acknowledge it by hand (D)", "No referrals")
        assert "1 new" not in text
        await pilot.press("d")
        await until(pilot, "It is about no citizen", "AMK-vagtcentralen, Præhospitalet", PHONE, "Anne Testesen")
        assert both.region.rows(DrillRow)[0].acknowledged_at is None
        await pilot.press("k")
        text = await until(pilot, "Thank you.")
        await both.carry()
        assert "▲ TEST" not in seen(pilot)
    assert both.region.rows(DrillRow)[0].acknowledged_at is not None
    assert both.randers.rows(CaseRow) == []
    assert ("acknowledge-drill", both.intake.id, "done") in trail(both)


async def test_escape_leaves_the_test_to_a_colleague(both):
    asked_by_the_region(both)
    await both.carry()
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        await until(pilot, "▲ TEST")
        await pilot.press("d")
        await until(pilot, "It is about no citizen")
        await pilot.press("escape")
        await until(pilot, "▲ TEST")
    assert both.randers.rows(DrillRow)[0].acknowledged_at is None


async def test_the_second_of_two_is_told_that_a_colleague_was_first(both):
    asked_by_the_region(both)
    await both.carry()
    ports = both.ports(both.intake)
    async with opened(ports, (80, 24)) as pilot:
        await until(pilot, "▲ TEST")
        await pilot.press("d")
        await until(pilot, "It is about no citizen")
        (drill,) = ports.drills.open(both.admin, ports.now())
        ports.drills.acknowledge(drill.id, both.admin, ports.now())
        await pilot.press("k")
        await until(pilot, "A colleague has acknowledged that")


async def test_a_department_is_offered_no_test_and_the_key_does_nothing(both):
    """D3: acknowledging is for those who receive."""
    asked_by_the_region(both)
    await both.carry()
    before = trail(both)
    async with opened(both.ports(both.department), (80, 24)) as pilot:
        text = await until(pilot, "No referrals")
        await pilot.press("d")
        await pilot.pause(0.3)
        assert "TEST" not in text + seen(pilot)
    assert trail(both) == before


async def test_what_the_region_calls_itself_is_only_text(both):
    asked_by_the_region(both)
    await both.carry()
    from gateway.liveness.drills import place  # noqa: PLC0415 - one use
    from gateway.wire.keeping import Drill  # noqa: PLC0415 - one use

    vault = both.randers.station.vault
    with both.randers.database.session() as session:
        row = session.get_one(DrillRow, both.randers.rows(DrillRow)[0].id)
        said = Drill.model_construct(asked_at=row.asked_at, unit=HOSTILE, phone="+4584112000")
        row.locked = vault.lock(said.model_dump_json().encode(), place(row.id))
        session.add(row)
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        await until(pilot, "▲ TEST")
        await pilot.press("d")
        text = await until(pilot, "It is about no citizen", "[bold]")
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


# The page


@pytest.mark.parametrize("size", [(80, 24), (110, 32)])
async def test_everybody_may_look_at_the_line_and_sees_the_phone_and_both_keys(both, size):
    upkeep.heartbeats(both.region.station).test("730", both.regional)
    await both.carry()
    async with opened(both.ports(both.department), size) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p")
        text = await until(
            pilot, "✓ The line works", "Last heard today", "Ring Præhospitalet:", both.randers.key.grouped
        )
        assert "enrol" not in text
        await pilot.press("end")
        await until(pilot, both.region.key.grouped, "None has been made yet")


async def test_what_the_region_calls_its_unit_is_only_text_on_the_page_too(both):
    with both.randers.database.session() as session:
        row = session.exec(select(ContactRow).where(ContactRow.party == REGION)).one()
        row.unit_name, row.hours = HOSTILE, "\u202e[/]" * 9
        session.add(row)
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p")
        await until(pilot, "Ring Præhospitalet:")
        await pilot.press("end")
        text = await until(pilot, "[bold]", "[/]", both.region.key.grouped)
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_whoever_has_left_is_not_shown_the_line(both):
    with both.randers.database.session() as session:
        session.get_one(PersonRow, both.intake.id).active = False
    with pytest.raises(PersonGone):
        both.ports().line.open(both.intake)
    assert trail(both)[-1] == ("see-board", both.intake.id, "PERSON_GONE")


async def test_the_line_is_offered_in_the_menu_when_the_inbox_is_empty(both):
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("f")
        text = await until(pilot, "the line to Præhospitalet")
        assert "forward" not in text.split("More")[1].split("Enter choose")[0]
        await pilot.press("p")
        await until(pilot, "Ring Præhospitalet:")


async def test_looking_is_noted_once_however_long_it_is_looked_at(both):
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p")
        await until(pilot, "Ring Præhospitalet:")
        await pilot.pause(0.5)
    assert [one[0] for one in trail(both)].count("see-board") == 1


async def test_a_silent_region_is_said_with_its_phone_to_an_administrator(both):
    """D12: a phone number, not a guess."""
    upkeep.heartbeats(both.region.station).test("730", both.regional)
    await both.carry()
    now = both.randers.clock.go(timedelta(days=4))
    with both.randers.database.session() as session:
        session.merge(WatchRow(id=1, since=now - timedelta(days=4), until=now))
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "▲ Præhospitalet: not heard since", PHONE, "B shows what to do")
        await pilot.press("p")
        await until(pilot, "▲ The line needs somebody", "Præhospitalet is silent")
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        assert "not heard since" not in await until(pilot, "No referrals")


async def test_a_test_that_nobody_here_answers_is_ours_to_answer_and_no_fault_of_the_region(both):
    asked_by_the_region(both)
    await both.carry()
    both.randers.clock.go(timedelta(days=30))
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "▲ TEST", "waits for somebody here")
        await pilot.press("b")
        await until(pilot, "What needs somebody", "waits for somebody here", "There is no backup")


async def test_who_no_longer_works_here_is_shown_the_door(both):
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p")
        await until(pilot, "Ring Præhospitalet:")
        with both.randers.database.session() as session:
            session.get_one(PersonRow, both.admin.id).active = False
        await until(pilot, "Sign in")


# What changes


async def test_our_new_phone_is_told_and_the_page_says_what_happens_next(both):
    """D5, S27."""
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p", "a")
        await until(pilot, "Our own unit", "Reached like this now")
        await pilot.press("k")
        await until(pilot, "Our own unit is reached in another way")
        await type_in(pilot, phone="95000099", day="01-01-2027")
        await pilot.press("ctrl+s")
        await until(pilot, "From 01-01-2027")
        await pilot.press("escape")
        await until(
            pilot, "From 01-01-2027 you are reached like this (A)", "Præhospitalet rings you on +45 89 15 00 00"
        )
    (told,) = [row for row in both.randers.rows(OutgoingRow) if row.kind == Kind.CONTACT_CHANGE]
    assert told.to_party == REGION


async def test_the_region_s_change_is_confirmed_by_a_call_to_the_old_number(both):
    """D11."""
    moved_by_the_region(both, email="vagt@region.example")
    await both.carry()
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "a change waits for a second person")
        await pilot.press("p")
        await until(pilot, "Waits for a second person here", f"{PHONE}  →  {NEW_PHONE}")
        await pilot.press("r")
        await until(pilot, "Under way: New contact details")
        await pilot.press("b")
        await until(pilot, f"☎  {PHONE}", "Ring this number. You knew it before the change.")
        await pilot.press("enter")
        await until(pilot, "Ask: have you asked for this?")
        await pilot.press("j")
        await until(pilot, "Whom did you speak with?")
        await pilot.press(*"Karim", "enter")
        await until(pilot, "A TEST was sent.")
        await pilot.press("enter")
        await both.carry()
        await until(pilot, "Everything is in order. It holds from 01-02-2027 by itself.")
    assert ("confirm-change", both.admin.id, "done") in trail(both)


async def test_our_key_is_renewed_and_the_page_tells_when_the_region_uses_it(both):
    """S28."""
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p", "n")
        await until(pilot, "This is our key.")
        await pilot.press("b")
        await until(pilot, "Make the next key?")
        await pilot.press("j")
        await until(pilot, "0 of 1 party uses the new key", PHONE)
        await pilot.press("escape")
        await until(pilot, "Your key is being renewed", "is told again every day")
        await both.carry()
        await until(pilot, "Præhospitalet uses the new one. The old one ends by itself")


async def test_a_lost_key_is_asked_about_twice_and_the_page_then_says_whom_to_ring(both):
    async with opened(both.ports(), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p", "n")
        await until(pilot, "This is our key.")
        await pilot.press("x")
        await until(pilot, "Is our key lost or stolen?")
        await pilot.press("j")
        await until(pilot, "This cannot be undone")
        await pilot.press("j")
        await until(pilot, "0 of 1 party uses the new key")
        await pilot.press("escape")
        await until(pilot, "▲ Præhospitalet does not have your new key", "Ring Præhospitalet:")
    assert ("revoke-key", both.admin.id, "done") in trail(both)


async def entered(strangers, tmp_path):
    """Enter contact and key as the first person, who may not confirm them."""
    key = tmp_path / "r.asc"
    key.write_bytes(strangers.region.station.keyring.export_public(strangers.region.key))
    async with opened(strangers.ports(), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p")
        text = await until(pilot, "▲ The line needs somebody", "No phone is registered", "E enrol", "Your key")
        assert "uses it" not in text
        await pilot.press("e")
        ours = strangers.randers.key
        await until(pilot, "five minutes on the phone", " ".join(ours[:4]), " ".join(ours[-4:]))
        await pilot.press("enter")
        await until(pilot, "To be enrolled, in five minutes by phone")
        await pilot.press("k")
        await until(pilot, "Write what shall hold")
        await type_in(pilot, unit_name="AMK", email="henvendelser@region.example", phone="84112000")
        await pilot.press("ctrl+s")
        await until(pilot, "In which file is their key?")
        await type_in(pilot, file=str(key))
        await pilot.press("enter")
        theirs = strangers.region.key
        await until(pilot, " ".join(theirs[:4]))
        await pilot.press("ctrl+s")
        await until(pilot, "A colleague now rings them")
        await pilot.press("enter")
        await until(pilot, "Waits for a second person here")
        await pilot.press("b")
        await until(pilot, "A colleague does this")


async def test_who_keeps_the_site_alone_is_not_sent_for_a_colleague(strangers):
    keeper = strangers.ports().keeper
    ports = strangers.ports(keeper=lambda person: replace(keeper(person), alone=True))
    async with opened(ports, (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p")
        await until(pilot, "E enrol")
        await pilot.press("e")
        text = await until(pilot, "You are alone here", "2 You too")
        assert "colleague" not in text


async def rung(strangers):
    """Ring, compare and confirm as the second person."""
    async with opened(strangers.ports(strangers.colleague), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        await pilot.press("p", "r")
        await until(pilot, "Waits for a second person here")
        await pilot.press("b")
        await until(pilot, "main number")
        await pilot.press(*"84112000", "enter", "enter")
        await until(pilot, "Ask: have you asked for this?")
        await pilot.press("j")
        await until(pilot, "Let them read their key's fingerprint aloud")
        await pilot.press(*("space",) * 10)
        await until(pilot, "Now read our fingerprint to them")
        await pilot.press(*("space",) * 10)
        await until(pilot, "Whom did you speak with?")
        await pilot.press(*"Mette", "enter")
        await until(pilot, "Their key holds from now on")
        await pilot.press("enter", "escape")
        await strangers.carry()
        await until(pilot, "◆ Not tested yet", "Ring Præhospitalet:")


async def test_first_enrolment_takes_two_people_and_both_keys_are_read_aloud(strangers, tmp_path):
    """D11, S28: the first person enters, the second one rings, compares and names whom they spoke with."""
    await entered(strangers, tmp_path)
    await rung(strangers)
    with strangers.randers.database.reading() as session:
        pinned = AddressBook(session).pinned(REGION)
    assert pinned is not None
    assert (pinned.fingerprint, pinned.pinned_by, pinned.confirmed_by) == (
        strangers.region.key,
        strangers.admin.id,
        strangers.colleague.id,
    )


async def test_who_is_no_administrator_is_offered_nothing_that_changes_the_line(both):
    before = trail(both)
    async with opened(both.ports(both.intake), (80, 24)) as pilot:
        await until(pilot, "No referrals")
        for key, page in (("a", "Reached like this now"), ("n", "This is our key."), ("r", "What needs somebody")):
            await pilot.press("p")
            await until(pilot, "Ring Præhospitalet:")
            await pilot.press(key)
            text = await until(pilot, page[:10])
            for offered in ("K our unit", "B begin", "X key lost", "K new contact", "T send TEST"):
                assert offered not in text
            await pilot.press("k", "b", "x", "t", "escape", "escape")
            await until(pilot, "No referrals")
    assert {one[0] for one in trail(both)[len(before) :]} == {"see-board"}


async def test_a_band_takes_no_room_while_there_is_nothing_to_tell(site):
    """The list's own screen, without a station behind it."""
    site.receive(arrived(referral("R02")))
    for person in (ANNE, SARA):
        async with opened(site.ports(person=person), (80, 24)) as pilot:
            text = await until(pilot, "Enter")
            assert "TEST" not in text
            assert "backup" not in text
