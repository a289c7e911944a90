"""The command about mail that cannot be trusted: when it came, why it was kept apart, what to do. Never its content."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console, signed_in
from gateway.exchange import arrivals
from gateway.exchange.arrivals import Quarantined
from gateway.language import gettext as _
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock
from gateway.terminal.quarantine_words import Advice, explain

SHOWN = 100
"""Mails listed at once; a flood of forgeries must not bury the rest."""


def add_quarantine(commands: Commands, open_site: Opener, advice: Mapping[Advice, str]) -> None:
    """Add `quarantine`: `advice` says what to do at this end."""

    def quarantine(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.SEE_QUARANTINE, station.clocks.machine()) as deed:
                found = arrivals.quarantine(deed.session)
                deed.detail["found"] = len(found)
        lines = [line for mail in found[:SHOWN] for line in _lines(mail, advice)]
        if len(found) > SHOWN:
            lines.append(_("and {count} more").format(count=len(found) - SHOWN))
        console.answer(
            {"quarantined": len(found), "mail": [_facts(mail, advice) for mail in found[:SHOWN]]},
            *(lines or [_("No letters have been set aside.")]),
        )
        return DONE

    help_text = _("see the mail that cannot be trusted, why, and what to do")
    commands.add_parser("quarantine", help=help_text).set_defaults(run=quarantine)


def _lines(mail: Quarantined, advice: Mapping[Advice, str]) -> Iterator[str]:
    explanation = explain(mail.reason, advice)
    yield f"{day_and_clock(mail.arrived_at)}  {explanation.why} ({mail.reason})"
    yield f"    {explanation.what_to_do}"


def _facts(mail: Quarantined, advice: Mapping[Advice, str]) -> dict[str, Any]:
    explanation = explain(mail.reason, advice)
    return {
        "arrived_at": mail.arrived_at.isoformat(),
        "reason": mail.reason,
        "size": mail.size,
        "why": explanation.why,
        "what_to_do": explanation.what_to_do,
    }
