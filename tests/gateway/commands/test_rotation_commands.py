"""Our own key's change, and a stolen key, as commands: what they do, what they say, and who may (S24, S25, S34)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sites
from typed import DONE, METTE, NOT_FOUND, REFUSED, ask

from directory.book import AddressBook
from gateway import upkeep
from gateway.access.actions import MAY, Action
from gateway.bootstrap import open_region
from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow
from gateway.rotation.errors import RotationError
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.station import utc_now
from gateway.terminal.dates import day
from gateway.wire.letters import Kind
from keys import passphrase
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

PARTY = ("--municipality", "730")
OLGA = "Olga Prøve"
ACTIONS = {
    ("keys", "rotate"): Action.ROTATE_KEY,
    ("keys", "told", *PARTY): Action.CONFIRM_OWN_KEY,
    ("keys", "retire", "--force"): Action.RETIRE_KEY,
    ("keys", "lost"): Action.REVOKE_KEY,
    ("keys", "compromised", *PARTY): Action.REVOKE_KEY,
    ("keys", "exposed", "ABCD" * 10): Action.LIST_EXPOSED,
}


@pytest.fixture
def joined(stafet, opened):
    """The region's site, which has pinned Randers' key and knows how it is reached."""
    unit = opened[sites.RANDERS]
    stafet.enter("730")
    with open_region(Home(stafet.home)) as station:
        admin = station.sign_in(METTE, sites.PASSWORD)
        station.pin("730", unit.keyring.export_public(unit.own.fingerprint), unit.own.fingerprint, admin)
    return stafet


def test_a_site_without_a_change_says_which_key_everybody_uses(joined):
    told = joined.json("keys", "status")
    assert (told["new"], told["runs"], told["stragglers"]) == (None, False, [])
    assert "fingerprint" in joined("keys", "status")


def test_a_rotation_is_begun_and_shows_who_is_missing_and_their_phone(joined):
    before = joined.json("keys", "status")["old"]
    told = joined.json("keys", "rotate")
    assert told["old"] == before
    assert told["runs"]
    assert told["stragglers"] == [{"party": "730", "phone": "+45 95 00 07 51"}]
    said = joined("keys", "status")
    assert "Randers (730)  +45 95 00 07 51" in said
    assert joined.json("keys", "rotate", code=REFUSED)["error"] == "ROTATION_RUNS"
    with open_region(Home(joined.home)) as station, station.database.reading() as session:
        assert [row.kind for row in session.exec(sites.select(OutgoingRow))] == [Kind.KEY_CHANGE]
    assert joined.json("keys", "export")["fingerprint"] == told["new"]


def test_only_those_who_have_our_key_are_said_to_miss_the_next_one(joined):
    """S24: a municipality that has not joined lacks a contact and a key, and nothing is announced to it."""
    joined("keys", "rotate")
    rows = joined.json("directory", "status")["rows"]
    assert [row["party"] for row in rows if row["own_key_pending"]] == ["730"]


def test_a_key_that_another_follows_is_shown_until_the_day_it_ends(joined, short_path):
    """D9."""
    ends = utc_now() + timedelta(days=30)
    with (
        Keyring(short_path / "k2", passphrase.make()) as ring,
        open_region(Home(joined.home)) as station,
        station.database.session() as session,
    ):
        (old,) = AddressBook(session).keys("730")
        next_key = ring.generate("Randers <sikkerpost@randers.example>")
        new = replace(old, fingerprint=next_key, certificate=ring.export_public(next_key), valid_from=utc_now())
        AddressBook(session).succeed(new, ends)
    shown = {key["fingerprint"]: key["expires"] for key in joined.json("keys", "show")["keys"]}
    assert shown[old.fingerprint] == day(ends)
    assert shown[next_key] != day(ends)


def test_the_keys_of_the_past_stay_visible_with_what_became_of_them(joined):
    """D5."""
    (held,) = joined.json("directory", "history", "730")["keys"]
    assert (held["valid_to"], held["revoked_at"]) == (None, None)
    joined("keys", "compromised", *PARTY)
    (gone,) = joined.json("directory", "history", "730")["keys"]
    assert gone["fingerprint"] == held["fingerprint"]
    assert gone["revoked_at"] is not None
    assert f"{Fingerprint(held['fingerprint']).grouped}  given up" in joined("directory", "history", "730")


def test_the_old_key_is_kept_while_some_are_missing_unless_one_insists(joined):
    joined("keys", "rotate")
    refused = joined.json("keys", "retire", code=REFUSED)
    assert refused["error"] == "STRAGGLERS_LEFT"
    assert "1 " in refused["message"]
    told = joined.json("keys", "retire", "--force")
    assert (told["runs"], [one["party"] for one in told["stragglers"]]) == (False, ["730"])
    assert "keys told" in joined("keys", "status")
    assert joined.json("keys", "told", *PARTY)["new"] is None
    assert joined.json("keys", "told", *PARTY, code=REFUSED)["error"] == "NOT_TO_BE_TOLD"
    assert joined.json("keys", "retire", code=REFUSED)["error"] == "NO_ROTATION"


def test_a_lost_key_is_given_up_and_everybody_is_to_be_told(joined):
    told = joined.json("keys", "lost")
    assert (told["lost"], told["runs"]) == (True, False)
    assert [one["party"] for one in told["stragglers"]] == ["730"]
    with open_region(Home(joined.home)) as station, station.database.reading() as session:
        assert not session.exec(sites.select(OutgoingRow)).all()
    joined("status")  # the site opens


def test_a_stolen_key_of_the_others_is_believed_no_more(joined):
    told = joined.json("keys", "compromised", *PARTY)
    assert len(told["revoked"]) == 1
    assert joined.json("keys", "compromised", *PARTY, code=NOT_FOUND)["error"] == "KEY_NOT_FOUND"


def test_what_a_stolen_key_opens_is_listed_for_the_notice(joined):
    with open_region(Home(joined.home)) as station:
        relay = sites.Carrier()
        admin = station.sign_in(METTE, sites.PASSWORD)
        with station.database.session() as session:
            station.post(session, sites.referral())
        deliver = sites.replace(station.deliver(), relay=relay)
        sites.asyncio.run(deliver())
        key = upkeep.compromise(station).revoke("730", admin)[0]
    told = joined.json("keys", "exposed", key)
    assert told["owner"] == "730"
    assert told["kinds"] == {"referral": 1}
    (letter,) = told["letters"]
    assert (letter["number"], letter["written_here"], letter["received"]) == (sites.NUMBER, True, False)
    assert letter["addresses"] == ["sikkerpost@aarhus.example"]
    assert ask(joined.home, "SELECT state, reason FROM outgoing") == [(State.PARKED, "KEY_REVOKED")]
    said = joined("keys", "exposed", key, "--since", "2026-01-01", "--until", "2100-01-01")
    assert sites.NUMBER in said
    assert key[:4] in said
    assert joined.json("keys", "exposed", key, "--until", "2026-01-01")["letters"] == []
    assert joined.json("keys", "exposed", "x", code=REFUSED)["error"] == "INVALID_FINGERPRINT"


@pytest.mark.parametrize("role", [Role.SENDER, Role.AUDITOR])
@pytest.mark.parametrize("words", ACTIONS, ids=lambda words: words[1])
def test_who_may_not_is_refused_and_it_is_noted(joined, words, role):
    """O17, S30."""
    olga, action = joined.hire(OLGA, role), ACTIONS[words]
    may = role in MAY[action]
    joined(*words, "--as", OLGA, "--json", code=DONE if may else REFUSED)
    told = ask(joined.home, "SELECT person_id, action, outcome FROM audit_entries")
    noted = [outcome for who, what, outcome in told if (who, what) == (olga.id, action)]
    assert noted == ["done" if may else "MAY_NOT"]
    assert ask(joined.home, "SELECT count(*) FROM own_key") == [(0,)]


def test_every_refusal_here_is_explained():
    from gateway.commands.explain import EXPLANATIONS  # noqa: PLC0415 - one use

    assert {error.code for error in RotationError.__subclasses__()} <= EXPLANATIONS.keys()
