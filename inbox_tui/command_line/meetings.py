"""Commands about joint meetings (F5): propose, move, answer, cancel, list; `--ics` writes a calendar entry."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError

from directory.book import AddressBook
from directory.model import REGION
from gateway.access.actions import Action
from gateway.commands.console import (
    DONE,
    NOT_FOUND,
    REFUSED,
    Arguments,
    Commands,
    Console,
    Subcommand,
    read_file,
    remind_of_daemon,
)
from gateway.language import danish
from gateway.language import gettext as _
from gateway.meetings.book import MeetingState
from gateway.meetings.errors import MeetingIncomplete
from gateway.meetings.flow import Proposal
from gateway.site.home import write_private
from gateway.station import Station
from gateway.wire.body import Body, Phone, Short
from gateway.wire.calendar_part import calendar_part
from gateway.wire.letters import Kind, Letter
from gateway.wire.meeting import Attendance, Party
from gateway.wire.referral import Moment
from inbox_tui import words
from inbox_tui.bootstrap import acts
from inbox_tui.casework.case import Case
from inbox_tui.command_line.acts import add_consent_options, obtained
from inbox_tui.command_line.cases import Act, Desk, add_command, text

LARGEST: Final = 64 * 1024


class Plan(Body):
    """A meeting as it is handed in: JSON with moments that name their zone."""

    starts_at: Moment
    ends_at: Moment
    place: Short = ""
    phone: Phone = ""
    parties: tuple[Party, ...] = Field(min_length=1, max_length=30)

    def proposal(self) -> Proposal:
        """Give it to be proposed."""
        return Proposal(self.starts_at, self.ends_at, self.parties, self.place, self.phone)


def add_meetings(commands: Commands) -> None:
    """Add the group `meeting`."""
    group = commands.add_parser("meeting", help=_("joint meetings with Præhospitalet"))
    steps = group.add_subparsers(required=True, metavar=_("COMMAND"), parser_class=Subcommand)
    _add(steps, "list", _("show the meetings of a case"), _list)
    propose = _add(steps, "propose", _("propose a joint meeting"), _propose)
    propose.add_argument("file", metavar="FILE", help=_("the meeting as JSON; - reads standard input"))
    add_consent_options(propose)
    move = _add(steps, "move", _("propose another time or place"), _move, meeting=True)
    move.add_argument("file", metavar="FILE", help=_("the meeting as JSON; - reads standard input"))
    answer = _add(steps, "answer", _("say whether you come"), _answer, meeting=True)
    answer.add_argument("attendance", choices=list(map(str, Attendance)), help=_("whether you come"))
    cancel = _add(steps, "cancel", _("call a meeting of yours off"), _cancel, meeting=True)
    for parser in (answer, cancel):
        parser.add_argument("--remark", metavar="FILE", help=_("a remark to Præhospitalet; - reads standard input"))


def _add(commands: Commands, name: str, summary: str, act: Act, *, meeting: bool = False) -> ArgumentParser:
    parser = add_command(commands, name, summary, act, "case")
    if meeting:
        parser.add_argument("meeting", metavar=_("MEETING"), help=_("the meeting's id, or how it begins"))
    parser.add_argument("--ics", type=Path, metavar="FILE", help=_("write the meeting to a calendar file"))
    return parser


def _list(arguments: Arguments, console: Console, desk: Desk) -> int:
    case = desk.case(arguments.case, Action.OPEN_CASE)
    return _told(arguments, console, desk.station, desk.store.open(case.id, desk.person, desk.now))


def _propose(arguments: Arguments, console: Console, desk: Desk) -> int:
    case, plan = desk.case(arguments.case, Action.PROPOSE_MEETING), _plan(arguments.file)
    roles = tuple(party.role for party in plan.parties)
    consent = obtained(arguments, danish(words.MEETING_SCOPE), roles) if arguments.consent else None
    remind_of_daemon(console)
    case = acts(desk.station).propose(case.id, plan.proposal(), desk.person, desk.now, consent)
    return _told(arguments, console, desk.station, case)


def _move(arguments: Arguments, console: Console, desk: Desk) -> int:
    case, plan = desk.case(arguments.case, Action.PROPOSE_MEETING), _plan(arguments.file)
    meeting_id = _meeting(case, arguments.meeting)
    case = acts(desk.station).move_meeting(case.id, meeting_id, plan.proposal(), desk.person, desk.now)
    return _told(arguments, console, desk.station, case)


def _answer(arguments: Arguments, console: Console, desk: Desk) -> int:
    case, remark = desk.case(arguments.case, Action.ANSWER_MEETING), text(arguments.remark) or ""
    meeting_id, attendance = _meeting(case, arguments.meeting), Attendance(arguments.attendance)
    case = acts(desk.station).answer_meeting(case.id, meeting_id, attendance, remark, desk.person, desk.now)
    return _told(arguments, console, desk.station, case)


def _cancel(arguments: Arguments, console: Console, desk: Desk) -> int:
    case, remark = desk.case(arguments.case, Action.CANCEL_MEETING), text(arguments.remark) or ""
    meeting_id = _meeting(case, arguments.meeting)
    case = acts(desk.station).cancel_meeting(case.id, meeting_id, remark, desk.person, desk.now)
    return _told(arguments, console, desk.station, case)


def _plan(name: str) -> Plan:
    """Read a meeting; raises MeetingIncomplete naming the field, never what it holds."""
    try:
        return Plan.model_validate(json.loads(read_file(name, LARGEST)))
    except ValidationError as error:
        where = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    except (ValueError, RecursionError):
        where = ()
    raise MeetingIncomplete(str(where[0]) if where else "$")


def _meeting(case: Case, written: str) -> str:
    """Find a meeting of the case by how its id begins; what fits none or several is left to be unknown."""
    fitting = [one.id for one in case.meetings if one.id.startswith(written.strip().lower())]
    return fitting[0] if len(fitting) == 1 else written


def _told(arguments: Arguments, console: Console, station: Station, case: Case) -> int:
    """Show the meetings, and write the calendar entry when one is asked for."""
    if arguments.ics and (refused := _write_ics(arguments, console, station, case)):
        return refused
    lines = [_line(one) for one in case.meetings]
    console.answer({"meetings": [meeting_facts(one) for one in case.meetings]}, *(lines or [_("No meetings.")]))
    return DONE


def _line(one: MeetingState) -> str:
    stands = _(words.STANDINGS[one.standing, one.proposed_here])
    return f"{one.id[:8]}  {words.when(one)}  {stands}"


def meeting_facts(one: MeetingState) -> Mapping[str, Any]:
    """Give a meeting as facts."""
    return {"standing": one.standing.value, "proposed_here": one.proposed_here, **one.meeting.written()}


def _write_ics(arguments: Arguments, console: Console, station: Station, case: Case) -> int:
    """Write the meeting named, or the only one, to a file for its owner alone; never over another file."""
    wanted = _meeting(case, getattr(arguments, "meeting", ""))
    one = next((one for one in case.meetings if one.id == wanted), None)
    if one is None:
        console.failure("MEETING_UNKNOWN", _("There is no such meeting."))
        return NOT_FOUND
    ours, theirs = station.own.address, _region_mail(station)
    letter = Letter(Kind.MEETING, case.id, REGION, case.number, one.meeting.written())
    sender, reader = (ours, theirs) if one.proposed_here else (theirs, ours)
    entry = calendar_part(letter, sender=sender, reader=reader)
    try:
        write_private(arguments.ics, entry.content if entry else b"")
    except FileExistsError:
        console.failure("FILE_EXISTS", _("There is a file of that name already. Nothing has been overwritten."))
        return REFUSED
    return DONE


def _region_mail(station: Station) -> str:
    with station.database.reading() as session:
        contact = AddressBook(session).contact(REGION)
    return contact.email if contact else ""
