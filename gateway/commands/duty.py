"""Commands of the duty officer: whom to phone about which referral, and how the call went."""

from typing import Any

from directory import municipalities
from gateway import bootstrap
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console, signed_in
from gateway.commands.correspond import read_remark, referral_argument, refusing, remark_option
from gateway.language import gettext as _
from gateway.referring.promise import CallOutcome, Due
from gateway.referring.words import OUTCOMES, why_due
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock


def add_due(commands: Commands, open_site: Opener) -> None:
    """Add `due`: what the desk is asked to do now (E13)."""

    def due(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.LIST_REFERRALS, station.clocks.rules()):
                found = bootstrap.duty(station).due(person)
        lines = [line for one in found for line in _lines(one)]
        console.answer({"due": [_facts(one) for one in found]}, *(lines or [_("Nothing is due.")]))
        return DONE

    commands.add_parser("due", help=_("see whom to phone, and why")).set_defaults(run=due)


def add_call(commands: Commands, open_site: Opener) -> None:
    """Add `call`: note a call to a unit (O4)."""

    @refusing
    def call(arguments: Arguments, console: Console) -> int:
        remark = read_remark(arguments.remark_file)
        outcome = CallOutcome(arguments.outcome)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            bootstrap.duty(station).log_call(arguments.letter, outcome, remark, person)
        facts = {"referral": arguments.letter, "outcome": outcome.value}
        console.answer(facts, _("Noted: {outcome}.").format(outcome=_(OUTCOMES[outcome])))
        return DONE

    parser = commands.add_parser("call", help=_("note a call to the unit about a referral"))
    referral_argument(parser)
    parser.add_argument(
        "--outcome", required=True, choices=[one.value for one in CallOutcome], help=_("how the call went")
    )
    remark_option(parser)
    parser.set_defaults(run=call)


def _lines(due: Due) -> list[str]:
    place = municipalities.by_code(due.municipality)
    name = place.name if place else due.municipality
    since = _("since {when}").format(when=day_and_clock(due.due_at))
    lines = [f"{due.number}  {name}  {' '.join(why_due(due))} ({since})"]
    if due.contact:
        lines.append(f"    {due.contact.unit_name}, {due.contact.phone}")
    if due.opens_at:
        lines.append("    " + _("closed now; opens {when}").format(when=day_and_clock(due.opens_at)))
    return lines


def _facts(due: Due) -> dict[str, Any]:
    return {
        "referral_id": due.referral_id,
        "number": due.number,
        "recipient_code": due.municipality,
        "step": due.step.value,
        "why": " ".join(why_due(due)),
        "due_at": due.due_at.isoformat(),
        "submitted_at": due.submitted_at.isoformat(),
        "unit": due.contact.unit_name if due.contact else None,
        "phone": due.contact.phone if due.contact else None,
        "open_now": due.open_now,
        "opens_at": due.opens_at.isoformat() if due.opens_at else None,
        "last_call": due.last_call.value if due.last_call else None,
    }
