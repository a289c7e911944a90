"""What is unpacked is what a site is, and nothing else: whoever wrote the archive writes nowhere else (hostile tar)."""

import hashlib
import io
import json
import tarfile

import pytest

from gateway.backup.archive import Unpack
from gateway.backup.errors import BackupDamaged, BackupUnfit
from gateway.site.errors import SettingsUnreadable

SETTINGS = b"""fingerprint = "%s"
[unit]
party = "730"
name = "Indgangen"
address = "a@b.example"
phone = "+45 89 15 00 00"
[relay]
password_file = "relay-password"
""" % (b"A" * 40)
GOOD = {
    "settings.toml": SETTINGS,
    "passphrase": b"secret",
    "data.key.asc": b"sealed",
    "stafet.db": b"rows",
    "gnupg/pubring.kbx": b"keys",
    f"gnupg/private-keys-v1.d/{'A' * 40}.key": b"key",
    "relay-password": b"secret",
}


def listed(contents, **changes):
    said = {name: {"size": len(told), "sha256": hashlib.sha256(told).hexdigest()} for name, told in contents.items()}
    manifest = {"format": 1, "party": "730", "made_at": "2026-11-22T09:00:00Z", "stafet": "0.1.0"}
    return json.dumps({**manifest, "newest_key": "A" * 40, "files": said, **changes}).encode()


def member(name, content=b"", kind=tarfile.REGTYPE, **more):
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, len(content)
    for field, value in more.items():
        setattr(entry, field, value)
    return entry, content


def written(path, *members):
    with tarfile.open(path, "w") as archive:
        for entry, content in members:
            archive.addfile(entry, io.BytesIO(content))
    return path


def archive(path, files, *also, manifest=None):
    told = listed(files) if manifest is None else manifest
    return written(path, member("manifest.json", told), *(member(*file) for file in files.items()), *also)


@pytest.fixture
def unpack(tmp_path):
    folder = tmp_path / "a" / "site"
    folder.mkdir(parents=True)

    def unpacked(archive):
        return Unpack(archive, folder)()

    unpacked.folder = folder
    return unpacked


def everything_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_a_good_one_is_unpacked_whole_and_its_settings_wait(unpack, tmp_path):
    manifest, settings = unpack(archive(tmp_path / "x.tar", GOOD))

    assert (manifest.party, settings.unit.party) == ("730", "730")
    there = everything_below(unpack.folder)
    assert there == set(GOOD) - {"settings.toml"} | {"settings.toml.restored"}
    assert {path.stat().st_mode & 0o777 for path in unpack.folder.rglob("*")} == {0o600, 0o700}


WITH = {
    "a path from the root": "/etc/cron.d/stafet",
    "a path upwards": "../outside",
    "a path upwards from a folder": "gnupg/../../outside",
    "a name that no site has": "authorized_keys",
    "another folder's": ".ssh/authorized_keys",
    "a lock": "running",
    "the mark": "unfinished",
    "a socket's name": "gnupg/S.gpg-agent",
    "gpg's own settings": "gnupg/gpg.conf",
    "a key by another name": "gnupg/private-keys-v1.d/../../x.key",
    "the list again": "manifest.json",
    "a name with an end of line": "relay-password\n",
}


@pytest.mark.parametrize("in_its_list", [True, False])
@pytest.mark.parametrize("name", WITH.values(), ids=WITH)
def test_a_file_that_no_site_has_is_refused_listed_or_not(unpack, tmp_path, name, in_its_list):
    file = archive(
        tmp_path / "x.tar", GOOD | {name: b"x"}, manifest=listed(GOOD | {name: b"x"} if in_its_list else GOOD)
    )
    with pytest.raises(BackupUnfit):
        unpack(file)
    outside = {path for path in everything_below(tmp_path) if not path.startswith("a/site/")}
    assert outside == {"x.tar"}
    assert name not in everything_below(unpack.folder)


