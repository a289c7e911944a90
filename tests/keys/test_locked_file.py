"""A file locked by a code on paper: only that code opens it, anybody's gpg can, and a failure leaves nothing behind."""

import re
import stat
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_parties import short_home

from keys import gpg
from keys.errors import (
    GpgFailed,
    GpgStalled,
    LockedFileCutShort,
    LockedFileDamaged,
    LockedFileRefused,
    NotALockedFile,
    PassphraseMissing,
    RecoveryCodeMistyped,
    WrongRecoveryCode,
)
from keys.locked_file import lock_file, new_recovery_code, open_file, read_recovery_code

CODE = "SGRZ-2DMC-3NNH-2MP3-TJYA-XZ69-RJUF"
OTHER = "6RC5-9V4R-GAFB-4Y8Y-DB9D-YV55-DVFY"
CONTENT = b"Anders And, 190668-7074\n" * 8_000


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """One locked file as bytes; no test changes it."""
    folder = tmp_path_factory.mktemp("once")
    (folder / "plain").write_bytes(CONTENT)
    lock_file(folder / "plain", folder / "locked", CODE)
    return (folder / "locked").read_bytes()


@pytest.fixture
def opened(tmp_path):
    """Open these bytes with this code, give what came out, and see that a failure leaves nothing."""

    def do(locked, code=CODE):
        (tmp_path / "locked").write_bytes(locked)
        try:
            open_file(tmp_path / "locked", tmp_path / "out", code)
        finally:
            left = {path.name for path in tmp_path.iterdir()} - {"locked", "out"}
            assert not left
        return (tmp_path / "out").read_bytes()

    def refused(refusal, locked, code=CODE):
        with pytest.raises(refusal):
            do(locked, code)
        assert [path.name for path in tmp_path.iterdir()] == ["locked"]

    do.refused = refused
    return do


# The code


def test_a_code_can_be_written_down_and_typed_by_anybody():
    assert re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){6}[2-9A-HJKMNP-Z]{4}", CODE)
    assert not set("0O1IL") & set(CODE)


def test_codes_differ_and_use_the_whole_alphabet():
    drawn = "".join(new_recovery_code() for _ in range(200))
    assert len(set(drawn)) == 32  # 31 characters and the hyphen: 31 ** 27 is more than 2 ** 133


@pytest.mark.parametrize(
    "typed",
    [CODE.lower(), CODE.replace("-", ""), CODE.replace("-", " "), f"\n  {CODE}\r\n", CODE.replace("-", "\u2013")],
)
def test_case_spaces_and_hyphens_are_forgiven(typed):
    assert read_recovery_code(typed) == CODE


@given(st.integers(0, 27), st.sampled_from("23456789ABCDEFGHJKMNPQRSTUVWXYZ"))
def test_one_wrong_character_is_always_noticed(place, character):
    bare = CODE.replace("-", "")
    typed = bare[:place] + character + bare[place + 1 :]
    if typed == bare:
        assert read_recovery_code(typed) == CODE
    else:
        with pytest.raises(RecoveryCodeMistyped):
            read_recovery_code(typed)


def test_two_neighbours_that_changed_places_are_always_noticed():
    bare = CODE.replace("-", "")
    for place, (one, two) in enumerate(pairwise(bare)):
        if one != two:
            with pytest.raises(RecoveryCodeMistyped):
                read_recovery_code(bare[:place] + two + one + bare[place + 2 :])


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + "2", CODE + CODE, "0" * 28, "\u0131" * 28, "2" * 27 + "\n"])
def test_what_is_no_code_is_refused_before_any_file_is_read(tmp_path, typed):
    with pytest.raises(RecoveryCodeMistyped):
        read_recovery_code(typed)
    with pytest.raises(RecoveryCodeMistyped):
        lock_file(tmp_path / "absent", tmp_path / "locked", typed)
    with pytest.raises(RecoveryCodeMistyped):
        open_file(tmp_path / "absent", tmp_path / "open", typed)


# There and back


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 4, CONTENT], ids=["empty", "one", "bytes", "long"])
def test_what_was_locked_opens_again(tmp_path, content):
    (tmp_path / "plain").write_bytes(content)
    lock_file(tmp_path / "plain", tmp_path / "locked", CODE.lower())
    open_file(tmp_path / "locked", tmp_path / "again", CODE.replace("-", " "))
    assert (tmp_path / "again").read_bytes() == content
    assert (tmp_path / "plain").read_bytes() == content


