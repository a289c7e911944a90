"""Commands about a referral that was sent: add to it, withdraw it, meet about it."""

import functools
import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from gateway import bootstrap
from gateway.commands.console import (
    DONE,
    NOT_FOUND,
    REFUSED,
    Arguments,
    Command,
    Commands,
    Console,
    read_file,
    remind_of_daemon,
    signed_in,
)
from gateway.consents.errors import ConsentError
from gateway.language import gettext as _
from gateway.language import mark
from gateway.meetings.book import MeetingState, Standing
from gateway.meetings.errors import MeetingError, MeetingUnknown
from gateway.meetings.flow import Proposal
from gateway.referring.correspond import Ended, Yes
from gateway.referring.errors import ReferralError, ReferralNotFound
from gateway.referring.refusals import Refused
from gateway.referring.words import why_refused
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock
from gateway.terminal.plain import one_line
from gateway.wire.body import Body, Phone, Short
from gateway.wire.errors import LetterUnreadable, WireError
from gateway.wire.meeting import Attendance, Party
from gateway.wire.referral import Moment

LARGEST_INPUT: Final = 256 * 1024
LONGEST_REMARK: Final = 4000

ENDED: Final[Mapping[Ended, str]] = {
    Ended.CANCELLED: mark("The referral had not left. It is cancelled, and what it said is deleted."),
    Ended.WITHDRAWN: mark("The municipality is told that the consent is withdrawn."),
}
STANDING: Final[Mapping[Standing, str]] = {
    Standing.PROPOSED: mark("waits for an answer"),
    Standing.ACCEPTED: mark("accepted"),
    Standing.DECLINED: mark("declined"),
    Standing.CANCELLED: mark("called off"),
}


class MeetingInput(Body):
    """What is typed about a meeting: when, where, who is to come, and the citizen's yes to it."""

    starts_at: Moment
    ends_at: Moment
    place: Short = ""
    phone: Phone = ""
    parties: Annotated[tuple[Party, ...], Field(min_length=1, max_length=30)]
    consent: Yes | None = None

    def proposal(self) -> Proposal:
        """Give the proposal in it."""
        return Proposal(self.starts_at, self.ends_at, self.parties, self.place, self.phone)


def refusing(act: Command) -> Command:
    """Let a step that is not taken be told in words, and end with its exit code."""

    @functools.wraps(act)
    def told(arguments: Arguments, console: Console) -> int:
        try:
            return act(arguments, console)
        except Refused as refusal:
            console.failure(refusal.reason, refusal.what(), refusal.next_step())
        except (ReferralError, ConsentError, MeetingError, WireError) as error:
            console.failure(error.code, *why_refused(error.code))
            if isinstance(error, (ReferralNotFound, MeetingUnknown)):
                return NOT_FOUND
        return REFUSED

    return told


def referral_argument(parser: ArgumentParser) -> None:
    """Let a command name a referral."""
    parser.add_argument("letter", metavar=_("REFERRAL"), help=_("its number, its id or your reference"))


def remark_option(parser: ArgumentParser) -> None:
    """Let a command take a remark, which is never an argument."""
    parser.add_argument("--remark-file", metavar="FILE", help=_("a remark; - reads standard input"))


def read_remark(file: str | None) -> str:
    """Read a remark; empty when there is none. Raises FileUnreadable."""
    return read_file(file, LONGEST_REMARK).decode("utf-8", "replace").strip() if file else ""


def add_correspondence(commands: Commands, open_site: Opener) -> None:
    """Add what is said about a referral that was sent."""
    for add in (_add_supplement, _add_withdraw, _add_meeting):
        add(commands, open_site)


def _add_supplement(commands: Commands, open_site: Opener) -> None:
    """Add `supplement`: add to a referral, or correct it (G1, G9, O23)."""

    @refusing
    def supplement(arguments: Arguments, console: Console) -> int:
        said = _object(arguments.file)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            letter_id = bootstrap.correspond(station).supplement(arguments.letter, said, person)
        remind_of_daemon(console)
        console.answer({"letter_id": letter_id}, _("The supplement is in the queue."))
        return DONE

    parser = commands.add_parser("supplement", help=_("add to a referral that was sent, or correct it"))
    referral_argument(parser)
    parser.add_argument("file", metavar="FILE.json", help=_("what is new; - reads standard input"))
    parser.set_defaults(run=supplement)


