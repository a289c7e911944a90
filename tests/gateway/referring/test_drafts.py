"""A draft is saved before the next key, belongs to the shift, and is gone when it is gone."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from databases import database_at
from hypothesis import given
from hypothesis import strategies as st
from quick_databases import created
from writing_site import NOW, writing_site

from gateway.adapters.database import Database
from gateway.referring.drafts import DraftError, DraftGone, Drafts, DraftTaken
from gateway.referring.rows import DraftRow, ReferringTable
from gateway.site.cipher import Vault
from gateway.site.errors import VaultDamaged
from gateway.site.people import People, Role
from gateway.station import SHARED_TABLES, utc_now

TYPED = {"citizen": {"name": "Kvasterblomme Ægirsdøttir", "cpr": "140570-5480"}, "text": "Vrængebakken …\n"}
YES = {"consent": {"given": True}}


def test_what_was_saved_is_read_back_as_it_was_typed(site):
    """B9, E18."""
    draft = site.drafts.save(site.drafts.begin(site.mette), TYPED, site.mette)

    assert site.drafts.open(draft.id, site.mette) == draft
    assert (draft.content, draft.author, draft.started_at, draft.revision) == (TYPED, "Mette Testgaard", NOW, 1)


def test_the_whole_shift_sees_every_draft_the_last_one_begun_first(site):
    """O5."""
    first = site.drafts.begin(site.mette)
    site.later(minutes=3)
    second = site.drafts.begin(site.karim, TYPED)
    site.later(minutes=3)
    first = site.drafts.save(first, TYPED, site.mette)

    assert site.drafts.all(site.mette) == (second, first)
    assert [draft.author for draft in site.drafts.all(site.mette)] == ["Karim Prøvesen", "Mette Testgaard"]


def test_a_colleague_can_go_on_with_a_draft_and_its_author_is_still_named(site):
    """O5."""
    begun = site.drafts.begin(site.mette, TYPED)
    read = site.drafts.open(begun.id, site.mette)

    saved = site.drafts.save(read, {**TYPED, "text": "Karim skriver videre."}, site.mette)

    assert site.drafts.open(begun.id, site.mette) == saved
    assert saved.author == "Mette Testgaard"


def test_of_two_who_type_in_one_draft_the_second_is_told_and_overwrites_nothing(site):
    mine = site.drafts.begin(site.mette)
    theirs = site.drafts.open(mine.id, site.mette)
    kept = site.drafts.save(mine, TYPED, site.mette)

    with pytest.raises(DraftTaken, match="DRAFT_TAKEN"):
        site.drafts.save(theirs, {"text": "Noget andet"}, site.mette)
    assert site.drafts.open(mine.id, site.mette) == kept


def test_of_many_who_save_the_same_revision_at_once_exactly_one_succeeds(site):
    draft, outcomes = site.drafts.begin(site.mette), []

    def save(text):
        try:
            outcomes.append(site.drafts.save(draft, {"text": text}, site.mette).content["text"])
        except DraftTaken:
            outcomes.append(None)

    hands = [threading.Thread(target=save, args=(str(number),)) for number in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    (saved,) = (text for text in outcomes if text is not None)
    assert len(outcomes) == 8
    assert site.drafts.open(draft.id, site.mette).content == {"text": saved}


@pytest.mark.parametrize("gone", ["dropped", "sent"])
def test_a_draft_that_is_gone_cannot_be_saved_again(site, gone):
    draft = site.drafts.begin(site.mette, site.written())
    if gone == "dropped":
        site.drafts.drop(draft.id, site.mette)
    else:
        site.submit(draft.content, site.mette, draft.id)

    with pytest.raises(DraftGone, match="DRAFT_GONE"):
        site.drafts.save(draft, TYPED, site.mette)
    assert site.drafts.all(site.mette) == ()
    with pytest.raises(DraftGone, match="DRAFT_GONE"):
        site.drafts.open(draft.id, site.mette)


def test_dropping_what_is_gone_is_no_trouble(site):
    site.drafts.drop("nothing", site.mette)


def test_when_the_consent_was_given_is_kept_and_goes_with_the_consent(site):
    """B1, C1."""
    draft = site.drafts.begin(site.mette, TYPED)
    assert draft.consented_at is None
    given_at = site.later(minutes=2)
    draft = site.drafts.save(draft, TYPED | YES, site.mette)
    site.later(minutes=2)
    draft = site.drafts.save(draft, TYPED | YES | {"text": "mere"}, site.mette)
    assert draft.consented_at == given_at
    assert site.drafts.open(draft.id, site.mette).consented_at == given_at

    assert site.drafts.save(draft, TYPED, site.mette).consented_at is None


@pytest.mark.parametrize("consent", [None, {}, {"given": False}, {"given": "ja"}, "ja", []], ids=str)
def test_only_a_yes_is_a_consent(site, consent):
    assert site.drafts.begin(site.mette, {"consent": consent}).consented_at is None


def test_a_draft_with_a_consent_is_brought_up_again_when_it_is_not_sent(site):
    """B1: passing on is a duty once the citizen has said yes."""
    site.drafts.begin(site.mette, TYPED)
    consented = site.drafts.begin(site.karim, TYPED | YES)

    hour = timedelta(hours=1)
    assert [draft for draft in site.drafts.all(site.mette) if draft.overdue(NOW + hour, hour)] == []
    later = NOW + hour + timedelta(seconds=1)
    assert [draft for draft in site.drafts.all(site.mette) if draft.overdue(later, hour)] == [consented]


def test_a_draft_is_locked_and_bound_to_its_place(site):
    first, second = (site.drafts.begin(site.mette, TYPED) for _ in range(2))

    assert all(word not in site.bytes() for word in (b"Kvasterblomme", b"140570", "Ægirs".encode()))
    with site.database.session() as session:
        session.get_one(DraftRow, first.id).locked = session.get_one(DraftRow, second.id).locked
    with pytest.raises(VaultDamaged):
        site.drafts.open(first.id, site.mette)


def test_nothing_of_a_dropped_draft_is_left_on_disk_not_even_locked(site):
    """C9: no byte of any of its revisions, in the database or its log."""
    draft, locked = site.drafts.begin(site.mette, TYPED), []
    for length in (10, 3_000, 60_000):
        draft = site.drafts.save(draft, TYPED | {"text": "å" * length}, site.mette)
        locked += [row.locked for row in site.rows(DraftRow)]
    pieces = [blob[at : at + 32] for blob in locked for at in range(0, len(blob) - 32, 997)]
    assert any(piece in site.bytes() for piece in pieces)

    site.drafts.drop(draft.id, site.mette)

    assert not [piece for piece in pieces if piece in site.bytes()]


def test_neither_a_draft_nor_its_errors_show_what_it_says(site):
    draft = site.drafts.begin(site.mette, TYPED)

    assert "Kvasterblomme" not in repr(draft)
    assert "Mette" not in repr(draft)
    assert [str(error()) for error in DraftError.__subclasses__()] == ["DRAFT_TAKEN", "DRAFT_GONE"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(content=st.dictionaries(st.text(), VALUES, max_size=5))
def test_whatever_a_screen_holds_can_be_saved(tmp_path_factory, content):
    with writing_site(tmp_path_factory.mktemp("d") / "site") as site:
        draft = site.drafts.save(site.drafts.begin(site.mette), content, site.mette)
        assert site.drafts.open(draft.id, site.mette).content == content


CRASH = """
import sys, json
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[2])
from gateway.adapters.database import Database
from gateway.referring.drafts import Drafts
from gateway.site.cipher import Vault
from gateway.site.people import People
from gateway.station import utc_now

