"""Commands for the rarer acts on a case: assess, contacted, known, gp, not-ours, withdraw, close.

What anybody writes comes by file or standard input, never as an argument.
"""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from pydantic import TypeAdapter

from directory.calendar import local_day
from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console, remind_of_daemon
from gateway.consents.model import Form, Purpose
from gateway.language import danish
from gateway.language import gettext as _
from gateway.wire.answers import Elsewhere
from gateway.wire.referral import Moment
from inbox_tui import presentation, words
from inbox_tui.acts import Acts, Obtained
from inbox_tui.bootstrap import acts
from inbox_tui.casework.case import Case
from inbox_tui.command_line.cases import Desk, add_command, text
from inbox_tui.command_line.masking import masked_facts

Deed = Callable[[Arguments, Acts, str, Desk], Case]
"""Carries one act out on the case of that id."""

FILE: Final = "FILE"
TOLD: Final = frozenset({Action.NOT_OURS, Action.WITHDRAW, Action.CLOSE})
"""What Præhospitalet is told of."""
MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(Moment)


def add_acts(commands: Commands) -> None:
    """Add the commands."""
    assess = _add(commands, "assess", _("assess whether it is acute"), _assess, Action.ASSESS)
    assess.epilog = words.acute_means(None)
    assess.add_argument("judgement", choices=("acute", "not-acute"), help=_("the municipality's own judgement"))
    _words(assess, "--why", _("why, in one line"), required=True)
    contacted = _add(commands, "contacted", _("note that the citizen was tried"), _contacted, Action.CONTACT)
    contacted.add_argument("result", choices=("reached", "not-reached"), help=_("whether the citizen was reached"))
    contacted.add_argument("--at", type=moment, metavar=_("WHEN"), help=_("when, with its zone (default: now)"))
    _words(contacted, "--remark", _("a remark"))
    known = _add(commands, "known", _("mark the citizen as known here"), _known, Action.MARK_KNOWN)
    known.add_argument("--not", dest="unknown", action="store_true", help=_("not known here after all"))
    _words(known, "--own-case", _("your own case number"))
    _add_gp(commands)
    not_ours = _add(commands, "not-ours", _("answer that the citizen is not yours"), _not_ours, Action.NOT_OURS)
    not_ours.add_argument("--why", required=True, choices=list(map(str, Elsewhere)), help=_("the reason"))
    _words(not_ours, "--remark", _("a remark to Præhospitalet"))
    withdraw = _add(commands, "withdraw", _("the citizen has withdrawn the consent"), _withdraw, Action.WITHDRAW)
    withdraw.add_argument("--at", type=moment, metavar=_("WHEN"), help=_("when, with its zone (default: now)"))
    close = _add(commands, "close", _("close the case"), _close, Action.CLOSE)
    close.add_argument(
        "--outcome",
        action="append",
        default=[],
        metavar=_("CODE"),
        help=_("how it ended, as on your list; with a code that is not on it you are shown the list"),
    )
    _words(close, "--reason", _("why; stays here"), required=True)


def moment(written: str) -> datetime:
    """Read a moment with its zone for the parser, which says what is wrong in these words."""
    try:
        return MOMENT.validate_python(written)
    except ValueError:
        raise ArgumentTypeError(_("write a moment with its zone, such as 2026-11-24T09:30+01:00")) from None


def _add_gp(commands: Commands) -> None:
    gp = _add(
        commands, "gp", _("note that the citizen's own GP is involved, or the consent to it"), _gp, Action.INVOLVE_GP
    )
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


def _add(commands: Commands, name: str, summary: str, deed: Deed, action: Action) -> ArgumentParser:
    def act(arguments: Arguments, console: Console, desk: Desk) -> int:
        case = deed(arguments, acts(desk.station), desk.case(arguments.case, action).id, desk)
        if action in TOLD:
            remind_of_daemon(console)
        console.answer(masked_facts(case), *said(case, local_day(desk.now)))
        return DONE

    return add_command(commands, name, summary, act, "case")


def said(case: Case, today: date) -> list[str]:
    """Say where a case stands after an act, and by when an acute citizen should be reached (E3)."""
    assessed = words.acute(case.assessment.acute) if case.assessment else ""
    withdrawn = _("! consent withdrawn") if case.withdrawn else ""
    stands = (case.number, presentation.state(case.state), withdrawn, assessed, presentation.ending_told(case))
    clock = words.reach_by(case.acute_by, today) if case.acute_by else ""
    return [presentation.SEPARATOR.join(filter(None, (*stands, clock)))]


def _words(parser: ArgumentParser, option: str, help_: str, *, required: bool = False) -> None:
    parser.add_argument(
        option, metavar=FILE, required=required, help=_("{what} (a file; - reads standard input)").format(what=help_)
    )


def _assess(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    acute, why = arguments.judgement == "acute", text(arguments.why) or ""
    return acts.assess(case_id, acute=acute, why=why, person=desk.person, now=desk.now)


def _contacted(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    reached, remark = arguments.result == "reached", text(arguments.remark) or ""
    return acts.contact(case_id, reached=reached, remark=remark, person=desk.person, now=desk.now, at=arguments.at)


def _known(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    own_case = text(arguments.own_case) or ""
    return acts.familiar(case_id, own_case, desk.person, desk.now, known=not arguments.unknown)


def _gp(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    """Write the consent down when one is given, else note that the GP is involved on the one there is (C5)."""
    if arguments.consent:
        consent = obtained(arguments, danish(words.GP_SCOPE))
        return acts.consent(case_id, Purpose.OWN_GP, consent, desk.person, desk.now)
    return acts.involve_gp(case_id, desk.person, desk.now)


def _not_ours(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    return acts.not_ours(case_id, Elsewhere(arguments.why), text(arguments.remark) or "", desk.person, desk.now)


def _withdraw(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    return acts.withdraw(case_id, desk.person, desk.now, arguments.at)


def _close(arguments: Arguments, acts: Acts, case_id: str, desk: Desk) -> Case:
    return acts.close(case_id, arguments.outcome, text(arguments.reason) or "", desk.person, desk.now)
