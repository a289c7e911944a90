"""Commands about cases, for those who would rather type than look: show, acknowledge; and what each of them shares."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

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
from gateway.terminal import erased
from gateway.terminal.sections import Section
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import Kind, Letter
from inbox_tui import held_up, presentation, work_page
from inbox_tui.bootstrap import case_store, open_municipality
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import CaseNotFound, DepartmentUnknown
from inbox_tui.casework.supplements import Supplemented
from inbox_tui.command_line.masking import masked_facts, without_cpr
from inbox_tui.export.facts import facts
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
        "--contact-by", type=day_typed, metavar=_("DATE"), help=_("by when you contact the citizen: a date, no words")
    )


def add_command(commands: Commands, name: str, summary: str, act: Act, *wanted: str) -> Subcommand:
    """Add one command for who signs in to a municipality's site; a refused act is put into words."""
    metavars = {"case": _("REFERRAL"), "department": _("DEPARTMENT")}
    parser = commands.add_parser(name, help=summary)
    for argument in wanted:
        parser.add_argument(argument, metavar=metavars[argument])

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
    case = desk.store.open(desk.case(arguments.case, Action.OPEN_CASE).id, desk.person, desk.now)
    if arguments.cpr:
        desk.store.looked_at_cpr(case.id, desk.person, desk.now)
    else:
        case = without_cpr(case)
    letter = Letter(Kind.REFERRAL, case.id, "", case.number, _body(case))
    advice = (held_up.advice(one, case.region_phone) for one in case.held_up)
    standing = [presentation.state(case.state), presentation.told(case), *advice]
    if case.withdrawn:
        standing.append(_("! The citizen has withdrawn the consent."))
    later = (_supplement_text(case, one) for one in case.supplements)
    since = (line for part in (*work_page.meetings(case), work_page.work(case)) for line in _section_lines(part))
    said = erased.said(case.erased.at, case.erased.days) if case.erased else letter_text(letter)
    lines = [presentation.verdict(case), *filter(None, standing), "", said, *later, *since]
    console.answer(facts(case), *lines)
    return DONE


def _section_lines(section: Section) -> list[str]:
    """Write a section's facts, one to a line; nothing when it has none."""
    return [section.heading, *(f"  {label}: {value}" for label, value in section.facts), ""] if section.facts else []


def _supplement_text(case: Case, one: Supplemented) -> str:
    return letter_text(Letter(Kind.SUPPLEMENT, case.id, "", case.number, one.supplement.written(), one.letter_id))


def _body(case: Case) -> dict[str, Any]:
    """Give the letter's body back as it came, with what went before (F4)."""
    body: dict[str, Any] = {"referral": case.referral.as_json()}
    if case.previous is not None:
        sent, first = case.previous.sent_at.isoformat(), case.previous.first_sent_at.isoformat()
        body["previous"] = {"number": case.previous.number, "sent_at": sent, "first_sent_at": first}
    return body


def _acknowledge(arguments: Arguments, console: Console, desk: Desk) -> int:
    found = desk.case(arguments.case, Action.ACKNOWLEDGE)
    case = desk.store.acknowledge(found.id, desk.person, desk.now, arguments.contact_by)
    unit = desk.store.unit()
    said = _("{number} is yours. Præhospitalet is told: {person}, {unit}, {phone}.").format(
        number=case.number, person=desk.person.name, unit=unit.unit_name, phone=unit.phone
    )
    remind_of_daemon(console)
    console.answer(masked_facts(case), said)
    return DONE


def text(name: str | None) -> str | None:
    """Read a note or a reason from a file or standard input; it is personal, so it is no argument."""
    if name is None:
        return None
    return read_file(name, LONGEST_NOTE).decode("utf-8", "replace").strip()
