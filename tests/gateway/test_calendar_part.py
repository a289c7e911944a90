"""A meeting's calendar entry: what a calendar reads out of it, and what never gets into it (RFC 5545, RFC 5546)."""

from datetime import UTC, datetime

import bodies
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from gateway.wire.calendar_part import calendar_part
from gateway.wire.letters import Kind, Letter

CONVERSATION = "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11"
CONVENER, INVITED = "sikkerpost@randers.example", "henvendelser@region.example"
ABOUT_MEETINGS = (Kind.MEETING, Kind.MEETING_ANSWER, Kind.MEETING_CANCELLED)
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


def part(kind, body, sender=CONVENER, reader=INVITED):
    return calendar_part(Letter(kind, CONVERSATION, "region", "2026-0042", body), sender=sender, reader=reader)


def entry(found):
    """Read an entry back with the library: one calendar, one event."""
    calendar = Calendar.from_ical(found.content)
    assert (calendar["METHOD"], calendar["VERSION"]) == (found.method, "2.0")
    (event,) = calendar.subcomponents
    assert (event.name, event.subcomponents, event.errors) == ("VEVENT", [], [])
    return event


def test_a_proposal_is_a_request_from_the_convener_to_the_other_unit():
    found = part(Kind.MEETING, bodies.MEETING)
    event = entry(found)
    assert (found.method, event["UID"], event["SEQUENCE"]) == ("REQUEST", bodies.MEETING_ID, 0)
    assert event["DTSTART"].dt == datetime(2026, 12, 3, 9, tzinfo=UTC)
    assert event["DTEND"].dt == datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert event["DTSTAMP"].dt == datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    assert (event["ORGANIZER"], event["ATTENDEE"]) == (f"mailto:{CONVENER}", f"mailto:{INVITED}")
    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    assert event["LOCATION"] == bodies.MEETING["place"]
    assert "borgeren, egen læge, Præhospitalet" in event["DESCRIPTION"]
    assert event["SUMMARY"].endswith(" 2026-0042")


def test_a_move_keeps_the_id_and_counts_on():
    event = entry(part(Kind.MEETING, bodies.MEETING_MOVED))
    assert (event["UID"], event["SEQUENCE"]) == (bodies.MEETING_ID, 1)


@pytest.mark.parametrize("attendance", ["accepted", "declined"])
def test_an_answer_is_a_reply_from_who_was_asked(attendance):
    found = part(Kind.MEETING_ANSWER, bodies.MEETING_ANSWER | {"attendance": attendance}, INVITED, CONVENER)
    event = entry(found)
    assert (found.method, event["UID"], event["SEQUENCE"]) == ("REPLY", bodies.MEETING_ID, 0)
    assert (event["ORGANIZER"], event["ATTENDEE"]) == (f"mailto:{CONVENER}", f"mailto:{INVITED}")
    assert event["ATTENDEE"].params["PARTSTAT"] == attendance.upper()


def test_a_cancellation_is_numbered_after_what_it_calls_off():
    found = part(Kind.MEETING_CANCELLED, bodies.MEETING_CANCELLED)
    event = entry(found)
    assert (found.method, event["UID"], event["SEQUENCE"], event["STATUS"]) == (
        *("CANCEL", bodies.MEETING_ID, 2, "CANCELLED"),
    )
    assert event["ORGANIZER"] == f"mailto:{CONVENER}"


def test_names_contacts_and_remarks_stay_out_of_the_calendar():
    """A calendar is seen by more eyes than a letter."""
    parts = (
        part(Kind.MEETING, bodies.MEETING),
        part(Kind.MEETING_ANSWER, bodies.MEETING_ANSWER),
        part(Kind.MEETING_CANCELLED, bodies.MEETING_CANCELLED),
    )
    shown = b" ".join(found.content.replace(b"\r\n ", b"") for found in parts).decode()
    for kept_out in ("Testholm", "+45", "Prøvegaard", "Testgaard", "indlagt", "passer bedre"):
        assert kept_out not in shown


@pytest.mark.parametrize("kind", Kind)
def test_other_letters_and_what_does_not_parse_have_no_entry(kind):
    assert part(kind, {}) is None
    assert (part(kind, bodies.MEETING) is not None) == (kind is Kind.MEETING)


@given(place=words, role=words)
def test_whatever_is_written_as_place_or_role_stays_in_its_field(place, role):
    """Escaped and folded: no line of a person's can become a line of the calendar."""
    consent = bodies.MEETING["consent"] | {"parties": [role]}
    body = bodies.MEETING | {"place": place, "parties": [{"role": role}], "consent": consent}
    found = part(Kind.MEETING, body)
    event = entry(found)
    assert set(event) - {"LOCATION"} == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "ATTENDEE"),
        *("SUMMARY", "CLASS", "STATUS", "DESCRIPTION"),
    }
    assert event.get("LOCATION", "") == shown(place)
    assert event["DESCRIPTION"].rstrip().endswith(f": {shown(role)}".rstrip())
    lines = found.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


def shown(text):
    """One line, without control characters."""
    return "".join(character for character in " ".join(text.split()) if not is_control(character))


def is_control(character):
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0


FORGED = "Rådhuset\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\nATTENDEE:mailto:m@x.example;\\,\\;\\\\n"


def test_a_place_that_pretends_to_be_lines_of_the_calendar_is_a_place():
    event = entry(part(Kind.MEETING, bodies.MEETING | {"place": FORGED}))
    assert event["LOCATION"] == " ".join(FORGED.split())
    assert event["ATTENDEE"] == f"mailto:{INVITED}"
