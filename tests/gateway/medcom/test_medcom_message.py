"""A referral as MedCom's CareCommunication: each rule of the standard on its own, and what no message can be made of.

E11, G1; the rules are those of MedCom's implementation guide, version 5.
"""

import json
import unicodedata
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.medcom import fhir
from gateway.medcom.errors import CprNeeded, CprUnusable, MessageUnfit
from gateway.medcom.fhir import as_fhir
from gateway.medcom.message import Lack, Party, lasting_id, message, version_4
from gateway.terminal.plain import one_line, plain
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.supplement import Supplement
from tests.inbox_site import REFERRALS, referral

NOW = datetime(2026, 11, 20, 8, 14, 5, 678901, tzinfo=UTC)
TODAY = date(2026, 11, 20)
THREAD, LETTER = "5b0f1c1e-0a1b-4c2d-8e3f-000000000001", "5b0f1c1e-0a1b-4c2d-8e3f-000000000002"
REGION = Party("AMK-vagtcentralen", "+4584112000", "265161000016000", "5790000000005")
UNIT = Party("Den sociale indgang", "+4595000730", "953741000016009", "5790000000012")
BAD = "R28"
"""Whose number is none: 31 February."""
WITH_CPR = [key for key, one in REFERRALS.items() if one["citizen"].get("cpr") and key != BAD]
WITHOUT = [key for key, one in REFERRALS.items() if not one["citizen"].get("cpr")]
PREVIOUS = {
    "number": "2026-0007",
    "sent_at": "2026-01-02T10:00:00+01:00",
    "first_sent_at": "2026-01-02T10:00:00+01:00",
    "position": 2,
}


def letter(body, **more):
    return Letter(Kind.REFERRAL, THREAD, "730", "2026-0042", {"referral": body, **more}, LETTER)


def told(body, *later, sender=REGION, receiver=UNIT, **more):
    return message([letter(body, **more), *later], sender, receiver, NOW, TODAY)


def supplement(**said):
    body = Supplement(**{"written_at": NOW + timedelta(days=1), "written_by": "Lis Prøvesen", **said}).written()
    return Letter(Kind.SUPPLEMENT, THREAD, "730", "2026-0042", body, new_id())


def read(said, envelope=None):
    return json.loads(as_fhir(said, envelope or new_id(), NOW))


def parts(bundle, kind):
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def only(bundle, kind):
    (found,) = parts(bundle, kind)
    return found


@pytest.fixture(scope="module")
def bundle():
    """One referral, with everything MedCom asks for."""
    return read(told(referral("R02")))


# What every synthetic referral becomes


@pytest.mark.parametrize("key", WITH_CPR)
def test_every_referral_with_a_number_is_a_message_that_reads_back_as_it_was_written(key):
    written = as_fhir(told(REFERRALS[key]), new_id(), NOW)
    again = Bundle.model_validate_json(written)

    assert again.model_dump_json(indent=2).encode() == written
    assert json.loads(written)["entry"][0]["resource"]["resourceType"] == "MessageHeader"
    assert plain(written.decode()) == written.decode()


@pytest.mark.parametrize("key", WITHOUT)
def test_no_message_is_made_of_one_without_a_number_and_none_is_made_up(key):
    """G1: a CPR number is never required; MedCom requires one, or a substitute, and we invent none."""
    with pytest.raises(CprNeeded):
        told(REFERRALS[key])


def test_there_are_referrals_of_both_kinds():
    assert len(WITH_CPR) > 15
    assert len(WITHOUT) >= 2


@pytest.mark.parametrize(
    "cpr",
    [
        REFERRALS[BAD]["citizen"]["cpr"],
        "123",
        "310290-1234",
        "111111-1111",
        "190668-70AB",
        "²90668-7074",
        "190668-70749",
    ],
)
def test_what_is_no_cpr_number_stops_the_message(cpr):
    with pytest.raises(CprUnusable) as refused:
        told(referral("R02", citizen={"cpr": cpr}))
    assert cpr not in str(refused.value)


# The rules of a CareCommunication, one by one


def test_it_is_a_message_and_its_header_comes_first(bundle):
    assert bundle["type"] == "message"
    assert bundle["entry"][0]["resource"]["resourceType"] == "MessageHeader"
    assert bundle["entry"][0]["resource"]["eventCoding"]["code"] == "care-communication-message"
    assert bundle["timestamp"] == "2026-11-20T09:14:05+01:00"


