"""The book of consents: written once, asked before every step that needs one, never altered."""

from datetime import UTC, datetime, timedelta

import pytest
import sites
from databases import ON_POSTGRESQL, database_at, everything_in
from quick_databases import created
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from gateway.adapters.database import Database
from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentLapsed, ConsentWithdrawn, NoConsent, PartyNotCovered
from gateway.consents.model import NEEDS, Act, Consent, Form, Purpose, latest_expiry
from gateway.consents.rows import ConsentRow, ConsentTable, WithdrawalRow
from gateway.site.cipher import Vault
from gateway.site.errors import VaultDamaged
from gateway.site.people import Person, Role

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
METTE = Person("mette-id", "Mette Testgaard", Role.SENDER)
ONE, OTHER = "conversation-1", "conversation-2"
PARTIES = ("borgeren", "egen læge")
DEEDS = [
    "UPDATE consents SET expires_at = '2099-01-01'",
    "UPDATE consents SET locked = locked",
    "DELETE FROM consents",
    "INSERT INTO consents SELECT * FROM consents WHERE true ON CONFLICT (id) DO UPDATE SET form = 'written'",
    "UPDATE consent_withdrawals SET conversation_id = 'another'",
    "DELETE FROM consent_withdrawals",
]
ON_SQLITE_ALONE = [
    "INSERT OR REPLACE INTO consents SELECT * FROM consents",
    (
        "INSERT OR REPLACE INTO consents (rowid, id, conversation_id, purpose, form, obtained_at, expires_at, "
        "recorded_at, recorded_by, locked) "
        "SELECT rowid, 'another', conversation_id, purpose, form, obtained_at, expires_at, "
        "recorded_at, recorded_by, locked FROM consents"
    ),
    "UPDATE OR IGNORE consents SET locked = locked",
    "INSERT OR REPLACE INTO consent_withdrawals SELECT * FROM consent_withdrawals",
]

ON_POSTGRESQL_ALONE = ["TRUNCATE consents", "TRUNCATE consent_withdrawals", "TRUNCATE consents CASCADE"]


@pytest.fixture
def database(tmp_path):
    opened = Database(database_at(tmp_path / "consents.db"))
    created(opened, ConsentTable.metadata)
    yield opened
    opened.close()


@pytest.fixture
def vault():
    return Vault.random()


@pytest.fixture
def book(database, vault):
    with database.session() as session:
        yield ConsentBook(session, vault)


def consent(purpose=Purpose.DISCLOSURE, *, at=NOW, conversation=ONE, **changes):
    said = {
        "given_by": "borgeren selv",
        "taken_by": "Mette Testgaard",
        "form": Form.SPOKEN,
        "scope": "Randers Kommune må få det at vide.",
        "information_given": "Det er frivilligt.",
        "writing_waived_because": "Givet i telefonen.",
        "municipality": "Randers Kommune",
        "journal_ref": "PJ-2026-1",
        "parties": PARTIES if purpose is Purpose.JOINT_MEETING else (),
    }
    return Consent.checked(**{**said, **changes}, conversation_id=conversation, purpose=purpose, obtained_at=at, now=at)


def written(book, *consents):
    for one in consents:
        book.write(one, METTE, one.obtained_at)


def withdrawn(book, at=NOW + DAY, conversation=ONE, **more):
    book.withdraw(conversation, at=at, recorded_by=METTE.id, now=at, **more)


def test_what_is_written_is_read_back_in_order(book):
    first, second = consent(), consent(Purpose.JOINT_MEETING, at=NOW + DAY)
    written(book, second, first, consent(conversation=OTHER))
    assert book.history(ONE) == (first, second)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_step_is_taken_only_on_a_consent_that_is_about_it(book, act, purpose):
    """C3, C5–C8."""
    given = consent(purpose)
    written(book, given)
    if purpose in NEEDS[act]:
        assert book.required(ONE, act, NOW) == given
    else:
        with pytest.raises(NoConsent) as refusal:
            book.required(ONE, act, NOW)
        assert (refusal.value.code, refusal.value.act) == ("NO_CONSENT", act)


def test_a_consent_counts_for_no_other_conversation(book):
    written(book, consent())
    with pytest.raises(NoConsent):
        book.required(OTHER, Act.REFER, NOW)


def test_a_consent_lapses_after_a_year(book):
    """O11."""
    written(book, consent())
    lapses = latest_expiry(NOW)
    assert book.required(ONE, Act.SUPPLEMENT, lapses - MINUTE)
    with pytest.raises(ConsentLapsed) as refusal:
        book.required(ONE, Act.SUPPLEMENT, lapses)
    assert refusal.value.code == "CONSENT_LAPSED"


