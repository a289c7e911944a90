"""Keys and addresses that follow one another: what holds when, and what never does again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from databases import database_at
from hypothesis import given
from hypothesis import strategies as st
from quick_databases import created
from sqlmodel import Session, create_engine

from directory.book import FORMER_ADDRESS, AddressBook
from directory.changes import ChangeRow, Stand
from directory.errors import KeyTaken
from directory.model import Contact, PinnedKey
from directory.own import KnownThereRow, OwnBook, OwnContactRow, OwnKeyRow
from directory.tables import DirectoryTable
from gateway.adapters.database import Database
from keys.fingerprint import Fingerprint

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
DAY, MONTH = timedelta(days=1), timedelta(days=30)
OLD, NEW, THIRD = (Fingerprint.parse(pair * 20) for pair in ("A1", "B2", "C3"))
KEY = PinnedKey("751", OLD, b"certificate", NOW, None, "admin")
AARHUS = Contact.checked(
    party="751",
    unit_name="Modtagelsen",
    email="sikkerpost@aarhus.example",
    phone="84000751",
    valid_from=NOW,
    entered_by="admin",
)


@pytest.fixture
def session(tmp_path):
    database = Database(database_at(tmp_path / "book.db"))
    created(database, DirectoryTable.metadata)
    with database.session() as session:
        yield session
    database.close()


@pytest.fixture
def book(session):
    return AddressBook(session)


@pytest.fixture
def own(session):
    return OwnBook(session, OLD, "henvendelser@region.example")


def test_while_a_key_follows_another_both_are_believed_and_letters_are_sealed_to_the_new_one(book):
    book.pin(KEY)
    book.succeed(replace(KEY, fingerprint=NEW, valid_from=NOW + DAY), NOW + MONTH)

    assert book.pinned("751").fingerprint == NEW
    assert book.trusted(NOW + 2 * DAY) == {OLD, NEW}
    assert {book.owner_of(key, NOW + 2 * DAY) for key in (OLD, NEW)} == {"751"}


@given(st.integers(min_value=1, max_value=400 * 24 * 3600))
def test_from_its_end_on_an_old_key_is_never_believed_in_what_arrives(seconds):
    """A signature's own date does not enter into it: only when the letter came."""
    engine = create_engine("sqlite://")
    DirectoryTable.metadata.create_all(engine)
    with Session(engine) as session:
        book = AddressBook(session)
        book.pin(KEY)
        book.succeed(replace(KEY, fingerprint=NEW, valid_from=NOW + DAY), NOW + MONTH)
        after = NOW + timedelta(seconds=seconds)
        assert (book.owner_of(OLD, after) == "751") is (after < NOW + MONTH)
        assert book.owner_of(NEW, after) == "751"
    engine.dispose()


def test_what_came_before_the_end_of_a_key_is_judged_by_it_however_late_it_is_looked_at(book):
    book.pin(KEY)
    book.pin(replace(KEY, fingerprint=NEW, valid_from=NOW + DAY))

    assert book.owner_of(OLD, NOW + DAY - timedelta(seconds=1)) == "751"
    assert book.owner_of(OLD, NOW + DAY) is None


def test_a_revoked_key_is_not_believed_in_what_came_before_either_nor_ever_pinned_again(book):
    """S25: whoever stole it may have used it before anybody knew."""
    book.pin(KEY)
    book.succeed(replace(KEY, fingerprint=NEW, valid_from=NOW + DAY), NOW + MONTH)

    assert set(book.revoke("751", NOW + 2 * DAY)) == {OLD, NEW}
    assert book.pinned("751") is None
    assert book.trusted(NOW) == frozenset()
    with pytest.raises(KeyTaken):
        book.pin(replace(KEY, fingerprint=NEW))
    book.pin(replace(KEY, fingerprint=THIRD))
    assert book.pinned("751").fingerprint == THIRD


def test_a_party_may_write_from_its_last_address_for_a_while_and_from_its_next_once_that_is_confirmed(book, session):
    """D10: mail in flight at the switch is not lost."""
    book.set_contact(AARHUS)
    book.set_contact(replace(AARHUS, email="social@aarhus.example", valid_from=NOW + DAY))
    change = ChangeRow(
        id="c", party="751", email="ny@aarhus.example", valid_from=NOW + MONTH, proposed_by="p", proposed_at=NOW
    )
    session.add(change)

    assert book.addresses("751", NOW + 2 * DAY) == {AARHUS.email, "social@aarhus.example"}
    change.stand = Stand.CONFIRMED
    assert "ny@aarhus.example" in book.addresses("751", NOW + 2 * DAY)
    change.ended_at = NOW
    assert book.addresses("751", NOW + DAY + FORMER_ADDRESS) == {"social@aarhus.example"}


