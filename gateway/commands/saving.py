"""Saving what was taken out: as a file for its owner alone, never over another, or on standard output (E11)."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.commands.console import DONE, REFUSED, Console
from gateway.language import gettext as _
from gateway.site.home import write_private

STANDARD_OUTPUT: Final = Path("-")


def out_option(parser: ArgumentParser) -> None:
    """Let a command say where its file goes."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=_("where to save it (default: the referral's number, in this folder); - writes to standard output"),
    )


def is_taken(file: Path, console: Console) -> bool:
    """Tell whether a file of that name is there already, and say so."""
    there = file != STANDARD_OUTPUT and file.exists()
    if there:
        _taken(console)
    return there


def saved(content: bytes, file: Path, console: Console, facts: Mapping[str, Any], *more: str) -> int:
    """Save it and say whose it is now; `more` is what else must be said, beside what goes to standard output."""
    if file == STANDARD_OUTPUT:
        if more:
            console.remark(*more)
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return DONE
    try:
        write_private(file, content)
    except FileExistsError:
        return _taken(console)
    said = _("Saved as {file}. It holds what the citizen told, and the CPR number:").format(file=file)
    yours = _("it is yours to look after now, and to delete once it is where it belongs.")
    console.answer({"file": str(file), **facts}, said, yours, *more)
    return DONE


def _taken(console: Console) -> int:
    console.failure("FILE_EXISTS", _("There is a file of that name already. Nothing has been overwritten."))
    return REFUSED