@pytest.mark.parametrize("purpose", Purpose)
def test_a_withdrawal_ends_every_purpose(book, purpose):
    """O10."""
    act = next(act for act in Act if purpose in NEEDS[act])
    written(book, consent(purpose))
    withdrawn(book)
    with pytest.raises(ConsentWithdrawn) as refusal:
        book.required(ONE, act, NOW + DAY)
    assert refusal.value.code == "CONSENT_WITHDRAWN"
    assert book.withdrawn_at(ONE, purpose) == NOW + DAY


def test_a_withdrawal_of_one_purpose_leaves_the_others(book):
    written(book, consent(), consent(Purpose.OWN_GP))
    withdrawn(book, purposes=[Purpose.OWN_GP])
    assert book.required(ONE, Act.SUPPLEMENT, NOW + DAY)
    with pytest.raises(ConsentWithdrawn):
        book.required(ONE, Act.INVOLVE_GP, NOW + DAY)
    assert book.withdrawn_at(ONE) is None


def test_a_withdrawal_touches_no_other_conversation(book):
    written(book, consent(), consent(conversation=OTHER))
    withdrawn(book, conversation=OTHER)
    assert book.required(ONE, Act.REFER, NOW + DAY)


def test_a_consent_given_after_a_withdrawal_holds_and_one_given_before_it_was_told_does_not(book):
    written(book, consent())
    withdrawn(book, at=NOW + DAY)
    written(book, consent(Purpose.RENEWED_DISCLOSURE, at=NOW + 2 * DAY))
    assert book.required(ONE, Act.SUPPLEMENT, NOW + 2 * DAY).purpose is Purpose.RENEWED_DISCLOSURE
    withdrawn(book, at=NOW + 2 * DAY)
    with pytest.raises(ConsentWithdrawn):
        book.required(ONE, Act.SUPPLEMENT, NOW + 2 * DAY)


def test_who_was_not_named_is_not_covered_until_the_citizen_is_asked_again(book):
    """C7: the latest answer counts, also when it names fewer."""
    written(book, consent(Purpose.JOINT_MEETING))
    assert book.required(ONE, Act.CALL_MEETING, NOW, ["egen læge"])
    with pytest.raises(PartyNotCovered) as refusal:
        book.required(ONE, Act.CALL_MEETING, NOW, ["egen læge", "naboen"])
    assert refusal.value.code == "PARTY_NOT_COVERED"
    written(book, consent(Purpose.JOINT_MEETING, at=NOW + MINUTE, parties=("borgeren", "naboen")))
    assert book.required(ONE, Act.CALL_MEETING, NOW + MINUTE, ["naboen"])
    with pytest.raises(PartyNotCovered):
        book.required(ONE, Act.CALL_MEETING, NOW + MINUTE, ["egen læge"])


def rows(database):
    with database.reading() as session:
        return [row.model_dump() for table in (ConsentRow, WithdrawalRow) for row in session.exec(select(table))]


@pytest.mark.parametrize("deed", [*DEEDS, *(ON_POSTGRESQL_ALONE if ON_POSTGRESQL else ON_SQLITE_ALONE)])
def test_the_database_itself_refuses_to_alter_or_delete_a_row(database, vault, deed):
    """C2: append-only, also past our own code."""
    with database.session() as session:
        book = ConsentBook(session, vault)
        written(book, consent())
        withdrawn(book)
    before = rows(database)
    assert len(before) == 1 + len(Purpose)
    with pytest.raises(DatabaseError, match="only added to"), database.session() as session:
        session.exec(text(deed))
    assert rows(database) == before


def test_a_consent_written_twice_is_refused_and_the_first_stands(database, vault):
    given = consent()
    with database.session() as session:
        written(ConsentBook(session, vault), given)
    before = rows(database)
    with pytest.raises(DatabaseError), database.session() as session:
        written(ConsentBook(session, vault), given)
    assert rows(database) == before


def test_nothing_personal_lies_open_in_the_database(database, vault, tmp_path):
    with database.session() as session:
        written(ConsentBook(session, vault), consent(Purpose.JOINT_MEETING))
    database.close()
    kept = everything_in(tmp_path / "consents.db")
    assert ONE.encode() in kept
    for personal in ("borgeren", "Mette", "frivilligt", "Randers", "PJ-2026-1", "telefonen"):
        assert personal.encode() not in kept


def test_a_consent_put_into_anothers_place_does_not_open(database, vault):
    first, second = consent(), consent(Purpose.OWN_GP)
    with database.session() as session:
        written(ConsentBook(session, vault), first)
        row = session.get_one(ConsentRow, first.id).model_dump()
        session.add(ConsentRow(**{**row, "id": second.id, "purpose": Purpose.OWN_GP}))
    with pytest.raises(VaultDamaged), database.reading() as session:
        ConsentBook(session, vault).history(ONE)


def test_a_site_has_the_book_with_its_triggers(region):
    assert ConsentTable.metadata in sites.SHARED_TABLES
    with region.database.session() as session:
        written(ConsentBook(session, region.station.vault), consent())
    with pytest.raises(DatabaseError, match="only added to"), region.database.session() as session:
        session.exec(text("DELETE FROM consents"))
