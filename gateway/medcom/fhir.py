"""The message as FHIR (R4): a bundle in the shape of MedCom's CareCommunication 5, validated by the FHIR library.

What is not known is left out, or said to be unknown where FHIR demands something; nothing is made up. The library knows
FHIR and not MedCom's profiles: a message that passes it has the shape, and is not certified. Loading it takes a while,
so whoever needs this module loads it then.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from directory.calendar import COPENHAGEN
from gateway.medcom.errors import MessageUnfit
from gateway.medcom.message import Message, Party, Segment
from gateway.terminal.plain import one_line
from gateway.wire.cpr import IdentifierKind

IG: Final = "http://medcomfhir.dk/ig"
CARE: Final = f"{IG}/carecommunication/StructureDefinition/medcom-careCommunication-"
MESSAGING: Final = f"{IG}/messaging/StructureDefinition/medcom-messaging-"
CORE: Final = f"{IG}/core/StructureDefinition/medcom-core-"
CODES: Final = f"{IG}/terminology/CodeSystem/medcom-"
DEFINITION: Final = f"{IG}/messagedefinitions/MessageDefinition/MedComCareCommunicationMessageDefinition|5.0"
ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
SOR: Final = "urn:oid:1.2.208.176.1.1"
GLN: Final = "https://www.gs1.org/gln"
SOR_ENDPOINT: Final = "https://sor2.sum.dsdn.dk/#id="
REGISTERS: Final = {
    IdentifierKind.CPR: "urn:oid:1.2.208.176.1.2",
    IdentifierKind.X_ECPR: "urn:oid:1.2.208.176.1.6.1.1",
    IdentifierKind.D_ECPR: "urn:oid:1.2.208.176.1.6.1.3",
}
"""Where a number is from; one whose day is raised by 60 is from none."""
CATEGORY: Final = {"system": f"{CODES}careCommunication-categoryCodes", "code": "psychiatry-social-disability"}

Tree = dict[str, Any]


def as_fhir(told: Message, envelope_id: str, now: datetime) -> bytes:
    """Write the message as JSON, in an envelope of its own, made `now`; raises MessageUnfit."""
    bundle = {
        **_resource("Bundle", envelope_id, f"{CARE}message"),
        "type": "message",
        "timestamp": _instant(now),
        "entry": [{"fullUrl": _urn(one["id"]), "resource": one} for one in _entries(told)],
    }
    try:
        return Bundle.model_validate(bundle).model_dump_json(indent=2).encode()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise MessageUnfit(tuple(".".join(map(str, one["loc"])) for one in found)) from None


def _entries(told: Message) -> Iterator[Tree]:
    """Give the message's parts; the header comes first."""
    yield _header(told)
    yield _patient(told)
    yield _communication(told)
    for number, segment in enumerate(told.segments):
        yield _role(told, segment, number)
        yield _practitioner(told, segment, number)
    yield _organization(told.part("sender"), told.sender)
    yield _organization(told.part("receiver"), told.receiver)
    yield _provenance(told)


def _header(told: Message) -> Tree:
    event = "care-communication-message"
    use = {"url": f"{MESSAGING}destinationUseExtension", "valueCoding": _coding("messaging-destinationUse", "primary")}
    return {
        **_resource("MessageHeader", told.id, f"{CARE}messageHeader"),
        "text": _narrative(event, told.sender.name, told.receiver.name),
        "eventCoding": _coding("messaging-eventCodes", event),
        "destination": [{"extension": [use], **_endpoint(told.receiver), "receiver": _to(told.part("receiver"))}],
        "sender": _to(told.part("sender")),
        "source": _endpoint(told.sender),
        "focus": [_to(told.part("communication"))],
        "definition": DEFINITION,
    }


def _patient(told: Message) -> Tree:
    """Name the citizen as written: which part of it is the family name is nobody's to guess.

    A protected address stands in the text alone, beside the words that say so.
    """
    citizen, number = told.citizen, told.number.value.replace("-", "")
    name, phone = one_line(citizen.name or ""), one_line(citizen.phone or "")
    address = "" if citizen.address_protected else one_line(citizen.address or "")
    register = REGISTERS.get(told.number.kind)
    use = "official" if told.number.kind is IdentifierKind.CPR else "temp"
    absent = _absent("as-text" if name else "unknown")
    return {
        **_resource("Patient", told.part("patient"), f"{CORE}patient"),
        "text": _narrative(name, number, phone, address),
        "identifier": [{"use": use, **_known(system=register), "value": number}],
        "name": [{"use": "official", **_known(text=name), "_family": absent}],
        **({"telecom": [_phone(phone)]} if phone else {}),
        **({"address": [{"text": address}]} if address else {}),
        "managingOrganization": _to(told.part("sender")),
    }


