"""What is counted about a citizen, from what was written (G6, H7)."""

from datetime import UTC, datetime

import pytest

from gateway.statistics.observed import Again, AgeBand, Person, Residence, Sex, again_of, person_of
from gateway.wire.referral import Referral

AT = datetime(2026, 11, 22, tzinfo=UTC)


def written(**citizen):
    return Referral.parse({"origin": "amk_call", "sender": {"name": "Mette Testgaard"}, "citizen": citizen})


@pytest.mark.parametrize(
    ("citizen", "age"),
    [
        ({"approx_age": 18}, AgeBand.UNDER_30),
        ({"approx_age": 30}, AgeBand.FROM_30),
        ({"approx_age": 60}, AgeBand.FROM_45),
        ({"approx_age": 61}, AgeBand.FROM_61),
        ({"approx_age": 75}, AgeBand.FROM_75),
        ({"approx_age": 44, "cpr": "190668-7074"}, AgeBand.FROM_30),
        ({"cpr": "190668-7074"}, AgeBand.UNKNOWN),
        ({"cpr": "hemmeligt"}, AgeBand.UNKNOWN),
        ({}, AgeBand.UNKNOWN),
    ],
)
def test_age_is_what_was_written_and_else_what_the_number_tells(citizen, age):
    """A number whose century makes somebody 158 years old tells nothing."""
    assert person_of(written(**citizen), AT).age is age


def test_a_number_alone_tells_the_age_on_the_day_of_the_letter():
    assert person_of(written(cpr="190668-7074"), datetime(1915, 1, 1, tzinfo=UTC)).age is AgeBand.FROM_45


@pytest.mark.parametrize(
    ("citizen", "sex"),
    [
        ({"gender": "K"}, Sex.FEMALE),
        ({"gender": "mand"}, Sex.MALE),
        ({"gender": "X", "cpr": "190668-7075"}, Sex.UNKNOWN),
        ({"cpr": "190668-7075"}, Sex.MALE),
        ({"cpr": "190668-7074"}, Sex.FEMALE),
        ({"cpr": "790668-7075"}, Sex.UNKNOWN),
        ({}, Sex.UNKNOWN),
    ],
)
def test_sex_is_what_was_written_and_else_what_the_number_tells(citizen, sex):
    assert person_of(written(**citizen), AT).sex is sex


@pytest.mark.parametrize(
    ("word", "residence"),
    [
        ("egen_bolig", Residence.OWN_HOME),
        ("Egen bolig", Residence.OWN_HOME),
        ("midlertidigt_hos_andre", Residence.TEMPORARY),
        ("hjemløs", Residence.HOMELESS),
        ("kolonihave", Residence.OTHER),
        (" ", Residence.UNKNOWN),
    ],
)
def test_a_word_nobody_foresaw_is_elsewhere_and_no_word_is_not_known(word, residence):
    """A6, G6."""
    assert person_of(written(residence=word), AT) == Person(residence=residence)


def test_sending_anew_is_no_re_referral():
    """H8, O7."""
    again = written().model_copy(update={"re_referral": None})

    assert (again_of(again, anew=False), again_of(again, anew=True)) == (Again.FIRST, Again.ANEW)