database = Database(sys.argv[1])
drafts = Drafts(database, Vault(bytes(32)), utc_now)
with database.reading() as session:
    person = People(session, Vault(bytes(32))).named("Mette")
draft, text = drafts.begin(person), ""
print(draft.id, flush=True)
while True:
    text += "x"
    draft = drafts.save(draft, {"text": text}, person)
    print(len(text), flush=True)
"""


def test_a_kill_in_the_middle_of_typing_loses_nothing_that_was_saved(tmp_path):
    """B9: SIGKILL."""
    database = Database(database_at(tmp_path / "stafet.db"))
    created(database, *SHARED_TABLES, ReferringTable.metadata)
    with database.session() as session:
        mette = People(session, Vault(bytes(32))).add("Mette", Role.SENDER)
    typing = subprocess.Popen(
        [sys.executable, "-c", CRASH, database_at(tmp_path / "stafet.db"), json.dumps(sys.path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    draft_id = typing.stdout.readline().strip()
    saved = [int(typing.stdout.readline()) for _ in range(25)][-1]
    os.kill(typing.pid, signal.SIGKILL)
    saved = max([saved, *(int(line) for line in typing.stdout.read().splitlines() if line)])
    typing.wait()
    typing.stdout.close()

    draft = Drafts(database, Vault(bytes(32)), utc_now).open(draft_id, mette)

    assert len(draft.content["text"]) in (saved, saved + 1)
    database.close()
