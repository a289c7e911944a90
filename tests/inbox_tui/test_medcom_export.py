"""A case as a MedCom message: what of it goes in, what stops it, what is said before it may be sent (E11)."""

import json
import stat
from dataclasses import replace

import pytest
from inbox_commands import NUMBER, WORKER
from test_inbox_insight import full

from directory.book import AddressBook
from gateway import language as spoken
from gateway.audit.read import entries
from gateway.consents.errors import ConsentWithdrawn
from gateway.medcom.errors import AcuteByPhone, ContentErased, CprNeeded, CprUnusable
from gateway.medcom.fhir import as_fhir
from gateway.medcom.message import Lack
from gateway.site.erasing import Erased
from gateway.site.home import Home
from gateway.site.settings import MedComSettings, Settings
from gateway.wire.letters import Kind, new_id
from gateway.wire.supplement import Supplement
from inbox_tui.casework.notes import Assessment
from inbox_tui.export import medcom
from inbox_tui.exporting import ExportCase, Form
from inbox_tui.refusals import in_words
from tests.inbox_site import ANNE, NOW, arrived, conversation, referral
from tests.sites import contact_of

AS = ("--as", WORKER)
CASE = conversation("2026-0001")
OURS = MedComSettings(sor="953741000016009", ean="5790000000005")
EARLIER = {"number": "2026-0007", "sent_at": NOW.isoformat(), "first_sent_at": NOW.isoformat(), "position": 2}


@pytest.fixture
def export(site):
    return ExportCase(site.store, site.path.with_name("exports"), OURS)


@pytest.fixture
def read(site):
    site.receive(arrived(referral("R02")))
    return site


def resources(content):
    return [one["resource"] for one in json.loads(content)["entry"]]


def text(content):
    (communication,) = [one for one in resources(content) if one["resourceType"] == "Communication"]
    return [one["contentString"] for one in communication["payload"]]


def exports(site):
    with site.db.reading() as session:
        return [json.loads(one.detail) for one in entries(session) if one.action == "export-case"]


# What goes in


def test_it_is_what_praehospitalet_wrote_and_nothing_of_what_was_done_here(site):
    """E11, L4: notes, assessments, forwards and consents obtained here stay here."""
    full(site)
    case = site.case(CASE)
    calm = replace(case, notes=tuple(one for one in case.notes if not isinstance(one, Assessment)))
    content = as_fhir(medcom.told(calm, contact_of("region"), medcom.Party("Indgangen"), NOW), new_id(), NOW)
    written = content.decode()

    assert [n for n in range(22, 36) if f"KANARIE{n}" in written] == []
    assert [n for n in range(1, 14) if f"KANARIE{n:02}" not in written] == []
    assert "KANARIE20" in text(content)[1]
    assert "KANARIE21" in json.dumps(resources(content)[1], ensure_ascii=False)


def test_its_name_is_the_number_and_the_log_says_which_form(read, export):
    assert export(CASE, Form.MEDCOM, ANNE, NOW).name == "2026-0001.medcom.json"
    assert exports(read) == [{"format": "medcom"}]


def test_the_letter_is_written_again_as_it_came_with_what_it_follows(site, export):
    again = {"previous_id": "x", "kind": "ongoing", "reason": "Ringer fortsat."}
    site.receive(arrived(referral("R02", re_referral=again), previous=EARLIER))
    (said,) = text(export(CASE, Form.MEDCOM, ANNE, NOW).content)

    assert "2026-0007" in said
    assert "Ringer fortsat." in said


@pytest.mark.usefixtures("read")
def test_a_case_taken_out_twice_is_the_same_message_in_two_envelopes(export):
    first, second = (json.loads(export(CASE, Form.MEDCOM, ANNE, NOW).content) for _time in range(2))

    assert first.pop("id") != second.pop("id")
    assert first == second


def test_what_is_lacking_is_told_until_it_is_there(read, export):
    """D16: the other end's numbers stand with its contact, ours in the settings."""
    bare = ExportCase(read.store, read.path)(CASE, Form.MEDCOM, ANNE, NOW)
    assert bare.lacks == (
        *(Lack.SENDER_SOR, Lack.SENDER_EAN, Lack.RECEIVER_SOR, Lack.RECEIVER_EAN),
        Lack.NOT_ASSESSED,
    )

    with read.db.session() as session:
        AddressBook(session).set_contact(replace(contact_of("region"), gln="5790000000012", sor="265161000016000"))
    read.acts.assess(CASE, acute=False, why="Ringet op.", person=ANNE, now=NOW)
    assert export(CASE, Form.MEDCOM, ANNE, NOW).lacks == ()


