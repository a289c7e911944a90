"""Commands about cases, for those who would rather type than look: list, show, acknowledge, forward, departments."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from directory.calendar import local_day
from gateway.commands.console import (
    DONE,
    NOT_FOUND,
    REFUSED,
    Arguments,
    Commands,
    Console,
    acting,
    person_option,
    read_file,
    remind_of_daemon,
)
from gateway.consents.model import Consent
from gateway.language import gettext as _
from gateway.meetings.errors import MeetingUnknown
from gateway.site.people import Role
from gateway.station import Station
from gateway.terminal.sections import Section
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import Kind, Letter
from inbox_tui import presentation, work_page
from inbox_tui.bootstrap import case_store, open_municipality
from inbox_tui.casework.case import Case, CaseLine
from inbox_tui.casework.errors import CaseNotFound, DepartmentUnknown
from inbox_tui.casework.supplements import Supplemented
from inbox_tui.refusals import REFUSED as REFUSALS
from inbox_tui.refusals import in_words
from inbox_tui.store import CaseStore

LONGEST_NOTE: Final = 20_000
MANY: Final = 1000

Act = Callable[[Arguments, Console, Station, CaseStore], int]


def add_cases(commands: Commands) -> None:
    """Add the commands about cases."""
    add_command(commands, "list", _("show the cases, what needs a person first"), _list)
    person_option(add_command(commands, "show", _("show one case"), _show, "case"))
    acknowledging = add_command(
        commands, "acknowledge", _("take a referral over, and tell Præhospitalet"), _acknowledge, "case"
    )
    person_option(acknowledging)
    forwarding = add_command(commands, "forward", _("make a department responsible"), _forward, "case", "department")
    forwarding.add_argument("--note", metavar="FILE", help=_("a note for the department; - reads standard input"))
    forwarding.add_argument("--reason", metavar="FILE", help=_("why, when the consent does not cover the department"))
    person_option(forwarding)
    add_command(commands, "departments", _("show the departments"), _departments)


def add_command(commands: Commands, name: str, summary: str, act: Act, *wanted: str) -> ArgumentParser:
    """Add one command that works on an opened site; a refused act is put into words."""
    metavars = {"case": _("REFERRAL"), "department": _("DEPARTMENT")}
    parser = commands.add_parser(name, help=summary)
    for argument in wanted:
        parser.add_argument(argument, metavar=metavars[argument])

    def run(arguments: Arguments, console: Console) -> int:
        with open_municipality(console.home) as station, _told(console) as ended:
            ended.append(act(arguments, console, station, case_store(station)))
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


def _list(_arguments: Arguments, console: Console, station: Station, store: CaseStore) -> int:
    today = local_day(station.clocks.rules())
    lines = store.page(0, MANY, today)
    shown = [_row(line, presentation.deadline(line, today)) for line in lines]
    console.answer({"cases": [_line_facts(line) for line in lines]}, *(shown or [_("No referrals yet.")]))
    return DONE


def _show(arguments: Arguments, console: Console, station: Station, store: CaseStore) -> int:
    case = found(store, arguments.case)
    store.opened(case.id, acting(station, arguments.person, Role.INTAKE), station.clocks.rules())
    letter = Letter(Kind.REFERRAL, case.id, "", case.number, _body(case))
    standing = [presentation.state(case.state), presentation.told(case), presentation.not_told(case)]
    if case.withdrawn:
        standing.append(_("! The citizen has withdrawn the consent."))
    later = (_supplement_text(case, one) for one in case.supplements)
    since = (line for part in (*work_page.meetings(case), work_page.work(case)) for line in _section_lines(part))
    lines = [presentation.verdict(case), *filter(None, standing), "", letter_text(letter), *later, *since]
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


def _acknowledge(arguments: Arguments, console: Console, station: Station, store: CaseStore) -> int:
    person = acting(station, arguments.person, Role.INTAKE)
    case = store.acknowledge(found(store, arguments.case).id, person, station.clocks.rules())
    unit = store.unit()
    said = _("{number} is yours. Præhospitalet is told: {person}, {unit}, {phone}.").format(
        number=case.number, person=person.name, unit=unit.unit_name, phone=unit.phone
    )
    remind_of_daemon(console)
    console.answer(facts(case), said)
    return DONE


def _forward(arguments: Arguments, console: Console, station: Station, store: CaseStore) -> int:
    person = acting(station, arguments.person, Role.INTAKE)
    department = store.department(arguments.department)
    if department is None:
        raise DepartmentUnknown
    case = store.forward(
        found(store, arguments.case).id,
        department.id,
        person,
        text(arguments.note) or "",
        station.clocks.rules(),
        reason=text(arguments.reason),
    )
    said = _("{department} is now responsible for {number}.").format(department=department.name, number=case.number)
    console.answer(facts(case), said)
    return DONE


def _departments(_arguments: Arguments, console: Console, _station: Station, store: CaseStore) -> int:
    departments = store.departments()
    listed = [{"name": one.name, "kind": one.kind.value} for one in departments]
    console.answer(
        {"departments": listed}, *(f"{one.name:<32} {_(presentation.KINDS[one.kind])}" for one in departments)
    )
    return DONE


def found(store: CaseStore, name: str) -> Case:
    """Find the case of that number or id; raises CaseNotFound."""
    case = store.find(name)
    if case is None:
        raise CaseNotFound
    return case


def text(name: str | None) -> str | None:
    """Read a note or a reason from a file or standard input; it is personal, so it is no argument."""
    if name is None:
        return None
    return read_file(name, LONGEST_NOTE).decode("utf-8", "replace").strip()


def _row(line: CaseLine, deadline: str) -> str:
    words = (presentation.state(line.state), presentation.citizen(line.citizen), deadline, presentation.holder(line))
    return f"{line.number}  " + presentation.SEPARATOR.join(
        word for word in (*words, *presentation.marks(line)) if word
    )


def _line_facts(line: CaseLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "number": line.number,
        "state": line.state.value,
        "received_at": line.received_at.isoformat(),
        "target_date": line.target_date.isoformat(),
        "re_referral": line.re_referral,
        "warnings": [notice.value for notice in line.notices],
        "acknowledged_by": line.acknowledged_by,
        "responsible": line.responsible,
        "acute": line.acute,
        "supplements": line.supplements,
        "reminded": line.reminded,
        "meeting_waits": line.asked,
        "withdrawn": line.withdrawn,
    }


def facts(case: Case) -> dict[str, Any]:
    """Give a case as facts for `--json`."""
    return {
        "id": case.id,
        "letter_id": case.letter_id,
        "number": case.number,
        "state": case.state.value,
        "received_at": case.received_at.isoformat(),
        "target_date": case.target_date.isoformat(),
        "re_referral": case.referral.re_referral is not None,
        "warnings": [notice.value for notice in case.notices],
        "acknowledged_by": case.acknowledged.by if case.acknowledged else None,
        "acknowledged_at": case.acknowledged.at.isoformat() if case.acknowledged else None,
        "acknowledgement_state": case.told.value if case.told else None,
        "responsible": case.responsible.name if case.responsible else None,
        "forwards": [{"department": move.department.name, "at": move.at.isoformat()} for move in case.history],
        "signed_by": str(case.seal.signed_by),
        "referral": case.referral.as_json(),
        "supplements": [one.supplement.written() for one in case.supplements],
        "withdrawn_at": case.withdrawn.at.isoformat() if case.withdrawn else None,
        "acute": case.assessment.acute if case.assessment else None,
        "known": case.familiar.known if case.familiar else None,
        "ending_state": case.ending_told.value if case.ending_told else None,
        "notes": [{"kind": type(note).__name__, **note.model_dump(mode="json")} for note in case.notes],
        "consents": [_consent_facts(one) for one in case.consents],
    }


def _consent_facts(consent: Consent) -> dict[str, Any]:
    return {
        "purpose": consent.purpose.value,
        "form": consent.form.value,
        "obtained_at": consent.obtained_at.isoformat(),
        "obtained_by": consent.taken_by,
        "expires_at": consent.expires_at.isoformat(),
        "parties": list(consent.parties),
    }
