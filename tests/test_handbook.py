"""The handbook's pages hang together, say for whom they are, and type commands that the programs take."""

import re
import shlex
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from gateway import language
from gateway.commands import console
from gateway.commands.options import Subcommand
from gateway.desk import commands as at_desk
from gateway.terminal.commands import Command
from inbox_tui import commands as at_inbox

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OUTSIDE = [ROOT / f"{name}.md" for name in ("README", "SECURITY", "CONTRIBUTING", "DECISIONS", "CHANGELOG")]
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INCLUDED = re.compile(r"```\{include\} (\S+)")
LISTED = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)
OF_THE_SYSTEM = {"LANGUAGE", "MPLCONFIGDIR", "WATCHDOG_PID"}
"""What the programs set or read for others: said nowhere, or with its neighbour."""


@pytest.fixture
def draw(monkeypatch):
    """The script that writes the page of commands."""
    monkeypatch.syspath_prepend(str(DOCS))
    import draw_commands  # noqa: PLC0415 - a script, which lies beside the pages

    yield draw_commands
    language.use("da")


def named(page):
    return str(page.relative_to(ROOT))


def prose(page):
    return CODE.sub("", page.read_text("utf-8"))


def listed():
    """Every page that stands in a table of contents, with the page it is listed by."""
    for page in PAGES:
        for block in LISTED.findall(page.read_text("utf-8")):
            for line in filter(None, block.splitlines()):
                if not line.startswith(":"):
                    name = re.sub(r"^.*<(.+)>$", r"\1", line.strip())
                    yield (page.parent / f"{name}.md").resolve()


def anchors(page):
    """Every place of a page that can be pointed at, as GitHub and the handbook name them."""
    text = page.read_text("utf-8")
    if found := INCLUDED.search(text):
        return anchors((page.parent / found[1]).resolve())
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^\((.+)\)=$", text, re.MULTILINE))


LINKS = [
    (page, target) for page in (*PAGES, *OUTSIDE) for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(page))
]


def test_every_page_is_in_one_table_of_contents():
    assert sorted(listed()) == [page for page in PAGES if page != DOCS / "index.md"]


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{named(page)}:{target}" for page, target in LINKS])
def test_every_link_and_picture_leads_somewhere(page, target):
    path, _hash, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    assert there.is_file()
    if anchor:
        assert anchor in anchors(there)


def test_a_page_of_the_root_that_is_included_points_into_the_handbook_alone():
    """What is included stands in another folder, and only `docs/` is taken off."""
    included = {(page.parent / found[1]).resolve() for page in PAGES if (found := INCLUDED.search(page.read_text()))}
    assert len(included) == 4
    assert [target for page, target in LINKS if page in included and not re.match(r"docs/|#", target)] == []


def test_every_picture_says_what_it_shows():
    assert [found for page in PAGES for found in re.findall(r"!\[\s*\]\([^)]+\)", prose(page))] == []


def test_no_picture_is_left_over():
    shown = {Path(target).name for _page, target in LINKS if "images/" in target}
    assert {file.name for file in (DOCS / "images").iterdir()} - shown == {
        *("desk-board-light.svg", "desk-help.svg", "desk-own-key.svg", "help.svg", "inbox-light.svg"),
        *("line-own-key.svg",),
    }


@pytest.mark.parametrize("page", [page for page in PAGES if not INCLUDED.search(page.read_text("utf-8"))], ids=named)
def test_a_page_begins_with_for_whom_it_is(page):
    beginning = " ".join(page.read_text("utf-8").split("\n\n")[:3])
    assert re.search(r"\b[Ff]or (everybody|whoever|those|the|a) |\b[Tt]il (alle|dig|administratoren)|\bdu\b", beginning)


@cache
def parser(build, program):
    return build(Subcommand(prog=program))


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "commands.md"], ids=named)
def test_what_is_typed_is_what_the_programs_take(page, draw):
    """What ends with … leaves something out: there only the command must be one."""
    for line in draw.typed(page.read_text("utf-8")):
        program, *words = shlex.split(line)
        takes = parser(draw.BUILDS[program], program)
        if words[-1:] == ["…"]:
            assert words[0] in draw.below(takes).choices
        else:
            takes.parse_args(words)


def test_the_page_of_commands_is_what_the_programs_say(draw):
    assert draw.PAGE.read_text("utf-8") == draw.page(draw.handbook()), "run `make docs`"


def test_every_command_of_both_programs_is_on_it(draw):
    page = draw.PAGE.read_text("utf-8")
    for name, build in draw.BUILDS.items():
        progs = [one.prog for one in draw.commands(parser(build, name)) if one.prog != name]
        assert re.findall(rf"^### ({name} .+)$", page, re.MULTILINE) == progs
        assert len(progs) > 60


def test_every_exit_code_is_told(draw):
    assert set(draw.CODES) == {console.DONE, console.REFUSED, console.NOT_FOUND, console.OUT_OF_REACH}


def test_every_variable_that_is_read_is_told(draw):
    code = "\n".join(
        file.read_text("utf-8") for name in ("gateway", "inbox_tui", "keys") for file in (ROOT / name).rglob("*.py")
    )
    read = set(re.findall(r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"|\"(STAFET_[A-Z]+(?:_[A-Z]+)*)\"", code))
    names = {name for pair in read for name in pair if name} - OF_THE_SYSTEM
    assert names <= set(draw.VARIABLES)
    assert all(re.search(rf"\b{name}\b", code) or name == "NO_COLOR" for name in draw.VARIABLES)


@pytest.mark.parametrize(("page", "screens"), [("desk.md", at_desk), ("inbox.md", at_inbox)])
def test_every_key_is_one_the_screens_have(page, screens):
    keys = {f"{one.shown} {one.label}" for one in vars(screens).values() if isinstance(one, Command)}
    said = set(re.findall(r"\*\*((?:Ctrl\+)?(?:F\d|[A-Z/]|Enter|Esc) [^*]+)\*\*", prose(DOCS / page)))
    assert said - keys == set()
    assert len(said) > 5


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_nobody_real_is_written_to(page):
    addresses = re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", page.read_text("utf-8"))
    assert [host for host in addresses if not host.endswith((".example", ".service", ".timer"))] == []


@pytest.mark.parametrize("page", [DOCS / "install-region.md", DOCS / "install-municipality.md"], ids=named)
def test_the_steps_of_an_installation_are_numbered_in_order(page):
    steps = [int(number) for number in re.findall(r"^## (\d+)\. ", prose(page), re.MULTILINE)]
    assert steps[0] == 1
    assert all(after == before + 1 for before, after in pairwise(steps))
