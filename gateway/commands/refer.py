"""The region's commands: hand a referral in, follow it, and an example to begin with."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from directory import municipalities
from directory.errors import NotAParty
from directory.model import is_party
from gateway import bootstrap
from gateway.commands.console import (
    DONE,
    REFUSED,
    Arguments,
    Commands,
    Console,
    read_file,
    remind_of_daemon,
    signed_in,
)
from gateway.commands.correspond import referral_argument, refusing
from gateway.language import gettext as _
from gateway.referring.errors import ReferralNotFound
from gateway.referring.example import example
from gateway.referring.follow import ACKNOWLEDGED, NOT_OURS, Progress
from gateway.referring.refusals import Refused
from gateway.referring.submit import Submitted
from gateway.referring.words import ELSEWHERE, NOTICES, OUTCOMES, STATES, why_due, why_waiting
from gateway.station import Opener, Station, utc_now
from gateway.terminal import erased
from gateway.terminal.dates import day, day_and_clock
from gateway.terminal.plain import one_line, plain
from gateway.wire.answers import Acknowledgement, NotOurs

LARGEST_INPUT = 1024 * 1024
LONGEST_LINE = 1024


def add_refer(commands: Commands, open_site: Opener) -> None:
    """Add `refer`: the way in for a person's file and for other systems."""

    def refer(arguments: Arguments, console: Console) -> int:
        raw = read_file(arguments.file, LARGEST_INPUT)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            try:
                submitted = bootstrap.submit(station)(raw, person, once=arguments.once)
            except Refused as refusal:
                return _refused(console, refusal)
            remind_of_daemon(console)
            return _accepted(console, station, submitted)

    parser = commands.add_parser("refer", help=_("send a referral from a JSON file"))
    parser.add_argument("file", metavar="FILE.json", help=_("the referral; - reads standard input"))
    parser.add_argument(
        "--once",
        action="store_true",
        help=_("for programs that may ask twice: the same file with the same reference is sent once"),
    )
    parser.set_defaults(run=refer)