def test_there_is_exactly_one_patient_with_a_number_of_the_register(bundle):
    patient = only(bundle, "Patient")

    assert patient["identifier"] == [{"use": "official", "system": "urn:oid:1.2.208.176.1.2", "value": "1906687074"}]
    assert patient["name"][0]["text"] == "Karen Testdal"


def test_which_part_of_a_name_is_the_family_name_is_not_guessed(bundle):
    (name,) = only(bundle, "Patient")["name"]

    assert name["_family"]["extension"][0]["valueCode"] == "as-text"
    assert not {"family", "given"} & set(name)


@pytest.mark.parametrize(
    ("cpr", "system", "lacks"),
    [
        ("070392-1VJ4", "urn:oid:1.2.208.176.1.6.1.1", ()),
        ("120655-0VK9", "urn:oid:1.2.208.176.1.6.1.3", ()),
        ("790668-7074", None, (Lack.NUMBER_OF_NO_REGISTER,)),
    ],
)
def test_a_substitute_number_is_said_to_be_one(cpr, system, lacks):
    said = told(referral("R02", citizen={"cpr": cpr}))
    (identifier,) = only(read(said), "Patient")["identifier"]

    assert identifier == {"use": "temp", **({"system": system} if system else {}), "value": cpr.replace("-", "")}
    assert said.lacks == lacks


def test_there_is_one_category_and_no_priority(bundle):
    communication = only(bundle, "Communication")

    assert [one["coding"][0]["code"] for one in communication["category"]] == ["psychiatry-social-disability"]
    assert "priority" not in communication
    assert communication["topic"] == {"text": "Bekymringshenvendelse"}
    assert communication["status"] == "unknown"
    assert communication["sent"] == "2026-11-20T09:14:05+01:00"


def test_a_segment_is_the_letter_as_it_was_written_with_its_lines(bundle):
    """E9: nothing that a person needs is lost; also the consent's limits and what to be careful of."""
    (payload,) = only(bundle, "Communication")["payload"]

    assert payload["contentString"] == plain(letter_text(letter(referral("R02"))))
    assert payload["contentString"].count("\n") > 40


def test_each_segment_has_an_author_with_role_phone_and_time(bundle):
    (payload,) = only(bundle, "Communication")["payload"]
    said = {one["url"].rpartition("/")[2]: one for one in payload["extension"]}
    role, practitioner = only(bundle, "PractitionerRole"), only(bundle, "Practitioner")

    assert said["medcom-core-datetime-extension"]["valueDateTime"] == "2026-03-02T23:18:00+01:00"
    assert said["medcom-core-contact-extension"]["valueContactPoint"] == {"system": "phone", "value": "+45 84 11 20 01"}
    assert said["medcom-core-practitioner-extension"]["valueReference"]["reference"] == f"urn:uuid:{role['id']}"
    assert role["practitioner"]["reference"] == f"urn:uuid:{practitioner['id']}"
    assert role["code"] == [{"text": "Sundhedsfaglig visitator"}]
    assert practitioner["name"][0]["text"] == "Jonas Prøvholm"


def test_both_parties_are_named_with_sor_and_ean(bundle):
    header = only(bundle, "MessageHeader")
    named = {f"urn:uuid:{one['id']}": one for one in parts(bundle, "Organization")}
    sender, receiver = named[header["sender"]["reference"]], named[header["destination"][0]["receiver"]["reference"]]

    for party, one in ((REGION, sender), (UNIT, receiver)):
        assert one["name"] == party.name
        assert {found["system"]: found["value"] for found in one["identifier"]} == {
            "urn:oid:1.2.208.176.1.1": party.sor,
            "https://www.gs1.org/gln": party.ean,
        }
    assert header["source"]["endpoint"] == f"https://sor2.sum.dsdn.dk/#id={REGION.sor}"
    assert header["destination"][0]["endpoint"] == f"https://sor2.sum.dsdn.dk/#id={UNIT.sor}"


def test_what_a_party_is_not_known_by_is_left_out_and_said():
    bare = told(referral("R02"), sender=Party("AMK", "+4584112000"), receiver=Party("Indgangen"))
    bundle = read(bare)

    assert bare.lacks == (Lack.SENDER_SOR, Lack.SENDER_EAN, Lack.RECEIVER_SOR, Lack.RECEIVER_EAN)
    assert [one.get("identifier") for one in parts(bundle, "Organization")] == [None, None]
    assert only(bundle, "MessageHeader")["source"]["_endpoint"]["extension"][0]["valueCode"] == "unknown"
    assert told(referral("R02")).lacks == ()


