from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from databases import database_at
from quick_databases import created
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session

from directory.book import AddressBook, ContactRow, PinnedKeyRow
from directory.changes import ChangeRow, Stand
from directory.departments import department_party
from directory.errors import AddressTaken, KeyTaken
from directory.model import REGION, Contact, PinnedKey, UnitKind
from directory.tables import DirectoryTable
from gateway.adapters.database import Database
from keys.fingerprint import Fingerprint

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
AARHUS = Contact.checked(
    party="751",
    unit_name="Modtagelsen",
    email="sikkerpost@aarhus.example",
    phone="84000751",
    hours="man-fre 8-15",
    valid_from=NOW,
    entered_by="admin",
)
VIBORG = replace(AARHUS, party="791", email="sikkerpost@viborg.example")
ONE, OTHER = Fingerprint.parse("A1" * 20), Fingerprint.parse("B2" * 20)
KEY = PinnedKey("751", ONE, b"certificate", NOW, None, "admin")


@pytest.fixture
def session(tmp_path):
    database = Database(database_at(tmp_path / "book.db"))
    created(database, DirectoryTable.metadata)
    with Session(database._writing) as session:
        yield session
    database.close()


@pytest.fixture
def book(session):
    return AddressBook(session)


def test_an_empty_book_knows_nobody(book):
    # D6
    assert book.contact("751") is None
    assert book.contacts() == ()
    assert book.addresses("751", NOW) == frozenset()
    assert book.pinned("751") is None
    assert book.trusted(LATER) == frozenset()


def test_a_contact_comes_back_as_it_went_in(book, session):
    book.set_contact(AARHUS)
    book.set_contact(VIBORG)
    session.commit()
    session.expire_all()
    assert book.contact("751") == AARHUS
    assert book.contacts() == (AARHUS, VIBORG)
    assert book.addresses("751", NOW) == {"sikkerpost@aarhus.example"}


def test_a_new_contact_takes_the_place_of_the_old_one_and_the_old_one_stays_in_history(book, session):
    # D5, D9
    new = replace(AARHUS, email="social@aarhus.example", valid_from=LATER)
    book.set_contact(AARHUS)
    book.set_contact(new)
    assert book.contact("751") == new
    assert book.history("751") == (replace(AARHUS, valid_to=LATER), new)
    assert session.get(ContactRow, 1).valid_to == LATER


def test_the_same_details_again_make_no_new_row(book):
    book.set_contact(AARHUS)
    book.set_contact(replace(AARHUS, valid_from=LATER, entered_by="en anden"))
    assert book.history("751") == (AARHUS,)


def test_a_contact_never_ends_before_it_began(book, session):
    book.set_contact(AARHUS)
    book.set_contact(replace(AARHUS, phone="+45 84 00 07 52", valid_from=NOW - timedelta(days=9)))
    assert session.get(ContactRow, 1).valid_to == NOW


def test_two_parties_cannot_share_an_address_whatever_its_case(book):
    # D1
    book.set_contact(AARHUS)
    with pytest.raises(AddressTaken):
        book.set_contact(replace(VIBORG, email="SikkerPost@aarhus.example"))
    assert book.contact("751") == AARHUS


def test_an_address_that_is_no_longer_used_is_free(book):
    book.set_contact(AARHUS)
    book.set_contact(replace(AARHUS, email="social@aarhus.example", valid_from=LATER))
    book.set_contact(replace(VIBORG, email="sikkerpost@aarhus.example"))
    assert book.contact("791").email == "sikkerpost@aarhus.example"


def test_a_key_is_pinned_and_found_by_its_fingerprint(book, session):
    book.pin(KEY)
    session.commit()
    session.expire_all()
    assert book.pinned("751") == KEY
    assert book.trusted(LATER) == {ONE}
    assert book.owner_of(ONE, LATER) == "751"
    assert book.owner_of(OTHER, LATER) is None


def test_a_new_key_takes_the_place_of_the_old_one(book, session):
    new = replace(KEY, fingerprint=OTHER, valid_from=LATER)
    book.pin(KEY)
    book.pin(new)
    assert book.pinned("751") == new
    assert book.trusted(LATER) == {OTHER}
    assert book.owner_of(ONE, LATER) is None
    assert session.get(PinnedKeyRow, 1).valid_to == LATER


def test_pinning_the_same_key_again_makes_no_new_row_but_a_refreshed_certificate_does(book, session):
    book.pin(KEY)
    book.pin(replace(KEY, valid_from=LATER))
    assert session.get(PinnedKeyRow, 2) is None
    book.pin(replace(KEY, certificate=b"longer expiry", valid_from=LATER))
    assert book.pinned("751").certificate == b"longer expiry"


def test_two_parties_cannot_share_a_key(book):
    book.pin(KEY)
    with pytest.raises(KeyTaken):
        book.pin(replace(KEY, party="791"))


def contact_values(contact, **more):
    return {n: getattr(contact, n) for n in Contact.__dataclass_fields__} | {"valid_to": None} | more


def key_values(key, **more):
    return {n: getattr(key, n) for n in PinnedKey.__dataclass_fields__} | more


