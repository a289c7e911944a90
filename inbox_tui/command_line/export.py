"""The command that takes one case out as a file (E11)."""

import sys
from pathlib import Path

from gateway.access.actions import Action
from gateway.commands.console import REFUSED, Arguments, Commands, Console
from gateway.commands.saving import STANDARD_OUTPUT, is_taken, out_option, saved
from gateway.language import gettext as _
from gateway.medcom.words import before_sending
from inbox_tui.bootstrap import export_case
from inbox_tui.command_line.cases import Desk, add_command
from inbox_tui.exporting import Exported, Form, name_of


def add_export(commands: Commands) -> None:
    """Add `export`."""
    summary = _("save one case as a file: to print, to read, or for a case system")
    parser = add_command(commands, "export", summary, _export, "case")
    forms = parser.add_mutually_exclusive_group()
    names = list(map(str, Form))
    forms.add_argument("--format", choices=names, default=str(Form.PDF), help=_("what to save it as (default: pdf)"))
    forms.add_argument(
        "--medcom",
        dest="format",
        action="store_const",
        const=str(Form.MEDCOM),
        help=_("as --format medcom: a FHIR message in the shape of MedCom's CareCommunication"),
    )
    out_option(parser)


def _export(arguments: Arguments, console: Console, desk: Desk) -> int:
    case, form = desk.case(arguments.case, Action.EXPORT_CASE), Form(arguments.format)
    file = arguments.out or Path(name_of(case, form))
    if file == STANDARD_OUTPUT and form is Form.PDF and sys.stdout.isatty():
        console.failure("NOT_FOR_A_TERMINAL", _("A PDF cannot be shown in a terminal. Name a file, or take text."))
        return REFUSED
    if is_taken(file, console):
        return REFUSED
    exported = export_case(desk.station)(case.id, form, desk.person, desk.now)
    lacks = before_sending(exported.lacks)
    return saved(exported.content, file, console, _facts(exported), *lacks)


def _facts(exported: Exported) -> dict[str, object]:
    lacks = {"before_sending": list(map(str, exported.lacks))} if exported.form is Form.MEDCOM else {}
    return {"format": exported.form.value, **lacks}
