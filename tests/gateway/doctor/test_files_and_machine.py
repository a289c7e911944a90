"""The doctor says who else can read the site's files, and closes them when asked to (DESIGN: at rest)."""

import os
import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest

from gateway.doctor import files, machine, words
from gateway.doctor.findings import Grade
from gateway.site.home import Home
from gateway.site.settings import DoorSettings, PickupSettings, RelaySettings, Settings, UnitSettings

SETTINGS = Settings(
    unit=UnitSettings(party="region", name="AMK", address="a@b.example", phone="+45 84 11 20 00"), fingerprint="A" * 40
)
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil gives it


@pytest.fixture
def home(tmp_path):
    """A home with a file, a folder and a file in it, each its owner's alone."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    (path / "gnupg").mkdir(mode=0o700)
    for name in ("settings.toml", "stafet.db", "gnupg/pubring.kbx"):
        (path / name).touch(mode=0o600)
    return Home(path)


def wrong(home, settings=None):
    return [
        (finding.code, finding.told.get("file"))
        for finding in files.examine(home, settings)
        if finding.grade is not Grade.WELL
    ]


def test_a_home_as_it_is_made_is_well(home):
    assert [finding.code for finding in files.examine(home, SETTINGS)] == ["FILES_PRIVATE"]


@pytest.mark.parametrize("name", ["settings.toml", "stafet.db", "gnupg/pubring.kbx"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_each_file_that_others_can_read_is_named(home, name, mode):
    (home.path / name).chmod(mode)

    assert wrong(home) == [("FILE_OPEN", f"home/{name}")]


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711])
def test_each_folder_that_others_can_enter_is_named(home, mode):
    home.path.chmod(mode)
    home.gnupg.chmod(mode)

    assert wrong(home) == [("FOLDER_OPEN", "home"), ("FOLDER_OPEN", "home/gnupg")]


def test_what_was_saved_from_a_screen_and_not_fetched_is_counted_after_a_day(home):
    """E11: each such file holds a CPR number."""
    now = datetime.now(UTC)
    assert list(files.saved(home, now)) == []
    home.exports.mkdir(mode=0o700)
    for name in ("2026-0001.pdf", "2026-0002.pdf"):
        (home.exports / name).touch(mode=0o600)
    os.utime(home.exports / "2026-0001.pdf", times=(0, (now - timedelta(days=2)).timestamp()))
    (found,) = files.saved(home, now)

    assert (found.code, found.grade, found.told) == ("EXPORTS_LIE", Grade.LOOK, {"count": 1})
    assert "exports" in words.line(found)


def test_the_door_s_certificate_may_be_read_by_anybody_and_its_key_may_not(home):
    for name in ("door.pem", "door.key"):
        (home.path / name).touch()
        (home.path / name).chmod(0o644)

    assert wrong(home) == [("FILE_OPEN", "home/door.key")]


def test_a_link_is_not_followed_and_is_named(home, tmp_path):
    (tmp_path / "elsewhere").touch()
    (tmp_path / "elsewhere").chmod(0o644)
    (home.path / "passphrase").symlink_to(tmp_path / "elsewhere")

    assert wrong(home) == [("SYMBOLIC_LINK", "home/passphrase")]
    assert files.mend(home) == ()
    assert (tmp_path / "elsewhere").stat().st_mode & 0o077


def test_what_belongs_to_another_account_is_named(home, monkeypatch):
    monkeypatch.setattr(files.os, "geteuid", lambda: 4711)

    assert {code for code, _file in wrong(home)} == {"OTHER_OWNER"}
    assert files.mend(home) == ()


def test_secrets_the_settings_name_elsewhere_are_looked_at_too(home, tmp_path):
    password, key = tmp_path / "relay-password", tmp_path / "elsewhere.key"
    for file in (password, key):
        file.touch()
        file.chmod(0o644)
    settings = SETTINGS.model_copy(
        update={"relay": RelaySettings(password_file=password), "door": DoorSettings(key=key)}
    )

    assert wrong(home, settings) == [("FILE_OPEN", str(password)), ("FILE_OPEN", str(key))]
    pickup = PickupSettings(host="imap.example", user="u", password_file=password)
    settings = SETTINGS.model_copy(update={"pickup": pickup})
    assert wrong(home, settings) == [("FILE_OPEN", str(password))]


def test_mending_closes_what_is_ours_and_nothing_else_changes(home):
    home.path.chmod(0o755)
    (home.path / "stafet.db").write_bytes(b"rows")
    (home.path / "stafet.db").chmod(0o666)

    assert files.mend(home) == ("home", "home/stafet.db")
    assert wrong(home) == []
    assert (home.path / "stafet.db").read_bytes() == b"rows"
    assert files.mend(home) == ()


def test_a_file_that_goes_while_others_are_closed_stops_nothing(home, monkeypatch):
    """The database's journal comes and goes while the daemon works."""
    (home.path / "stafet.db").chmod(0o666)
    monkeypatch.setattr(files, "_within", lambda home: [home.path / "stafet.db-wal", home.path / "stafet.db"])

    assert files.mend(home) == ("home/stafet.db",)


def test_a_passphrase_from_the_service_manager_is_told(home, tmp_path, monkeypatch):
    (tmp_path / "passphrase").touch(mode=0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert "PASSPHRASE_HANDED_OVER" in [finding.code for finding in files.examine(home, SETTINGS)]


def test_the_daemon_is_told_the_same_when_it_starts(home):
    assert list(files.open_to_others(home)) == []
    (home.path / "stafet.db").chmod(0o644)
    assert [finding.code for finding in files.open_to_others(home)] == ["FILE_OPEN"]


@pytest.mark.parametrize(("free", "code"), [(600, "DISK_ROOM"), (499, "DISK_NEARLY_FULL"), (49, "DISK_FULL")])
def test_the_room_on_the_disk_is_told_and_too_little_is_wrong(home, monkeypatch, free, code):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, free * machine.MEGABYTE))

    (finding,) = machine.disk(home)
    assert finding.code == code
    assert str(free) in words.line(finding)


def test_a_path_gnupg_cannot_use_is_told_before_a_key_is_lost_there(tmp_path):
    long = Home(tmp_path / ("x" * 90))

    assert [finding.code for finding in machine.path(long)] == ["PATH_TOO_LONG"]
    assert list(machine.path(Home(tmp_path.parents[-1] / "h"))) == []


def test_whether_the_daemon_runs_is_told(home):
    assert [finding.code for finding in machine.daemon(home)] == ["NOT_RUNNING"]
    with home.running():
        assert [finding.code for finding in machine.daemon(home)] == ["RUNNING"]
