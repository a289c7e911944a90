import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import municipalities
from directory.municipalities import by_code, hint, in_agreement, named


def test_the_agreement_covers_exactly_nineteen_municipalities_of_one_region():
    # A4
    assert len(in_agreement()) == 19
    assert {m.region for m in in_agreement()} == {"Region Midtjylland"}


def test_the_list_is_in_danish_order_with_aarhus_last():
    names = [m.name for m in in_agreement()]
    assert names[:2] == ["Favrskov", "Hedensted"]
    assert names[-1] == "Aarhus"
    assert names.index("Ringkøbing-Skjern") < names.index("Samsø") < names.index("Silkeborg")


def test_all_ninety_eight_are_known_with_their_region():
    every = {by_code(f"{n:03}") for n in range(1000)} - {None}
    assert len(every) == 98
    assert by_code("630").region == "Region Syddanmark"
    assert by_code("101").official_name == "Københavns Kommune"


def test_christiansoe_is_no_municipality():
    assert by_code("411") is None


@pytest.mark.parametrize("text", ["751", "0751", " 0751 "])
def test_a_code_may_have_three_or_four_digits(text):
    assert by_code(text).name == "Aarhus"


@pytest.mark.parametrize("text", [None, "", "1751", "00751", "75", "٧٥١", "751x"])
def test_anything_else_is_no_code(text):
    assert by_code(text) is None


@pytest.mark.parametrize("text", ["Aarhus", "århus", "ÅRHUS KOMMUNE", "  Aarhus  Kommune ", "A\u030arhus"])
def test_a_name_is_found_however_it_is_spelled(text):
    assert named(text).code == "751"


@pytest.mark.parametrize(
    ("text", "code"), [("ringkøbing skjern", "760"), ("Bornholms Regionskommune", "400"), ("København", "101")]
)
def test_official_and_plain_names_are_found(text, code):
    assert named(text).code == code


@pytest.mark.parametrize("text", [None, "", "Kommune", "Aarhu", "Aarhus eller Randers", "Galten Kommune"])
def test_a_name_that_is_not_exact_is_not_found(text):
    assert named(text) is None


@pytest.mark.parametrize(
    ("text", "code"), [("Galten Kommune", "746"), ("grenå", "707"), ("Ebeltoft", "706"), ("Karup kommune", "791")]
)
def test_an_abolished_name_gives_a_hint(text, code):
    assert hint(text).code == code


def test_no_abolished_name_is_also_a_name_in_use():
    assert not set(municipalities._aliases()) & set(municipalities._by_name())


@given(st.text(max_size=40))
def test_looking_up_anything_never_fails(text):
    for found in (by_code(text), named(text), hint(text)):
        assert found is None or found in municipalities._by_code().values()
