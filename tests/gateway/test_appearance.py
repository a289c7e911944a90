"""The ground a terminal is drawn on."""

import pytest

from gateway.site.glance import glance
from gateway.terminal.appearance import is_dark


@pytest.mark.parametrize(
    ("setting", "environment", "dark"),
    [
        ("auto", {}, True),
        ("auto", {"COLORFGBG": "0;15"}, False),
        ("auto", {"COLORFGBG": "0;default;7"}, False),
        ("auto", {"COLORFGBG": "15;0"}, True),
        ("light", {"COLORFGBG": "15;0"}, False),
        ("dark", {"COLORFGBG": "0;15"}, True),
        ("dark", {"STAFET_APPEARANCE": "light"}, False),
        ("light", {"STAFET_APPEARANCE": "dark"}, True),
        ("light", {"STAFET_APPEARANCE": "auto", "COLORFGBG": "15;0"}, True),
        ("auto", {"STAFET_APPEARANCE": "purple"}, True),
    ],
)
def test_the_ground_is_as_the_person_says_or_the_site_or_the_terminal(setting, environment, dark):
    assert is_dark(setting, environment) is dark


def test_a_glance_takes_what_it_can_read_and_complains_of_nothing(tmp_path):
    assert (glance(tmp_path).unit_name, glance(tmp_path).language) == ("", "da")
    settings = tmp_path / "settings.toml"
    for damaged in (
        b"\xff\xfe",
        b"unit = 3\nlanguage = 7\n[sign_in]\nidle_minutes = 'x'\n",
        b"[unit",
        b"language = 'fr'",
    ):
        settings.write_bytes(damaged)
        assert (glance(tmp_path).unit_name, glance(tmp_path).language, glance(tmp_path).idle_minutes) == ("", "da", 10)
    settings.write_text(
        'language = "en"\nappearance = "light"\n[unit]\nname = "Indgangen"\n[sign_in]\nidle_minutes = 3\n'
    )
    seen = glance(tmp_path)
    assert (seen.unit_name, seen.language, seen.idle_minutes, seen.appearance) == ("Indgangen", "en", 3, "light")
