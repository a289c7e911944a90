"""The consent a referral rests on, as the book of consents keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing_site import NOW

from gateway.consents.model import Form, Purpose
from gateway.referring.disclosure import disclosure, form_of, why_not_in_writing
from gateway.referring.example import example
from gateway.wire.referral import Origin, Referral

WRITTEN = example("730", NOW)


def kept(**changes):
    said = WRITTEN["consent"] | changes.pop("consent", {})
    return disclosure(Referral.parse(WRITTEN | changes | {"consent": said}), "c-1", "730", "Karim Prøvesen", NOW)


@pytest.mark.parametrize(
    ("words", "form"),
    [
        *[
            (words, Form.WRITTEN)
            for words in ("skriftligt", "Skriftlig", "underskrevet på stedet", "written", "signed")
        ],
        *[(words, Form.SPOKEN) for words in ("mundtligt", "mundtligt via tolk", "telefonisk", "spoken", "ja", "")],
        *[
            (words, Form.SPOKEN)
            for words in ("mundtligt, skriftlighed fraveget", "ikke skriftligt", "uden skrift", None)
        ],
        *[(words, Form.WRITTEN) for words in ("skriftligt, noteret i bilen", "skriftligt, moralsk støttet")],
    ],
)
def test_the_senders_own_words_tell_how_it_was_given(words, form):
    """C2; in doubt it was spoken, and why it was not written must then be said."""
    assert form_of(words) is form


@given(st.text())
def test_any_words_at_all_tell_one_or_the_other(words):
    assert form_of(words) in Form


def test_everything_that_must_be_written_down_is():
    """C2."""
    consent = kept()

    assert (consent.purpose, consent.form, consent.municipality) == (Purpose.DISCLOSURE, Form.SPOKEN, "730")
    assert (consent.given_by, consent.taken_by) == ("borgeren selv", "Mette Testgaard")
    assert consent.scope == WRITTEN["consent"]["scope"]
    assert consent.information_given == WRITTEN["consent"]["information_given"]
    assert consent.journal_ref == "PJ-EKSEMPEL-1"
    assert consent.obtained_at == Referral.parse(WRITTEN).consent.obtained_at
    assert consent.expires_at.year == 2027


def test_a_re_referrals_consent_is_a_renewed_one():
    """C6, C8."""
    assert kept(re_referral={"previous_id": "x", "kind": "ongoing"}).purpose is Purpose.RENEWED_DISCLOSURE


@pytest.mark.parametrize("nobody", [None, "", " \u200b"])
def test_who_took_it_is_the_sender_when_nobody_is_named(nobody):
    assert kept(consent={"obtained_by": nobody}).taken_by == "Karim Prøvesen"


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("reason", [None, "", "  "])
def test_why_it_is_not_in_writing_is_always_said(origin, reason):
    """C2: sundhedsloven § 44(1)."""
    said = kept(origin=origin.value, consent={"writing_waived_because": reason}).writing_waived_because

    assert said == why_not_in_writing(origin)
    assert "skrive" in said


def test_the_senders_own_reason_stands():
    assert kept(consent={"writing_waived_because": "Hånden er i gips"}).writing_waived_because == "Hånden er i gips"
    assert kept(consent={"form": "skriftligt", "writing_waived_because": "x"}).writing_waived_because == ""
