"""The journal note holds the consent, what was passed on, to whom and when: nothing of the municipality's work."""

import json
from datetime import UTC, datetime

import pytest
from writing_site import FAVRSKOV, NOW, RANDERS

from directory import agreement
from directory.book import AddressBook
from directory.model import Contact
from gateway import language
from gateway.consents.book import ConsentBook
from gateway.consents.model import Consent, Form, Purpose
from gateway.exchange.rows import StepRow
from gateway.referring.dossier import acknowledgement_place, answer_place, supplement_place
from gateway.referring.journal import facts, note
from gateway.referring.journal_entry import entry
from gateway.referring.rows import SupplementRow
from gateway.wire.answers import Acknowledgement, Elsewhere, NotOurs
from gateway.wire.supplement import Supplement

LATER = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)


@pytest.fixture
def unit(site):
    """Let the municipality have a contact, and change it after the referral."""
    with site.database.session() as session:
        for since, phone in ((2025, "89150000"), (2027, "89159999")):
            AddressBook(session).set_contact(
                Contact.checked(
                    party=RANDERS,
                    unit_name="Den sociale indgang",
                    email="sikkerpost@randers.example",
                    phone=phone,
                    valid_from=datetime(since, 1, 1, tzinfo=UTC),
                    entered_by="test",
                )
            )


def read(site, submitted):
    with site.database.reading() as session:
        return entry(session, site.vault, submitted.number)


def written(site, submitted):
    return note(read(site, submitted))


def acknowledged(site, sent, **said):
    body = {
        "acknowledged_by": "Birgit Prøvegaard",
        "unit": "Den sociale indgang",
        "phone": "+45 89 15 00 00",
        "acknowledged_at": LATER,
    }
    locked = Acknowledgement.model_validate(body | said).model_dump_json().encode()
    place = acknowledgement_place(site.row(sent))
    site.mark(sent, acknowledged_at=LATER, acknowledgement=site.vault.lock(locked, place))


def test_the_consent_and_the_information_given_stand_in_it(site):
    """C2."""
    sent = site.send(consent={"remark": "Gentog selv, hvad det gik ud på"})
    consent = site.written()["consent"]

    said = written(site, sent)

    for part in (
        *("Borgeren har sagt ja, mundtligt, 20-11-2026 kl. 21.08.", "Gælder senest til: 20-11-2027"),
        *(consent["scope"], consent["information_given"], consent["writing_waived_because"], consent["journal_ref"]),
        *("borgeren selv", "Mette Testgaard", "Gentog selv, hvad det gik ud på"),
    ):
        assert part in said


@pytest.mark.usefixtures("unit")
def test_what_was_passed_on_to_whom_and_when_stands_in_it(site):
    """C2, D5: the contact as it was then."""
    sent = site.send(citizen={"safety_note": "Hund i haven"}, called_from="Busterminalen", known_by="Værestedet")
    said = written(site, sent)

    for part in (
        *(sent.number, "Randers Kommune", "Den sociale indgang, telefon +45 89 15 00 00", "20-11-2026 kl. 21.14"),
        *("Karen Testdal", "190668-7074", "ensomhed, psykisk", "Hund i haven", "Busterminalen", "Værestedet"),
        *(site.written()["text"], site.written()["citizen"]["how_to_reach"], "ingen selvmordstanker"),
    ):
        assert part in said
    assert "89159999" not in said.replace(" ", "")


def test_thoughts_the_citizen_can_distance_themselves_from_are_in_the_journal(site):
    """B4."""
    said = written(site, site.send(screening={"suicidal_thoughts": True, "distances_from_thoughts": True}))

    assert "kan tage afstand fra" in said


def test_the_agreement_is_named_with_its_date(site):
    """A3."""
    sent = site.send()

    assert agreement.TITLE in written(site, sent)
    assert "01-04-2020" in written(site, sent)
    assert agreement.TITLE in facts(read(site, sent))["agreement"]


def test_what_came_back_is_a_status_with_a_person_and_a_phone(site):
    """L4, L6."""
    sent = site.send()
    with site.database.session() as session:
        for state, at in (("sent", NOW), ("received", NOW), ("parked", NOW)):
            session.add(StepRow(letter_id=sent.referral_id, state=state, at=at))
    acknowledged(site, sent)
    site.mark(sent, closed_at=datetime(2026, 12, 1, 9, tzinfo=UTC))

    said = written(site, sent).splitlines()

    assert said[-4:] == [
        "20-11-2026 kl. 21.14: sendt",
        "20-11-2026 kl. 21.14: modtaget af kommunens gateway",
        "23-11-2026 kl. 9.05: overtaget af kommunen: Birgit Prøvegaard, Den sociale indgang, telefon +45 89 15 00 00",
        "01-12-2026 kl. 10.00: afsluttet af kommunen",
    ]


def test_what_has_not_left_yet_is_not_called_sent(site):
    sent = site.send()
    assert "Endnu ikke sendt" in written(site, sent)

    with site.database.session() as session:
        session.add(StepRow(letter_id=sent.referral_id, state="sent", at=NOW))
    assert "Endnu ikke sendt" not in written(site, sent)


