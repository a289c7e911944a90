"""Write docs/commands.md from the parsers of both programs: `python docs/draw_commands.py`, or `make docs`."""  # noqa: INP001 - a script

import argparse
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from draw_conversation import described, table

from gateway import __main__ as gateway_command
from gateway import language
from gateway.access.actions import MAY
from gateway.access.words import ACTIONS
from gateway.commands import console
from gateway.commands.options import Subcommand, parser_for
from gateway.site import roles
from gateway.site.roles import Role
from inbox_tui import program as inbox_command

DOCS: Final = Path(__file__).parent
PAGE: Final = DOCS / "commands.md"
BUILDS: Final = {"stafet-gateway": gateway_command.build, "stafet-inbox": inbox_command.build}
AT: Final = {"stafet-gateway": "At the region", "stafet-inbox": "At a municipality"}
TYPED: Final = re.compile(r"^[$#] (?:\S+/|sudo -u \w+ )*(stafet-(?:gateway|inbox) (?:[^\\\n]|\\\n)+)", re.MULTILINE)
ONLY_AT: Final = {Role.SENDER: "the region", Role.INTAKE: "a municipality", Role.DEPARTMENT: "a municipality"}
INTRO: Final = """\
# Every command

For whoever types commands or writes scripts. Each command of both programs, with everything it takes. `--help` behind
any of them says the same, in Danish unless you ask otherwise. The screens do all of this too.

This page is written from the programs themselves by `make docs`; a test fails when it is not.

A word in CAPITALS stands for something you type. What stands in `[brackets]` may be left out.
"""
CODES: Final[Mapping[int, str]] = {
    console.DONE: "done; where the command asks whether something is wrong: nothing is",
    console.REFUSED: "misused, or refused with a reason code (`--json` gives it as `error`); or something needs doing",
    console.NOT_FOUND: "there is no such referral, case, person, key or contact",
    console.OUT_OF_REACH: "what it needs could not be reached or unlocked: the site, its database, its key, a server",
}
VARIABLES: Final[Mapping[str, str]] = {
    "STAFET_HOME": "the site's folder, as `--home`",
    "STAFET_AS": "who you are, as `--as`",
    "STAFET_PASSWORD_FILE": "where your password stands, as `--password-file`",
    "STAFET_APPEARANCE": "the ground of the screens: `dark`, `light` or `auto`; before the setting `appearance`",
    "NO_COLOR": "set to anything: the screens do without colour",
    "CREDENTIALS_DIRECTORY": "where the service's credentials stand: `passphrase`, `password`; systemd sets it",
    "NOTIFY_SOCKET": "where the daemon says that it is ready; systemd sets it",
    "WATCHDOG_USEC": "how often it says that it is alive, with `WATCHDOG_PID`; systemd sets them",
}


def page(handbook: Iterable[Path]) -> str:
    """Write the whole page, in English; the first line of the `handbook` that types a command is its example."""
    language.use("en")
    programs = {name: build(parser_for(name)) for name, build in BUILDS.items()}
    examples = dict(_examples(handbook, programs))
    parts = (INTRO, *_shared(), *_roles())
    return "\n".join(
        (*parts, *(line for name, parser in programs.items() for line in _program(name, parser, examples)))
    )


def handbook() -> list[Path]:
    """Give the pages that hold examples, in a fixed order; this page itself is none of them."""
    return [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]


