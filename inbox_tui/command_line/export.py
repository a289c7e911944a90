"""The command that takes one case out as a file (E11)."""

import sys
from pathlib import Path
from typing import Final

from gateway.access.actions import Action
from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console
from gateway.language import gettext as _
from gateway.site.home import write_private
from inbox_tui.bootstrap import export_case
from inbox_tui.command_line.cases import Desk, add_command
from inbox_tui.exporting import Exported, Form, name_of

STANDARD_OUTPUT: Final = Path("-")


def add_export(commands: Commands) -> None:
    """Add `export`."""
    summary = _("save one case as a file: to print, to read, or for a case system")
    parser = add_command(commands, "export", summary, _export, "case")
    forms = list(map(str, Form))
    parser.add_argument("--format", choices=forms, default=str(Form.PDF), help=_("what to save it as (default: pdf)"))
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=_("where to save it (default: the referral's number, in this folder); - writes to standard output"),
    )


def _export(arguments: Arguments, console: Console, desk: Desk) -> int:
    case, form = desk.case(arguments.case, Action.EXPORT_CASE), Form(arguments.format)
    file = arguments.out or Path(name_of(case, form))
    if file == STANDARD_OUTPUT and form is Form.PDF and sys.stdout.isatty():
        console.failure("NOT_FOR_A_TERMINAL", _("A PDF cannot be shown in a terminal. Name a file, or take text."))
        return REFUSED
    if file != STANDARD_OUTPUT and file.exists():
        return _taken(console)
    exported = export_case(desk.station)(case.id, form, desk.person, desk.now)
    return _printed(exported) if file == STANDARD_OUTPUT else _saved(exported, file, console)


def _printed(exported: Exported) -> int:
    sys.stdout.flush()
    sys.stdout.buffer.write(exported.content)
    return DONE


def _saved(exported: Exported, file: Path, console: Console) -> int:
    try:
        write_private(file, exported.content)
    except FileExistsError:
        return _taken(console)
    said = _("Saved as {file}. It holds what the citizen told, and the CPR number:").format(file=file)
    yours = _("it is yours to look after now, and to delete once it is where it belongs.")
    console.answer({"file": str(file), "format": exported.form.value}, said, yours)
    return DONE


def _taken(console: Console) -> int:
    console.failure("FILE_EXISTS", _("There is a file of that name already. Nothing has been overwritten."))
    return REFUSED