def test_why_the_citizen_is_not_theirs_stays_with_the_municipality(site):
    """L4, O7: the answer, not its words; what it was sent anew as."""
    sent = site.send()
    answer = NotOurs(
        answered_by="Birgit",
        unit="Indgangen",
        phone="",
        answered_at=LATER,
        why=Elsewhere.MOVED,
        remark="Kendt i Rusmiddelcenteret siden 2019",
    )
    locked = site.vault.lock(answer.model_dump_json().encode(), answer_place(site.row(sent)))
    site.mark(sent, answered_at=LATER, answer=locked)
    site.now = LATER
    anew = site.send(FAVRSKOV, anew_of=sent.referral_id)

    said = written(site, sent)

    assert "kommunen har svaret, at borgeren ikke er dens borger" in said
    assert f"som {anew.number}" in said
    assert "Rusmiddelcenteret" not in said + json.dumps(facts(read(site, sent)))


def test_a_supplement_is_in_it_as_something_added_later(site):
    """G1, O23."""
    sent = site.send(citizen={"cpr": None})
    added = Supplement(written_at=LATER, written_by="Karim Prøvesen", cpr="140570-5480", text="Oplyser nu sit CPR.")
    with site.database.session() as session:
        locked = site.vault.lock(added.model_dump_json().encode(), supplement_place("s-1"))
        session.add(
            SupplementRow(
                letter_id="s-1",
                referral_id=sent.referral_id,
                person_id=site.karim.id,
                written_at=LATER,
                locked=locked,
            )
        )

    said = written(site, sent)

    assert "Tilføjet 23-11-2026 kl. 9.05 af Karim Prøvesen" in said
    assert "CPR-nummer: 140570-5480" in said
    assert facts(read(site, sent))["supplements"][0]["cpr"] == "140570-5480"


def test_a_withdrawal_is_in_it(site):
    """O10."""
    sent = site.send()
    site.mark(sent, withdrawn_at=LATER)

    assert written(site, sent).rstrip().endswith("23-11-2026 kl. 9.05: borgeren har trukket sit samtykke tilbage")


def test_what_was_taken_back_before_it_was_sent_says_that_nothing_was_passed_on(site):
    """O10."""
    sent = site.send()
    site.mark(sent, withdrawn_at=LATER, cancelled_at=LATER, locked=b"")

    said = written(site, sent)

    assert "Intet: Henvendelsen blev trukket tilbage, før den blev sendt." in said
    assert "intet er videregivet" in said
    assert "Karen" not in said
    assert facts(read(site, sent))["sent"] is None


def test_the_municipalitys_own_consents_are_not_in_it(site):
    """C8: it keeps its own."""
    sent = site.send()
    own_gp = Consent.checked(
        conversation_id=site.row(sent).conversation_id,
        purpose=Purpose.OWN_GP,
        given_by="borgeren",
        taken_by="Birgit",
        obtained_at=NOW,
        form=Form.WRITTEN,
        scope="Lægen i Storegade",
        information_given="x",
        now=NOW,
    )
    with site.database.session() as session:
        ConsentBook(session, site.vault).write(own_gp, site.mette, NOW)

    assert "Storegade" not in written(site, sent) + json.dumps(facts(read(site, sent)))


def test_a_renewed_consent_is_called_that(site):
    """C6."""
    sent = site.send()
    site.later(days=3)
    again = site.send(re_referral={"previous_id": sent.referral_id, "kind": "ongoing"})

    assert "Borgeren er spurgt igen og har sagt ja" in written(site, again)


@pytest.mark.usefixtures("unit")
def test_the_same_stands_in_the_facts_for_other_systems(site):
    sent = site.send(reference="PJ-7")

    with site.database.reading() as session:
        told = facts(entry(session, site.vault, "PJ-7"))

    assert json.loads(json.dumps(told)) == told
    assert (told["number"], told["recipient"], told["phone"]) == (sent.number, "Randers Kommune", "+45 89 15 00 00")
    assert told["consents"][0]["information_given"] == site.written()["consent"]["information_given"]
    assert told["sent"]["citizen"]["cpr"] == "190668-7074"
    assert told["written_by"] == "Mette Testgaard"


def test_nothing_anybody_typed_acts_on_a_terminal_or_passes_for_another_line(site):
    sent = site.send(
        text="\x1b]52;c;aGVq\x07\u202eKursiv\nGodt",
        citizen={"name": "Karen\nCPR-nummer: 010203-9999", "phone": "\x9b2J"},
    )
    acknowledged(site, sent, acknowledged_by="Birgit\n01-01-2027 kl. 8.00: afsluttet", unit="\x1b[2J[/]")

    said = written(site, sent)

    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
    assert "Navn: Karen CPR-nummer: 010203-9999" in said
    assert not [line for line in said.splitlines() if line.startswith(("01-01-2027", "CPR-nummer: 010203", "Godt"))]


def test_the_journal_is_danish_whatever_language_its_reader_works_in(site, monkeypatch):
    sent = site.send()
    before = written(site, sent)
    monkeypatch.setattr(language, "_in_use", "en")

    assert written(site, sent) == before
    assert "Henvendelsens indhold" in before


def test_a_referral_nobody_knows_has_no_note(site):
    with site.database.reading() as session:
        assert entry(session, site.vault, "2026-9999") is None