def test_before_the_first_rotation_we_are_what_the_site_began_with(own):
    assert (own.current(NOW), own.opening(NOW)) == (OLD, (OLD,))
    assert own.signer_for("751", NOW) == OLD
    assert own.addresses(NOW) == {own.address}
    assert own.address_for("751", NOW) == own.address


@pytest.fixture
def rotating(session):
    session.add_all(
        [
            OwnKeyRow(fingerprint=OLD, made_at=NOW - MONTH, ends_at=NOW + MONTH),
            OwnKeyRow(fingerprint=NEW, made_at=NOW, replaces=OLD),
        ]
    )
    session.flush()


@pytest.mark.usefixtures("rotating")
def test_each_party_is_signed_to_with_the_newest_key_it_is_known_to_use(own):
    own.known("751", NEW, NOW)

    assert own.opening(NOW) == (NEW, OLD)
    assert own.signer_for("751", NOW) == NEW
    assert own.signer_for("730", NOW) == OLD


@pytest.mark.usefixtures("rotating")
def test_once_the_old_key_has_ended_a_party_that_was_never_heard_is_not_signed_to_until_it_is_told(own, session):
    after = NOW + MONTH
    assert own.opening(after) == (NEW,)
    assert own.signer_for("730", after) is None
    own.known("730", NEW, after, told_by="anne")
    assert own.signer_for("730", after) == NEW
    assert session.get(KnownThereRow, ("730", NEW)).told_by == "anne"


@pytest.mark.usefixtures("rotating")
def test_a_lost_key_of_ours_opens_nothing_and_signs_nothing(own, session):
    session.get(OwnKeyRow, OLD).revoked_at = NOW
    assert own.opening(NOW - DAY) == (NEW,)
    assert own.signer_for("730", NOW) is None


def test_mail_is_taken_in_for_the_last_address_and_the_next_and_written_from_the_one_they_use(own, session):
    fields = {"unit_name": "AMK", "phone": "+45 84 11 20 00", "hours": "", "kind": "gateway", "entered_by": "anne"}
    begins = NOW + MONTH
    session.add_all(
        [
            OwnContactRow(email=own.address, valid_from=NOW - MONTH, ends_at=begins + MONTH, **fields),
            OwnContactRow(email="ny@region.example", valid_from=begins, **fields),
        ]
    )
    session.flush()

    assert own.addresses(NOW) == {own.address, "ny@region.example"}
    assert own.address_for("751", begins) == own.address
    own.known("751", "ny@region.example", begins)
    assert own.address_for("751", begins - DAY) == own.address
    assert own.address_for("751", begins) == "ny@region.example"
    assert own.addresses(begins + MONTH) == {"ny@region.example"}


def test_a_party_that_was_enrolled_after_we_moved_is_written_to_from_the_address_it_was_told(own, book, session):
    """It knows of no other, and would believe nothing that comes from there."""
    fields = {"unit_name": "AMK", "phone": "+45 84 11 20 00", "hours": "", "kind": "gateway", "entered_by": "anne"}
    session.add_all(
        [
            OwnContactRow(email=own.address, valid_from=NOW - MONTH, ends_at=NOW, **fields),
            OwnContactRow(email="ny@region.example", valid_from=NOW - DAY, **fields),
        ]
    )
    book.pin(replace(KEY, valid_from=NOW - 2 * DAY))
    book.pin(replace(KEY, party="730", fingerprint=NEW, valid_from=NOW))

    assert own.address_for("751", NOW) == own.address
    assert own.address_for("730", NOW) == "ny@region.example"
    own.known("730", own.address, NOW)
    assert own.address_for("730", NOW) == own.address


def test_a_key_in_its_last_days_is_still_nobody_else_s(book):
    book.pin(KEY)
    book.succeed(replace(KEY, fingerprint=NEW, valid_from=NOW + DAY), NOW + MONTH)

    with pytest.raises(KeyTaken):
        book.pin(replace(KEY, party="730", valid_from=NOW + 2 * DAY))
    book.pin(replace(KEY, party="730", valid_from=NOW + MONTH))
    assert book.owner_of(OLD, NOW + MONTH) == "730"
