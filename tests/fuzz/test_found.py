"""What fuzzing found once: each stays found."""

from datetime import UTC, datetime

import pytest

from directory import phone
from directory.errors import BadPhone
from gateway.site.errors import SettingsError
from gateway.site.settings import Settings
from keys.errors import NotForUs
from keys.fingerprint import Fingerprint
from keys.gpg import read_status
from keys.verdict import Story, judge

STATUS = (
    b"[GNUPG:] DECRYPTION_KEY cut-off\n[GNUPG:] DECRYPTION_INFO 2 9 0\n[GNUPG:] DECRYPTION_OKAY\n[GNUPG:] GOODMDC\n"
    b"[GNUPG:] PLAINTEXT 62 1763800000 \n"
)


def test_a_status_line_that_is_cut_off_names_no_key():
    """It was an IndexError."""
    with pytest.raises(NotForUs):
        judge(Story(read_status(STATUS), 0), reader=Fingerprint("A" * 40), signers=(), now=datetime.now(UTC))


def test_settings_with_a_number_longer_than_python_reads_are_unreadable(tmp_path):
    """It was a plain ValueError: Python reads no more than 4,300 digits."""
    file = tmp_path / "settings.toml"
    file.write_text(f"poll_seconds = {'9' * 5000}\n", encoding="ascii")

    with pytest.raises(SettingsError):
        Settings.read(file)


@pytest.mark.parametrize("text", ["+49 00 901820", "+5 (95) 00010002", "+49 0001820"])
def test_a_foreign_number_that_reads_as_another_when_read_again_is_none(text):
    """E22. Each reading took a zero away, so that a citizen was looked up by another number than was stored."""
    with pytest.raises(BadPhone):
        phone.normalise(text)


@pytest.mark.parametrize("text", ["+39 06 698 1234", "+46 8 123 456 78", "+354 555 1234", "+1 202 555 0100"])
def test_a_number_from_abroad_is_its_own_normal_form(text):
    assert phone.normalise(phone.normalise(text)) == phone.normalise(text)