def test_its_provenance_is_a_new_message_of_these_segments(bundle):
    provenance, header = only(bundle, "Provenance"), only(bundle, "MessageHeader")
    (payload,) = only(bundle, "Communication")["payload"]
    segment = payload["extension"][1]["valueIdentifier"]["value"]

    assert provenance["activity"]["coding"][0]["code"] == "new-message"
    assert provenance["target"] == [{"reference": f"urn:uuid:{header['id']}"}]
    assert [one["what"]["identifier"]["value"] for one in provenance["entity"]] == [segment]
    assert provenance["agent"][0]["who"] == header["sender"]


def test_no_reference_leads_out_of_the_message_and_every_part_says_what_it_is(bundle):
    known = {one["fullUrl"] for one in bundle["entry"]}
    written = json.dumps(bundle)

    assert len(known) == len(bundle["entry"])
    assert {f'"{one}"' for one in known} >= {part.split("}")[0] for part in written.split('"reference": ')[1:]}
    for one in (one["resource"] for one in bundle["entry"]):
        assert one["meta"]["profile"][0].startswith("http://medcomfhir.dk/ig/")
        assert "".join(ET.fromstring(one["text"]["div"]).itertext())  # noqa: S314 - what we have just made


def test_there_is_no_attachment_and_nothing_that_medcom_has_not_named(bundle):
    assert {one["resource"]["resourceType"] for one in bundle["entry"]} == {
        *("MessageHeader", "Patient", "Communication", "PractitionerRole", "Practitioner", "Organization"),
        "Provenance",
    }
    assert "contentAttachment" not in json.dumps(bundle)


# Ids


def test_the_thread_and_the_message_are_the_letter_s_own_and_the_envelope_is_new():
    first, second = (read(told(referral("R02"))) for _time in range(2))

    assert only(first, "Communication")["identifier"] == [{"value": f"urn:uuid:{THREAD}"}]
    assert only(first, "MessageHeader")["id"] == LETTER
    assert first.pop("id") != second.pop("id")
    assert first == second


def test_every_id_has_the_form_of_a_random_uuid_and_none_is_used_twice(bundle):
    ids = [bundle["id"], *(one["resource"]["id"] for one in bundle["entry"])]
    named = [only(bundle, "Communication")["identifier"][0]["value"].removeprefix("urn:uuid:")]
    segments = [
        one["what"]["identifier"]["value"].removeprefix("urn:uuid:") for one in only(bundle, "Provenance")["entity"]
    ]

    every = [*ids, *named, *segments]
    assert len(set(every)) == len(every)
    assert {uuid.UUID(one).version for one in every} == {4}


def test_an_id_that_another_program_made_otherwise_gets_that_form_once_and_for_all():
    other = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://stafet.example/1"))

    assert version_4(LETTER) == LETTER
    assert version_4(other) == version_4(other) != other
    assert uuid.UUID(version_4(other)).version == 4
    assert lasting_id("a", "b") != lasting_id("ab")


# What has come since


def test_a_supplement_is_a_segment_of_its_own_and_makes_another_message_of_the_same_thread():
    """O23: what was sent stands unchanged. MedCom: changed content is another message."""
    later = supplement(text="Han har fået ny nøgle.", sender_phone="+4584112077")
    said = told(referral("R02"), later)
    bundle = read(said)
    first, second = only(bundle, "Communication")["payload"]

    assert only(bundle, "MessageHeader")["id"] == later.letter_id != LETTER
    assert only(bundle, "Communication")["identifier"][0]["value"] == f"urn:uuid:{THREAD}"
    assert first["contentString"] == plain(letter_text(letter(referral("R02"))))
    assert "Han har fået ny nøgle." in second["contentString"]
    assert [one["name"][0]["text"] for one in parts(bundle, "Practitioner")] == ["Jonas Prøvholm", "Lis Prøvesen"]
    assert len(only(bundle, "Provenance")["entity"]) == 2
    assert said.lacks == (Lack.AUTHOR_ROLE,)


