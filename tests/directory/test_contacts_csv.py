import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.contacts_csv import read, write
from directory.errors import BadContactLine, BadContactsFile, BadUnitName
from directory.model import Contact, UnitKind
from directory.municipalities import in_agreement

NOW = datetime(2026, 1, 2, tzinfo=UTC)
HEADER = "code,unit_name,email,phone,hours,kind,gln,sor,postal\n"
AARHUS = (
    '751,"Modtagelsen, Sociale Forhold",sikkerpost@aarhus.example,+45 84 00 07 51,"man-tor 8-15, fre 8-13",gateway,,,\n'
)
VIBORG = (
    "791,Velfærdsindgangen,sikkerpost@viborg.example,+45 84 00 07 91,,mail-client,"
    '5790000000005,1234567890123456,"Prøvevej 1, 8800 Viborg"\n'
)


def reading(text):
    return read(text, now=NOW, by="admin")


def test_a_table_becomes_contacts_and_the_same_table_again():
    contacts = reading(HEADER + AARHUS + VIBORG)
    assert [c.unit_name for c in contacts] == ["Modtagelsen, Sociale Forhold", "Velfærdsindgangen"]
    assert contacts[1].kind is UnitKind.MAIL_CLIENT
    assert {(c.valid_from, c.entered_by) for c in contacts} == {(NOW, "admin")}
    assert write(contacts) == HEADER + AARHUS + VIBORG


def test_a_spreadsheet_in_danish_with_semicolons_and_a_byte_order_mark_is_read():
    text = "\ufeffcode;unit_name;email;phone\r\n0751;Modtagelsen, Voksne;sikkerpost@aarhus.example;84000751\r\n"
    (contact,) = reading(text)
    assert (contact.party, contact.unit_name, contact.kind) == ("751", "Modtagelsen, Voksne", UnitKind.GATEWAY)


@pytest.mark.parametrize(
    ("line", "column", "cause"),
    [
        (AARHUS.replace("751", "630", 1), "code", "NOT_A_PARTY"),
        (AARHUS.replace("@aarhus", "aarhus"), "email", "BAD_ADDRESS"),
        (AARHUS.replace("+45 84", "+45 14"), "phone", "BAD_PHONE"),
        (AARHUS.replace("man-tor", "altid"), "hours", "BAD_HOURS"),
        (AARHUS.replace("gateway", "brevdue"), "kind", "BAD_KIND"),
        (VIBORG.replace("Velfærdsindgangen", " "), "unit_name", "BAD_UNIT_NAME"),
        ("751\n", "unit_name", "BAD_UNIT_NAME"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column_and_never_repeated(line, column, cause):
    with pytest.raises(BadContactLine) as refused:
        reading(HEADER + VIBORG.replace("791", "710").replace("viborg", "favrskov") + line)
    assert (refused.value.line, refused.value.column, refused.value.cause) == (3, column, cause)
    assert str(refused.value) == f"line 3, column {column}: {cause}"


def test_a_party_or_an_address_standing_there_twice_is_refused():
    # D5: two addresses for one municipality
    with pytest.raises(BadContactLine, match="line 3, column code: PARTY_TWICE"):
        reading(HEADER + AARHUS + AARHUS.replace("sikkerpost", "anden"))
    with pytest.raises(BadContactLine, match="line 3, column email: ADDRESS_TAKEN"):
        reading(HEADER + AARHUS + VIBORG.replace("viborg", "aarhus"))


@pytest.mark.parametrize("text", ["", "ikke en tabel", "code,email,phone\n", HEADER + '"', HEADER + "\n" * 300_000])
def test_what_is_no_table_of_contacts_is_refused(text):
    with pytest.raises(BadContactsFile):
        reading(text)


@given(
    st.lists(
        st.tuples(st.sampled_from(in_agreement()), st.text(min_size=1, max_size=30), st.sampled_from(UnitKind)),
        unique_by=lambda row: row[0].code,
    )
)
def test_whatever_units_are_called_the_table_gives_the_same_contacts_back(rows):
    contacts = []
    for municipality, name, kind in rows:
        email = f"post@{municipality.code}.example"
        typed = {"party": municipality.code, "unit_name": name, "email": email, "phone": "84000001", "kind": kind}
        try:
            contacts.append(Contact.checked(**typed, valid_from=NOW, entered_by="admin"))
        except BadUnitName:
            continue
    assert reading(write(contacts)) == tuple(contacts)


@given(st.text(max_size=200) | st.text(max_size=100).map(lambda text: HEADER + text))
def test_any_text_is_contacts_or_refused(text):
    with contextlib.suppress(BadContactLine, BadContactsFile):
        assert isinstance(reading(text), tuple)