def test_anybody_s_gpg_opens_it_on_an_empty_machine(tmp_path, sealed):
    (tmp_path / "backup.tar.gpg").write_bytes(sealed)
    with short_home() as home:
        fixed = ["gpg", "--batch", "--no-options", "--homedir", home, "--pinentry-mode", "loopback"]
        by_hand = [*fixed, "--passphrase", CODE, "--decrypt", tmp_path / "backup.tar.gpg"]
        done = subprocess.run(by_hand, capture_output=True, check=False, timeout=30)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, CONTENT)


def test_the_lock_is_the_strong_one_and_tells_no_name(tmp_path, sealed):
    """RFC 4880 5.3: version 4, AES-256 (9), iterated and salted (3), SHA-512 (10), the highest count (255)."""
    assert (sealed[0] >> 2 & 15, sealed[2:6], sealed[14]) == (3, b"\x04\x09\x03\x0a", 255)
    assert sealed[15] & 63 == 18  # integrity protected
    (tmp_path / "locked").write_bytes(sealed)
    shown = shown_packets(tmp_path / "locked")
    assert "mdc_method: 2" in shown
    assert 'name=""' in shown
    assert "compressed" not in shown
    assert CONTENT[:24] not in sealed


def shown_packets(path):
    with short_home() as home:
        fixed = ["gpg", "--batch", "--no-options", "--homedir", home, "--pinentry-mode", "loopback"]
        list_packets = [*fixed, "--passphrase", CODE, "--list-packets", path]
        shown = subprocess.run(list_packets, capture_output=True, check=True, timeout=30, text=True).stdout
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True, timeout=30)
    return shown


def test_the_same_file_is_never_locked_the_same_way_twice(tmp_path, sealed):
    (tmp_path / "plain").write_bytes(CONTENT)
    lock_file(tmp_path / "plain", tmp_path / "locked", CODE)
    assert (tmp_path / "locked").read_bytes()[6:14] != sealed[6:14]


def test_both_files_are_for_their_owner_only(tmp_path, sealed):
    (tmp_path / "locked").write_bytes(sealed)
    open_file(tmp_path / "locked", tmp_path / "plain", CODE)
    lock_file(tmp_path / "plain", tmp_path / "locked again", CODE)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "locked again")] == [0o600, 0o600]


def test_no_file_is_replaced(tmp_path, sealed):
    (tmp_path / "locked").write_bytes(sealed)
    (tmp_path / "plain").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        open_file(tmp_path / "locked", tmp_path / "plain", CODE)
    with pytest.raises(FileExistsError):
        lock_file(tmp_path / "plain", tmp_path / "locked", CODE)
    assert (tmp_path / "plain").read_bytes() == b"mine"
    assert (tmp_path / "locked").read_bytes() == sealed


def test_a_file_that_is_not_there_is_an_error_of_the_system_and_makes_nothing(tmp_path):
    for do in (lock_file, open_file):
        with pytest.raises(FileNotFoundError):
            do(tmp_path / "absent", tmp_path / "made", CODE)
    assert not list(tmp_path.iterdir())


def test_the_code_is_in_no_argument_and_no_environment(tmp_path, monkeypatch):
    seen = []
    honest = subprocess.Popen.__init__

    def watched(child, command, **how):
        seen.append(repr((command, how.get("env"))))
        honest(child, command, **how)

    monkeypatch.setattr(subprocess.Popen, "__init__", watched)
    (tmp_path / "plain").write_bytes(b"x")
    lock_file(tmp_path / "plain", tmp_path / "locked", CODE)
    assert any("--symmetric" in line for line in seen)
    assert not any(hidden in line for line in seen for hidden in (CODE, "/plain", "/locked"))


# Refused


def test_another_code_opens_nothing(opened, sealed):
    opened.refused(WrongRecoveryCode, sealed, OTHER)


@pytest.mark.parametrize("kept", [1, 10, 15, 16, 17, 40, 8_000, 100_000, -1])
def test_a_file_that_was_cut_short_says_so(opened, sealed, kept):
    opened.refused(LockedFileCutShort, sealed[:kept])


@pytest.mark.parametrize("place", [60, 5_000, 100_000, -30, -1])
def test_a_damaged_file_says_so(opened, sealed, place):
    damaged = bytearray(sealed)
    damaged[place] ^= 1
    opened.refused(LockedFileDamaged, bytes(damaged))