@pytest.mark.parametrize(
    "odd",
    [
        member("log-head", kind=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("log-head", kind=tarfile.LNKTYPE, linkname="passphrase"),
        member("log-head", kind=tarfile.CHRTYPE),
        member("log-head", kind=tarfile.FIFOTYPE),
        member("log-head", kind=tarfile.CONTTYPE),
        member("log-head", kind=tarfile.DIRTYPE),
        member(".", kind=tarfile.DIRTYPE),
        member("/tmp", kind=tarfile.DIRTYPE),  # noqa: S108 - a path in a hostile file
        member("gnupg/new", kind=tarfile.DIRTYPE),
        member("passphrase", b"secret"),
    ],
    ids=lambda odd: f"{odd[0].name} {odd[0].type}",
)
def test_a_link_a_device_another_folder_and_a_second_copy_are_refused(unpack, tmp_path, odd):
    with pytest.raises(BackupUnfit):
        unpack(archive(tmp_path / "x.tar", GOOD, odd))
    assert not any(path.is_symlink() for path in unpack.folder.rglob("*"))


def without(name):
    return {one: content for one, content in GOOD.items() if one != name}


@pytest.mark.parametrize("name", ["settings.toml", "passphrase", "data.key.asc", "stafet.db"])
def test_what_a_site_needs_must_be_there(unpack, tmp_path, name):
    with pytest.raises(BackupUnfit):
        unpack(archive(tmp_path / "x.tar", without(name)))


@pytest.mark.parametrize(
    ("files", "listed_as"),
    [
        (GOOD | {"passphrase": b"secreT"}, GOOD),
        (GOOD | {"passphrase": b"secret and more"}, GOOD),
        (GOOD | {"settings.toml": SETTINGS + b"\n"}, GOOD),
        (without("gnupg/pubring.kbx"), GOOD),
    ],
)
def test_what_is_not_as_its_list_says_is_damaged(unpack, tmp_path, files, listed_as):
    with pytest.raises(BackupDamaged):
        unpack(archive(tmp_path / "x.tar", files, manifest=listed(listed_as)))


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"\xff",
        listed(GOOD, format=2),
        listed(GOOD, made_at="2026-11-22T09:00:00"),
        listed(GOOD, newest_key="x"),
        listed(GOOD, files={"stafet.db": {"size": -1, "sha256": "0" * 64}}),
        listed(GOOD, files={str(nth): {"size": 1, "sha256": "0" * 64} for nth in range(2001)}),
    ],
)
def test_a_list_of_another_kind_is_refused(unpack, tmp_path, manifest):
    with pytest.raises(BackupUnfit):
        unpack(archive(tmp_path / "x.tar", GOOD, manifest=manifest))


def test_the_list_and_the_settings_come_first_and_are_no_larger_than_they_can_be(unpack, tmp_path, monkeypatch):
    with pytest.raises(BackupUnfit):
        unpack(written(tmp_path / "x.tar", *(member(*file) for file in GOOD.items())))
    monkeypatch.setattr("gateway.backup.archive.LARGEST_LIST", 100)
    with pytest.raises(BackupUnfit):
        unpack(archive(tmp_path / "y.tar", GOOD))


def test_settings_that_cannot_be_read_are_named_as_such(unpack, tmp_path):
    with pytest.raises(SettingsUnreadable):
        unpack(archive(tmp_path / "x.tar", GOOD | {"settings.toml": b"unit = 1"}))


def test_a_file_named_by_settings_above_the_folder_is_no_reason_to_write_there(unpack, tmp_path):
    settings = SETTINGS.replace(b'"relay-password"', b'"../relay-password"')
    for name in ("relay-password", "../relay-password"):
        with pytest.raises(BackupUnfit):
            unpack(archive(tmp_path / "x.tar", without("relay-password") | {"settings.toml": settings, name: b"x"}))
        (unpack.folder / "settings.toml.restored").unlink()
    assert not (unpack.folder.parent / "relay-password").exists()


@pytest.mark.parametrize("content", [b"", b"x" * 3000, b"\x1f\x8b\x08" + b"\0" * 600, b"\0" * 10_240])
def test_what_is_no_archive_is_refused(unpack, tmp_path, content):
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(BackupUnfit):
        unpack(tmp_path / "x.tar")


def test_an_archive_cut_short_anywhere_is_refused(unpack, tmp_path):
    whole = archive(tmp_path / "whole.tar", GOOD).read_bytes()
    for length in range(0, len(whole) - 2 * 10_240 if len(whole) > 3 * 10_240 else 5_000, 333):
        (tmp_path / "x.tar").write_bytes(whole[:length])
        with pytest.raises((BackupUnfit, BackupDamaged)):
            unpack(tmp_path / "x.tar")
        for path in sorted(unpack.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
