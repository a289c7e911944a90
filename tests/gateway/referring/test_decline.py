"""«Nej tak» costs the citizen nothing and leaves a number: no table and no byte on disk holds anything else (C9)."""

from datetime import date

import pytest
from databases import rows_in
from writing_site import AARHUS

from gateway.audit.rows import EntryRow
from gateway.referring.refusals import Reason, SaidNo
from gateway.referring.rows import DraftRow, TallyRow

CITIZEN = {
    "name": "Kvasterblomme Ægirsdøttir",
    "cpr": "140570-5480",
    "phone": "+45 95 00 93 17",
    "address": "Snurretoppen 4711",
    "how_to_reach": "Gennem Hængekøjevej",
}
TEXT = "Vrængebakken kaldte på Plumrebrødrene."
TRACES = (
    "Kvasterblomme",
    "Ægirsdøttir",
    "140570",
    "1405705480",
    "95009317",
    "93 17",
    "Snurretoppen",
    "Hængekøj",
    "Plumre",
)
NO = {"given": False}


def everything(site):
    return rows_in(site.folder / "stafet.db")


def only_a_tally_is_new(site, before):
    after = everything(site)
    assert {name for name in after if after[name] != before[name]} == {"refusal_tally", "audit_entries", "audit_head"}
    leads_nowhere(site, after)
    assert [(row.day, row.reason, row.count) for row in site.rows(TallyRow)] == [
        (date(2026, 11, 20), Reason.CONSENT_REFUSED, 1)
    ]
    content = site.bytes()
    assert not [trace for trace in TRACES if trace.encode() in content or trace.encode("latin-1") in content]


def leads_nowhere(site, tables):
    """C9: the trail says that somebody took a no, and names at most a draft of which nothing else is left."""
    said = site.rows(EntryRow)
    assert said[-1].action == "note-refusal"
    assert {one.action for one in said} <= {"write-draft", "note-refusal"}
    assert {one.detail for one in said} == {"{}"}
    elsewhere = repr([rows for name, rows in tables.items() if name != "audit_entries"])
    assert not [one.about for one in said if one.about and one.about in elsewhere]


def typed(site, before_the_answer=None):
    """Type a draft as the desk does, a save at a time; give it and all that ever lay on disk of it."""
    draft, locked = site.drafts.begin(site.mette), []
    for content in ({}, {"citizen": CITIZEN}, {"citizen": CITIZEN, "text": TEXT * 90}, before_the_answer):
        draft = site.drafts.save(draft, content, site.mette) if content is not None else draft
        locked += [row.locked for row in site.rows(DraftRow)]
    return draft, [blob[at : at + 24] for blob in locked for at in range(0, len(blob), 24) if len(blob) - at >= 24]


def test_no_thank_you_leaves_only_a_tally(site):
    before = everything(site)

    site.decline(site.mette)

    only_a_tally_is_new(site, before)


def test_no_thank_you_in_the_middle_of_a_draft_erases_the_draft_to_the_last_byte(site):
    before = everything(site)
    draft, pieces = typed(site)
    assert any(piece in site.bytes() for piece in pieces)

    site.decline(site.mette, draft.id)

    only_a_tally_is_new(site, before)
    assert not [piece for piece in pieces if piece in site.bytes()]


@pytest.mark.parametrize("as_draft", [False, True])
def test_a_referral_that_says_no_leaves_only_a_tally_also_when_it_was_a_draft(site, as_draft):
    before = everything(site)
    content = site.written(citizen=CITIZEN, text=TEXT, consent=NO)
    draft, pieces = typed(site, content) if as_draft else (None, [])

    with pytest.raises(SaidNo):
        site.submit(content, site.mette, draft.id if draft else None)

    only_a_tally_is_new(site, before)
    assert not [piece for piece in pieces if piece in site.bytes()]


def test_an_acute_citizen_who_also_said_no_is_an_emergency_first_and_the_draft_is_kept(site):
    """B3."""
    content = site.written(consent=NO, screening={"acute_somatic": True})
    draft = site.drafts.begin(site.mette, content)

    with pytest.raises(Exception, match="ACUTE_SOMATIC"):
        site.submit(content, site.mette, draft.id)

    assert site.drafts.open(draft.id, site.mette) == draft


def test_each_no_is_counted_on_the_danish_day_and_no_other_draft_is_touched(site):
    other = site.drafts.begin(site.karim, {"text": TEXT})

    for _ in range(2):
        site.decline(site.mette, "nothing")
    site.later(hours=3)  # past midnight in Denmark, not yet in UTC
    site.decline(site.mette)

    assert [(row.day.day, row.count) for row in site.rows(TallyRow)] == [(20, 2), (21, 1)]
    assert site.drafts.all(site.mette) == (other,)


def test_a_no_is_taken_while_a_colleague_reads(site):
    """Emptying the log never keeps anybody waiting for long, and is done the next time."""
    draft, pieces = typed(site)
    with site.database.reading() as colleague:
        colleague.get(DraftRow, draft.id)
        site.decline(site.mette, draft.id)
    site.decline(site.mette)

    assert site.rows(DraftRow) == []
    assert not [piece for piece in pieces if piece in site.bytes()]


def test_a_refusal_is_no_consent_to_anything_later(site):
    """L11: the citizen can be referred another day."""
    site.decline(site.mette)
    site.later(days=1)

    assert site.send(AARHUS).number == "2026-0001"