def _communication(told: Message) -> Tree:
    return {
        **_resource("Communication", told.part("communication"), f"{CARE}communication"),
        "text": _narrative(CATEGORY["code"], told.topic, *map(_signed, told.segments)),
        "identifier": [{"value": _urn(told.thread)}],
        "status": "unknown",
        "category": [{"coding": [CATEGORY]}],
        "subject": _to(told.part("patient")),
        "topic": {"text": told.topic},
        "sent": _instant(told.sent_at),
        "payload": [_payload(told, segment, number) for number, segment in enumerate(told.segments)],
    }


def _payload(told: Message, segment: Segment, number: int) -> Tree:
    """Give a segment of text with who wrote it, when, and how they are reached."""
    identifier = {"value": _urn(segment.id), "assigner": _to(told.part("sender"))}
    phone = segment.author.phone
    return {
        "extension": [
            {"url": f"{CORE}datetime-extension", "valueDateTime": _instant(segment.at)},
            {"url": f"{CORE}identifier-extension", "valueIdentifier": identifier},
            {"url": f"{CORE}practitioner-extension", "valueReference": _to(told.part("role", str(number)))},
            *([{"url": f"{CORE}contact-extension", "valueContactPoint": _phone(phone)}] if phone else []),
        ],
        "contentString": segment.text,
    }


def _role(told: Message, segment: Segment, number: int) -> Tree:
    role = segment.author.role
    return {
        **_resource("PractitionerRole", told.part("role", str(number)), f"{CORE}practitionerrole"),
        "text": _narrative(segment.author.name, role),
        "identifier": [{"value": _urn(told.part("role identifier", str(number)))}],
        "practitioner": _to(told.part("practitioner", str(number))),
        "organization": _to(told.part("sender")),
        **({"code": [{"text": role}]} if role else {}),
    }


def _practitioner(told: Message, segment: Segment, number: int) -> Tree:
    name = segment.author.name
    return {
        **_resource("Practitioner", told.part("practitioner", str(number)), f"{CORE}practitioner"),
        "text": _narrative(name),
        "identifier": [{"value": _urn(told.part("practitioner identifier", str(number)))}],
        "name": [{**_known(text=name), "_family": _absent("as-text" if name else "unknown")}],
    }


def _organization(own_id: str, party: Party) -> Tree:
    known = ((SOR, party.sor), (GLN, party.ean))
    identifiers = [{"system": system, "value": value} for system, value in known if value]
    return {
        **_resource("Organization", own_id, f"{MESSAGING}organization"),
        "text": _narrative(party.name, party.sor, party.ean),
        **({"identifier": identifiers} if identifiers else {}),
        "name": party.name,
    }


def _provenance(told: Message) -> Tree:
    """Say that it is a new message, by whom it is sent, and of which segments it consists."""
    sent = _instant(told.sent_at)
    activity = "new-message"
    return {
        **_resource("Provenance", told.part("provenance"), f"{CARE}provenance"),
        "text": _narrative(activity, sent, told.sender.name),
        "target": [_to(told.id)],
        "occurredDateTime": sent,
        "recorded": sent,
        "activity": {"coding": [_coding("messaging-activityCodes", activity)]},
        "agent": [{"who": _to(told.part("sender"))}],
        "entity": [{"role": "source", "what": {"identifier": {"value": _urn(one.id)}}} for one in told.segments],
    }


def _resource(kind: str, own_id: str, profile: str) -> Tree:
    return {"resourceType": kind, "id": own_id, "meta": {"profile": [profile]}}


def _narrative(*lines: str) -> Tree:
    """Give what a person without a program for it can read, as MedCom asks of every part."""
    told = "".join(f"<p>{escape(line)}</p>" for line in _broken(lines))
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{told or "<p>-</p>"}</div>'}


def _broken(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from filter(None, text.split("\n"))


def _signed(segment: Segment) -> str:
    author = segment.author
    return "\n".join((segment.text, *filter(None, (author.name, author.role, author.phone, _instant(segment.at)))))


def _endpoint(party: Party) -> Tree:
    return {"endpoint": f"{SOR_ENDPOINT}{party.sor}"} if party.sor else {"_endpoint": _absent("unknown")}


def _absent(why: str) -> Tree:
    return {"extension": [{"url": ABSENT, "valueCode": why}]}


def _known(**facts: str | None) -> Tree:
    return {name: value for name, value in facts.items() if value}


def _coding(system: str, code: str) -> Tree:
    return {"system": f"{CODES}{system}", "code": code}


def _phone(number: str) -> Tree:
    return {"system": "phone", "value": number}


def _to(own_id: str) -> Tree:
    return {"reference": _urn(own_id)}


def _urn(own_id: str) -> str:
    return f"urn:uuid:{own_id}"


def _instant(at: datetime) -> str:
    """Write a moment with the zone people read it in."""
    return at.astimezone(COPENHAGEN).replace(microsecond=0).isoformat()
