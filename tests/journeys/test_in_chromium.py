"""A worker takes a referral over in a real browser, and the region sees who has it and where to ring."""

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest
from browser_site import Served, ended
from journey_chromium import CONTROL, chromium
from journey_road import UNIT_NAME, UNIT_PHONE, WORKER
from journey_sites import until
from sites import PASSWORD

pytestmark = pytest.mark.peers
QUICKLY = 20
"""Seconds a screen may take on a busy machine."""


@pytest.fixture
def served(road, tmp_path):
    served = Served.start(road.unit.home, tmp_path / "serve.log", "--lang", "da")
    yield served
    served.end()


@pytest.fixture
def pictures(tmp_path):
    """Where pictures are kept for a person to look at: the folder STAFET_PICTURES names, or nowhere."""
    return Path(os.environ.get("STAFET_PICTURES", tmp_path))


async def test_a_referral_is_acknowledged_in_a_browser_and_the_region_is_told(road, served, pictures):
    """S11, S12, O2: with the keys of a terminal, and nothing fetched from anywhere but this machine."""
    letter = road.refer()
    road.receipted(letter)
    async with chromium(shutil.which("chromium")) as browser:
        begun = time.monotonic()
        await browser.open(served.url)
        await browser.see("Ctrl+Q")
        assert time.monotonic() - begun < QUICKLY
        await browser.becomes("document.activeElement.className === 'xterm-helper-textarea'")
        await browser.picture(pictures / "browser-door.png")
        [inbox] = served.inboxes()

        await browser.type(WORKER)
        await browser.press("Enter")
        await browser.see("mdgangskode")  # colours end in m: the cursor stands on the A of Adgangskode
        await browser.type(PASSWORD)
        await browser.press("Enter")
        await browser.see(" ny")  # the count is drawn with the rows: Enter opens nothing while the list is being read
        await browser.picture(pictures / "browser-list.png")
        await browser.press("Enter")
        await browser.see("Esc")
        await browser.picture(pictures / "browser-letter.png")
        await browser.type("k")
        await browser.see(UNIT_PHONE)
        await browser.picture(pictures / "browser-acknowledge.png")
        await browser.press("Enter")
        status = await asyncio.to_thread(told, road, letter)
        await browser.picture(pictures / "browser-taken.png")
        await browser.press("l", CONTROL)
        await browser.see("Skærmen er låst")
        await browser.press("q", CONTROL)
        await browser.becomes("document.activeElement.id === 'start'")
        await browser.picture(pictures / "browser-closed.png")
        assert await asyncio.to_thread(ended, inbox)
        await browser.ask("document.querySelector('#start').click()")
        await browser.becomes("document.body.matches('.-first-byte:not(.-closed)')")
        [again] = served.inboxes()

    assert await asyncio.to_thread(ended, again)
    assert {address.split("/")[2] for address in browser.asked_for} == {f"127.0.0.1:{served.port}"}
    assert browser.complaints == []
    assert (status["state"], status["acknowledged_by"]) == ("acknowledged", WORKER)
    assert (status["acknowledged_unit"], status["acknowledged_phone"]) == (UNIT_NAME, UNIT_PHONE)
    assert served.log.read_bytes() == b""


def told(road, letter):
    """Wait until the region holds the acknowledgement; give what it shows of it."""
    sql = "SELECT acknowledged_at, number FROM referrals WHERE letter_id = ?"
    until(lambda: road.region.ask(sql, letter)[0][0])
    return road.region("status", road.region.ask(sql, letter)[0][1], "--json").json
