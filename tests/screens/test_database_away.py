"""A database that is away while people work: it is said in words, what was typed stays, and all goes on by itself."""

import asyncio

from gateway.site.outage import CommitUnknown
from gateway.terminal.door import OutOfReachError, Watch, database_trouble
from inbox_tui import commands
from tests.inbox_site import ANNE, BODIL, arrived, conversation, referral
from tests.screens.away import away, press_all, told
from tests.screens.seen import opened, seen, until

CASE = conversation("2026-0001")
LEAVING = {"ctrl+q", "ctrl+l"}


async def test_no_key_of_the_inbox_ends_it_and_the_list_is_there_again_by_itself(site):
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(person=BODIL, poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen Testdal")
        with away():
            await press_all(pilot, *commands.EXPLAINED, below=1)
            assert await told(pilot) == 1, "once, however often it is tried"
        site.receive(arrived(referral("R05"), "2026-0002"))
        await until(pilot, "Karen Testdal", "Sanne")


async def test_no_key_on_a_letter_ends_the_inbox_and_it_can_be_acknowledged_afterwards(site):
    site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("enter")
        await until(pilot, "Borgeren")
        doable = [one for one in commands.EXPLAINED if one is not commands.BACK]
        with away():
            await press_all(pilot, *doable, below=2)
            assert await told(pilot) == 1
    assert site.case(CASE).acknowledged is None


async def test_what_was_written_in_a_form_stays_and_is_sent_when_the_database_is_back(site):
    site.receive(arrived(referral("R02")))
    async with opened(site.ports()) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("k")
        await until(pilot, "Anne Testesen")
        await pilot.press(*"27-11")
        with away():
            await pilot.press("enter")
            await until(pilot, "! ", "27-11")
        assert site.posted == []
        await pilot.press("enter")
        await until(pilot, "◐")
    assert [letter.body["contact_by"] for letter in site.posted] == ["2026-11-27"]


async def test_what_nobody_knows_whether_it_was_done_is_said_to_be_so(site):
    site.receive(arrived(referral("R02")))
    async with opened(site.ports(poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen Testdal")
        with away(CommitUnknown):
            await told(pilot, database_trouble(CommitUnknown()))
    assert database_trouble(CommitUnknown()) != database_trouble()


# The door


class Shut:
    """A door whose database is away until it is let in again."""

    def __init__(self):
        self.there, self.asked = False, 0

    def names(self):
        self.asked += 1
        self.require()
        return [ANNE.name]

    def sign_in(self, _name, _password):
        self.require()
        return ANNE

    def require(self):
        if not self.there:
            raise OutOfReachError

    def gone(self, _person):
        return None

    def left(self, _person):
        return None


async def test_the_door_says_so_keeps_the_name_and_goes_on_by_itself(site):
    door = Shut()
    ports = site.ports(person=None, door=door, watch=Watch(every_seconds=0.05))
    async with opened(ports) as pilot:
        await until(pilot, database_trouble()[:20])
        await pilot.press(*"Anne", "enter", *"hemmelig", "enter")
        await pilot.pause()
        assert database_trouble()[:20] in seen(pilot)
        assert pilot.app.screen.query_one("#name").value == "Anne"
        door.there = True
        async with asyncio.timeout(30):
            while database_trouble()[:20] in seen(pilot):
                await pilot.pause(0.01)
        asked = door.asked
        await pilot.press(*"hemmelig", "enter")
        await until(pilot, "Anne Testesen")
        assert door.asked == asked, "once it knows the names it asks no more"
