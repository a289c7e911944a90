"""The text a citizen hears before they answer: it leaves them in no doubt."""

import re

import pytest

from directory import agreement, municipalities
from gateway import language
from gateway.referring.read_aloud import read_aloud

ALL = municipalities.in_agreement()


@pytest.mark.parametrize("municipality", ALL, ids=lambda one: one.code)
def test_each_municipality_is_named_in_what_is_said_and_what_is_kept_and_no_other_is(municipality):
    """C1."""
    told = read_aloud(municipality)
    others = [one.official_name for one in ALL if one != municipality]

    for text in (told.spoken, told.scope, told.information):
        assert municipality.official_name in text
        assert not [name for name in others if name in text]
        assert "{" not in text


def test_the_citizen_is_told_what_goes_to_whom_and_why_and_that_they_may_say_no():
    """C1, C3, C4, C9, O10, O11."""
    spoken = read_aloud(ALL[0]).spoken

    for word in (
        *("1-1-2", "sociale problemer", "navn", "CPR-nummer", "få fat i dig", "kontakte dig"),
        *("sociale eller sundhedsfaglige medarbejdere", "frivilligt", "siger nej", "fortryde", "højst et år"),
    ):
        assert word in spoken


def test_it_is_short_enough_to_be_read_aloud_and_ends_with_the_question():
    """B9: about half a minute."""
    spoken = read_aloud(municipalities.by_code("760")).spoken

    assert len(spoken.split()) < 120
    assert spoken.endswith("?")
    assert max(len(sentence.split()) for sentence in re.split("[.?]", spoken)) <= 40


def test_what_is_kept_names_the_agreement_and_its_date():
    """A3."""
    assert agreement.TITLE in read_aloud(ALL[0]).scope
    assert "01-04-2020" in read_aloud(ALL[0]).scope


def test_it_is_danish_whatever_language_its_reader_works_in(monkeypatch):
    before = read_aloud(ALL[0])
    monkeypatch.setattr(language, "_in_use", "en")

    assert read_aloud(ALL[0]) == before
    assert "Det er frivilligt" in before.spoken
