"""The letter as it is read aloud from top to bottom: in the order it matters, and word for word (S12)."""

import pytest

from gateway.terminal.sections import Tone
from gateway.wire.supplement import Supplement
from inbox_tui import letter_page
from tests.inbox_site import ACCEPTED, ANNE, NOW, REFERRALS, REGION_KEY, arrived, referral

ORDER = (
    "Sådan vil borgeren kontaktes",
    "Vær opmærksom: sikkerhed",
    "2. henvendelse",
    "Afsenders bemærkning",
    "Jeres vurdering",
    "Tilføjet",
    "Det skriver Præhospitalet",
    "Borgeren",
    "Borgerens samtykke",
    "Afsender",
    "Gjort hos os",
    "Det er der sket",
)
"""Every heading, in the issue's order; the last one holds the seal's key."""
BEFORE = {
    "number": "2026-0012",
    "sent_at": NOW.isoformat(),
    "position": 2,
    "first_sent_at": "2026-03-02T22:18:00+00:00",
}
DIALECT = (
    "Æ bor på æ ø ude i æ å.\n• Hun siger: «A ka' it' mier»\n\t– ringer kl. 3 – 4\n• «ka' du it' kom'?»  (to blanke)"
)


def read(site, case_id):
    return letter_page.sections(site.case(case_id), NOW)


def everything(site, key):
    """A re-referral with a safety note, a remark, an assessment and a supplement."""
    body = referral(key, citizen={"safety_note": "Gå to."}, urgency_remark="Haster meget!")
    body["re_referral"] = {"previous_id": "R02", "kind": "ongoing", "reason": "Ringer fortsat."}
    case_id = site.receive(arrived(body, previous=BEFORE))
    site.store.acknowledge(case_id, ANNE, NOW)
    site.acts.assess(case_id, acute=True, why="Alene i nat.", person=ANNE, now=NOW)
    said = Supplement(written_at=NOW, written_by="Mette Testgaard", text="Hun ringede igen.")
    site.hear("supplement", said.written())
    return case_id


@pytest.mark.parametrize("key", ["R01", "R03", "R08", "R09", "R16"])
def test_the_page_is_read_in_the_order_it_matters(site, key):
    """A13, G8, F4, E2: and the sender's remark stands apart from the municipality's own judgement."""
    page = read(site, everything(site, key))
    headings = [section.heading for section in page]
    assert [heading[: len(word)] for heading, word in zip(headings, ORDER, strict=True)] == list(ORDER)
    assert str(page[-1].facts).count(REGION_KEY.grouped) == 1
    remark, own = (page[headings.index(next(h for h in headings if h.startswith(word)))] for word in ORDER[3:5])
    assert (remark.text, own.text) == ("Haster meget!", "akut: Alene i nat.")
    assert dict(own.facts)["Frist"] == "få fat i borgeren senest 23-11-2026"


def test_without_an_assessment_there_is_no_section_for_it_and_a_remark_makes_none(site):
    """E2: «haster» is a remark, and never sets the urgency."""
    page = read(site, site.receive(arrived(referral("R02", urgency_remark="Haster."))))
    assert not [section for section in page if section.heading == "Jeres vurdering"]


@pytest.mark.parametrize("key", ACCEPTED)
def test_what_was_written_comes_out_as_it_was_written(site, key):
    """E18: long, with its line breaks, æøå, bullets and dialect (R08, R09)."""
    page = read(site, site.receive(arrived(referral(key))))
    (letter,) = [section for section in page if section.tone is Tone.LETTER]
    assert letter.text.encode() == REFERRALS[key]["text"].strip("\n").encode()


def test_dialect_bullets_tabs_and_blanks_are_left_alone(site):
    page = read(site, site.receive(arrived(referral("R02", text=DIALECT))))
    (letter,) = [section for section in page if section.tone is Tone.LETTER]
    assert letter.text.split("\n")[0] == "Æ bor på æ ø ude i æ å."
    assert [line.strip() for line in letter.text.split("\n")] == [line.strip() for line in DIALECT.split("\n")]


def test_the_cpr_number_of_a_supplement_is_masked_too(site):
    case_id = site.receive(arrived(referral("R01")))
    site.hear("supplement", Supplement(written_at=NOW, written_by="Mette", cpr="190668-7074").written())
    said = str(read(site, case_id))
    assert "190668-••••" in said
    assert "7074" not in said