def add_status(commands: Commands, open_site: Opener) -> None:
    """Add `status`: whether the municipality has got it, and who has taken it."""

    @refusing
    def status(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, look = signed_in(station, arguments), bootstrap.look(station)
            if arguments.find is not None:
                return _found(console, look.about(_one_line(arguments.find), person))
            if arguments.letter is None:
                return _latest(console, look.latest(person))
            progress = look.open(arguments.letter, person)
        console.answer({**facts(progress), "replies": _replies(progress)}, *_lines(progress), *_reply_lines(progress))
        return DONE

    parser = commands.add_parser("status", help=_("see where referrals are"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("letter", nargs="?", metavar=_("REFERRAL"), help=_("its number, its id or your reference"))
    which.add_argument(
        "--find",
        metavar="FILE",
        help=_("find by the CPR, phone or number on the file's first line; - reads standard input"),
    )
    parser.set_defaults(run=status)


def add_resend(commands: Commands, open_site: Opener) -> None:
    """Add `resend`: queue a referral again that came back or was given up, once the cause is mended."""

    @refusing
    def resend(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            bootstrap.correspond(station).send_again(arguments.letter, person)
            progress = bootstrap.look(station).named(arguments.letter, person)
        remind_of_daemon(console)
        console.answer(facts(progress), *_lines(progress))
        return DONE

    parser = commands.add_parser("resend", help=_("send again what came back or was given up"))
    referral_argument(parser)
    parser.set_defaults(run=resend)


def add_example(commands: Commands) -> None:
    """Add `example`: an invented referral to try the way with."""

    def show(arguments: Arguments, _console: Console) -> int:
        if not is_party(arguments.municipality):
            raise NotAParty
        print(json.dumps(example(arguments.municipality, utc_now()), ensure_ascii=False, indent=2))
        return DONE

    parser = commands.add_parser("example", help=_("print an invented referral, to try the way with"))
    parser.add_argument("--municipality", default="751", metavar=_("CODE"), help=_("the municipality's code"))
    parser.set_defaults(run=show)


def _refused(console: Console, refusal: Refused) -> int:
    facts = {
        "outcome": "refused",
        "reason_code": refusal.reason.value,
        "reason": refusal.what(),
        "next_step": refusal.next_step(),
    }
    if console.as_json:
        console.answer(facts)
    else:
        console.remark(
            _("Not sent: {reason}").format(reason=refusal.what()), refusal.next_step(), f"({refusal.reason})"
        )
    return REFUSED


def _accepted(console: Console, station: Station, submitted: Submitted) -> int:
    with station.database.reading() as session:
        progress = bootstrap.follow(station, session).named(submitted.referral_id)
    contact = progress.contact if progress else None
    facts = {
        "outcome": "accepted",
        "referral_id": submitted.referral_id,
        "number": submitted.number,
        "state": progress.state if progress else "queued",
        "recipient_code": submitted.recipient.code,
        "recipient": submitted.recipient.official_name,
        "unit": contact.unit_name if contact else None,
        "phone": contact.phone if contact else None,
        "warnings": [notice.value for notice in submitted.notices],
    }
    queued = _("In the queue: {number} to {recipient}.")
    lines = [(_("Waiting here: {number} to {recipient}.") if facts["state"] == "parked" else queued).format(**facts)]
    lines += [f"{contact.unit_name}, {contact.phone}"] if contact else []
    lines += why_waiting(progress.reason) if progress else ()
    console.answer(facts, *lines, *(_(NOTICES[notice]) for notice in submitted.notices))
    return DONE


def _one_line(file: str) -> str:
    """Read what to look for: a CPR number never stands among a program's arguments."""
    return read_file(file, LONGEST_LINE).decode("utf-8", "replace").partition("\n")[0]


def _found(console: Console, found: Sequence[Progress]) -> int:
    if not found:
        raise ReferralNotFound
    return _latest(console, found)


def _latest(console: Console, latest: Sequence[Progress]) -> int:
    console.answer(
        {"referrals": [facts(progress) for progress in latest]},
        *(map(line, latest) if latest else [_("No referrals yet.")]),
    )
    return DONE


def line(progress: Progress) -> str:
    """Say on one line where a referral stands."""
    place = municipalities.by_code(progress.municipality)
    name = place.name if place else progress.municipality
    return f"{progress.number}  {day_and_clock(progress.submitted_at)}  {name}: {_standing(progress)}"


def _standing(progress: Progress) -> str:
    said = progress.acknowledgement
    if progress.unread:
        return _("answered from a mail program: open it, and read what it says")
    if said is None or progress.state != ACKNOWLEDGED:
        return f"{_(STATES[progress.state])} {' '.join(why_waiting(progress.reason)[:1])}".strip()
    return _("taken over {when} by {person}, {unit}, phone {phone}").format(
        when=day_and_clock(said.acknowledged_at), **_whom(said.acknowledged_by, said)
    )


def _whom(person: str, said: Acknowledgement | NotOurs) -> dict[str, str]:
    """Give who answered, each on one line: a peer's line end must not pass for a line of ours."""
    return {"person": one_line(person), "unit": one_line(said.unit), "phone": one_line(said.phone)}


def in_words(states: Iterable[str]) -> str:
    """Say a referral's way in words, state by state."""
    return " → ".join(_(STATES[state]) for state in states)


def _lines(progress: Progress) -> list[str]:
    lines = [line(progress)]
    lines += [f"  {day_and_clock(step.at)}  {_(STATES[step.state])}" for step in progress.steps]
    lines += [
        f"  {day_and_clock(call.called_at)}  {call.person}: {_(OUTCOMES[call.outcome])}" for call in progress.calls
    ]
    if progress.answer and progress.state == NOT_OURS:
        lines += _answered(progress, progress.answer)
    elif progress.acknowledgement:
        said = progress.acknowledgement
        lines.append(_("Taken over by {person}, {unit}, phone {phone}.").format(**_whom(said.acknowledged_by, said)))
        if said.contact_by:
            lines.append(_("They expect to contact the citizen by {date}.").format(date=day(said.contact_by)))
    elif progress.contact:
        lines.append(
            _("Phone of the unit: {phone} ({unit}).").format(
                phone=progress.contact.phone, unit=progress.contact.unit_name
            )
        )
    due = why_due(progress.due) if progress.due else ()
    gone = [erased.said(progress.erased.at, progress.erased.days)] if progress.erased else ()
    return [*lines, *gone, *why_waiting(progress.reason), *due]


def _answered(progress: Progress, answer: NotOurs) -> list[str]:
    said = _("Not their citizen: {why}. {person}, {unit}, phone {phone}.").format(
        why=_(ELSEWHERE[answer.why]), **_whom(answer.answered_by, answer)
    )
    anew = _("Ask the citizen where they live, and send it anew.")
    done = _("Sent anew as {number}.").format(number=progress.anew_number)
    return [said, *filter(None, [one_line(answer.remark)]), done if progress.anew_number else anew]


def facts(progress: Progress) -> dict[str, Any]:
    """Give where a referral stands as JSON values: status, times and whom to phone, nothing of the case (L4)."""
    said = progress.acknowledgement
    return {
        "referral_id": progress.referral_id,
        "number": progress.number,
        "recipient_code": progress.municipality,
        "state": progress.state,
        "reason_code": progress.reason or None,
        "states": [step.state for step in progress.steps],
        "steps": [{"state": s.state, "at": s.at.isoformat(), "reason_code": s.reason or None} for s in progress.steps],
        "unit": progress.contact.unit_name if progress.contact else None,
        "phone": progress.contact.phone if progress.contact else None,
        "acknowledged_by": said.acknowledged_by if said else None,
        "acknowledged_at": said.acknowledged_at.isoformat() if said else None,
        "acknowledged_unit": said.unit if said else None,
        "acknowledged_phone": said.phone if said else None,
        "contact_by": _written(said.contact_by) if said else None,
        "answers_by_hand": progress.by_hand,
        "answer_unread": progress.unread,
        "receipt_digest_ok": progress.digest_ok,
        "active": progress.active,
        "urgent": progress.urgent,
        "not_ours": progress.answer.written() if progress.answer else None,
        "to_send_anew": progress.anew,
        "sent_anew_as": progress.anew_number,
        "previous": progress.previous_number,
        "closed_at": _written(progress.closed_at),
        "withdrawn_at": _written(progress.withdrawn_at),
        "cancelled_at": _written(progress.cancelled_at),
        "erased_at": _written(progress.erased.at) if progress.erased else None,
        "calls": [
            {"at": _written(call.called_at), "outcome": call.outcome.value, "by": call.person, "remark": call.remark}
            for call in progress.calls
        ],
        "supplements": progress.supplements,
        "asked_to_meet": progress.asked_to_meet,
        "due": progress.due.step.value if progress.due else None,
        "due_since": _written(progress.due.due_at) if progress.due else None,
    }


def _replies(progress: Progress) -> list[dict[str, Any]]:
    """Give what was answered from a mail program: people's own words, for whoever has opened the referral alone."""
    return [
        {"at": _written(one.received_at), "by": one.by, "text": one.text, "read_at": _written(one.read_at)}
        for one in progress.replies
    ]


def _reply_lines(progress: Progress) -> Iterator[str]:
    unit = progress.contact.unit_name if progress.contact else ""
    for reply in progress.replies:
        when, by = day_and_clock(reply.received_at), one_line(reply.by) or unit
        yield _("Answered {when} from a mail program ({person}): read it.").format(when=when, person=by)
        yield from (f"  | {said}" for said in plain(reply.text).splitlines())


def _written(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
