"""`audit list`: who did what, when and to what end; per citizen, per person, per kind of act (S30)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlmodel import Session, select

from directory.calendar import COPENHAGEN
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.access.words import ACTIONS, PURPOSES
from gateway.audit.chain import Link
from gateway.audit.read import entries
from gateway.audit.trail import CONSOLE, DAEMON, DONE, UNKNOWN
from gateway.commands.console import DONE as ENDED
from gateway.commands.console import NOT_FOUND, Arguments, Commands, Console, signed_in
from gateway.commands.explain import EXPLANATIONS
from gateway.exchange.rows import ConversationRow, OutgoingRow, TakenRow
from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.people import People, PersonRow
from gateway.station import Opener, Station
from gateway.terminal.dates import day_and_clock
from gateway.terminal.plain import one_line

MOST: Final = 1000
ONE_DAY: Final = timedelta(days=1)
NOBODY_IN_PERSON: Final[Mapping[str, str]] = {
    DAEMON: mark("the program"),
    CONSOLE: mark("whoever runs the site"),
    UNKNOWN: mark("a name nobody has here"),
}


def add_list(audit: Commands, open_site: Opener) -> None:
    """Add `audit list`."""

    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.READ_LOG, station.clocks.machine()) as deed:
                names, abouts = staff_names(station, deed.session), _ids(deed.session, arguments.about)
                whose = _person_id(names, arguments.whose)
                found = _found(deed.session, arguments, abouts, whose)
                deed.detail["found"] = len(found)
                numbers = numbers_of(deed.session, found)
        if arguments.whose and whose is None:
            console.failure("NOT_FOUND", _("Nobody of that name works here or has worked here."))
            return NOT_FOUND
        facts = [entry_facts(entry, names, numbers) for entry in found]
        console.answer({"entries": facts}, *(entry_line(entry, names, numbers) for entry in found))
        _remark_on(console, len(found), arguments.limit)
        return ENDED

    parser = audit.add_parser("list", help=_("who did what, when, and to what end"))
    parser.add_argument("--person", dest="whose", metavar=_("NAME"), help=_("only what this person did"))
    parser.add_argument("--about", metavar=_("REFERRAL"), help=_("only about this referral: its number or id"))
    actions = [action.value for action in Action]
    parser.add_argument("--action", choices=actions, metavar=_("ACTION"), help=_("only this kind of act (search …)"))
    parser.add_argument("--since", type=a_day, metavar=_("DATE"), help=_("from this day on (2026-11-22)"))
    parser.add_argument("--until", type=a_day, metavar=_("DATE"), help=_("to the end of this day"))
    parser.add_argument("--limit", type=_a_count, default=MOST, metavar=_("COUNT"), help=_("at most so many"))
    parser.set_defaults(run=show)


def a_day(text: str) -> datetime:
    """Read a day as 2026-11-22 or 22-11-2026, for argparse: the moment it begins in Denmark."""
    parts = text.strip().split("-")
    if len(parts[0]) <= len("31"):
        parts.reverse()
    return datetime.combine(date.fromisoformat("-".join(parts)), time(), COPENHAGEN).astimezone(UTC)


def staff_names(station: Station, session: Session) -> dict[str, str]:
    """Name everybody who acts here or ever has, by id."""
    people = People(session, station.vault)
    known = [people.with_id(person_id) for person_id in session.exec(select(PersonRow.id))]
    by_itself = {who: _(name) for who, name in NOBODY_IN_PERSON.items()}
    return {person.id: one_line(person.name) for person in known if person} | by_itself


def numbers_of(session: Session, found: Iterable[Link]) -> dict[str, str]:
    """Tell the referral's number for each conversation the entries are about."""
    abouts = {entry.about for entry in found if entry.about}
    rows = select(ConversationRow.conversation_id, ConversationRow.number)
    return {conversation: one_line(number) for conversation, number in session.exec(rows) if conversation in abouts}


def entry_facts(entry: Link, names: Mapping[str, str], numbers: Mapping[str, str]) -> dict[str, Any]:
    """Give one entry as JSON values."""
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "person": names.get(entry.person_id, entry.person_id),
        "person_id": entry.person_id,
        "role": entry.role or None,
        "action": entry.action,
        "purpose": entry.purpose,
        "about": entry.about or None,
        "number": numbers.get(entry.about),
        "outcome": entry.outcome,
        "detail": entry.detail,
        "hash": entry.hash,
    }


def entry_line(entry: Link, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """Write one entry on a line: when, who, what, to what end, about what, and how it went."""
    parts = (
        f"{entry.seq:>6}",
        day_and_clock(entry.at),
        names.get(entry.person_id, entry.person_id),
        _(_words(ACTIONS, entry.action)),
        f"({_(_words(PURPOSES, entry.purpose))})",
        numbers.get(entry.about, entry.about),
        "" if entry.outcome == DONE else _refused(entry.outcome),
    )
    return "  ".join(part for part in parts if part)


def _words(named: Mapping[Any, str], code: str) -> str:
    return named.get(code, code)


def _refused(code: str) -> str:
    known = EXPLANATIONS.get(code)
    return f"{code}: {_(known[0])}" if known and "{" not in known[0] else code


def _ids(session: Session, name: str | None) -> set[str] | None:
    """Find what a number or an id may stand for in the log: itself, a conversation's number, or a letter's id."""
    if name is None:
        return None
    name = name.strip()
    asked = (
        select(ConversationRow.conversation_id).where(ConversationRow.number == name),
        select(OutgoingRow.conversation_id).where(OutgoingRow.letter_id == name),
        select(TakenRow.conversation_id).where(TakenRow.letter_id == name),
    )
    return {name}.union(*(session.exec(question) for question in asked))


def _person_id(names: Mapping[str, str], name: str | None) -> str | None:
    wanted = (name or "").strip().casefold()
    return next((person_id for person_id, known in names.items() if known.casefold() == wanted), None)


def _found(session: Session, arguments: Arguments, abouts: set[str] | None, whose: str | None) -> tuple[Link, ...]:
    if arguments.whose and whose is None:
        return ()
    return entries(
        session,
        about=abouts,
        person_id=whose,
        action=arguments.action,
        since=arguments.since,
        until=arguments.until + ONE_DAY if arguments.until else None,
        limit=arguments.limit,
    )


def _remark_on(console: Console, count: int, limit: int) -> None:
    if count == 0:
        console.remark(_("The log holds no such entry."))
    elif count == limit:
        console.remark(_("There may be more: these are the latest {count}.").format(count=count))


def _a_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError
    return int(text)
