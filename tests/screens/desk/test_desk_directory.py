"""The directory at the desk: the 19, a unit's page, what two people change together, and our own key."""

import json
from dataclasses import replace

import pytest
from desk_site import at_desk, seen, typed, until
from keeping_site import DAY, copied, kept, made_homes
from sites import FAVRSKOV, RANDERS

from directory.book import AddressBook, PinnedKeyRow
from directory.changes import ChangeRow, Stand
from directory.municipalities import in_agreement
from directory.own import OwnKeyRow
from gateway import upkeep
from gateway.contacts.model import Ended, Wanted
from gateway.exchange.rows import OutgoingRow
from gateway.keeping import refusals
from gateway.language import gettext as _
from gateway.site.people import Role
from gateway.terminal.dates import day
from gateway.terminal.row_list import RowList
from gateway.wire.letters import Kind
from tests.screens.test_hostile_text import ALL, harmless

OLD_PHONE, NEW_PHONE, NEW_ADDRESS = "+45 89 15 00 00", "+45 89 15 99 99", "ny.indgang@randers.example"
SIZES = [(80, 24), (120, 40)]
TEN = ("space",) * 10


@pytest.fixture(scope="module")
def made():
    with made_homes() as folder:
        yield folder


@pytest.fixture
def site(opened, tmp_path):
    """The ends whose key rings every test shares; nothing here may change a key."""
    with kept(opened, tmp_path) as joined:
        yield joined


@pytest.fixture
def own_site(made, short_path, tmp_path):
    """Ends of this test's own: it may change their keys."""
    with copied(made, short_path) as stations, kept(stations, tmp_path) as joined:
        yield joined


def rowed(site, table):
    return site.region.rows(table)


def proposed(site, by=None, **told):
    """Let somebody at the desk enter a change of Randers."""
    flow = upkeep.changes(site.station)
    contact = replace(site.contact(), **told, valid_from=site.line.clock())
    return flow.propose(Wanted(RANDERS, contact), by or site.bo)


def point(pilot, key):
    """Put the cursor on a row."""
    rows = pilot.app.screen.query_one(RowList)
    for place in range(40):
        rows.cursor = place
        if rows.selected == key:
            rows.action_move(0)
            return
    raise LookupError(key)


async def gone_to(pilot, party=RANDERS):
    """Open a unit's page from the board."""
    await pilot.press("f6")
    await until(pilot, _("Municipality"), "Hedensted")
    point(pilot, party)
    await pilot.press("enter")
    return await until(pilot, "☎ " + OLD_PHONE if party == RANDERS else _("Signs of life"))


async def written(pilot, field, text):
    """Write in a field of the form, in place of what stood there."""
    line = pilot.app.screen.query_one(f"#field-{field} Input")
    line.value = ""
    line.focus()
    await typed(pilot, text)


def fits(pilot):
    """Tell whether every key in the footer can be seen."""
    return pilot.app.screen.query("CommandKey").last().region.right <= pilot.app.size.width


@pytest.mark.parametrize("size", SIZES)
async def test_the_nineteen_stand_there_worst_first_with_word_sign_and_phone(site, size):
    """S22."""
    async with at_desk(site.ports(site.mette), size) as pilot:
        await pilot.press("f6")
        text = await until(pilot, "▲ " + _("red"), _("no phone known"))
        assert "17" in text.splitlines()[2]
        assert fits(pilot)
        shown = set()
        rows = pilot.app.screen.query_one(RowList)
        for place in range(len(in_agreement())):
            rows.cursor = place
            shown.add(rows.selected)
        assert shown == {one.code for one in in_agreement()}
        await pilot.press("end")
        await until(pilot, OLD_PHONE)
        assert "◆" in seen(pilot)


