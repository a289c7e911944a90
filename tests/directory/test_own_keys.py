"""The line of our own keys: which opens, which signs to whom, and who is left behind (S24, S28)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, create_engine

from directory.book import AddressBook
from directory.model import PinnedKey
from directory.own import OwnBook
from directory.tables import DirectoryTable
from keys.fingerprint import Fingerprint

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, SECOND, THIRD, THEIRS = (Fingerprint(digit * 40) for digit in "ABCD")
RANDERS, FAVRSKOV = "730", "710"


@pytest.fixture
def book():
    engine = create_engine("sqlite://")
    DirectoryTable.metadata.create_all(engine)
    with Session(engine) as session:
        for party, key in ((RANDERS, THEIRS), (FAVRSKOV, Fingerprint("E" * 40))):
            AddressBook(session).pin(PinnedKey(party, key, b"", NOW, None, "test"))
        yield OwnBook(session, FIRST, "henvendelser@region.example")
    engine.dispose()


def test_a_site_begins_with_one_key_that_everybody_knows(book):
    assert book.opening(NOW) == (FIRST,)
    assert book.signer_for(RANDERS, NOW) == FIRST
    assert book.stragglers(NOW) == ()
    assert book.former(NOW) == ()


def test_both_keys_open_until_the_old_one_ends_and_each_party_is_written_to_by_the_one_it_knows(book):
    book.succeed(SECOND, NOW, NOW + 30 * DAY)
    assert book.opening(NOW + 29 * DAY) == (SECOND, FIRST)
    assert book.stragglers(NOW) == (FAVRSKOV, RANDERS)
    book.known(RANDERS, SECOND, NOW)
    assert (book.signer_for(RANDERS, NOW), book.signer_for(FAVRSKOV, NOW)) == (SECOND, FIRST)
    end = NOW + 30 * DAY
    assert (book.opening(end), book.former(end)) == ((SECOND,), (FIRST,))
    assert (book.signer_for(RANDERS, end), book.signer_for(FAVRSKOV, end)) == (SECOND, None)
    assert book.stragglers(end) == (FAVRSKOV,)


def test_the_keys_stand_in_line_even_when_they_were_made_in_one_moment(book):
    for new in (SECOND, THIRD):
        book.succeed(new, NOW, NOW)
    line = book.keys()
    assert [row.fingerprint for row in line] == [FIRST, SECOND, THIRD]
    assert book.newest().fingerprint == book.current(NOW) == THIRD
    assert book.before(book.newest()).fingerprint == SECOND
    assert book.before(line[0]) is None


def test_after_a_theft_only_the_newest_opens_and_nobody_knows_it(book):
    book.succeed(SECOND, NOW, NOW + 30 * DAY)
    book.known(RANDERS, SECOND, NOW)
    book.succeed(THIRD, NOW + DAY, NOW + DAY)
    book.lose(NOW + DAY)
    assert book.opening(NOW) == (THIRD,), "nor what came before"
    line = book.keys()
    assert [row.revoked_at for row in line] == [NOW + DAY, NOW + DAY, None]
    assert [book.signer_for(party, NOW + DAY) for party in (RANDERS, FAVRSKOV)] == [None, None]
    assert book.stragglers(NOW + DAY) == (FAVRSKOV, RANDERS)
