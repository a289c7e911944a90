"""What a citizen is given who asks a municipality: everything, found by a number, and nobody who works there (O21)."""

import json
import re
from datetime import timedelta

import pytest
from inbox_commands import NUMBER, WORKER

from gateway import language
from gateway.consents.model import Form, Purpose
from gateway.meetings.flow import Proposal
from gateway.site.people import Role
from gateway.statistics.period import Period
from gateway.wire.answers import Elsewhere, Reminder
from gateway.wire.letters import Kind
from gateway.wire.meeting import Party
from gateway.wire.supplement import Supplement
from inbox_tui.acts import Obtained
from inbox_tui.casework.notes import Closing
from inbox_tui.insight import Gather
from inbox_tui.locked import Locked
from inbox_tui.sampling import Draw, Sampling
from inbox_tui.tables import EventKind, EventRow
from tests.inbox_site import ANNE, BENT, BODIL, NOW, UNIT, arrived, conversation, referral

CPR, PHONE = "190668-7074", "+45 95 00 01 02"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CASE = conversation("2026-0001")
AUDITOR = "Rikke Revisortest"
"""Of the site on disk; the other tests have their own staff."""
SENDER_AT_WORK = "Mette Testgaard"
TOKENS = {
    "text": "Borgerens egne ord KANARIE01.",
    "urgency_remark": "Haster lidt KANARIE02.",
    "known_by": "Hjemmeplejen KANARIE03",
    "called_from": "Gaden KANARIE04",
    "caller": "nabo KANARIE05",
}
CITIZEN = {
    "name": "Karen KANARIE06",
    "address": "Eksempelvej KANARIE07",
    "how_to_reach": "Ring om aftenen KANARIE08",
    "safety_note": "Gå to KANARIE09",
    "interpreter": "tegnsprog KANARIE10",
}
CONSENT = {"scope": "Samtykke KANARIE11", "information_given": "Oplyst KANARIE12", "journal_ref": "PJ KANARIE13"}


def gathered(site, typed=CPR, *, with_staff=False):
    with site.db.reading() as session:
        return Gather(session, site.vault, UNIT)(typed, NOW, with_staff=with_staff)


def full(site):
    """A case in which everything there is room for has been written, each with a word of its own."""
    site.receive(arrived(referral("R02", citizen=CITIZEN, consent=CONSENT, **TOKENS)))
    site.store.open(CASE, BENT, NOW)
    site.store.acknowledge(CASE, ANNE, NOW)
    more = {"text": "Nyt KANARIE20.", "sender_phone": "+4584112000", "address": "Ny adresse KANARIE21"}
    site.hear(Kind.SUPPLEMENT, Supplement(written_at=NOW, written_by=SENDER_AT_WORK, **more).written())
    site.acts.assess(CASE, acute=True, why="Alene KANARIE22.", person=BENT, now=NOW)
    site.acts.contact(CASE, reached=False, remark="Ingen svar KANARIE23.", person=ANNE, now=NOW)
    site.acts.familiar(CASE, "27.45 KANARIE24", ANNE, NOW)
    site.acts.consent(
        CASE, Purpose.OWN_GP, Obtained(Form.SPOKEN, "Læge KANARIE25", "Sagt KANARIE26", "Telefon KANARIE27"), ANNE, NOW
    )
    site.acts.involve_gp(CASE, ANNE, NOW)
    met = Obtained(Form.WRITTEN, "Møde KANARIE28", "Hvem KANARIE29", parties=("egen læge",))
    proposal = Proposal(
        NOW + DAY, NOW + DAY + HOUR, (Party(role="egen læge", name="Lise KANARIE30"),), "Rådhuset KANARIE31"
    )
    site.acts.propose(CASE, proposal, ANNE, NOW, met)
    site.store.forward(CASE, "arbejdsmarked", BENT, "Note KANARIE32", NOW, reason="Grund KANARIE33")
    site.acts.close(CASE, ["housing-support"], "Aftalt KANARIE34.", ANNE, NOW)
    Sampling(site.db, site.vault)(Draw(Period.around(NOW.date()), 5, "ord", "Lov KANARIE35"), BODIL, NOW)
    return site


CANARIES = [f"KANARIE{n:02}" for n in (*range(1, 14), *range(20, 36))]


@pytest.mark.parametrize("typed", [CPR, "1906687074", PHONE, "95000102"])
def test_everything_that_is_held_comes_out_however_the_number_is_typed(site, typed):
    found = gathered(full(site), typed)
    for said in (json.dumps(found.facts, ensure_ascii=False), found.text):
        assert [one for one in CANARIES if one not in said] == []
    assert found.abouts == (CASE,)


def test_an_outcome_of_the_municipality_s_own_is_called_what_it_was_called_then(site):
    """E21: no code, and nothing of how it is kept."""
    site.receive(arrived(referral("R02")))
    closing = Closing(by=ANNE.name, at=NOW, outcomes=("shelter", "home-care"), named={"shelter": "herberg"}, reason="")
    with site.db.session() as session:
        words = Locked(site.vault).words(CASE, closing)
        session.add(EventRow(case_id=CASE, kind=EventKind.CLOSED, at=NOW, words=words))
    found = gathered(site)
    assert "afsluttet, herberg, hjemmepleje\n" in found.text
    (note,) = found.facts["cases"][0]["notes"]
    assert note["outcomes"] == ["herberg", "home-care"]


