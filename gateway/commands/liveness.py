"""Commands about the line: how each party is doing, a test now, the drills, and the sheet for the wall (D12, D13)."""

import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from directory.errors import NotAParty
from directory.model import REGION, checked_party
from gateway import upkeep
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import (
    DONE,
    REFUSED,
    Arguments,
    Command,
    Commands,
    Console,
    remind_of_daemon,
    signed_in,
)
from gateway.commands.explain import explained
from gateway.language import gettext as _
from gateway.liveness import sheet, words
from gateway.liveness.board import Grade, Remark, Row
from gateway.liveness.drills import AskedDrill, AskForDrills
from gateway.liveness.errors import LivenessError
from gateway.liveness.look import Board, name_of
from gateway.liveness.notices import Notice
from gateway.site.home import write_private
from gateway.station import Opener, Station
from gateway.terminal import dates
from gateway.terminal.plain import one_line

WIDTH: Final = 80
INDENT: Final = " " * 45
"""Where what is to be said of a row begins."""

Boarding = Callable[[Station], Board]
Asking = Callable[[Station], AskForDrills]


def add_line(directory: Commands, open_site: Opener, board: Boarding) -> None:
    """Add the region's `directory status`, `directory print` and `directory test`."""
    status = _add_status(directory, open_site, board)
    status.add_argument("--party", metavar=_("CODE"), help=_("one municipality, with everything"))
    printing = directory.add_parser("print", help=_("one sheet of names and phones for the wall"))
    printing.add_argument("--html", type=Path, metavar="FILE", help=_("as a page to print, in a file"))
    printing.set_defaults(run=_printing(open_site))
    testing = directory.add_parser("test", help=_("send a test now, and see whether the other gateway answers"))
    testing.add_argument("code", metavar=_("CODE"), help=_("the municipality's code"))
    how_to_see = _("See the answer with: directory status --party {code}")
    testing.set_defaults(run=_testing(open_site, lambda arguments: checked_party(arguments.code), how_to_see))


def add_contact_line(contact: Commands, open_site: Opener) -> None:
    """Add the municipality's `contact status` and `contact test`."""
    _add_status(contact, open_site, upkeep.board).set_defaults(party=REGION)
    testing = contact.add_parser("test", help=_("send Præhospitalet a test now, and see whether it answers"))
    testing.set_defaults(run=_testing(open_site, lambda _arguments: REGION, _("See the answer with: contact status")))


def add_drill(commands: Commands, open_site: Opener, asking: Asking) -> None:
    """Add the region's `drill list` and `drill ask`."""
    drill = commands.add_parser("drill", help=_("TESTs that people at the units acknowledge by hand"))
    below = drill.add_subparsers(required=True, metavar=_("COMMAND"))
    below.add_parser("list", help=_("show when each was asked and answered")).set_defaults(
        run=_drills(open_site, asking)
    )
    one = below.add_parser("ask", help=_("ask one unit now"))
    one.add_argument("code", metavar=_("CODE"), help=_("the municipality's code"))
    one.set_defaults(run=_asking(open_site, asking))


def _add_status(commands: Commands, open_site: Opener, board: Boarding) -> ArgumentParser:
    def status(arguments: Arguments, console: Console) -> int:
        party = checked_party(arguments.party) if arguments.party else None
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.SEE_BOARD, now) as deed:
                rows = board(station).rows(deed.session, now)
                notices = upkeep.notices(station).now(deed.session, now)
        shown = [row for row in rows if party in {None, row.facts.party}]
        if not shown:
            raise NotAParty
        facts = {"at": now.isoformat(), "rows": [_row_facts(row) for row in shown], "notices": _noticed(notices)}
        lines = _details(shown[0]) if party else _table(rows, now)
        console.answer(facts, *_own(notices), *lines)
        return REFUSED if arguments.check and any(row.grade is Grade.RED for row in shown) else DONE

    parser: ArgumentParser = commands.add_parser("status", help=_("how the line is doing, the worst first"))
    parser.add_argument("--check", action="store_true", help=_("end with 2 when something is red (for cron)"))
    parser.set_defaults(run=status, party=None)
    return parser


def _testing(open_site: Opener, whom: Callable[[Arguments], str], how_to_see: str) -> Command:
    def test(arguments: Arguments, console: Console) -> int:
        party = whom(arguments)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            try:
                letter = upkeep.heartbeats(station).test(party, person)
            except LivenessError as error:
                return _refused(console, error)
        remind_of_daemon(console)
        said = _("Queued: a TEST to {name}. It is answered within minutes.").format(name=name_of(party))
        console.answer({"state": "queued", "party": party, "letter_id": letter}, said, how_to_see.format(code=party))
        return DONE

    return test


def _drill_line(one: AskedDrill) -> str:
    asked = _("asked {day}").format(day=dates.day(one.asked_at))
    at = one.acknowledged_at
    answered = _("answered {day}").format(day=dates.day(at)) if at else _("not answered")
    return f"{name_of(one.party):<18} {asked}  {answered}"