def test_a_file_with_anything_after_it_is_not_ours(opened, sealed):
    opened.refused(NotALockedFile, sealed + b"\xcb\x01b")
    opened.refused(NotALockedFile, sealed + sealed)
    opened.refused(NotALockedFile, sealed + b"x")


def test_what_is_not_locked_by_a_code_is_not_ours(opened, region, sealed):
    for content in (
        b"",
        b"a plain file",
        CONTENT,
        b"\x1f\x8b" + CONTENT,
        region.seal(CONTENT).ciphertext,
        region.gpg("--encrypt", "--recipient", region.key, data=CONTENT),
        region.gpg("--symmetric", "--encrypt", "--recipient", region.key, "--passphrase", CODE, data=b"x"),
        region.gpg("--store", data=b"x"),
        b"-----BEGIN PGP MESSAGE-----\n\n" + sealed,
        sealed[15:],
    ):
        opened.refused(NotALockedFile, content)


@given(st.binary(max_size=60), st.integers(0, 60))
def test_whatever_is_in_the_file_it_is_refused_by_name(tmp_path_factory, sealed, noise, place):
    folder = tmp_path_factory.getbasetemp()
    (folder / "noise").write_bytes(sealed[: min(place, 14)] + noise)
    with pytest.raises(LockedFileRefused):
        open_file(folder / "noise", folder / "noise-opened", CODE)
    assert not (folder / "noise-opened").exists()


def test_what_gpg_says_is_believed_only_as_a_whole(opened, sealed, monkeypatch):
    """A gpg that loses one of its lines about integrity gives no content."""
    honest = gpg.read_status
    for lost in ("PLAINTEXT", "DECRYPTION_OKAY", "GOODMDC"):
        monkeypatch.setattr(
            gpg, "read_status", lambda stream, lost=lost: [line for line in honest(stream) if line[0] != lost]
        )
        opened.refused(LockedFileDamaged, sealed)


def test_a_disk_without_room_is_our_trouble_and_leaves_nothing(tmp_path, sealed, monkeypatch):
    """gpg says DECRYPTION_OKAY and ends in error where it could not write."""
    (tmp_path / "locked").write_bytes(sealed)
    (tmp_path / "plain").write_bytes(CONTENT)
    honest = gpg.HardenedGPG.pour

    def on_a_full_disk(self, *args, **how):
        with Path("/dev/full").open("wb") as full:
            return honest(self, *args, **how | {"target": full})

    monkeypatch.setattr(gpg.HardenedGPG, "pour", on_a_full_disk)
    for do, source in ((open_file, "locked"), (lock_file, "plain")):
        with pytest.raises(GpgFailed):
            do(tmp_path / source, tmp_path / "made", CODE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["locked", "plain"]


def test_a_gpg_that_stalls_is_killed_and_leaves_nothing(tmp_path, sealed, monkeypatch):
    (tmp_path / "locked").write_bytes(sealed)
    monkeypatch.setattr("keys.locked_file._deadline", lambda _source: 0.01)
    with pytest.raises(GpgStalled):
        open_file(tmp_path / "locked", tmp_path / "made", CODE)
    assert [path.name for path in tmp_path.iterdir()] == ["locked"]


@pytest.mark.parametrize("passphrase", ["", "two\nlines"])
def test_a_passphrase_that_gpg_would_misread_is_refused(region, tmp_path, passphrase):
    with (tmp_path / "in").open("w+b") as file, pytest.raises(PassphraseMissing):
        region.ring.gpg.pour("--symmetric", source=file, target=file, passphrase=passphrase, deadline_seconds=5)


def test_no_agent_and_no_home_stay_behind():
    with short_home() as folder:
        (folder / "plain").write_bytes(b"x")
        lock_file(folder / "plain", folder / "locked", CODE)
        open_file(folder / "locked", folder / "again", CODE)
        assert {path.name for path in folder.iterdir()} == {"plain", "locked", "again"}
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True, timeout=10, text=True).stdout
        assert str(folder) not in listed


def test_files_deep_in_a_long_path_and_on_a_folder_open_to_others_are_locked_too(tmp_path):
    """An agent would have no room for its sockets there; none is needed."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "plain").write_bytes(b"x")
    lock_file(folder / "plain", folder / "locked", CODE)
    open_file(folder / "locked", folder / "again", CODE)
    assert (folder / "again").read_bytes() == b"x"
