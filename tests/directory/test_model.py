from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.errors import BadAddress, BadGln, BadHours, BadPhone, BadPostal, BadSor, BadUnitName, NotAParty
from directory.model import Contact, UnitKind, is_party, looks_personal, normal_address

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TYPED = {
    "party": "751",
    "unit_name": "Modtagelsen, Sociale Forhold",
    "email": "sikkerpost@aarhus.example",
    "phone": "84000751",
    "valid_from": NOW,
    "entered_by": "admin",
}


def typed(**changes):
    return Contact.checked(**TYPED | changes)


def test_a_contact_is_brought_to_its_normal_form():
    contact = typed(party="0751", email=" Sikkerpost@AARHUS.example ", unit_name=" Modtagelsen ", hours=" man 8-15 ")
    assert contact == Contact(
        party="751",
        unit_name="Modtagelsen",
        email="Sikkerpost@aarhus.example",
        phone="+45 84 00 07 51",
        hours="man 8-15",
        kind=UnitKind.GATEWAY,
        valid_from=NOW,
        entered_by="admin",
    )


@pytest.mark.parametrize("party", ["630", "999", "", "Aarhus", "Røde Kors", "REGION"])
def test_only_the_parties_of_the_agreement_can_be_registered(party):
    # A2
    with pytest.raises(NotAParty):
        typed(party=party)


def test_the_region_is_a_party():
    assert typed(party="region").party == "region"
    assert is_party("region")
    assert is_party("751")
    assert not is_party("0751")


@pytest.mark.parametrize(
    "email",
    [
        *(
            "www.socialforvaltningen@viborg.dk",
            "",
            "a",
            "a@",
            "@b.dk",
            "a@b",
            "a@@b.dk",
            "a b@c.dk",
            "a@b..dk",
            ".a@b.dk",
        ),
        *("a@-b.dk", "a@b.dk\nBcc: x@y.dk", "a@b.dk,c@d.dk", "<a@b.dk>", '"a b"@c.dk', "a@[127.0.0.1]", "å@b.dk"),
        *("a" * 65 + "@b.dk", "a@" + "b." * 130 + "dk"),
    ],
)
def test_a_malformed_address_is_refused(email):
    # D11
    with pytest.raises(BadAddress):
        typed(email=email)


@pytest.mark.parametrize("phone", ["112", "+46 8 123 456 78", "sikkerpost", ""])
def test_a_unit_has_a_danish_phone_number(phone):
    # D5
    with pytest.raises(BadPhone):
        typed(phone=phone)


@pytest.mark.parametrize("name", ["", "  ", "to\nlinjer", "x" * 201, "skjult\u202etekst"])
def test_a_unit_name_is_one_printable_line(name):
    with pytest.raises(BadUnitName):
        typed(unit_name=name)


@pytest.mark.parametrize("line", ['=HYPERLINK("http://x.example","her")', "+1", "-1", "@SUM(1)"])
def test_no_name_is_something_that_a_spreadsheet_calculates(line):
    with pytest.raises(BadUnitName):
        typed(unit_name=line)
    with pytest.raises(BadPostal):
        typed(postal=line)


def test_opening_hours_must_be_readable():
    with pytest.raises(BadHours):
        typed(hours="når vi er her")


def test_a_refusal_never_repeats_what_was_typed():
    # C9: a citizen's number may have been pasted into any field
    for field in ("party", "email", "phone", "unit_name", "hours"):
        with pytest.raises((NotAParty, BadAddress, BadPhone, BadUnitName, BadHours)) as refused:
            typed(**{field: "140570-5480\a"})
        assert "140570" not in f"{refused.value} {refused.value!r}"


@pytest.mark.parametrize("email", ["mette.hansen@viborg.example", "Ann-Marie.Skov@viborg.example"])
def test_an_address_of_a_person_is_noticed(email):
    # D8
    assert looks_personal(email)


@pytest.mark.parametrize(
    "email", ["sikkerpost@viborg.example", "social.modtagelse@viborg.example", "a.b@viborg.example"]
)
def test_an_address_of_a_unit_is_not_taken_for_a_person(email):
    # D8
    assert not looks_personal(email)


def test_the_same_details_entered_again_are_the_same():
    assert typed().same_as(replace(typed(), valid_from=NOW + timedelta(days=1), entered_by="en anden"))
    assert not typed().same_as(typed(hours="man 8-15"))


def test_a_contact_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        typed().email = "x@y.dk"


@given(st.text(max_size=60) | st.emails())
def test_a_normal_address_stays_as_it_is(text):
    try:
        once = normal_address(text)
    except BadAddress:
        return
    assert normal_address(once) == once
    assert once.isascii()
    assert once.count("@") == 1


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("gln", "5790000000006", BadGln),
        ("gln", "579000000000", BadGln),
        ("gln", "579000000000a", BadGln),
        ("gln", "²790000000005", BadGln),
        ("sor", "1234567890", BadSor),
        ("sor", "12345678901x", BadSor),
        ("postal", "x" * 201, BadPostal),
        ("postal", "Vej 1\n8000 Aarhus", BadPostal),
    ],
)
def test_a_number_for_later_use_is_checked(field, value, error):
    """D16."""
    with pytest.raises(error):
        typed(**{field: value})


def test_numbers_for_later_use_may_be_empty_or_written_in_groups():
    """D16."""
    assert (typed().gln, typed().sor, typed().postal) == ("", "", "")
    contact = typed(gln="57 900 000 000 05", sor=" 12345678901 ", postal=" Vej 1, 8000 Aarhus ")
    assert (contact.gln, contact.sor, contact.postal) == ("5790000000005", "12345678901", "Vej 1, 8000 Aarhus")