def _add_withdraw(commands: Commands, open_site: Opener) -> None:
    """Add `withdraw`: the citizen no longer consents (O10)."""

    @refusing
    def withdraw(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            ended = bootstrap.correspond(station).withdraw(arguments.letter, person)
        if ended is Ended.WITHDRAWN:
            remind_of_daemon(console)
        console.answer({"outcome": ended.value}, _(ENDED[ended]))
        return DONE

    parser = commands.add_parser("withdraw", help=_("the citizen has withdrawn the consent"))
    referral_argument(parser)
    parser.set_defaults(run=withdraw)


def _add_meeting(commands: Commands, open_site: Opener) -> None:
    """Add `meeting list`, `propose`, `move`, `answer` and `cancel` (F5)."""
    meeting = commands.add_parser("meeting", help=_("joint meetings about a referral")).add_subparsers(required=True)
    _add_list(meeting, open_site)
    _add_propose(meeting, open_site)
    _add_move(meeting, open_site)
    _add_answer(meeting, open_site)
    _add_cancel(meeting, open_site)


def _add_list(commands: Commands, open_site: Opener) -> None:
    @refusing
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            found = bootstrap.correspond(station).meetings(arguments.letter, person)
        lines = [_line(state) for state in found] or [_("No meetings yet.")]
        console.answer({"meetings": [_facts(state) for state in found]}, *lines)
        return DONE

    parser = commands.add_parser("list", help=_("show the meetings about a referral"))
    referral_argument(parser)
    parser.set_defaults(run=show)


def _add_propose(commands: Commands, open_site: Opener) -> None:
    @refusing
    def propose(arguments: Arguments, console: Console) -> int:
        typed = MeetingInput.read(_object(arguments.file))
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            act = bootstrap.correspond(station)
            meeting = act.propose_meeting(arguments.letter, typed.proposal(), person, typed.consent)
        return _queued(console, meeting.meeting_id)

    parser = commands.add_parser("propose", help=_("propose a joint meeting to the municipality"))
    referral_argument(parser)
    _file_argument(parser)
    parser.set_defaults(run=propose)


def _add_move(commands: Commands, open_site: Opener) -> None:
    @refusing
    def move(arguments: Arguments, console: Console) -> int:
        typed = MeetingInput.read(_object(arguments.file))
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            bootstrap.correspond(station).move_meeting(arguments.meeting, typed.proposal(), person, typed.consent)
        return _queued(console, arguments.meeting)

    parser = commands.add_parser("move", help=_("propose another time or place for a meeting of yours"))
    _meeting_argument(parser)
    _file_argument(parser)
    parser.set_defaults(run=move)


def _add_answer(commands: Commands, open_site: Opener) -> None:
    @refusing
    def answer(arguments: Arguments, console: Console) -> int:
        remark, attendance = read_remark(arguments.remark_file), Attendance(arguments.attendance)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            bootstrap.correspond(station).answer_meeting(arguments.meeting, attendance, person, remark)
        return _queued(console, arguments.meeting)

    parser = commands.add_parser("answer", help=_("say whether you come"))
    _meeting_argument(parser)
    parser.add_argument("attendance", choices=[one.value for one in Attendance])
    remark_option(parser)
    parser.set_defaults(run=answer)


def _add_cancel(commands: Commands, open_site: Opener) -> None:
    @refusing
    def cancel(arguments: Arguments, console: Console) -> int:
        remark = read_remark(arguments.remark_file)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            bootstrap.correspond(station).cancel_meeting(arguments.meeting, person, remark)
        return _queued(console, arguments.meeting)

    parser = commands.add_parser("cancel", help=_("call off a meeting of yours"))
    _meeting_argument(parser)
    remark_option(parser)
    parser.set_defaults(run=cancel)


def _meeting_argument(parser: ArgumentParser) -> None:
    parser.add_argument("meeting", metavar=_("MEETING"), help=_("the meeting's id, as meeting list shows it"))


def _file_argument(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.json", help=_("the meeting; - reads standard input"))


def _queued(console: Console, meeting_id: str) -> int:
    remind_of_daemon(console)
    console.answer({"meeting_id": meeting_id}, _("The letter about the meeting is in the queue."), meeting_id)
    return DONE


def _object(file: str) -> Mapping[str, Any]:
    """Read one JSON object; raises LetterUnreadable, or FileUnreadable."""
    try:
        found = json.loads(read_file(file, LARGEST_INPUT))
    except (ValueError, RecursionError):
        raise LetterUnreadable from None
    if not isinstance(found, Mapping):
        raise LetterUnreadable
    return found


def _line(state: MeetingState) -> str:
    meeting = state.meeting
    whose, place = _("proposed by {unit}").format(unit=one_line(meeting.unit)), one_line(meeting.place)
    return f"{state.id}  {day_and_clock(meeting.starts_at)}  {place}  {whose}, {_(STANDING[state.standing])}"


def _facts(state: MeetingState) -> dict[str, Any]:
    return {
        "meeting_id": state.id,
        "standing": state.standing.value,
        "waits_for_us": state.waits_for_us,
        "proposed_here": state.proposed_here,
        "meeting": state.meeting.written(),
        "answer": state.answer.written() if state.answer else None,
        "cancelled": state.cancelled.written() if state.cancelled else None,
    }
