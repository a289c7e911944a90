"""Commands for the rarer acts on a case: assess, contacted, known, gp, not-ours, withdraw, close.

What anybody writes comes by file or standard input, never as an argument.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from gateway.commands.console import DONE, Arguments, Commands, Console, acting, person_option, remind_of_daemon
from gateway.consents.model import Form, Purpose
from gateway.language import danish
from gateway.language import gettext as _
from gateway.site.people import Role
from gateway.station import Station
from gateway.wire.answers import Elsewhere
from gateway.wire.referral import Moment
from inbox_tui import presentation, words
from inbox_tui.acts import Acts, Obtained
from inbox_tui.bootstrap import acts
from inbox_tui.casework.case import Case
from inbox_tui.casework.outcomes import Outcome
from inbox_tui.command_line.cases import add_command, facts, found, text
from inbox_tui.store import CaseStore

Deed = Callable[[Arguments, Acts, str, "Doer"], Case]
"""Carries one act out on the case of that id."""

FILE: Final = "FILE"
MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(Moment)


class Doer:
    """Who acts, and when."""

    def __init__(self, arguments: Arguments, station: Station) -> None:
        self.person = acting(station, arguments.person, Role.INTAKE)
        self.now = station.clocks.rules()


def add_acts(commands: Commands) -> None:
    """Add the commands."""
    assess = _add(commands, "assess", _("assess whether it is acute"), _assess)
    assess.add_argument("judgement", choices=("acute", "not-acute"), help=_("the municipality's own judgement"))
    _words(assess, "--why", _("why, in one line"), required=True)
    contacted = _add(commands, "contacted", _("note that the citizen was tried"), _contacted)
    contacted.add_argument("result", choices=("reached", "not-reached"), help=_("whether the citizen was reached"))
    contacted.add_argument("--at", type=moment, metavar=_("WHEN"), help=_("when, with its zone (default: now)"))
    _words(contacted, "--remark", _("a remark"))
    known = _add(commands, "known", _("mark the citizen as known here"), _known)
    known.add_argument("--not", dest="unknown", action="store_true", help=_("not known here after all"))
    _words(known, "--own-case", _("your own case number"))
    _add_gp(commands)
    not_ours = _add(commands, "not-ours", _("answer that the citizen is not yours"), _not_ours, told=True)
    not_ours.add_argument("--why", required=True, choices=list(map(str, Elsewhere)), help=_("the reason"))
    _words(not_ours, "--remark", _("a remark to Præhospitalet"))
    withdraw = _add(commands, "withdraw", _("the citizen has withdrawn the consent"), _withdraw, told=True)
    withdraw.add_argument("--at", type=moment, metavar=_("WHEN"), help=_("when, with its zone (default: now)"))
    close = _add(commands, "close", _("close the case"), _close, told=True)
    close.add_argument(
        "--outcome", action="append", default=[], choices=list(map(str, Outcome)), help=_("how it ended")
    )
    _words(close, "--reason", _("why; stays here"), required=True)


def moment(written: str) -> datetime:
    """Read a moment with its zone, as letters hold one; raises ValueError, which the parser puts into words."""
    return MOMENT.validate_python(written)


def _add_gp(commands: Commands) -> None:
    gp = _add(commands, "gp", _("note that the citizen's own GP is involved, or the consent to it"), _gp)
    add_consent_options(gp)


def add_consent_options(parser: ArgumentParser) -> None:
    """Let a command write a consent down."""
    parser.add_argument("--consent", choices=list(map(str, Form)), help=_("write the citizen's consent down first"))
    parser.add_argument("--at", type=moment, metavar=_("WHEN"), help=_("when, with its zone (default: now)"))
    _words(parser, "--told", _("what the citizen was told"))
    _words(parser, "--waived", _("why a spoken consent is not in writing"))


def obtained(arguments: Arguments, scope: str, parties: tuple[str, ...] = ()) -> Obtained:
    """Read a consent from what was typed."""
    return Obtained(
        form=Form(arguments.consent),
        scope=scope,
        information_given=text(arguments.told) or danish(words.TOLD),
        writing_waived_because=text(arguments.waived) or "",
        parties=parties,
        at=arguments.at,
    )


def _add(commands: Commands, name: str, summary: str, deed: Deed, *, told: bool = False) -> ArgumentParser:
    def act(arguments: Arguments, console: Console, station: Station, store: CaseStore) -> int:
        case = deed(arguments, acts(station), found(store, arguments.case).id, Doer(arguments, station))
        if told:
            remind_of_daemon(console)
        console.answer(facts(case), *said(case))
        return DONE

    parser = add_command(commands, name, summary, act, "case")
    person_option(parser)
    return parser


def said(case: Case) -> list[str]:
    """Say where a case stands after an act."""
    assessed = words.acute(case.assessment.acute) if case.assessment else ""
    withdrawn = _("! consent withdrawn") if case.withdrawn else ""
    stands = (case.number, presentation.state(case.state), withdrawn, assessed, presentation.ending_told(case))
    return [presentation.SEPARATOR.join(filter(None, stands))]


def _words(parser: ArgumentParser, option: str, help_: str, *, required: bool = False) -> None:
    parser.add_argument(
        option, metavar=FILE, required=required, help=_("{what} (a file; - reads standard input)").format(what=help_)
    )


def _assess(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    acute, why = arguments.judgement == "acute", text(arguments.why) or ""
    return acts.assess(case_id, acute=acute, why=why, person=doer.person, now=doer.now)


def _contacted(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    reached, remark = arguments.result == "reached", text(arguments.remark) or ""
    return acts.contact(case_id, reached=reached, remark=remark, person=doer.person, now=doer.now, at=arguments.at)


def _known(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    own_case = text(arguments.own_case) or ""
    return acts.familiar(case_id, own_case, doer.person, doer.now, known=not arguments.unknown)


def _gp(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    """Write the consent down when one is given, else note that the GP is involved on the one there is (C5)."""
    if arguments.consent:
        consent = obtained(arguments, danish(words.GP_SCOPE))
        return acts.consent(case_id, Purpose.OWN_GP, consent, doer.person, doer.now)
    return acts.involve_gp(case_id, doer.person, doer.now)


def _not_ours(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    return acts.not_ours(case_id, Elsewhere(arguments.why), text(arguments.remark) or "", doer.person, doer.now)


def _withdraw(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    return acts.withdraw(case_id, doer.person, doer.now, arguments.at)


def _close(arguments: Arguments, acts: Acts, case_id: str, doer: Doer) -> Case:
    return acts.close(case_id, arguments.outcome, text(arguments.reason) or "", doer.person, doer.now)
