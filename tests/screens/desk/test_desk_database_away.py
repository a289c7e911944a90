"""The desk while its database is away: it says so in words, loses nothing that was typed, and goes on by itself."""

from desk_site import at_desk, seen, typed, until
from test_desk_writing import to_details

from gateway.desk import commands
from tests.screens.away import away, press_all, told, when


async def test_no_key_of_the_desk_ends_it_and_the_board_goes_on_by_itself(desk):
    async with at_desk(desk.ports()) as pilot:
        await pilot.pause()
        with away():
            await press_all(pilot, *commands.EXPLAINED, *commands.BOARD, below=1)
            assert await told(pilot) == 1
        number = desk.refer()
        await until(pilot, number)


async def test_a_draft_is_saved_when_the_database_is_back_though_nobody_types(desk):
    async with at_desk(desk.ports()) as pilot:
        await to_details(pilot)
        pad = pilot.app.screen.pad
        with away():
            await typed(pilot, "1906687074")
            await when(pilot, lambda: pad.failing)
            assert "1906687074" in seen(pilot)
        await when(pilot, lambda: pad.is_saved and not pad.failing)
    [kept] = desk.ports().drafts.all(desk.person)
    assert kept.content["citizen"]["cpr"] == "1906687074"
