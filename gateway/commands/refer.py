"""The region's commands: hand a referral in, follow it, and an example to begin with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from directory import municipalities
from directory.errors import NotAParty
from directory.model import is_party
from gateway import bootstrap
from gateway.commands.console import (
    DONE,
    NOT_FOUND,
    REFUSED,
    Arguments,
    Commands,
    Console,
    acting,
    person_option,
    read_file,
    remind_of_daemon,
)
from gateway.commands.site import Opener
from gateway.commands.waiting import why_waiting
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.example import example
from gateway.referring.follow import ACKNOWLEDGED, Progress
from gateway.referring.refusals import Refused
from gateway.referring.submit import Submitted
from gateway.site.people import Role
from gateway.station import Station, utc_now
from gateway.terminal.dates import day_and_clock
from gateway.wire.warnings import Notice

LARGEST_INPUT = 1024 * 1024

STATES: Mapping[str, str] = {
    "queued": mark("in the queue"),
    "sent": mark("sent"),
    "received": mark("received by the municipality's gateway"),
    "refused": mark("refused by the municipality's gateway"),
    "parked": mark("waiting here"),
    "given-up": mark("given up"),
    ACKNOWLEDGED: mark("taken over by a person"),
}


NOTICES: Mapping[Notice, str] = {
    Notice.CPR_MISSING: mark("Note: no CPR number. It can follow later."),
    Notice.REPLACEMENT_CPR: mark("Note: the number is a replacement for a CPR number."),
    Notice.NO_FIXED_ADDRESS: mark("Note: the citizen has no fixed address."),
    Notice.ADDRESS_MISSING: mark("Note: no address."),
    Notice.PROTECTED_ADDRESS: mark("Note: name and address are protected."),
    Notice.SAFETY_NOTE: mark("Note: the remark about staff safety goes along."),
    Notice.INTERPRETER_NEEDED: mark("Note: the citizen needs an interpreter."),
    Notice.CHILD_CONCERN_SEPARATE_CHANNEL: mark(
        "Note: there are children in the home. A statutory notification is a duty of its own and does not go this way."
    ),
    Notice.SENDER_URGENCY_REMARK: mark(
        "Note: the remark on urgency goes along; the municipality decides how urgent it is."
    ),
    Notice.PHONE_FOLLOW_UP: mark(
        "Phone the unit as well: a letter is never the only way for something that cannot wait."
    ),
    Notice.PRIOR_REFERRAL_OTHER_MUNICIPALITY: mark(
        "Note: the citizen was referred to another municipality before. The municipality is not told."
    ),
}


def add_refer(commands: Commands, open_site: Opener) -> None:
    """Add `refer`: the way in for a person's file and for other systems."""

    def refer(arguments: Arguments, console: Console) -> int:
        raw = read_file(arguments.file, LARGEST_INPUT)
        with open_site(console.home) as station:
            person = acting(station, arguments.person, Role.SENDER)
            try:
                submitted = bootstrap.submit(station)(raw, person)
            except Refused as refusal:
                return _refused(console, refusal)
            remind_of_daemon(console)
            return _accepted(console, station, submitted)

    parser = commands.add_parser("refer", help=_("send a referral from a JSON file"))
    parser.add_argument("file", metavar="FILE.json", help=_("the referral; - reads standard input"))
    person_option(parser)
    parser.set_defaults(run=refer)


def add_status(commands: Commands, open_site: Opener) -> None:
    """Add `status`: whether the municipality has got it, and who has taken it."""

    def status(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station, station.database.reading() as session:
            follow = bootstrap.follow(station, session)
            if arguments.letter is None:
                return _latest(console, follow.latest())
            progress = follow.named(arguments.letter)
        if progress is None:
            return _unknown(console)
        console.answer(_facts(progress), *_lines(progress))
        return DONE

    parser = commands.add_parser("status", help=_("see where referrals are"))
    parser.add_argument("letter", nargs="?", metavar=_("REFERRAL"), help=_("its number, its id or your reference"))
    parser.set_defaults(run=status)


def add_resend(commands: Commands, open_site: Opener) -> None:
    """Add `resend`: queue a referral again that came back or was given up, once the cause is mended."""

    def resend(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            acting(station, arguments.person, Role.SENDER)
            with station.database.session() as session:
                progress = bootstrap.follow(station, session).send_again(arguments.letter, station.clocks.machine())
        if progress is None:
            return _unknown(console)
        remind_of_daemon(console)
        console.answer(_facts(progress), *_lines(progress))
        return DONE

    parser = commands.add_parser("resend", help=_("send again what came back or was given up"))
    parser.add_argument("letter", metavar=_("REFERRAL"), help=_("its number, its id or your reference"))
    person_option(parser)
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


def _unknown(console: Console) -> int:
    console.failure("NOT_FOUND", _("There is no referral with that number or id."))
    return NOT_FOUND


def _latest(console: Console, latest: Sequence[Progress]) -> int:
    console.answer(
        {"referrals": [_facts(progress) for progress in latest]},
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
    if said is None:
        return f"{_state(progress)} {' '.join(why_waiting(progress.reason)[:1])}".strip()
    return _("taken over {when} by {person}, {unit}, phone {phone}").format(
        when=day_and_clock(said.acknowledged_at), person=said.acknowledged_by, unit=said.unit, phone=said.phone
    )


def _state(progress: Progress) -> str:
    return _(STATES[progress.state])


def _lines(progress: Progress) -> list[str]:
    lines = [line(progress)]
    lines += [f"  {day_and_clock(step.at)}  {_(STATES[step.state])}" for step in progress.steps]
    if progress.acknowledgement:
        said = progress.acknowledgement
        lines.append(
            _("Taken over by {person}, {unit}, phone {phone}.").format(
                person=said.acknowledged_by, unit=said.unit, phone=said.phone
            )
        )
    elif progress.contact:
        lines.append(
            _("Phone of the unit: {phone} ({unit}).").format(
                phone=progress.contact.phone, unit=progress.contact.unit_name
            )
        )
    return [*lines, *why_waiting(progress.reason)]


def _facts(progress: Progress) -> dict[str, Any]:
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
        "receipt_digest_ok": progress.digest_ok,
    }
