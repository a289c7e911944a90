"""People at work on a PostgreSQL server: two at one case, and a server that goes and comes back under their hands."""

import threading

import pytest
import referring_site
from desk_site import DeskSite, at_desk, typed
from postgresql_server import postgresql
from several import quick_folder

import tests.inbox_site as inbox
from gateway.access.actions import CASEWORK
from gateway.access.front_door import FrontDoor
from gateway.adapters.database import Database
from gateway.terminal.door import database_trouble
from inbox_tui.casework.errors import AlreadyAcknowledged, ForwardedMeanwhile
from inbox_tui.refusals import in_words
from inbox_tui.store import CaseStore
from tests.inbox_site import ANNE, BENT, HOME_CARE, NOW, SOCIAL, UNIT, InboxSite, arrived, conversation, referral
from tests.screens.away import told, when
from tests.screens.pilots import quick_pilots
from tests.screens.seen import opened, seen, until

pytestmark = pytest.mark.peers
CASE = conversation("2026-0001")


@pytest.fixture(scope="module")
def server():
    with quick_folder() as folder, postgresql(folder, "fsync=off", "full_page_writes=off") as running, quick_pilots():
        yield running


@pytest.fixture
def on_server(server, monkeypatch):
    """Let sites that are made from here on lie on the server."""
    server.create("site")
    for module in (inbox, referring_site):
        monkeypatch.setattr(module, "database_at", lambda _file: server.url("site"))
        monkeypatch.setattr(module, "created", lambda database, *families: database.create(*families))
    yield
    server.drop("site")


@pytest.fixture
def site(on_server, tmp_path):  # noqa: ARG001 - where it lies
    made = InboxSite(tmp_path / "inbox.db")
    made.receive(arrived(referral("R02")))
    yield made
    made.db.close()


@pytest.fixture
def desk(on_server, tmp_path):  # noqa: ARG001 - where it lies
    made = DeskSite(tmp_path)
    yield made
    made.db.close()


def at_once(site, server, act):
    """Let two people do it at the same time, each from a program of their own; gives who was refused, and why."""
    start, refused = threading.Barrier(2), {}

    def one(who):
        database = Database(server.url("site"))
        store = CaseStore(database, site.vault, site.post, lambda: UNIT)
        start.wait()
        try:
            act(store, who)
        except (AlreadyAcknowledged, ForwardedMeanwhile) as refusal:
            refused[who] = refusal
        database.close()

    threads = [threading.Thread(target=one, args=[who]) for who in (ANNE, BENT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_of_two_who_acknowledge_at_once_the_second_is_told_who_was_first(site, server):
    refused = at_once(site, server, lambda store, who: store.acknowledge(CASE, who, NOW))
    ((second, refusal),) = refused.items()
    (first,) = {ANNE, BENT} - {second}
    assert first.name in in_words(refusal)
    assert site.case(CASE).acknowledged.by == first.name
    assert [letter.body["acknowledged_by"] for letter in site.posted] == [first.name]


def test_of_two_who_forward_at_once_the_second_is_told_where_it_went(site, server):
    site.store.acknowledge(CASE, ANNE, NOW)
    where = {ANNE: SOCIAL, BENT: HOME_CARE}

    def forward(store, who):
        store.forward(CASE, where[who], who, "Ord.", NOW, "Grund.", seen=0)

    refused = at_once(site, server, forward)
    ((second, refusal),) = refused.items()
    (first,) = {ANNE, BENT} - {second}
    assert first.name in in_words(refusal)
    assert [move.by for move in site.case(CASE).history] == [first.name]


async def test_the_inbox_goes_on_by_itself_when_the_server_is_back(site, server):
    async with opened(site.ports(poll_seconds=0.1)) as pilot:
        await until(pilot, "Karen Testdal")
        await pilot.press("k")
        await until(pilot, ANNE.name)
        await pilot.press(*"27-11")
        server.stop()
        await pilot.press("enter")
        await until(pilot, "! ", "27-11")
        server.start()
        await pilot.press("enter")
        await until(pilot, "◐")
        server.stop()
        assert await told(pilot)
        assert "Karen Testdal" in seen(pilot), "what was read stays readable"
        server.start()
        site.receive(arrived(referral("R05"), "2026-0002"))
        await until(pilot, "Sanne")
    assert [letter.body["contact_by"] for letter in site.posted] == ["2026-11-27"]


async def test_the_door_lets_in_who_comes_when_the_server_is_back(site, server):
    door = FrontDoor(site.ports().door.enter, CASEWORK, "stafet-inbox audit")
    server.stop()
    async with opened(site.ports(person=None, door=door)) as pilot:
        await until(pilot, database_trouble()[:20])
        server.start()
        await when(pilot, lambda: database_trouble()[:20] not in seen(pilot))


async def test_the_desk_keeps_what_is_typed_and_saves_it_when_the_server_is_back(desk, server):
    async with at_desk(desk.ports()) as pilot:
        await pilot.pause()
        await pilot.press("n", *"nn1")
        await when(pilot, lambda: hasattr(pilot.app.screen, "pad"))
        await typed(pilot, "rand")
        await pilot.press("enter")
        await when(pilot, lambda: pilot.app.screen.pad.is_saved)
        await pilot.press("j")
        await when(pilot, lambda: pilot.app.screen.query("#field-citizen-cpr"))
        pad = pilot.app.screen.pad
        server.stop()
        await typed(pilot, "1906687074")
        await when(pilot, lambda: pad.failing)
        assert "1906687074" in seen(pilot)
        server.start()
        await when(pilot, lambda: pad.is_saved and not pad.failing)
    [kept] = desk.ports().drafts.all(desk.person)
    assert kept.content["citizen"]["cpr"] == "1906687074"
