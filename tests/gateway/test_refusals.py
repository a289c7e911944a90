import json
import string
from pathlib import Path

import pytest

from directory.municipalities import by_code
from gateway import language
from gateway.desk.form import FIELD_OF
from gateway.desk.screens.details import BACK_TO
from gateway.referring.refusals import (
    FAULTS,
    WORDS,
    InvalidNumber,
    Malformed,
    OutsideRegion,
    Reason,
    Refused,
    UnknownMunicipality,
)
from gateway.statistics.figures import Topic
from gateway.statistics.words import PARTS
from gateway.wire.cpr import Fault, InvalidCpr
from gateway.wire.referral import MalformedReferral

DATA = json.loads((Path(__file__).parents[1] / "data" / "referrals.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _danish(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")


@pytest.fixture
def _english(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "en")


def test_the_nine_agreed_reasons_keep_their_names():
    assert set(DATA["meta"]["reason_codes"]) < set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_in_both_languages(reason):
    for english in WORDS[reason]:
        danish = language.danish(english)
        assert danish != english
        assert placeholders(danish) == placeholders(english)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_counted_under_a_name(reason):
    """C9, H4: the figures are read by people who know no codes."""
    assert reason in PARTS[Topic.REFUSALS], f"Name {reason} at Topic.REFUSALS in gateway/statistics/words.py."


NOWHERE = {
    Reason.NOTHING_TO_SEND_ANEW,
    Reason.SAME_MUNICIPALITY_AGAIN,
    Reason.SUBMITTED_IN_FUTURE,
    Reason.MALFORMED_INPUT,
}
"""What no field at the desk can mend."""


@pytest.mark.parametrize("reason", sorted(set(Reason) - NOWHERE))
def test_the_desk_is_led_to_where_a_reason_can_be_mended(reason):
    found = reason in FIELD_OF or reason in BACK_TO or reason.startswith("CONSENT")
    assert found, (
        f"Name its field in FIELD_OF of gateway/desk/form.py, its step in BACK_TO of details.py, or {reason} here."
    )


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_a_number_has_words_in_both_languages(fault):
    assert language.danish(FAULTS[fault]) != FAULTS[fault]
    assert InvalidNumber(InvalidCpr(fault)).what() == f"CPR-nummeret er ikke gyldigt: {language.danish(FAULTS[fault])}."


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_day_that_a_month_does_not_have_is_named():
    # R28
    refused = InvalidNumber(InvalidCpr(Fault.NO_SUCH_DATE, 31, 2))
    assert refused.what() == "CPR-nummeret er ikke gyldigt: 31. februar findes ikke."


def test_a_leap_day_is_missing_in_that_year_only():
    refused = InvalidNumber(InvalidCpr(Fault.NO_SUCH_DATE, 29, 2))
    assert refused.what() == "CPR-nummeret er ikke gyldigt: 29. februar findes ikke i det år."


def test_a_municipality_outside_is_named_with_its_region():
    # G7
    assert OutsideRegion(by_code("101")).what() == (
        "Københavns Kommune ligger i Region Hovedstaden og er ikke omfattet af aftalen."
    )


def test_an_abolished_name_becomes_a_question():
    # G5: never chosen
    assert UnknownMunicipality(by_code("746")).next_step() == (
        "Kan det være Skanderborg Kommune? Spørg borgeren, og vælg kommunen på listen."
    )
    assert UnknownMunicipality().next_step().endswith("Send ikke på et gæt.")


def test_a_malformed_referral_names_its_fields():
    refused = Malformed(MalformedReferral(("citizen.cpr: string_type", "origin: missing")))
    assert refused.what() == "Henvendelsen kan ikke læses. Se på: citizen.cpr kan ikke læses; origin mangler."
    assert refused.reason is Reason.MALFORMED_INPUT


@pytest.mark.usefixtures("_english")
def test_the_words_can_be_english():
    assert Refused(Reason.TEXT_MISSING).what() == "It does not say what happened."
    assert InvalidNumber(InvalidCpr(Fault.NO_SUCH_DATE, 31, 2)).what() == (
        "The CPR number is not valid: 31 February does not exist."
    )
    assert OutsideRegion(by_code("630")).what() == (
        "Vejle Kommune is in Region Syddanmark and not covered by the agreement."
    )


def test_a_refusal_says_its_code_and_nothing_else_to_a_log():
    # C9
    assert str(InvalidNumber(InvalidCpr(Fault.NO_SUCH_DATE, 31, 2))) == "INVALID_CPR"
    assert str(Refused(Reason.CONSENT_REFUSED)) == "CONSENT_REFUSED"


def test_a_minor_is_pointed_to_underretning():
    """A9, O9: the way there is outside the agreement, and needs no consent."""
    refused = Refused(Reason.MINOR)

    assert "underretning" in refused.next_step()
    assert "samtykke" in refused.next_step()
