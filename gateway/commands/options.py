"""What every command takes, and the language it speaks: read before anything else is loaded.

Nothing here needs a database or a key ring, so that a screen can be there while those are opened.
"""

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from platformdirs import user_data_path

from gateway import language
from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.glance import glance

NOT_HERE: Final = argparse.SUPPRESS
"""Keeps a subcommand's default from hiding what stood before it."""

Arguments = argparse.Namespace


ARGPARSE_SAYS: Final = (
    mark("usage: "),
    mark("positional arguments"),
    mark("options"),
    mark("show this help message and exit"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("expected one argument"),
    mark("expected at least one argument"),
    mark("ignored explicit argument %r"),
    mark("ambiguous option: %(option)s could match %(matches)s"),
    mark("not allowed with argument %s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
)
"""What argparse itself says to people, so that it stands in the catalogue with the rest."""

Commands: TypeAlias = "argparse._SubParsersAction[Subcommand]"  # noqa: SLF001 - argparse has no public name for it


Table = Mapping[str, Callable[[Commands], object]]
"""The commands of a program by name, and what adds each, or it and its like: it loads what those alone need."""


class Build(Protocol):
    """Adds a program's commands to its parser: the one that is `wanted`, or every one."""

    def __call__(self, parser: argparse.ArgumentParser, wanted: str = "") -> argparse.ArgumentParser:
        """Give the parser back."""
        ...


def add(table: Table, commands: Commands, wanted: str) -> None:
    """Add the one command that is wanted; all of them when it is none of these, for a list or a mistake names all."""
    for add_to in (table[wanted],) if wanted in table else dict.fromkeys(table.values()):
        add_to(commands)


class _Described(argparse._SubParsersAction):  # type: ignore[type-arg]  # noqa: SLF001 - not generic when it runs
    """Subcommands whose own help begins with what the list above them says they do."""

    def add_parser(self, name: str, **options: Any) -> Any:  # noqa: ANN401 - argparse's own
        return super().add_parser(name, **{"description": options.get("help"), **options})


class Subcommand(argparse.ArgumentParser):
    """A parser that takes the shared options wherever on the line they stand."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(**options)
        self.register("action", "parsers", _Described)
        self.add_argument("--home", metavar="DIR", type=Path, default=NOT_HERE, help=_("the site's folder"))
        self.add_argument("--lang", choices=language.LANGUAGES, default=NOT_HERE, help=_("the language to speak"))
        self.add_argument("--as", dest="person", metavar=_("NAME"), default=NOT_HERE, help=_("who you are"))
        self.add_argument(
            "--password-file",
            metavar="FILE",
            default=NOT_HERE,
            help=_("where your password stands (default: you are asked)"),
        )
        self.add_argument("--json", action="store_true", default=NOT_HERE, help=_("print one JSON object"))


class _Version(argparse.Action):
    """`--version`: say which version this is, and end. It is looked up when somebody asks, and not before."""

    def __call__(self, parser: argparse.ArgumentParser, *_typed: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - no other command needs it to begin

        print(parser.prog, version("stafet"))
        parser.exit()


def parser_for(program: str, **options: Any) -> Subcommand:  # noqa: ANN401 - argparse's own
    """Make the parser of a program, with what every command takes; the site is found by option or environment."""
    parser = Subcommand(prog=program, **options)
    parser.add_argument("--version", action=_Version, nargs=0, default=NOT_HERE, help=_("say which version this is"))
    home = os.environ.get("STAFET_HOME") or user_data_path(program)
    parser.set_defaults(home=Path(home), lang=None, json=False, person=None, password_file=None)
    return parser


def begin(program: str, argv: Sequence[str]) -> None:
    """Prepare to be a command: what it writes is its owner's alone, any terminal will do, its language is known."""
    os.umask(0o077)
    gc.disable()  # what is loaded now stays: to look there for what does not would take a tenth of the time
    _print_anything()
    language.use(_language(program, argv))


def loaded() -> None:
    """Let Python's collector work again, and pass over all that is there by now."""
    gc.freeze()
    gc.enable()


def names_a_command(program: str, argv: Sequence[str]) -> bool:
    """Tell whether more is asked for than what every command takes, be it a command, help or a mistake."""
    try:
        return bool(parser_for(program, add_help=False, exit_on_error=False).parse_known_args(argv)[1])
    except argparse.ArgumentError:
        return True


def command_in(program: str, argv: Sequence[str]) -> str:
    """Tell which command was typed; empty when that is not plain, and then every command is there to choose from."""
    try:
        rest = parser_for(program, add_help=False, exit_on_error=False).parse_known_args(argv)[1]
    except argparse.ArgumentError:
        return ""
    return next((word for word in rest[:1] if not word.startswith("-")), "")


def named(arguments: Arguments) -> str:
    """Tell by what name somebody wants in, if one was given."""
    return str(arguments.person or os.environ.get("STAFET_AS", ""))


def at_terminal() -> bool:
    """Tell whether a person sits at a terminal that screens can be drawn on."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _print_anything() -> None:
    """Let a terminal that cannot show a character show its number instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _language(program: str, argv: Sequence[str]) -> str:
    """Find the language before anything is said in it: the one asked for, the site's own, or Danish."""
    try:
        early, _rest = parser_for(program, add_help=False, exit_on_error=False).parse_known_args(argv)
        return str(early.lang or glance(whole(early.home)).language)
    except argparse.ArgumentError:
        return "da"


def whole(path: Path) -> Path:
    """Give the path from the root; one that leads nowhere, such as ~nobody, is left as it was typed."""
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError):
        return path
