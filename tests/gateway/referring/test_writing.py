"""What changes when the citizen's municipality or consent does, and what an earlier referral may bring along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing_site import NOW

from directory import municipalities
from gateway.consents.model import Form
from gateway.referring import consent
from gateway.referring.disclosure import why_not_in_writing
from gateway.referring.example import example
from gateway.referring.read_aloud import read_aloud
from gateway.referring.writing import again, anew, with_consent, with_municipality
from gateway.wire.referral import Origin, Referral, ReReferralKind

ALL = municipalities.in_agreement()
RANDERS, SKIVE = municipalities.by_code("730"), municipalities.by_code("779")
WRITTEN = example("730", NOW) | {
    "urgency_remark": "Gerne i dag",
    "known_by": "Forsorgshjemmet",
    "intoxicated": True,
    "children_in_home": True,
    "called_from": "Busterminalen",
}
SENT = Referral.parse(WRITTEN)


def consented(content, municipality=RANDERS, form=Form.SPOKEN, **how):
    return with_consent(content, municipality=municipality, taken_by="Mette Testgaard", at=NOW, form=form, **how)


def test_another_municipality_clears_the_consent_and_the_same_one_does_not():
    """C1."""
    content = consented(with_municipality({"text": "x"}, RANDERS))

    assert with_municipality(content, RANDERS) == content
    moved = with_municipality(content, SKIVE)
    assert "consent" not in moved
    assert moved["text"] == "x"
    assert moved["citizen"] == {"home_municipality_code": "779", "home_municipality_text": "Skive Kommune"}


@given(st.sampled_from(ALL), st.sampled_from(ALL))
def test_whichever_two_municipalities_a_consent_never_moves_from_one_to_the_other(one, other):
    """C1."""
    content = with_municipality(consented(with_municipality({}, one), one), other)

    assert ("consent" in content) == (one == other)


def test_the_rest_of_the_citizen_stays_when_the_municipality_changes():
    content = with_municipality({"citizen": {"name": "Karen Testdal"}}, RANDERS)

    assert content["citizen"]["name"] == "Karen Testdal"


def test_nothing_that_is_handed_in_is_altered():
    content = {"citizen": {"name": "Karen"}, "consent": {"given": True}}

    with_municipality(content, SKIVE)
    consented(content)

    assert content == {"citizen": {"name": "Karen"}, "consent": {"given": True}}


@pytest.mark.parametrize("form", Form)
def test_what_is_written_down_of_a_yes_is_what_was_read_aloud_and_is_valid(form):
    """C1, C2, C4."""
    said = consented(with_municipality({}, RANDERS), form=form)["consent"]
    told = read_aloud(RANDERS)

    assert (said["scope"], said["information_given"]) == (told.scope, told.information)
    assert (said["given"], said["given_by"], said["obtained_by"]) == (True, "borgeren selv", "Mette Testgaard")
    assert said["for_municipality"] == "730"
    assert said["obtained_at"] == "2026-11-20T21:14:00+01:00"
    read = Referral.parse(WRITTEN | {"consent": said}).consent
    consent.check(read, submitted_at=NOW, now=NOW, again=False)


def test_a_spoken_consent_says_why_it_is_not_in_writing_and_a_written_one_does_not():
    """C2: sundhedsloven § 44(1)."""
    by_phone, on_scene = ({"origin": origin} for origin in ("amk_call", "ambulance_on_scene"))

    assert consented(by_phone)["consent"]["writing_waived_because"] == why_not_in_writing(Origin.AMK_CALL)
    assert consented(on_scene)["consent"]["writing_waived_because"] == why_not_in_writing(Origin.AMBULANCE_ON_SCENE)
    assert consented({}, waived_because=" Hånden er i gips ")["consent"]["writing_waived_because"] == "Hånden er i gips"
    assert "writing_waived_because" not in consented({}, form=Form.WRITTEN)["consent"]


def test_a_remark_on_how_the_consent_was_given_goes_along():
    """O12."""
    assert consented({}, remark="Gentog selv, hvad det gik ud på")["consent"]["remark"].startswith("Gentog selv")
    assert "remark" not in consented({}, remark="  ")["consent"]


def test_a_new_consent_takes_the_old_ones_place_and_keeps_the_journals_reference():
    content = consented({"consent": {"given": False, "remark": "gammel", "journal_ref": "PJ-1"}})

    assert content["consent"]["journal_ref"] == "PJ-1"
    assert content["consent"]["given"] is True
    assert "remark" not in content["consent"]


@pytest.mark.parametrize("kind", ReReferralKind)
def test_a_re_referral_knows_the_citizen_and_asks_everything_else_again(kind):
    """B5, C6, F1: never pre-filled from last time."""
    content = again(SENT, previous_id="letter-1", kind=kind)

    assert content["re_referral"] == {"previous_id": "letter-1", "kind": kind.value}
    assert set(content) == {"citizen", "known_by", "re_referral"}
    assert content["citizen"]["how_to_reach"] == WRITTEN["citizen"]["how_to_reach"]


def test_sent_anew_is_as_it_was_but_for_what_must_be_asked_again():
    """O7: screening, consent and municipality are blank."""
    content = anew(SENT, first_id="letter-1")

    assert not {"screening", "consent", "sender", "submitted_at", "reference"} & set(content)
    assert not [name for name in content["citizen"] if name.startswith("home_municipality")]
    kept = (
        "origin",
        "caller",
        "problem_types",
        "text",
        "urgency_remark",
        "intoxicated",
        "children_in_home",
        "known_by",
    )
    assert {name: content[name] for name in kept} == {name: WRITTEN[name] for name in kept}
    assert content["citizen"]["name"] == "Karen Testdal"
    assert content["anew_of"] == "letter-1"


def test_nobody_is_told_what_a_referral_was_sent_anew_of():
    """O7: the new municipality is told nothing of the first."""
    content = anew(SENT, first_id="letter-1") | {"sender": WRITTEN["sender"]}
    read = Referral.parse(content)

    assert read.anew_of == "letter-1"
    assert "letter-1" not in str(read.as_json())
    assert "anew_of" not in read.as_json()


def test_a_re_referral_that_is_sent_anew_is_still_a_re_referral():
    again_sent = Referral.parse(WRITTEN | {"re_referral": {"previous_id": "letter-0", "kind": "relapse"}})

    assert anew(again_sent, first_id="letter-1")["re_referral"] == {"previous_id": "letter-0", "kind": "relapse"}
