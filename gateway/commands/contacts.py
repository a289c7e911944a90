"""Commands about contacts: who is reached where. The region keeps 19; a municipality keeps one, the region's."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

from directory import contacts_csv, municipalities
from directory.book import AddressBook
from directory.model import REGION, Contact, checked_party
from gateway import upkeep
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.changes import add_changes
from gateway.commands.console import DONE, Arguments, Commands, Console, read_file, signed_in
from gateway.commands.ours import add_ours
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.station import Opener

MISSING: Mapping[str, str] = {
    "contact": mark("no contact"),
    "key": mark("no key"),
}


def add_directory(commands: Commands, open_site: Opener) -> Commands:
    """Add the region's `directory`; it comes back for what others add to it."""
    parser = commands.add_parser("directory", help=_("the 19 municipalities"))
    directory: Commands = parser.add_subparsers(required=True)
    directory.add_parser("list", help=_("show all 19")).set_defaults(run=_listing(open_site))
    add_changes(directory, open_site, lambda arguments: checked_party(arguments.code), _code)
    add_ours(directory, open_site)
    taking = directory.add_parser("import", help=_("propose contacts from a CSV file"))
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.set_defaults(run=_importing(open_site))
    directory.add_parser("export", help=_("write the contacts as CSV")).set_defaults(run=_exporting(open_site))
    return directory


def _listing(open_site: Opener) -> Callable[[Arguments, Console], int]:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.LIST_CONTACTS, station.clocks.machine()) as deed:
                rows = [_row(AddressBook(deed.session), place) for place in municipalities.in_agreement()]
        console.answer({"municipalities": [facts for facts, _line in rows]}, *(line for _facts, line in rows))
        return DONE

    return show


def _row(book: AddressBook, place: municipalities.Municipality) -> tuple[dict[str, str | None], str]:
    contact, key = book.contact(place.code), book.pinned(place.code)
    facts = {"code": place.code, "name": place.name, "key": str(key.fingerprint) if key else None}
    facts |= _facts(contact) if contact else {"email": None, "phone": None, "unit": None, "hours": None}
    missing = ", ".join(_(MISSING[what]) for what, has in (("contact", contact), ("key", key)) if not has)
    reached = f"{contact.email:<40} {contact.phone}" if contact else ""
    return facts, f"{place.code}  {place.name:<18} {reached} {missing}".rstrip()


def _importing(open_site: Opener) -> Callable[[Arguments, Console], int]:
    def take(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            text = read_file(arguments.file, contacts_csv.LARGEST + 1).decode("utf-8-sig", "replace")
            contacts = contacts_csv.read(text, now=now, by=person.id)
            proposed = upkeep.changes(station).propose_all(contacts, person)
        said = ngettext("{count} change is proposed.", "{count} changes are proposed.", len(proposed))
        console.answer(
            {"contacts": len(contacts), "proposed": [change.party for change in proposed]},
            said.format(count=len(proposed)),
            _("A colleague rings each, and then confirms it: directory confirm CODE."),
        )
        return DONE

    return take


def _exporting(open_site: Opener) -> Callable[[Arguments, Console], int]:
    def write(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.LIST_CONTACTS, station.clocks.machine()) as deed:
                contacts = [contact for contact in AddressBook(deed.session).contacts() if contact.party != REGION]
        if console.as_json:
            console.answer({"contacts": [_facts(contact) for contact in contacts]})
        else:
            sys.stdout.write(contacts_csv.write(contacts))
        return DONE

    return write


def _code(parser: ArgumentParser) -> None:
    parser.add_argument("code", metavar=_("CODE"), help=_("the municipality's code"))


def _facts(contact: Contact) -> dict[str, str | None]:
    return {
        "party": contact.party,
        "unit": contact.unit_name,
        "email": contact.email,
        "phone": contact.phone,
        "hours": contact.hours,
        "kind": contact.kind.value,
    }