# What stops it


def test_without_a_number_none_is_made_and_one_that_comes_later_is_enough(site, export):
    """G1, DOMAIN 3.5: a substitute would be needed, and we invent none."""
    site.receive(arrived(referral("R01")))
    with pytest.raises(CprNeeded):
        export(CASE, Form.MEDCOM, ANNE, NOW)
    assert exports(site) == []

    later = Supplement(written_at=NOW, written_by="Mette Testgaard", cpr="190668-7074")
    site.hear(Kind.SUPPLEMENT, later.written())
    assert b"1906687074" in export(CASE, Form.MEDCOM, ANNE, NOW).content


def test_a_number_that_is_none_stops_it(site, export):
    site.receive(arrived(referral("R02", citizen={"cpr": "310265-5128"})))
    with pytest.raises(CprUnusable):
        export(CASE, Form.MEDCOM, ANNE, NOW)


def test_what_is_assessed_as_acute_is_rung_about_and_still_taken_out_in_other_forms(read, export):
    """MedCom: a CareCommunication must not be used for cases with an acute nature."""
    read.acts.assess(CASE, acute=True, why="Alene.", person=ANNE, now=NOW)
    with pytest.raises(AcuteByPhone):
        export(CASE, Form.MEDCOM, ANNE, NOW)

    assert export(CASE, Form.JSON, ANNE, NOW).lacks == ()
    read.acts.assess(CASE, acute=False, why="Set til.", person=ANNE, now=NOW)
    assert export(CASE, Form.MEDCOM, ANNE, NOW).content


def test_a_withdrawn_consent_and_erased_content_stop_it(read, export):
    """O10, O18."""
    case = read.case(CASE)
    with pytest.raises(ContentErased):
        medcom.told(replace(case, erased=Erased(NOW, 90)), None, medcom.Party(""), NOW)
    read.acts.withdraw(CASE, ANNE, NOW)
    with pytest.raises(ConsentWithdrawn):
        export(CASE, Form.MEDCOM, ANNE, NOW)
    assert exports(read) == []


@pytest.mark.parametrize("why", [CprNeeded, CprUnusable, AcuteByPhone, ContentErased])
@pytest.mark.parametrize("language", ["da", "en"])
def test_why_there_is_none_is_said_in_three_sentences_or_more(why, language, monkeypatch):
    monkeypatch.setattr(spoken, "_in_use", language)
    said = in_words(why())

    assert said.count(". ") >= 2
    assert why.code not in said


# Typed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_saves_it_for_its_owner_alone_and_says_what_it_lacks(inbox, folder):
    told = inbox("export", NUMBER, "--medcom", *AS)
    (file,) = folder.iterdir()

    assert told == {
        "file": "2026-0042.medcom.json",
        "format": "medcom",
        "before_sending": ["sender-sor", "sender-ean", "receiver-sor", "receiver-ean", "not-assessed"],
    }
    assert resources(file.read_bytes())[0]["resourceType"] == "MessageHeader"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert inbox.trail()[-1][0::3] == ("export-case", "done")
    assert inbox("export", NUMBER, "--format", "medcom", *AS, code=2)["error"] == "FILE_EXISTS"


def test_on_standard_output_nothing_comes_but_the_message_and_the_rest_is_said_beside(inbox, folder):
    said = inbox.words("export", NUMBER, "--medcom", "--out", "-", *AS)

    assert resources(said)[1]["resourceType"] == "Patient"
    assert "SOR" in inbox.errors
    assert "190668" not in inbox.errors
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("folder")
def test_our_own_numbers_come_from_the_settings(inbox):
    home = Home(inbox.home)
    settings = home.settings()
    more = Settings.model_validate(
        {**settings.model_dump(), "medcom": {"sor": "953741000016009", "ean": "5790000000005"}}
    )
    home.write_settings(more)
    told = inbox("export", NUMBER, "--medcom", *AS)

    assert told["before_sending"] == ["sender-sor", "sender-ean", "not-assessed"]


def test_why_not_is_told_with_a_code_and_nothing_is_left(inbox, folder):
    inbox.receive(arrived(referral("R01"), "2026-0043"))
    told = inbox("export", "2026-0043", "--medcom", *AS, code=2)

    assert told["error"] == "MEDCOM_CPR_NEEDED"
    assert list(folder.iterdir()) == []
    assert "export-case" not in [one[0] for one in inbox.trail()]


@pytest.mark.usefixtures("folder")
def test_one_form_is_chosen_at_a_time(inbox):
    inbox.words("export", NUMBER, "--medcom", "--format", "pdf", *AS, code=2)