def test_a_number_that_came_later_is_enough():
    """G1: the number may follow in a supplement."""
    bundle = read(told(REFERRALS[WITHOUT[0]], supplement(cpr="190668-7074", address="Ny Vej 2, 8900 Randers C")))
    patient = only(bundle, "Patient")

    assert patient["identifier"][0]["value"] == "1906687074"
    assert patient["address"] == [{"text": "Ny Vej 2, 8900 Randers C"}]


def test_who_gave_no_number_is_reached_at_the_unit_s_and_a_role_that_is_known_is_used():
    sender = {"name": "Jonas Prøvholm", "role": "Visitator", "phone": None}
    said = told(referral("R02", sender=sender), supplement(text="Mere.", written_by="Jonas Prøvholm"))

    assert [one.author.phone for one in said.segments] == [REGION.phone, REGION.phone]
    assert [one.author.role for one in said.segments] == ["Visitator", "Visitator"]
    assert said.lacks == ()
    alone = told(referral("R02", sender={**sender, "role": None}), sender=replace(REGION, phone=""))
    assert alone.lacks == (Lack.AUTHOR_ROLE, Lack.AUTHOR_PHONE)
    assert "code" not in only(read(alone), "PractitionerRole")


# What must not be lost, or shown


def test_a_protected_address_stands_in_the_text_alone():
    citizen = {"address": "Hemmelig Vej 1", "address_protected": True}
    bundle = read(told(referral("R02", citizen=citizen)))
    (payload,) = only(bundle, "Communication")["payload"]

    assert "Hemmelig Vej 1" in payload["contentString"]
    assert "beskyttet" in payload["contentString"]
    assert "Hemmelig" not in json.dumps(only(bundle, "Patient"))


def test_what_a_person_needs_stands_in_the_text():
    body = referral(
        "R02",
        citizen={"safety_note": "Stor hund.", "how_to_reach": "Kun formiddag."},
        re_referral={"previous_id": "x", "kind": "ongoing", "reason": "Ringer fortsat."},
        urgency_remark="Ring gerne snart.",
    )
    said = told(body, previous=PREVIOUS)

    for words in ("Stor hund.", "Kun formiddag.", "Ringer fortsat.", "2026-0007", "Ring gerne snart.", "Samtykke"):
        assert words in said.segments[0].text
    assert said.lacks == (Lack.REMARK_ON_URGENCY,)


HOSTILE = st.text(
    st.one_of(st.sampled_from("\x00\x07\x1b\x7f\x85\u2028\u202e\ufffe\U000e0001<>&\"'\n\r\t "), st.characters()),
    max_size=60,
)


def _allowed(character):
    return character == "\n" or unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co"}


@given(name=HOSTILE, text=HOSTILE, role=HOSTILE, address=HOSTILE, unit=HOSTILE)
def test_whatever_somebody_wrote_is_a_message_that_reads_back(name, text, role, address, unit):
    """FHIR's strings and XHTML allow no controls; nor does a terminal that shows the file."""
    sender = {"name": name.encode("utf-8", "replace").decode(), "role": role.encode("utf-8", "replace").decode()}
    citizen = {"name": name.encode("utf-8", "replace").decode(), "address": address.encode("utf-8", "replace").decode()}
    body = referral("R02", text=text.encode("utf-8", "replace").decode(), sender=sender, citizen=citizen)
    written = as_fhir(told(body, receiver=replace(UNIT, name=one_line(unit) or "-")), new_id(), NOW)
    bundle = Bundle.model_validate_json(written)

    assert bundle.model_dump_json(indent=2).encode() == written
    for one in json.loads(written)["entry"]:
        ET.fromstring(one["resource"]["text"]["div"])  # noqa: S314 - what we have just made
    assert all(all(map(_allowed, value)) and value.strip() for value in strings(json.loads(written)))


def strings(tree):
    if isinstance(tree, str):
        yield tree
    for one in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from strings(one)


def test_what_the_library_refuses_is_named_by_its_place_and_never_by_its_value(monkeypatch):
    monkeypatch.setattr(fhir, "_phone", lambda number: {"system": "phone", "value": [number]})
    with pytest.raises(MessageUnfit) as refused:
        as_fhir(told(referral("R02")), new_id(), NOW)

    assert "telecom" in str(refused.value)
    assert "95 00 01 02" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_library_refuses_what_is_no_message():
    tree = read(told(referral("R02")))
    del tree["entry"][0]["resource"]["eventCoding"]

    with pytest.raises(ValidationError):
        Bundle.model_validate(tree)
