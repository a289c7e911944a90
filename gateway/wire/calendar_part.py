"""A joint meeting as a calendar entry inside the seal, for a calendar that reads iCalendar (RFC 5545, iTIP RFC 5546).

It is a courtesy: the payload is what counts, and the entry is never read by us. A calendar is seen by more eyes than a
letter, so the citizen is not in it, and of those who are to come only the roles.
"""

import unicodedata
from datetime import UTC, datetime
from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText

from gateway.language import danish as _
from gateway.wire.envelope import CalendarPart
from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import HEADINGS, Kind, Letter
from gateway.wire.meeting import Attendance, Meeting, MeetingAnswer, MeetingCancelled

PRODUCT: Final = "-//Stafet//Stafet//DA"
PARTSTAT: Final = {Attendance.ACCEPTED: "ACCEPTED", Attendance.DECLINED: "DECLINED"}


def calendar_part(letter: Letter, *, sender: str, reader: str) -> CalendarPart | None:
    """Write the calendar entry of a letter about a meeting, between two mail addresses; None for any other letter."""
    try:
        match letter.kind:
            case Kind.MEETING:
                return _request(letter, Meeting.read(letter.body), sender, reader)
            case Kind.MEETING_ANSWER:
                return _reply(letter, MeetingAnswer.read(letter.body), reader, sender)
            case Kind.MEETING_CANCELLED:
                return _cancel(letter, MeetingCancelled.read(letter.body), sender, reader)
    except LetterUnreadable:
        return None
    return None


def _request(letter: Letter, meeting: Meeting, organizer: str, attendee: str) -> CalendarPart:
    """RFC 5546, section 3.2.2."""
    event = _event(letter, meeting.meeting_id, meeting.sequence, meeting.proposed_at, organizer)
    event.add("DTSTART", meeting.starts_at.astimezone(UTC))
    event.add("DTEND", meeting.ends_at.astimezone(UTC))
    event.add("ATTENDEE", _person(attendee, PARTSTAT="NEEDS-ACTION", RSVP="TRUE", ROLE="REQ-PARTICIPANT"))
    event.add("STATUS", "TENTATIVE")
    who = _("Who takes part")
    event.add("DESCRIPTION", _line(f"{who}: {', '.join(party.role for party in meeting.parties)}"))
    if _line(meeting.place):
        event.add("LOCATION", _line(meeting.place))
    return _part("REQUEST", event)


def _reply(letter: Letter, answer: MeetingAnswer, organizer: str, attendee: str) -> CalendarPart:
    """RFC 5546, section 3.2.3."""
    event = _event(letter, answer.meeting_id, answer.sequence, answer.answered_at, organizer)
    event.add("ATTENDEE", _person(attendee, PARTSTAT=PARTSTAT[answer.attendance]))
    return _part("REPLY", event)


def _cancel(letter: Letter, cancelled: MeetingCancelled, organizer: str, attendee: str) -> CalendarPart:
    """RFC 5546, section 3.2.5; a cancellation takes the next sequence number, as its examples do."""
    event = _event(letter, cancelled.meeting_id, cancelled.sequence + 1, cancelled.cancelled_at, organizer)
    event.add("ATTENDEE", _person(attendee))
    event.add("STATUS", "CANCELLED")
    return _part("CANCEL", event)


def _event(letter: Letter, meeting_id: str, sequence: int, written_at: datetime, organizer: str) -> Event:
    event = Event()
    event.add("UID", meeting_id)
    event.add("SEQUENCE", sequence)
    event.add("DTSTAMP", written_at.astimezone(UTC))
    event.add("ORGANIZER", _person(organizer))
    event.add("SUMMARY", f"{_(HEADINGS[Kind.MEETING])} {letter.number}")
    event.add("CLASS", "CONFIDENTIAL")
    return event


def _part(method: str, event: Event) -> CalendarPart:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    calendar.add_component(event)
    return CalendarPart(method, calendar.to_ical())


def _person(mail: str, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mail}")
    for name, value in parameters.items():
        address.params[name] = vText(value)
    return address


def _line(text: str) -> str:
    """Keep a peer's or a person's words on one line, without control characters; the library folds and escapes."""
    shown = (character for character in " ".join(text.split()) if unicodedata.category(character) != "Cc")
    return "".join(shown)
