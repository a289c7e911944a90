"""Commands about cases, for those who would rather type than look: show, acknowledge; and what each of them shares."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.access.actions import Action
from gateway.commands.console import (
    DONE,
    NOT_FOUND,
    REFUSED,
    Arguments,
    Commands,
    Console,
    Subcommand,
    read_file,
    remind_of_daemon,
    signed_in,
)
from gateway.language import gettext as _
from gateway.meetings.errors import MeetingUnknown
from gateway.site.people import Person
from gateway.station import Station
from gateway.statistics.period import day_typed
from gateway.terminal import dates
from inbox_tui import letter_page
from inbox_tui.bootstrap import case_store, open_municipality
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import CaseNotFound, DepartmentUnknown
from inbox_tui.command_line.masking import masked_facts, without_cpr
from inbox_tui.export import paper
from inbox_tui.export.facts import facts
from inbox_tui.export.text import page_lines
from inbox_tui.refusals import REFUSED as REFUSALS
from inbox_tui.refusals import in_words
from inbox_tui.store import CaseStore

LONGEST_NOTE: Final = 20_000


@dataclass(frozen=True)
class Desk:
    """Where a command is carried out: the site, its cases, who types, and when."""

    station: Station
    store: CaseStore
    person: Person
    now: datetime

    def case(self, name: str, wanted: Action) -> Case:
        """Find the case of that number or id for what is `wanted`; raises CaseNotFound, MayNot or PersonGone."""
        case = self.store.find(name, self.person, self.now, wanted)
        if case is None:
            raise CaseNotFound
        return case


Act = Callable[[Arguments, Console, Desk], int]


def add_cases(commands: Commands) -> None:
    """Add the commands about cases."""
    show = add_command(commands, "show", _("show one case"), _show, "case")
    show.add_argument("--cpr", action="store_true", help=_("show the CPR number too; it is noted that you asked"))
    taking = _("take a referral over, and tell Præhospitalet")
    acknowledge = add_command(commands, "acknowledge", taking, _acknowledge, "case")
    acknowledge.add_argument(
        "--contact-by", type=day, metavar=_("DATE"), help=_("by when you contact the citizen: a date, no words")
    )


def add_command(commands: Commands, name: str, summary: str, act: Act, *wanted: str) -> Subcommand:
    """Add one command for who signs in to a municipality's site; a refused act is put into words."""
    named = {
        "case": (_("REFERRAL"), _("its number, such as 2026-0042, or its id")),
        "department": (_("DEPARTMENT"), _("its name or id, as departments shows them")),
    }
    parser = commands.add_parser(name, help=summary)
    for argument in wanted:
        metavar, help_ = named[argument]
        parser.add_argument(argument, metavar=metavar, help=help_)

    def run(arguments: Arguments, console: Console) -> int:
        with open_municipality(console.home) as station, _told(console) as ended:
            person = signed_in(station, arguments)
            ended.append(act(arguments, console, Desk(station, case_store(station), person, station.clocks.rules())))
        return ended[-1]

    parser.set_defaults(run=run)
    return parser


@contextmanager
def _told(console: Console) -> Iterator[list[int]]:
    """Put a refused act into words; what comes out of the list is the exit code."""
    ended: list[int] = []
    try:
        yield ended
    except REFUSALS as error:
        missing = _("There is no referral with that number or id.")
        console.failure(error.code, missing if isinstance(error, CaseNotFound) else in_words(error))
        ended.append(NOT_FOUND if isinstance(error, CaseNotFound | DepartmentUnknown | MeetingUnknown) else REFUSED)


def _show(arguments: Arguments, console: Console, desk: Desk) -> int:
    """Print the page the screen shows, in the same order and words."""
    case = desk.store.open(desk.case(arguments.case, Action.OPEN_CASE).id, desk.person, desk.now)
    if arguments.cpr:
        desk.store.looked_at_cpr(case.id, desk.person, desk.now)
    page = letter_page.sections(case, desk.now, show_cpr=arguments.cpr)
    lines = page_lines(paper.title(case), paper.standing(case), page)
    console.answer(facts(case if arguments.cpr else without_cpr(case)), *lines)
    return DONE


def _acknowledge(arguments: Arguments, console: Console, desk: Desk) -> int:
    found = desk.case(arguments.case, Action.ACKNOWLEDGE)
    case = desk.store.acknowledge(found.id, desk.person, desk.now, arguments.contact_by)
    unit = desk.store.unit()
    said = _("{number} is yours. Præhospitalet is told: {person}, {unit}, {phone}.").format(
        number=case.number, person=desk.person.name, unit=unit.unit_name, phone=unit.phone
    )
    by = arguments.contact_by
    promised = (
        _("It is told that you contact the citizen by {date} at the latest.").format(date=dates.day(by)) if by else ""
    )
    remind_of_daemon(console)
    console.answer(masked_facts(case), *filter(None, (said, promised)))
    return DONE


def day(written: str) -> date:
    """Read a date for the parser, which says what is wrong in these words."""
    try:
        return day_typed(written)
    except ValueError:
        raise ArgumentTypeError(_("write a date such as 24-11-2026")) from None


def text(name: str | None) -> str | None:
    """Read a note or a reason from a file or standard input; it is personal, so it is no argument."""
    if name is None:
        return None
    return read_file(name, LONGEST_NOTE).decode("utf-8", "replace").strip()