def _drills(open_site: Opener, asking: Asking) -> Command:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.SEE_BOARD, now) as deed:
                found = asking(station).asked(deed.session)
        lines = [_drill_line(one) for one in found]
        facts = [
            {
                "id": one.id,
                "party": one.party,
                "asked_at": one.asked_at.isoformat(),
                "acknowledged_at": _iso(one.acknowledged_at),
            }
            for one in found
        ]
        console.answer({"drills": facts}, *(lines or [_("Nobody has been asked yet.")]))
        return DONE

    return show


def _asking(open_site: Opener, asking: Asking) -> Command:
    def ask(arguments: Arguments, console: Console) -> int:
        party = checked_party(arguments.code)
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            try:
                drill = asking(station).ask(party, person)
            except LivenessError as error:
                return _refused(console, error)
        remind_of_daemon(console)
        said = _("Queued: a TEST that a person at {name} is to acknowledge by hand.").format(name=name_of(party))
        console.answer({"state": "queued", "party": party, "id": drill}, said)
        return DONE

    return ask


def _printing(open_site: Opener) -> Command:
    def put(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.LIST_CONTACTS, now) as deed:
                lines = sheet.lines(deed.session)
        if arguments.html is None:
            facts = [{"code": line.party, "name": line.name, "unit": line.unit, "phone": line.phone} for line in lines]
            console.answer({"municipalities": facts}, *sheet.as_text(lines, now))
            return DONE
        try:
            write_private(arguments.html, sheet.as_page(lines, now).encode())
        except FileExistsError:
            console.failure("FILE_EXISTS", _("There is a file of that name already. Nothing has been overwritten."))
            return REFUSED
        console.answer({"file": str(arguments.html)}, _("Written: {file}").format(file=arguments.html))
        return DONE

    return put


def _refused(console: Console, error: LivenessError) -> int:
    console.failure(error.code, *explained(error.code))
    return REFUSED


def _own(notices: tuple[Notice, ...]) -> Iterator[str]:
    """Say first what is about ourselves."""
    for notice in notices:
        if not notice.about:
            yield f"{words.grade(notice.grade)}: {words.notice(notice)}"
            yield f"   {words.notice_advice(notice)}"


def _table(rows: tuple[Row, ...], now: datetime) -> Iterator[str]:
    counts = {grade: sum(row.grade is grade for row in rows) for grade in Grade}
    told = ", ".join(f"{count} {words.grade_word(grade)}" for grade, count in counts.items())
    yield _("{date}: {counts}").format(date=dates.day_and_clock(now), counts=told)
    for row in rows:
        yield from _lines(row)
    yield _("About one of them: directory status --party CODE")


def _lines(row: Row) -> Iterator[str]:
    """Write a row: its grade, name and phone, and beside them what is to be said."""
    facts = row.facts
    phone = dates.phone(facts.phone) or _("no phone")
    head = f"{words.grade(row.grade):<8} {facts.name:<18} {phone:<15}"
    said = "; ".join(words.said(remark) for remark in row.remarks) or words.heard(facts)
    first, *rest = textwrap.wrap(said, WIDTH - len(INDENT)) or [""]
    yield f"{head}  {first}".rstrip()
    yield from (INDENT + line for line in rest)


def _details(row: Row) -> Iterator[str]:
    yield from _lines(row)
    for remark in row.remarks:
        yield f"{words.grade(remark.grade)}: {words.said(remark)}"
        yield from textwrap.wrap(words.advice(remark), WIDTH, initial_indent="   ", subsequent_indent="   ")
    yield ""
    yield from (f"{label}: {one_line(value)}" for label, value in words.facts(row.facts) if value)


def _row_facts(row: Row) -> Mapping[str, Any]:
    facts = row.facts
    contact, key = facts.contact, facts.key
    return {
        "party": facts.party,
        "name": facts.name,
        "grade": row.grade.value,
        "reasons": [_remark_facts(remark) for remark in row.remarks],
        "unit": contact.unit_name if contact else None,
        "address": contact.email if contact else None,
        "phone": facts.phone or None,
        "kind": contact.kind.value if contact else None,
        "verified_at": _iso(contact.verified_at) if contact else None,
        "fingerprint": str(key.fingerprint) if key else None,
        "key_made_at": _iso(key.made_at) if key else None,
        "key_ends_at": _iso(key.ends_at) if key else None,
        "change": facts.change.stand.value if facts.change else None,
        "own_key_pending": facts.own_key_pending,
        "envelopes": facts.envelopes,
        "bounced": facts.bounced,
        **{
            name: _iso(getattr(facts, name))
            for name in ("heartbeat_at", "heard_at", "person_at", "waiting_since", "drill_at")
        },
    }


def _remark_facts(remark: Remark) -> Mapping[str, str]:
    return {
        "reason": remark.reason.value,
        "grade": remark.grade.value,
        "said": words.said(remark),
        "advice": words.advice(remark),
    }


def _noticed(notices: tuple[Notice, ...]) -> list[Mapping[str, Any]]:
    return [
        {
            "code": notice.code,
            "about": notice.about,
            "grade": notice.grade.value,
            "phone": notice.phone,
            "said": words.notice(notice),
        }
        for notice in notices
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
