"""Making a site, naming it on the line, and the language it speaks."""

import json
from pathlib import Path

import pytest
from databases import ON_POSTGRESQL
from on_file import only_in_a_file
from typed import DONE, INIT, NOT_FOUND, REFUSED

from gateway import __main__ as gateway_command
from gateway import language
from gateway.site.home import Home
from gateway.site.settings import DoorKind


def test_a_new_site_is_its_owner_s_alone_and_says_what_comes_next(nowhere):
    said = nowhere(*INIT, "--lang", "en")

    assert "keys export" in said
    assert nowhere.home.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in nowhere.home.iterdir() if path.stat().st_mode & 0o077} <= {"in-use", "running"}


def test_a_new_unit_knows_its_opening_hours_from_the_first_day(nowhere):
    """D17: so the first letter about its contact does not take them from those who know them."""
    nowhere(*INIT, "--hours", "man-fre 8-15")
    assert 'hours = "man-fre 8-15"' in (nowhere.home / "settings.toml").read_text("utf-8")


def test_hours_that_cannot_be_read_make_no_site(nowhere):
    assert nowhere.json(*INIT, "--hours", "altid", code=REFUSED)["error"] == "BAD_HOURS"
    assert not (nowhere.home / "settings.toml").exists()


def test_a_site_is_never_made_over_another(stafet):
    before = (stafet.home / "settings.toml").read_bytes()

    assert stafet.json(*INIT, code=REFUSED)["error"] == "HOME_TAKEN"
    assert (stafet.home / "settings.toml").read_bytes() == before


def test_a_start_that_was_interrupted_can_be_repeated(nowhere):
    nowhere(*INIT)
    (nowhere.home / "settings.toml").unlink()
    (nowhere.home / "unfinished").touch()

    nowhere(*INIT)

    nowhere("status")


@pytest.mark.parametrize("left", ["data.key.asc", *only_in_a_file("stafet.db")])
def test_a_site_that_lost_its_settings_loses_nothing_else(nowhere, left):
    """Made anew over it, every letter in the database would be gone."""
    nowhere(*INIT)
    for lost in {"settings.toml", "data.key.asc", "stafet.db"} - {left}:
        (nowhere.home / lost).unlink(missing_ok=ON_POSTGRESQL)
    before = (nowhere.home / left).read_bytes()

    assert nowhere.json(*INIT, code=REFUSED)["error"] == "HOME_TAKEN"

    assert (nowhere.home / left).read_bytes() == before


def test_a_site_that_was_opened_is_not_unfinished(nowhere):
    nowhere(*INIT)
    (nowhere.home / "unfinished").touch()
    nowhere("status")
    (nowhere.home / "settings.toml").unlink()

    assert nowhere.json(*INIT, code=REFUSED)["error"] == "HOME_TAKEN"


@pytest.mark.parametrize("address", ["", "nobody", "a b@c.example", "a@b@c.example", "x@y.example\r\nBcc: z@y.example"])
def test_a_site_needs_an_address_that_can_be_one(address, nowhere):
    words = [address if word.endswith(".example") else word for word in INIT]

    assert nowhere.json(*words, code=REFUSED)["error"] == "BAD_ADDRESS"
    assert not nowhere.home.exists()


def test_a_site_needs_a_phone_that_can_be_dialled(nowhere):
    words = ["tolv" if word == "84112000" else word for word in INIT]

    assert nowhere.json(*words, code=REFUSED)["error"] == "BAD_PHONE"


@pytest.mark.parametrize("place", ["", "localhost", "localhost:", ":25", "localhost:smtp", "localhost:-1", "h:²"])
def test_a_relay_is_a_host_and_a_port(place, stafet):
    stafet("relay", place, code=REFUSED)

    assert "HOST:PORT" in stafet.err


@pytest.mark.parametrize("port", ["0", "65536", "99999999999"])
def test_a_relay_s_port_is_one_that_exists_and_the_settings_stay_readable(port, stafet):
    stafet("relay", f"localhost:{port}", code=REFUSED)

    stafet("status")


