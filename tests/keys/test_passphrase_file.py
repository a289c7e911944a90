"""The machine-made passphrase and its file."""

import stat

import pytest

from keys import passphrase
from keys.errors import PassphraseMissing


def test_a_passphrase_has_256_bits_and_is_never_the_same():
    made = {passphrase.make() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 43 and one.isascii() and one.isprintable() for one in made)


def test_what_was_written_is_read_and_only_the_owner_may(tmp_path):
    path = tmp_path / "passphrase"
    written = passphrase.write(path)
    assert passphrase.read(path) == written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_passphrase_is_never_replaced(tmp_path):
    path = tmp_path / "passphrase"
    written = passphrase.write(path)
    with pytest.raises(FileExistsError):
        passphrase.write(path)
    assert passphrase.read(path) == written


def test_a_link_laid_out_by_somebody_else_is_not_written_through(tmp_path):
    (tmp_path / "passphrase").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        passphrase.write(tmp_path / "passphrase")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n", b"two\nlines\n", b"\xff\xfe\n", b"tab\there\n"])
def test_a_file_without_one_passphrase_is_refused(tmp_path, content):
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(PassphraseMissing):
        passphrase.read(path)


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(PassphraseMissing):
            passphrase.read(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o660])
def test_a_file_open_to_group_or_others_is_refused(tmp_path, mode):
    path = tmp_path / "passphrase"
    passphrase.write(path)
    path.chmod(mode)
    with pytest.raises(PassphraseMissing, match="chmod 600"):
        passphrase.read(path)
