"""Saving a case as a file at the keyboard: what is asked, where it lands, and what is said of it (E11)."""

import io
import stat
from dataclasses import replace

import pypdf
import pytest

from gateway import language
from gateway.site.people import Role
from inbox_tui.app import InboxApp
from inbox_tui.exporting import ExportCase
from tests.inbox_site import ANNE, arrived, conversation, referral
from tests.screens.seen import opened, until

CASE = conversation("2026-0001")
NUMBER = "2026-0001"


@pytest.fixture(autouse=True)
def danish(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")


@pytest.fixture
def read(site):
    site.receive(arrived(referral("R02")))
    return site


async def test_a_case_is_saved_from_the_menu_and_the_screen_says_where_it_lies(read):
    folder = read.path.with_name("exports")
    async with opened(read.ports(), size=(80, 24)) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("f")
        await until(pilot, "G  gem som fil")
        await pilot.press("g")
        await until(pilot, "PDF:", "Tekst:", "JSON:", "Det bliver noteret")
        await pilot.press("enter")
        shown = await until(pilot, "Gemt på den maskine", "bliver slettet")
        await pilot.press("enter")
        await until(pilot, "læs")
    (file,) = folder.iterdir()
    pages = pypdf.PdfReader(io.BytesIO(file.read_bytes())).pages

    assert file.name == "2026-0001.pdf"
    assert file.name in shown
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert all("190668-7074" in page.extract_text() for page in pages)
    assert read.trail()[-1] == ("export-case", ANNE.id, CASE, "done")


async def test_leaving_the_question_saves_and_notes_nothing(read):
    async with opened(read.ports()) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("enter")
        await until(pilot, "Sådan vil borgeren kontaktes")
        await pilot.press("g")
        await until(pilot, "PDF:")
        await pilot.press("escape")
        await until(pilot, "Sådan vil borgeren kontaktes")

    assert not read.path.with_name("exports").exists()
    assert "export-case" not in [action for action, *_rest in read.trail()]


async def test_what_is_saved_can_only_be_gone_back_from(read):
    """Nothing can be undone there; and Space has chosen as Enter would."""
    async with opened(read.ports(), size=(80, 24)) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("g")
        await until(pilot, "PDF:", "Esc fortryd")
        await pilot.press("down", "space")
        text = await until(pilot, "Gemt på den maskine", "Esc tilbage")
        assert "fortryd" not in text
        await pilot.press("escape")
        await until(pilot, "læs")
    (file,) = read.path.with_name("exports").iterdir()
    assert file.name == "2026-0001.txt"


async def test_in_a_browser_it_goes_to_who_asked_and_nothing_lies_here(read, monkeypatch):
    handed = []

    def deliver(_app, file, *, save_filename, mime_type):
        handed.append((save_filename, mime_type, file.read()))

    monkeypatch.setattr(InboxApp, "is_web", True)
    monkeypatch.setattr(InboxApp, "deliver_binary", deliver)
    async with opened(read.ports()) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("g")
        await until(pilot, "PDF:")
        await pilot.press("down", "down", "enter")
        await until(pilot, "din browser", "2026-0001.json")
    ((name, kind, content),) = handed

    assert (name, kind) == ("2026-0001.json", "application/json")
    assert b'"stafet-case"' in content
    assert not read.path.with_name("exports").exists()


async def test_a_medcom_message_is_saved_and_the_screen_says_what_it_lacks(read):
    async with opened(read.ports(), size=(80, 24)) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("g")
        await until(pilot, "MedCom (FHIR)")
        await pilot.press("end", "enter")
        await until(pilot, "2026-0001.medcom.json", "mangler den", "modtagerens EAN-nummer")
        await pilot.press("enter")
        await until(pilot, NUMBER)
    (file,) = read.path.with_name("exports").iterdir()

    assert b'"MessageHeader"' in file.read_bytes()


async def test_in_a_browser_what_a_medcom_message_lacks_is_said_too(read, monkeypatch):
    monkeypatch.setattr(InboxApp, "is_web", True)
    monkeypatch.setattr(InboxApp, "deliver_binary", lambda *_args, **_kwargs: None)
    async with opened(read.ports()) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("g")
        await until(pilot, "MedCom (FHIR)")
        await pilot.press("end", "enter")
        await until(pilot, "din browser", "mangler den")


async def test_without_a_number_the_screen_says_why_there_is_no_medcom_message(site):
    site.receive(arrived(referral("R01")))
    async with opened(site.ports()) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("g")
        await until(pilot, "MedCom (FHIR)")
        await pilot.press("end", "enter")
        await until(pilot, "finder ikke på et nummer")

    assert not site.path.with_name("exports").exists()


async def test_a_disk_that_takes_nothing_is_said_and_a_wrong_role_is_refused(read):
    blocked = read.path.with_name("no-folder")
    blocked.write_text("a file")
    async with opened(read.ports(export=ExportCase(read.store, blocked))) as pilot:
        await until(pilot, NUMBER)
        await pilot.press("g")
        await until(pilot, "PDF:")
        read.employ(replace(ANNE, role=Role.AUDITOR))
        await pilot.press("enter")
        await until(pilot, "Din rolle")
        read.employ(ANNE)
        await pilot.press("g")
        await until(pilot, "PDF:")
        await pilot.press("down", "enter")
        await until(pilot, "kunne ikke gemmes")

    tried = [outcome for action, _who, _about, outcome in read.trail() if action == "export-case"]
    assert tried == ["MAY_NOT", "done"]
