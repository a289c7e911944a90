"""A secret the service manager hands over stands in for the file of its name, wherever that file would be read."""

import pytest

from gateway.adapters import imap_in, smtp_out
from gateway.doctor.files import text_in
from gateway.site.handed import handed_over
from gateway.site.settings import PickupSettings


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file of the site's, while the service manager's folder is there and empty."""
    (tmp_path / "site").mkdir()
    (tmp_path / "handed").mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "handed"))
    return tmp_path / "site" / "relay-password"


def hand_over(file, text):
    (file.parents[1] / "handed" / file.name).write_text(text)


def pickup(file):
    return PickupSettings(host="imap.example", user="u", password_file=file)


READERS = {
    "letters out": smtp_out._password,
    "the mailbox": lambda file: imap_in._password(pickup(file)),
    "the doctor": text_in,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_password_is_the_service_managers_where_it_hands_one_over(file, read):
    file.write_text("the site's own")
    assert read(file) == "the site's own"
    hand_over(file, "handed over")
    assert read(file) == "handed over"
    file.unlink()
    assert read(file) == "handed over"


def test_nothing_is_taken_from_the_folder_one_happens_to_stand_in(file, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    (file.parents[1] / "handed" / file.name).write_text("not for us")
    monkeypatch.chdir(file.parents[1] / "handed")
    assert handed_over(file) == file
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", ".")
    assert handed_over(file) == file
