"""`completion`: what a shell needs to complete a program's commands, made from the very parser that reads them."""

import argparse
from collections.abc import Callable, Iterator
from typing import Final

from gateway.commands.console import DONE, Arguments, Commands, Console
from gateway.commands.options import parser_for
from gateway.language import gettext as _

SHELLS: Final = ("bash", "zsh", "tcsh")


def add_completion(
    commands: Commands, program: str, build: Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
) -> None:
    """Add `completion`, which needs no site: it prints a script, in the language in use."""

    def completion(arguments: Arguments, console: Console) -> int:
        script = _script(build(parser_for(program)), arguments.shell)
        console.answer({"shell": arguments.shell, "script": script}, *script.splitlines())
        return DONE

    parser = commands.add_parser("completion", help=_("print what your shell needs to complete these commands"))
    parser.add_argument("shell", choices=SHELLS, help=_("the shell you type in"))
    parser.set_defaults(run=completion)


def _script(parser: argparse.ArgumentParser, shell: str) -> str:
    import shtab  # noqa: PLC0415 - no other command needs it

    for action in _actions(parser):
        named = action.metavar if isinstance(action.metavar, str) else ""
        if named.startswith("FILE"):
            action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab reads it there
        elif named == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Walk everything that can be typed, at every depth."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to it
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - likewise
            for below in action.choices.values():
                yield from _actions(below)