def test_nobody_at_work_is_named_unless_that_is_asked_for(site):
    found = gathered(full(site))
    for name in (ANNE.name, BENT.name, BODIL.name, SENDER_AT_WORK):
        assert name not in json.dumps(found.facts, ensure_ascii=False) + found.text
    named = gathered(site, with_staff=True)
    for name in (ANNE.name, BENT.name, BODIL.name, SENDER_AT_WORK):
        assert name in json.dumps(named.facts, ensure_ascii=False)


def test_the_log_tells_what_was_done_and_when(site):
    log = gathered(full(site)).facts["log"]
    assert [entry["action"] for entry in log][:3] == ["open-case", "acknowledge", "assess"]
    assert {"write-consent", "forward", "close", "sample-cases"} <= {entry["action"] for entry in log}
    assert {entry["at"] for entry in log} == {NOW.isoformat()}


def test_the_text_is_danish_whatever_the_language(site, monkeypatch):
    full(site)
    monkeypatch.setattr(language, "_in_use", "da")
    danish = gathered(site).text
    monkeypatch.setattr(language, "_in_use", "en")
    assert gathered(site).text == danish


def test_words_and_dates_in_the_text_are_a_persons_not_a_programs(site):
    site.receive(arrived(referral("R02", citizen={"residence": "egen_bolig"})))
    text = gathered(site).text
    assert "Boform: egen bolig\n" in text
    assert re.search(r"Frist: \d\d-\d\d-\d{4}\n", text)


def test_a_number_that_came_later_finds_the_case_and_so_does_the_first_one(site):
    """G1: a citizen has several numbers in time."""
    site.receive(arrived(referral("R01")))
    assert gathered(site, "010150-4004").abouts == ()
    said = Supplement(written_at=NOW, written_by="Mette", cpr="010150-4004", phone="+45 95 00 07 77", correction=True)
    site.hear(Kind.SUPPLEMENT, said.written())
    assert gathered(site, "010150-4004").abouts == gathered(site, "95000777").abouts == (CASE,)


def test_the_case_before_comes_along_though_it_had_no_number(site):
    """F4."""
    first = site.receive(arrived(referral("R02", citizen={"cpr": None, "phone": None}), "2026-0012"))
    when = NOW.isoformat()
    previous = {"number": "2026-0012", "sent_at": when, "position": 2, "first_sent_at": when}
    again = site.receive(arrived(referral("R03"), "2026-0013", NOW + DAY, previous))
    found = gathered(site, referral("R03")["citizen"]["cpr"])
    assert found.abouts == (first, again)
    assert [one["found_by"] for one in found.facts["cases"]] == ["linked", "cpr"]


def test_another_citizen_is_never_found(site):
    full(site)
    other = site.receive(arrived(referral("R05"), "2026-0002"))
    assert other not in gathered(site).abouts
    for nobody in ("", " ", "Karen", "190668", "2026-0001", CASE, "%", "020202-1234"):
        assert gathered(site, nobody).abouts == ()


def test_an_answer_and_a_reminder_are_told_too(site):
    site.receive(arrived(referral("R02")))
    body = Reminder(referred_at=NOW, reminded_at=NOW, unit="AMK-vagtcentralen", phone="+4584112000").written()
    site.hear(Kind.REMINDER, body)
    site.acts.not_ours(CASE, Elsewhere.MOVED, "Fraflyttet.", ANNE, NOW)
    (case,) = gathered(site).facts["cases"]
    reminded, answered = case["notes"]
    assert (reminded["unit"], answered["why"], answered["remark"]) == ("AMK-vagtcentralen", "moved", "Fraflyttet.")
    assert ANNE.name not in json.dumps(case)


@pytest.fixture
def inbox(inbox):
    inbox.hire(AUDITOR, Role.AUDITOR)
    return inbox


def test_the_number_is_typed_on_standard_input_and_the_export_is_noted(inbox):
    said = inbox("citizen", "-", "--as", AUDITOR, typed=f"{CPR}\n")
    assert [one["number"] for one in said["cases"]] == [NUMBER]
    assert inbox.trail()[-1][0::2] == ("export-citizen", conversation(NUMBER))


def test_nothing_held_is_not_found_and_the_search_is_noted_without_the_number(inbox):
    inbox("citizen", "-", "--as", AUDITOR, typed="010150-4004", code=3)
    assert inbox.trail()[-1][0::2] == ("export-citizen", "")


def test_who_works_with_cases_exports_nobody(inbox):
    assert inbox("citizen", "-", "--as", WORKER, typed=CPR, code=2)["error"] == "MAY_NOT"
    assert inbox.trail()[-1][0::3] == ("export-citizen", "MAY_NOT")