def typed(text: str) -> Iterator[str]:
    """Give every line of a page that types one of the two programs, whole, without prompt and redirection."""
    for line in TYPED.findall(text):
        whole = re.sub(r"\s*\\\n\s*", " ", line)
        yield re.split(r"\s(?:>|<|2>|\||&&|#)", whole)[0].strip()


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Walk every parser that runs something, in the order they are listed."""
    under = below(parser)
    if under is None or not under.required:
        yield parser
    for one in under.choices.values() if under else ():
        yield from commands(one)


def below(parser: argparse.ArgumentParser) -> "argparse._SubParsersAction[argparse.ArgumentParser] | None":
    """Give what the names of commands are chosen from, if there are any below this one."""
    return next((one for one in parser._actions if isinstance(one, argparse._SubParsersAction)), None)  # noqa: SLF001 - argparse has no public way to it


def _shared() -> Iterator[str]:
    yield "## What every command takes\n"
    yield from table(("Option", "What it is"), map(_row, _shared_actions()))
    yield "Without `--home` the site is in the user's own data folder (`~/.local/share/stafet-gateway`, or"
    yield "`…/stafet-inbox`). `--version`, before any command, says which version of the program it is.\n"
    yield "## How a command ends\n"
    yield from table(("Exit code", "It means"), ((str(code), words) for code, words in CODES.items()))
    yield "## The environment\n"
    yield from table(("Variable", "What it is"), ((f"`{name}`", words) for name, words in VARIABLES.items()))


def _roles() -> Iterator[str]:
    yield "## Roles\n"
    sentences = dict(described(roles, Role))
    rows = ((f"`{role}`", ONLY_AT.get(role, "either end"), sentences[f"**{role}**"]) for role in Role)
    yield from table(("Role", "At", "What they do"), rows)
    yield "Who may do what, in the words of the log. A cross: may.\n"
    crossed = ((ACTIONS[action], *("×" if role in may else "" for role in Role)) for action, may in MAY.items() if may)
    yield from table(("What is done", *(f"`{role}`" for role in Role)), crossed)


def _program(name: str, parser: argparse.ArgumentParser, examples: Mapping[str, str]) -> Iterator[str]:
    yield f"## {AT[name]}: {name}\n"
    yield f"{parser.description} {parser.epilog or ''}".strip() + "\n"
    for one in commands(parser):
        if one is not parser:
            yield from _command(one, examples.get(one.prog))


def _command(parser: argparse.ArgumentParser, example: str | None) -> Iterator[str]:
    yield f"### {parser.prog}\n"
    says = _plain(parser.description or "")
    yield f"{says[:1].upper()}{says[1:]}.\n"
    yield f"```text\n{_usage(parser)}\n```\n"
    own = [action for action in parser._actions if _own(action)]  # noqa: SLF001 - likewise
    if own:
        yield from table(("It takes", "What it is"), map(_row, own))
    if example:
        yield f"```console\n$ {example}\n```\n"


def _own(action: argparse.Action) -> bool:
    return action.dest not in {"help", *(one.dest for one in _shared_actions())} and not isinstance(
        action,
        argparse._SubParsersAction,  # noqa: SLF001 - likewise
    )


def _shared_actions() -> list[argparse.Action]:
    return [one for one in Subcommand(add_help=False)._actions if one.dest != "help"]  # noqa: SLF001 - likewise


def _usage(parser: argparse.ArgumentParser) -> str:
    """Write how it is typed, without what every command takes; argparse's own layout changes between versions."""
    own = [action for action in parser._actions if _own(action)]  # noqa: SLF001 - likewise
    exclusive = {one: group for group in parser._mutually_exclusive_groups for one in group._group_actions}  # noqa: SLF001 - likewise
    words, told = [], set()
    for action in sorted(own, key=lambda one: (not one.option_strings, not one.required)):
        group = exclusive.get(action)
        if group is None:
            words.append(_optional(_typed_as(action), needed=action.required))
        elif group not in told:
            told.add(group)
            words.append(_optional(" | ".join(map(_typed_as, group._group_actions)), needed=group.required))  # noqa: SLF001 - likewise
    return " ".join((parser.prog, *words))


def _optional(words: str, *, needed: bool) -> str:
    return words if needed else f"[{words}]"


def _typed_as(action: argparse.Action) -> str:
    named = f"{action.option_strings[-1]} " if action.option_strings else ""
    if action.nargs == 0:
        return named.strip()
    value = _value(action)
    return f"{named}{value}{' …' if action.nargs in {'+', '*'} or isinstance(action, argparse._AppendAction) else ''}"  # noqa: SLF001 - likewise


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "WORD" if action.choices is not None else action.dest.upper().replace("_", "-")


def _row(action: argparse.Action) -> tuple[str, str]:
    """Give one thing a command takes: how it is typed, and what it is, with its choices and default."""
    said = [_plain(action.help or "").rstrip(".")] if action.help else []
    if action.choices is not None:
        said.append("one of " + ", ".join(f"`{choice}`" for choice in action.choices))
    if action.required and action.option_strings:
        said.append("**must be given**")
    if _tells_default(action):
        said.append(f"default: `{action.default}`")
    return f"`{_typed_as(action)}`", "; ".join(said) or "–"


def _tells_default(action: argparse.Action) -> bool:
    """Tell whether a default is worth a word: not one that stands in the help, and not that nothing is given."""
    silent = action.default in (None, "", False, argparse.SUPPRESS, []) or isinstance(action.default, Path)
    return not silent and "default" not in (action.help or "")


def _plain(text: str) -> str:
    """Write argparse's own text as Markdown."""
    return re.sub(r"([|*<>_])", r"\\\1", text.replace("%%", "%"))


def _examples(pages: Iterable[Path], programs: Mapping[str, argparse.ArgumentParser]) -> Iterator[tuple[str, str]]:
    """Give the first whole line of the handbook for each command; a `…` at the end leaves something out."""
    lines = [line for one in pages if one != PAGE for line in typed(one.read_text("utf-8")) if not line.endswith("…")]
    for line in reversed(lines):
        yield _prog(shlex.split(line), programs), line


def _prog(words: list[str], programs: Mapping[str, argparse.ArgumentParser]) -> str:
    """Tell which command a line is, past any shared option that stands before its name."""
    parser = programs[words[0]]
    for word in words[1:]:
        under = below(parser)
        if under and word in under.choices:
            parser = under.choices[word]
    return parser.prog


if __name__ == "__main__":
    PAGE.write_text(page(handbook()), "utf-8")
