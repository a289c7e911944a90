import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.dk import cpr as stdnum

from gateway.wire.cpr import (
    CitizenNumber,
    Fault,
    IdentifierKind,
    InvalidCpr,
    age_at,
    birth_date,
    identify,
    kind_of,
    masked,
)

DATA = json.loads((Path(__file__).parents[1] / "data" / "referrals.json").read_text("utf-8"))
TODAY = date(2026, 11, 22)


def read(text):
    return identify(text, today=TODAY)


@pytest.mark.parametrize("case", DATA["cpr_cases"], ids=lambda c: c["value"].strip() or "tomt")
def test_the_agreed_cases(case):
    # DOMAIN 3.3, G1
    if case["accept"]:
        assert read(case["value"]).kind == case["kind"]
    else:
        with pytest.raises(InvalidCpr):
            read(case["value"])


@pytest.mark.parametrize("text", [None, "", "  ", "-"])
def test_a_number_may_be_missing(text):
    # G1
    assert read(text) == CitizenNumber(IdentifierKind.MISSING)


@pytest.mark.parametrize("text", ["1405705480", " 140570 - 5480 ", "140570–5480", "140570\u00a05480"])
def test_a_number_has_one_normal_form(text):
    assert read(text) == CitizenNumber(IdentifierKind.CPR, "140570-5480")


def test_modulus_11_refuses_nobody():
    # CPR-kontoret: numbers without it are valid; all of the synthetic ones and MedCom's test persons are such
    for number in ("140570-5480", "251248-9996", "020160-9995"):
        assert stdnum.checksum(number.replace("-", "")) != 0
        assert read(number).value == number


@pytest.mark.parametrize(
    ("text", "why", "day", "month"),
    [
        ("310265-5128", Fault.NO_SUCH_DATE, 31, 2),
        ("290299-5128", Fault.NO_SUCH_DATE, 29, 2),
        ("001265-5128", Fault.NO_SUCH_DATE, 0, 12),
        ("011365-5128", Fault.NO_SUCH_DATE, None, None),
        ("990285-5127", Fault.NO_SUCH_DATE, 99, 2),
        ("910285-5127", Fault.NO_SUCH_DATE, 31, 2),
        ("310285-0ZZ1", Fault.NO_SUCH_DATE, 31, 2),
        ("720385-0ZZ1", Fault.NO_SUCH_DATE, 72, 3),
        ("010157-5001", Fault.FUTURE, None, None),
        ("14057-5123", Fault.LENGTH, None, None),
        ("140570-54800", Fault.LENGTH, None, None),
        ("140570-512A", Fault.LETTERS, None, None),
        ("120385-2ZZ1", Fault.LETTERS, None, None),
        ("120385-0ß1", Fault.LETTERS, None, None),
        ("١٤٠٥٧٠-٥٤٨٠", Fault.LETTERS, None, None),
        ("140570-548²", Fault.LETTERS, None, None),
        ("140570/5480", Fault.LETTERS, None, None),
        ("000000-0000", Fault.FILLER, None, None),
        ("111111-1111", Fault.FILLER, None, None),
        ("777777-7777", Fault.FILLER, None, None),
    ],
)
def test_a_wrong_number_is_refused_for_its_reason(text, why, day, month):
    with pytest.raises(InvalidCpr) as refused:
        read(text)
    assert (refused.value.why, refused.value.day, refused.value.month) == (why, day, month)


def test_a_refusal_never_holds_the_number():
    # C9
    with pytest.raises(InvalidCpr) as refused:
        read("310265-5128")
    text = f"{refused.value} {refused.value!r}"
    assert not any(character.isdigit() for character in text)
    assert refused.value.__cause__ is None


def test_the_future_is_judged_by_the_day_given_and_not_by_the_clock():
    born_tomorrow = (TODAY + timedelta(days=1)).strftime("%d%m%y") + "-5001"
    with pytest.raises(InvalidCpr):
        read(born_tomorrow)
    assert identify(born_tomorrow, today=TODAY + timedelta(days=1)).kind is IdentifierKind.CPR


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("010100-0001", date(1900, 1, 1)),
        ("010136-4001", date(2036, 1, 1)),
        ("010137-4001", date(1937, 1, 1)),
        ("010157-5001", date(2057, 1, 1)),
        ("010158-5001", date(1858, 1, 1)),
        ("010137-9001", date(1937, 1, 1)),
    ],
)
def test_the_seventh_digit_and_the_year_give_the_century(text, born):
    assert birth_date(identify(text, today=date(2099, 1, 1))) == born


def test_only_a_real_number_tells_an_age():
    number = read("221108-4001")
    assert age_at(number, date(2026, 11, 21)) == 17
    assert age_at(number, date(2026, 11, 22)) == 18
    assert age_at(read("120385-0ZZ1"), TODAY) is None
    assert age_at(read("720385-5127"), TODAY) is None
    assert age_at(read(""), TODAY) is None


@pytest.mark.parametrize(("text", "one"), [("140570-5480", True), ("120385-0ZZ1", True), ("720385-5127", False)])
def test_a_number_raised_by_60_may_name_two_people(text, one):
    assert read(text).names_one_person is one


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("140570-5480", "140570-••••"),
        ("1405705480", "140570-••••"),
        ("120385-0ZZ1", "120385-••••"),
        ("", ""),
        ("hemmeligt", "•"),
        ("14057-5480", "•"),
    ],
)
def test_a_number_is_masked(text, shown):
    assert masked(text) == shown


@given(st.text(max_size=16) | st.from_regex(r"[0-9]{6}-?[0-9]([0-9]{3}|[A-Z]{2}[0-9])", fullmatch=True))
def test_anything_is_a_number_or_refused(text):
    try:
        number = read(text)
    except InvalidCpr:
        return
    assert number.kind is kind_of(text)
    assert identify(number.value, today=TODAY) == number
    assert number.value.isascii()


@given(st.dates(date(1858, 1, 1), date(1899, 12, 31)), st.integers(5000, 8999))
def test_every_synthetic_number_is_accepted_and_gives_its_birth_date_back(born, last):
    if born.day == born.month == born.year % 100 == last // 100 == last % 100:
        return
    number = read(f"{born:%d%m}{born.year % 100:02}-{last}")
    assert birth_date(number) == born