async def test_what_comes_true_meanwhile_shows_by_itself(site):
    async with at_desk(site.ports(site.mette), (120, 40)) as pilot:
        await pilot.press("f6")
        await until(pilot, "Hedensted")
        await pilot.press("end")
        await until(pilot, OLD_PHONE)
        change = proposed(site, phone=NEW_PHONE)
        await until(pilot, _("a change waits for a second person")[2:])
        upkeep.changes(site.station).refuse(change.id, site.bo)
        for _try in range(1500):
            await pilot.pause(0.02)
            if _("a change waits for a second person")[2:] not in seen(pilot):
                return
        raise AssertionError(seen(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_who_is_no_administrator_sees_the_page_and_the_phone_and_changes_nothing(site, size):
    async with at_desk(site.ports(site.mette), size) as pilot:
        text = await gone_to(pilot)
        assert str(site.line.randers.key)[:4] in text or size == (80, 24)
        before = len(rowed(site, OutgoingRow))
        for key in ("k", "n", "t", "x", "b", "a", "g", "c"):
            await pilot.press(key)
        await pilot.press("escape", "e")
        await until(pilot, _("Our own key"))
        for key in ("b", "f", "s", "x"):
            await pilot.press(key)
        assert _("begin") not in seen(pilot)
    assert (rowed(site, ChangeRow), rowed(site, OwnKeyRow)) == ([], [])
    assert len(rowed(site, OutgoingRow)) == before


async def test_a_new_phone_is_entered_by_one_and_confirmed_by_another_on_the_old_number(site):
    """D5, D11: both names and the number rung are kept; the past stays visible."""
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("k")
        await until(pilot, _("Opening hours"), OLD_PHONE)
        await written(pilot, "phone", "89159999")
        await pilot.press("ctrl+s")
        await until(pilot, "✓ " + _("New contact details"))
        await pilot.press("enter")
        await until(pilot, _("Waits for a second person here, who rings them and confirms it.")[:30], NEW_PHONE)
        await pilot.press("b")
        await until(pilot, _("A colleague does this"))
        assert pilot.app.is_running
    assert site.contact().phone == OLD_PHONE
    async with at_desk(site.ports(site.bo), (100, 60)) as pilot:
        await gone_to(pilot)
        await pilot.press("b")
        await until(pilot, "☎  " + OLD_PHONE)
        await pilot.press("enter")
        await until(pilot, f"{OLD_PHONE}  →  {NEW_PHONE}", "Anne Testesen")
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await pilot.press("enter")
        await until(pilot, refusals.by_code("NOBODY_NAMED"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, _("It holds now."))
        await pilot.press("enter")
        text = await until(pilot, _("Earlier contacts"), NEW_PHONE)
        assert OLD_PHONE in text
    [change] = rowed(site, ChangeRow)
    assert (change.stand, change.called, change.confirmed_by) == (Stand.ACTIVE, OLD_PHONE, site.bo.id)
    assert site.contact().phone == NEW_PHONE


async def test_a_wrong_field_says_so_beside_itself_and_nothing_is_entered(site):
    """D8, D11, D16, D19."""
    wrong = (
        ("phone", "123", OLD_PHONE, "BAD_PHONE"),
        ("email", "ikke en adresse", "sikkerpost@randers.example", "BAD_ADDRESS"),
        ("email", "sikkerpost@elsewhere.example", "sikkerpost@randers.example", "WRONG_DOMAIN"),
        ("hours", "når vi kan", "", "BAD_HOURS"),
        ("gln", "123", "", "BAD_GLN"),
        ("day", "01-01-2919", "", "BAD_DAY"),
        ("unit-name", "", "Modtagelsen", "BAD_UNIT_NAME"),
    )
    async with at_desk(site.ports(site.anne), (150, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("k")
        await until(pilot, _("Opening hours"), OLD_PHONE)
        for field, typed_in, right, code in wrong:
            await written(pilot, field, typed_in)
            await pilot.press("ctrl+s")
            await until(pilot, "▲ " + refusals.by_code(code)[:35])
            assert pilot.app.screen.query_one(f"#field-{field}").has_class("wrong")
            await written(pilot, field, right)
            assert not pilot.app.screen.query_one(f"#field-{field}").has_class("wrong")
    assert rowed(site, ChangeRow) == []


async def test_a_key_pressed_twice_on_a_slow_line_enters_one_change(site):
    async with at_desk(site.ports(site.anne), (150, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("k")
        await until(pilot, _("Opening hours"), OLD_PHONE)
        await written(pilot, "phone", NEW_PHONE)
        await pilot.press("ctrl+s", "ctrl+s")
        text = await until(pilot, "✓ " + _("New contact details"))
        assert refusals.by_code("CHANGE_OPEN")[:20] not in text
    assert len(rowed(site, ChangeRow)) == 1


async def test_an_address_that_looks_personal_is_asked_about_once(site):
    """D8."""
    async with at_desk(site.ports(site.anne), (150, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("k")
        await until(pilot, _("Opening hours"), OLD_PHONE)
        await written(pilot, "email", "karen.testesen@randers.example")
        await pilot.press("ctrl+s")
        await until(pilot, "▲ " + refusals.by_code("PERSONAL_ADDRESS")[:35])
        await pilot.press("ctrl+s")
        await until(pilot, "✓ " + _("New contact details"))
    [change] = rowed(site, ChangeRow)
    assert change.email == "karen.testesen@randers.example"


async def test_a_new_address_is_used_when_the_signed_answer_has_come(site):
    """D4, D9: Randers writes it itself; Bo rings; the TEST comes back; then it holds."""
    theirs = upkeep.our_contact(site.line.randers.station)
    moved = replace(site.line.randers.station.unit, email=NEW_ADDRESS, valid_from=site.line.clock())
    theirs.propose(moved, site.theirs[RANDERS])
    await site.carry()
    async with at_desk(site.ports(site.bo), (100, 40)) as pilot:
        await gone_to(pilot)
        await until(pilot, NEW_ADDRESS)
        await pilot.press("b")
        await until(pilot, "☎  " + OLD_PHONE)
        await pilot.press("enter")
        await until(pilot, NEW_ADDRESS, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, _("Confirmed"), "TEST")
        await pilot.press("enter")
        await until(pilot, _("A TEST was sent to the new address. It is used once the signed answer has come.")[:40])
        assert site.contact().email != NEW_ADDRESS
        await site.carry()
        await until(pilot, _("Earlier contacts"))
    assert site.contact().email == NEW_ADDRESS


async def test_a_number_that_only_the_change_names_is_no_number_to_ring(site):
    """D11."""
    proposed(site, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b")
        await until(pilot, "☎  " + OLD_PHONE)
        await written(pilot, "number", NEW_PHONE)
        for _again in range(2):
            await pilot.press("enter")
            await until(pilot, "▲ " + refusals.by_code("WRONG_NUMBER")[:30])
        await written(pilot, "number", "24")
        await pilot.press("enter")
        await until(pilot, "▲ " + refusals.by_code("BAD_PHONE")[:30])
    assert [row.stand for row in rowed(site, ChangeRow)] == [Stand.PROPOSED]


async def test_the_main_number_is_asked_about_once_and_the_log_says_so(site):
    """D11: where the old number is gone."""
    proposed(site, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b")
        await until(pilot, "☎  " + OLD_PHONE)
        await written(pilot, "number", "84 00 06 15")
        await pilot.press("enter")
        await until(pilot, "▲")
        await pilot.press("enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, _("It holds now."))
    [(_outcome, _about, detail)] = site.noted("confirm-change")
    assert json.loads(detail)["switchboard"] == 1


async def test_what_they_know_nothing_of_is_refused_and_the_log_tells_why(site):
    """D11: somebody tries to take their place."""
    proposed(site, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b", "enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("n")
        await until(pilot, _("Refuse the change?"))
        await pilot.press("j")
        await until(pilot, _("Earlier changes"))
    [change] = rowed(site, ChangeRow)
    assert (change.stand, change.reason) == (Stand.REFUSED, Ended.NOT_THEIRS)


async def test_one_s_own_change_is_taken_back(site):
    proposed(site, by=site.anne, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("a")
        await until(pilot, _("Refuse the change?"))
        await pilot.press("escape")
        assert rowed(site, ChangeRow)[0].ended_at is None
        await pilot.press("a")
        await until(pilot, _("Refuse the change?"))
        await pilot.press("j")
        await until(pilot, _("Earlier changes"))
    assert [row.reason for row in rowed(site, ChangeRow)] == [Ended.WITHDRAWN]


async def test_a_site_that_says_it_is_alone_does_both_and_it_is_marked(site):
    site.keeping(alone=True)
    proposed(site, by=site.anne, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b")
        await until(
            pilot,
            "☎  " + OLD_PHONE,
            _("You entered this yourself, and your site says that you are alone. The log will show it.")[:30],
        )
        await pilot.press("enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, _("It holds now."))
        await pilot.press("enter")
        await until(pilot, _("Earlier contacts"))
    [(_outcome, _about, detail)] = site.noted("confirm-change")
    assert json.loads(detail)["alone"] == 1


async def new_key(site, folder):
    """Let Randers make another key, as after a loss; gives the file they send, and its fingerprint."""
    keyring = site.line.randers.station.keyring
    made = keyring.generate("Den sociale indgang <sikkerpost@randers.example>")
    path = folder / "randers.asc"
    path.write_bytes(keyring.export_public(made))
    return path, made


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_is_entered_from_its_file_and_compared_group_by_group(own_site, tmp_path, size):
    """S25: two people, and both fingerprints read aloud; the guide fits the smallest terminal."""
    path, theirs = await new_key(own_site, tmp_path)
    async with at_desk(own_site.ports(own_site.anne), size) as pilot:
        await gone_to(pilot)
        await pilot.press("n")
        await until(pilot, _("In which file is their key?"))
        await typed(pilot, str(tmp_path / "nothing.asc"))
        await pilot.press("enter")
        await until(pilot, "▲ " + refusals.by_code("FILE_UNREADABLE")[:30])
        await written(pilot, "file", str(path))
        await pilot.press("enter")
        await until(pilot, " ".join(theirs[:4]), " ".join(theirs[-4:]))
        await pilot.press("ctrl+s")
        await until(pilot, "✓ " + _("New key"))
    async with at_desk(own_site.ports(own_site.bo), size) as pilot:
        await gone_to(pilot)
        await pilot.press("b")
        await until(pilot, "☎  " + OLD_PHONE)
        await pilot.press("enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, "▸ " + " ".join(theirs[:4]))
        await pilot.press(*TEN[:3])
        await until(pilot, "✓ " + " ".join(theirs[8:12]), "▸ " + " ".join(theirs[12:16]))
        await pilot.press(*TEN[3:])
        await until(pilot, "▸ " + " ".join(own_site.region.key[:4]))
        assert fits(pilot)
        await pilot.press(*TEN)
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, _("Their key holds from now on, and letters that waited for it leave by themselves.")[:30])
    pins = {row.fingerprint: row for row in rowed(own_site, PinnedKeyRow) if row.party == RANDERS}
    assert (pins[theirs].pinned_by, pins[theirs].confirmed_by) == (own_site.anne.id, own_site.bo.id)


async def test_a_key_that_differs_by_one_group_is_refused(own_site, tmp_path):
    path, theirs = await new_key(own_site, tmp_path)
    wanted = Wanted(RANDERS, None, path.read_bytes(), theirs)
    upkeep.changes(own_site.station).propose(wanted, own_site.bo)
    async with at_desk(own_site.ports(own_site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b", "enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, "▸ " + " ".join(theirs[:4]))
        await pilot.press("space", "space", "n")
        await until(pilot, _("Refuse the change?"))
        await pilot.press("j")
        await until(pilot, _("Earlier changes"))
    with own_site.region.database.reading() as session:
        assert AddressBook(session).pinned(RANDERS).fingerprint == own_site.line.randers.key


async def test_what_is_no_key_is_said_beside_the_file(site, tmp_path):
    (tmp_path / "no.asc").write_text("ingen nøgle")
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("n")
        await until(pilot, _("In which file is their key?"))
        await typed(pilot, str(tmp_path / "no.asc"))
        await pilot.press("enter")
        await until(pilot, "▲ " + refusals.by_code("NOT_A_KEY")[:30])
    assert rowed(site, ChangeRow) == []


async def test_a_first_enrolment_leads_from_the_contact_to_the_key(own_site, tmp_path):
    """One open change holds both, and a colleague sees what comes next."""
    path, _theirs = await new_key(own_site, tmp_path)
    async with at_desk(own_site.ports(own_site.anne), (110, 44)) as pilot:
        await gone_to(pilot, "766")
        await until(pilot, _("To be enrolled, in five minutes by phone"))
        await pilot.press("k")
        await until(pilot, _("Opening hours"))
        for name, text in (
            ("unit-name", "Modtagelsen, Hedensted"),
            ("email", "sikkerpost@hedensted.example"),
            ("phone", "79755000"),
        ):
            await written(pilot, name, text)
        await pilot.press("ctrl+s")
        await until(pilot, _("In which file is their key?"))
        await typed(pilot, str(path))
        await pilot.press("enter")
        await until(pilot, _("This is the key in the file."))
        await pilot.press("ctrl+s")
        await until(pilot, "✓ " + _("Contact and key"))
        await pilot.press("enter")
        await until(pilot, "✓ " + _("N: enter the key they have sent"))
    async with at_desk(own_site.ports(own_site.bo), (110, 44)) as pilot:
        await gone_to(pilot, "766")
        await until(pilot, _("Contact and key"))
        await pilot.press("b")
        await until(pilot, _("Ring their main number, and ask to be put through."))
    assert {row.email for row in rowed(own_site, ChangeRow) if row.ended_at is None} == {"sikkerpost@hedensted.example"}


async def test_a_lost_key_is_asked_about_twice_and_the_page_names_what_was_exposed(site):
    """S25, S34."""
    async with at_desk(site.ports(site.anne), (120, 44)) as pilot:
        await gone_to(pilot)
        for keys in (("x", "escape"), ("x", "j", "escape")):
            await pilot.press(*keys)
            await until(pilot, _("Fingerprint"))
        assert all(row.revoked_at is None for row in rowed(site, PinnedKeyRow))
        await pilot.press("x")
        await until(pilot, _("Is their key lost or stolen?"))
        await pilot.press("j")
        await until(pilot, _("This cannot be undone"))
        await pilot.press("j")
        await until(pilot, _("Earlier keys"), f"stafet-gateway keys exposed {site.line.randers.key}")
    [row] = [row for row in rowed(site, PinnedKeyRow) if row.party == RANDERS]
    assert row.revoked_at


async def test_a_key_can_be_given_up_while_a_change_is_under_way(site):
    """S25: whoever stole it may have written the change."""
    proposed(site, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne)) as pilot:
        await gone_to(pilot)
        await until(pilot, _("confirm"), _("key lost"))
        assert fits(pilot)
        await pilot.press("x")
        await until(pilot, _("Is their key lost or stolen?"))


async def test_a_notice_about_our_own_key_opens_its_page(own_site):
    upkeep.rotation(own_site.station).begin(own_site.anne)
    async with at_desk(own_site.ports(own_site.anne)) as pilot:
        await pilot.press("f7")
        await until(pilot, _("does not use our new key yet"))
        point(pilot, f"OWN_KEY_PENDING:{RANDERS}")
        await pilot.press("enter")
        await until(pilot, "░░ ░░", OLD_PHONE)


async def test_a_test_is_sent_and_its_answer_shows(site):
    """D12."""
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("t")
        await until(pilot, _("A TEST is on its way. The answer shows here when it comes.")[:20])
        assert [row.kind for row in rowed(site, OutgoingRow)] == [Kind.HEARTBEAT]
        await site.carry()
        await until(pilot, _("within a day"))


async def test_a_mail_program_s_address_is_proved_by_the_code_they_read(site):
    """D11: only people answer there."""
    flow = upkeep.changes(site.station)
    change = proposed(site, email=NEW_ADDRESS, kind="mail-client")
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b", "enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, _("Confirmed"))
        await pilot.press("enter")
        await until(pilot, _("read the code"))
        [letter] = [row for row in rowed(site, OutgoingRow) if row.kind == Kind.HEARTBEAT]
        code = site.region.said(letter)["code"]
        await pilot.press("c")
        await until(pilot, _("The code in the TEST"))
        await typed(pilot, "000000" if code != "000 000" else "111111")
        await pilot.press("enter")
        await until(pilot, refusals.by_code("CODE_WRONG")[:30])
        await written(pilot, "code", code)
        await pilot.press("enter")
        await until(pilot, _("Earlier contacts"))
    assert site.contact().email == NEW_ADDRESS
    assert [one.stand for one in flow.listed(site.anne, RANDERS) if one.id == change.id] == [Stand.ACTIVE]


@pytest.mark.parametrize("size", SIZES)
async def test_our_key_is_changed_announced_told_and_ended(own_site, size):
    """S24, S28: the whole way; Favrskov hears by letter, Randers by phone."""
    async with at_desk(own_site.ports(own_site.anne), size) as pilot:
        await pilot.press("f6", "e")
        await until(pilot, " ".join(own_site.region.key[:4]), _("begin"))
        await pilot.press("b")
        await until(pilot, _("Make the next key?"))
        await pilot.press("j")
        await until(pilot, "Randers", "Favrskov", OLD_PHONE, "░░ ░░", _("the old one ends"))
        new = own_site.station.fingerprint
        assert new != own_site.region.key
        assert fits(pilot)
        point(pilot, RANDERS)
        await pilot.press("f")
        await until(pilot, "☎  " + OLD_PHONE)
        await pilot.press("enter")
        await until(pilot, "▸ " + " ".join(new[:4]))
        await pilot.press(*TEN)
        await until(pilot, _("Have they put the new key in?"))
        await pilot.press("j")
        await until(pilot, "██ ░░", "Favrskov")
        await pilot.press("s")
        await until(pilot, _("End the old key now?"))
        await pilot.press("escape")
        await own_site.carry()
        upkeep.heartbeats(own_site.line.favrskov.station).test("region", own_site.theirs[FAVRSKOV])
        await own_site.carry()
        await until(pilot, "██ ██", _("Everybody has it. The old key ends by itself on its day, or now with S.")[:20])
        await pilot.press("s")
        await until(pilot, _("Everybody uses the new key, so nobody is left behind.")[:20])
        await pilot.press("j")
        await until(pilot, " ".join(new[:4]), _("begin"))
    assert [outcome for outcome, _about, _detail in own_site.noted("retire-key")] == ["done"]


async def test_our_lost_key_is_asked_about_twice_and_everybody_is_to_be_told(own_site):
    async with at_desk(own_site.ports(own_site.anne), (100, 30)) as pilot:
        await pilot.press("f6", "e")
        await until(pilot, _("begin"))
        await pilot.press("x")
        await until(pilot, _("Is our key lost or stolen?"))
        await pilot.press("j")
        await until(pilot, _("This cannot be undone"))
        await pilot.press("j")
        await until(pilot, "▲", _("letters wait"), "Randers", "Favrskov")
    assert [row for row in rowed(own_site, OutgoingRow) if row.kind == Kind.KEY_CHANGE] == []


async def test_who_comes_late_to_a_dealt_with_change_is_told(site):
    change = proposed(site, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne, poll_seconds=3600), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b", "enter")
        await until(pilot, _("Ask: have you asked for this?"))
        upkeep.changes(site.station).refuse(change.id, site.bo)
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        await pilot.press("enter")
        await until(pilot, refusals.by_code("CHANGE_GONE")[:25])


async def test_who_has_left_in_the_middle_of_a_call_is_shown_out_and_nothing_holds(site):
    proposed(site, phone=NEW_PHONE)
    async with at_desk(site.ports(site.anne, poll_seconds=3600), (100, 40)) as pilot:
        await gone_to(pilot)
        await pilot.press("b", "enter")
        await until(pilot, _("Ask: have you asked for this?"))
        await pilot.press("j")
        await until(pilot, _("Whom did you speak with?"))
        await typed(pilot, "Karen Prøvesen")
        site.becomes(site.anne, active=False)
        await pilot.press("enter")
        assert NEW_PHONE not in await until(pilot, _("Password"))
    assert site.contact().phone == OLD_PHONE


async def test_who_is_no_administrator_any_more_is_told_so_in_plain_words(site):
    async with at_desk(site.ports(site.anne, poll_seconds=3600), (100, 40)) as pilot:
        await gone_to(pilot)
        site.becomes(site.anne, role=Role.SENDER)
        await pilot.press("t")
        await until(pilot, refusals.by_code("MAY_NOT")[:30])
    assert rowed(site, OutgoingRow) == []


async def test_hostile_text_in_a_unit_s_name_is_only_text(site):
    """What a municipality calls itself, or writes in a change, acts on no terminal."""
    with site.region.database.session() as session:
        book = AddressBook(session)
        book.set_contact(replace(book.contact(RANDERS), unit_name=ALL[:150], hours=ALL[:60]))
    flow = upkeep.changes(site.station)
    change = flow.propose(
        Wanted(RANDERS, replace(site.contact(), phone=NEW_PHONE, valid_from=site.line.clock())), site.bo
    )
    with site.region.database.session() as session:
        session.get_one(ChangeRow, change.id).unit_name = ALL[150:300]
    async with at_desk(site.ports(site.anne), (120, 44)) as pilot:
        assert harmless(await gone_to(pilot))
        await pilot.press("b", "enter")
        assert harmless(await until(pilot, _("Ask: have you asked for this?")))
        await pilot.press("escape", "escape", "escape", "f7")
        assert harmless(await until(pilot, _("What needs somebody"), "Randers"))
        assert pilot.app.is_running


async def test_administrators_see_above_the_board_what_needs_them_and_others_do_not(site):
    async with at_desk(site.ports(site.mette)) as pilot:
        assert "Favrskov" not in await until(pilot, "F6")
    async with at_desk(site.ports(site.anne)) as pilot:
        await until(pilot, "◆", "Favrskov", "F7")
        await pilot.press("f7")
        await until(pilot, _("What needs somebody"), "Favrskov")
        assert fits(pilot)
        point(pilot, f"NOT_VERIFIED:{FAVRSKOV}")
        await pilot.press("enter")
        await until(pilot, "Favrskov Kommune")


async def test_our_own_unit_gets_a_new_phone_and_everybody_is_told(site):
    """D5, D10."""
    async with at_desk(site.ports(site.anne), (100, 40)) as pilot:
        await pilot.press("f6", "u")
        await until(pilot, "+45 84 11 20 00")
        await pilot.press("k")
        await until(pilot, _("Opening hours"))
        await written(pilot, "phone", "84 11 20 99")
        later = day(site.line.clock() + 9 * DAY)
        await written(pilot, "day", later)
        await pilot.press("ctrl+s")
        await until(pilot, "+45 84 11 20 99", "+45 84 11 20 00", later)
    told = [row.to_party for row in rowed(site, OutgoingRow) if row.kind == Kind.CONTACT_CHANGE]
    assert sorted(told) == [FAVRSKOV, RANDERS]


async def test_every_command_bar_fits_eighty_columns(site):
    ways = (("f6",), ("enter",), ("escape", "e"), ("escape", "u"), ("escape", "f7"), ("f1",))
    async with at_desk(site.ports(site.anne)) as pilot:
        for keys in ways:
            await pilot.press(*keys)
            await pilot.pause(0.3)
            assert fits(pilot), keys