def test_a_relay_is_remembered_and_only_what_was_said_is_changed(stafet):
    before = Home(stafet.home).settings()

    assert stafet.json("relay", "mail.example:2525", "--ca", "/etc/ca.pem") == {"host": "mail.example", "port": 2525}

    after = Home(stafet.home).settings()
    assert (after.relay.host, after.relay.port, after.relay.ca_file) == ("mail.example", 2525, Path("/etc/ca.pem"))
    assert after.model_copy(update={"relay": before.relay}) == before


def test_signing_in_at_the_mail_server_is_remembered_as_a_file_and_stays_when_the_server_changes(stafet, tmp_path):
    file = tmp_path / "relay-password"
    stafet("relay", "mail.example:587", "--user", "stafet", "--user-password-file", file, code=4)
    assert Home(stafet.home).settings().relay.user is None
    file.write_text("Tang paa stranden")
    stafet("relay", "mail.example:587", "--user", "stafet", "--user-password-file", file)
    stafet("relay", "mail2.example:587")

    relay = Home(stafet.home).settings().relay
    assert (relay.host, relay.user, relay.password_file) == ("mail2.example", "stafet", file)


def test_a_door_for_the_mail_server_beside_it_is_said_when_the_site_is_made(nowhere):
    nowhere(*INIT, "--door-kind", "lmtp")

    door = Home(nowhere.home).settings().door
    assert (door.kind, door.host) == (DoorKind.LMTP, "127.0.0.1")
    assert "door.pem" not in nowhere.out


def test_such_a_door_is_never_open_to_other_machines(nowhere):
    words = ["192.0.2.1:2525" if word == "127.0.0.1:0" else word for word in INIT]

    assert nowhere.json(*words, "--door-kind", "lmtp", code=REFUSED)["error"] == "DOOR_TOO_WIDE"
    assert not nowhere.home.exists()


@pytest.mark.parametrize("place", range(4))
def test_the_home_may_be_named_anywhere_on_the_line(place, stafet):
    words = ["keys", "show", "--json"]
    words[place:place] = ["--home", str(stafet.home)]

    assert json.loads(stafet(*words))["keys"]


def test_the_home_may_be_named_by_the_environment(stafet, monkeypatch):
    monkeypatch.setenv("STAFET_HOME", str(stafet.home))
    with pytest.raises(SystemExit) as ended:
        gateway_command.main(["status", "--json"])

    assert ended.value.code == DONE


def test_a_home_that_is_named_wins_over_the_environment(stafet, monkeypatch):
    monkeypatch.setenv("STAFET_HOME", str(stafet.home / "elsewhere"))

    stafet("status")


def test_a_site_speaks_the_language_of_its_settings_unless_another_is_asked_for(stafet):
    stafet("status", "2026-0001", code=NOT_FOUND)
    assert "There is no referral" in stafet.err

    stafet("status", "2026-0001", "--lang", "da", code=NOT_FOUND)
    assert "Der er ingen" in stafet.err


@pytest.mark.parametrize("words", [("--lang", "fr", "status"), ("status", "--lang"), ("--home",), ("status", "--home")])
def test_an_option_that_cannot_be_understood_is_a_matter_of_usage(words, capsys):
    with pytest.raises(SystemExit) as ended:
        gateway_command.main([*words])

    assert ended.value.code == REFUSED
    assert capsys.readouterr().err.startswith("brug: ")


@pytest.mark.parametrize(
    "words", [(), ("nonsense",), ("keys",), ("refer",), ("status", "a", "b"), ("staff", "add", "x")]
)
def test_an_incomplete_line_is_a_matter_of_usage(words, stafet):
    stafet(*words, code=REFUSED)

    assert stafet.err
    assert stafet.out == ""


@pytest.mark.parametrize(
    "words", [(), ("refer",), ("status",), ("keys", "import"), ("directory", "propose"), ("staff", "add"), ("run",)]
)
@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_command_explains_itself_in_both_languages(words, lang, nowhere):
    assert nowhere(*words, "--help", "--lang", lang).count("\n") > 5


def test_the_help_of_a_command_begins_with_what_it_does(nowhere):
    told = nowhere("audit", "verify", "--help", "--lang", "en")
    assert "check that no entry was changed, removed or put in\n\noptions:" in told
