"""Settings a person wrote: read strictly, complained about by name, never by value."""

import pytest

from gateway.site.errors import SettingsError, SettingsUnreadable, SettingUnknown
from gateway.site.settings import DoorSettings, RelaySettings, Settings, UnitSettings

GOOD = """
fingerprint = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
language = "da"

[unit]
party = "730"
name = "Den sociale indgang"
address = "sikkerpost@randers.example"
phone = "+45 89 15 00 00"

[relay]
host = "relay.example"
port = 587
password_file = "relay-password"

[door]
certificate = "door.pem"
key = "/etc/ssl/door.key"
"""


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "settings.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Settings.read(path)

    return reading


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("receipt_minutes", 4),
        ("receipt_minutes", 1441),
        ("remind_after_working_days", 0),
        ("phone_after_working_days", 21),
        ("call_again_minutes", 0),
        ("chase_drafts_hours", 25),
        ("never", 1),
    ],
)
def test_a_promise_cannot_be_set_to_nothing_or_to_never(read, name, value):
    """E13: the clocks may be moved, and none of them switched off."""
    with pytest.raises(SettingsError) as refused:
        read(f"{GOOD}\n[promise]\n{name} = {value}\n")
    assert f"promise.{name}" in str(refused.value)


def test_what_only_a_newer_version_knows_is_named_and_told_from_a_mistake(read):
    """An older program is put back, and its keeper must see what it does not know."""
    newer = f"{GOOD}\n[relays]\nhost = 'Karen Testdal'\n[promise]\nsoon = 1\n"
    with pytest.raises(SettingUnknown) as refused:
        read(newer)
    assert str(refused.value) == "promise.soon, relays"
    with pytest.raises(SettingsUnreadable) as refused:
        read(f"{newer}receipt_minutes = 1\n")
    assert str(refused.value) == "promise.receipt_minutes, promise.soon, relays"


def test_the_promise_is_the_agreements_until_somebody_sets_it(read):
    terms = read(GOOD).promise
    assert (terms.receipt_minutes, terms.remind_after_working_days, terms.phone_after_working_days) == (30, 1, 2)
    assert read(f"{GOOD}\n[promise]\nphone_after_working_days = 3\n").promise.phone_after_working_days == 3


def test_what_a_person_wrote_is_read_and_the_rest_has_a_default(read):
    settings = read(GOOD)
    assert (settings.relay.host, settings.relay.port, settings.relay.implicit_tls) == ("relay.example", 587, False)
    assert (settings.language, settings.database_url, settings.door.port) == ("da", None, 2525)


def test_files_are_looked_for_in_the_home_folder_unless_they_are_absolute(read, tmp_path):
    settings = read(GOOD)
    assert settings.relay.password_file == tmp_path / "relay-password"
    assert settings.door.certificate == tmp_path / "door.pem"
    assert str(settings.door.key) == "/etc/ssl/door.key"


SECRET = "hemmelig-190668"  # noqa: S105 - what must not be quoted
WRONG = {
    "an unknown setting": (f'colour = "{SECRET}"\n' + GOOD, "colour"),
    "an unknown setting in a table": (GOOD + f'tls = "{SECRET}"\n', "door.tls"),
    "opportunistic TLS": (GOOD.replace("port = 587", "start_tls = false"), "relay.start_tls"),
    "a word for a number": (GOOD.replace("587", f'"{SECRET}"'), "relay.port"),
    "a port that is none": (GOOD.replace("587", "65536"), "relay.port"),
    "another language": (GOOD.replace('"da"', f'"{SECRET}"'), "language"),
    "a fingerprint that is none": (GOOD.replace("A" * 40, SECRET), "fingerprint"),
    "no unit": (GOOD.replace("[unit]", "[units]"), "unit"),
    "no phone": (GOOD.replace('phone = "+45 89 15 00 00"', ""), "unit.phone"),
    "a poll that never comes": (f"poll_seconds = 0\n{GOOD}", "poll_seconds"),
    "chores at every moment": (f"chore_seconds = 0\n{GOOD}", "chore_seconds"),
    "chores that never come": (f"chore_seconds = 3601\n{GOOD}", "chore_seconds"),
    "not TOML": (f"{SECRET} {GOOD}", "settings.toml"),
    "not UTF-8": (GOOD.replace("social", "soci\xe6l").encode("latin-1"), "settings.toml"),
}


@pytest.mark.parametrize(("text", "name"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_named_by_its_setting_and_never_by_its_value(read, text, name):
    with pytest.raises(SettingsError) as refusal:
        read(text)
    assert name in str(refusal.value).split(", ")
    assert SECRET not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_what_is_written_is_read_back(read, tmp_path):
    unit = UnitSettings(party="730", name='Æ "ø" å', address="a@b.example", phone="+45 89 15 00 00")
    relay = RelaySettings(host="relay.example", ca_file=tmp_path / "ca.pem")
    door = DoorSettings(certificate=tmp_path / "door.pem")
    settings = Settings(unit=unit, fingerprint="A" * 40, relay=relay, door=door, database_url="sqlite:///x")
    assert read(settings.text(tmp_path)) == settings
    assert str(tmp_path) not in settings.text(tmp_path)