@pytest.mark.parametrize(
    ("table", "first", "second"),
    [
        (ContactRow, contact_values(AARHUS), contact_values(AARHUS, email="x@y.example")),
        (ContactRow, contact_values(AARHUS), contact_values(VIBORG, email="SIKKERPOST@aarhus.example")),
        (PinnedKeyRow, key_values(KEY), key_values(KEY, fingerprint=str(OTHER))),
        (PinnedKeyRow, key_values(KEY), key_values(KEY, party="791")),
    ],
    ids=["one contact per party", "one party per address", "one key per party", "one party per key"],
)
def test_the_database_itself_refuses_what_the_book_would(session, table, first, second):
    # D1 asks for a constraint in the database, not a convention
    # D1 asks for a constraint in the database, not a convention
    session.execute(insert(table).values(**first | {"valid_to": LATER}))
    session.execute(insert(table).values(**first))
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        session.execute(insert(table).values(**second))


def test_a_writer_who_came_between_is_answered_in_the_same_words(book, session, monkeypatch):
    book.set_contact(AARHUS)
    book.pin(KEY)
    session.commit()
    monkeypatch.setattr(AddressBook, "_address_owner", lambda _book, _email: None)
    monkeypatch.setattr(AddressBook, "owner_of", lambda _book, _fingerprint: None)
    with pytest.raises(AddressTaken):
        book.set_contact(replace(VIBORG, email=AARHUS.email))
    session.rollback()
    with pytest.raises(KeyTaken):
        book.pin(replace(KEY, party="791"))


def test_moments_come_back_as_utc_whatever_zone_they_went_in_with(book, session):
    book.set_contact(replace(AARHUS, valid_from=NOW.astimezone(timezone(timedelta(hours=5)))))
    session.commit()
    session.expire_all()
    assert book.contact("751").valid_from == NOW
    assert book.contact("751").valid_from.tzinfo is UTC


def test_a_moment_without_a_zone_is_not_stored(session):
    with pytest.raises(StatementError, match="time zone"):
        session.execute(insert(ContactRow).values(**contact_values(AARHUS, valid_from=NOW.replace(tzinfo=None))))


def by_hand(contact, **changes):
    return replace(contact, kind=UnitKind.MAIL_CLIENT, **changes)


def test_who_writes_by_hand_is_told_by_what_stands_at_the_address_now(book):
    book.set_contact(by_hand(AARHUS))
    book.set_contact(VIBORG)
    book.set_contact(by_hand(AARHUS, party=department_party("x"), email="x@viborg.example"))
    for address, party in {
        "SIKKERPOST@aarhus.example": "751",
        "x@viborg.example": department_party("x"),
        "sikkerpost@viborg.example": None,
        "": None,
        "sikkerpost@aarhus.example.org": None,
    }.items():
        assert book.mail_client_at(address, LATER) == party
    assert (book.gateway_at(VIBORG.email, LATER), book.gateway_at(AARHUS.email, LATER)) == ("791", None)


def test_an_address_that_was_left_counts_for_a_while_as_what_stood_there_last(book):
    """D10: an answer that is late is still an answer; a gateway's letters are letters, whatever stood there before."""
    book.set_contact(by_hand(AARHUS))
    book.set_contact(by_hand(AARHUS, email="ny@aarhus.example", valid_from=LATER))
    assert book.mail_client_at(AARHUS.email, LATER + timedelta(days=89)) == "751"
    assert book.mail_client_at(AARHUS.email, LATER + timedelta(days=91)) is None
    book.set_contact(replace(AARHUS, email="ny@aarhus.example", valid_from=LATER + timedelta(days=1)))
    assert book.mail_client_at("ny@aarhus.example", LATER + timedelta(days=2)) is None
    assert book.gateway_at("ny@aarhus.example", LATER + timedelta(days=2)) == "751"
    book.set_contact(replace(VIBORG, email=AARHUS.email))
    assert book.mail_client_at(AARHUS.email, LATER) is None


@pytest.mark.parametrize(
    ("stand", "kind", "answer"),
    [
        (Stand.PROPOSED, UnitKind.MAIL_CLIENT, None),
        (Stand.CONFIRMED, UnitKind.MAIL_CLIENT, "751"),
        (Stand.PROVED, UnitKind.MAIL_CLIENT, "751"),
        (Stand.CONFIRMED, UnitKind.GATEWAY, None),
        (Stand.CONFIRMED, None, None),
        (Stand.REFUSED, UnitKind.MAIL_CLIENT, None),
    ],
)
def test_an_address_one_is_about_to_have_counts_once_a_person_has_confirmed_it(book, session, stand, kind, answer):
    book.set_contact(AARHUS)
    ended = NOW if stand is Stand.REFUSED else None
    moments = {"valid_from": LATER, "proposed_at": NOW, "proposed_by": "a", "ended_at": ended}
    session.add(ChangeRow(id="c", party="751", email="ny@aarhus.example", kind=kind, stand=stand, **moments))
    session.flush()
    assert book.mail_client_at("ny@aarhus.example", NOW) == answer
    assert book.by_hand("751", "ny@aarhus.example") is (answer is not None)
    assert not book.by_hand("751")


def test_praehospitalet_is_a_gateway_whatever_somebody_enters(book):
    """Else one wrong choice at an inbox would keep every letter of theirs apart."""
    book.set_contact(by_hand(AARHUS, party=REGION))
    assert book.mail_client_at(AARHUS.email, LATER) is None
    assert not book.by_hand(REGION)
