"""Commands about contacts: who is reached where. The region keeps 19; a municipality keeps one, the region's."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

from directory import contacts_csv, municipalities
from directory.book import AddressBook
from directory.model import REGION, Contact, UnitKind, looks_personal
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console, read_file, signed_in
from gateway.commands.site import Opener
from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.people import Person
from gateway.station import Station

MISSING: Mapping[str, str] = {
    "contact": mark("no contact"),
    "key": mark("no key"),
}


def contact_options(parser: ArgumentParser) -> None:
    """Add the fields of a contact (D5)."""
    parser.add_argument("--email", required=True, metavar=_("ADDRESS"), help=_("the one mail address"))
    parser.add_argument("--phone", required=True, metavar=_("PHONE"), help=_("the one phone number"))
    parser.add_argument("--name", required=True, metavar=_("NAME"), help=_("the unit's name"))
    parser.add_argument("--hours", default="", metavar=_("HOURS"), help=_('like "man-ons 8-15, tor 8-17, fre 8-13"'))
    parser.add_argument(
        "--kind",
        choices=[kind.value for kind in UnitKind],
        default=UnitKind.GATEWAY.value,
        help=_("what answers there"),
    )


def add_setting(commands: Commands, open_site: Opener, whose: Callable[[Arguments], str]) -> ArgumentParser:
    """Add `set`: enter or replace one contact; the parser comes back for the caller's own arguments."""

    def put(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            contact = _typed(arguments, station, whose(arguments), person)
            with act(station.database, person, Action.SET_CONTACT, station.clocks.machine(), contact.party) as deed:
                AddressBook(deed.session).set_contact(contact)
        if looks_personal(contact.email):
            console.remark(_("The address looks like one person's. A unit needs an address that outlives its people."))
        console.answer(_facts(contact), _("Registered: {unit}, {email}, {phone}.").format(**_facts(contact)))
        return DONE

    parser = commands.add_parser("set", help=_("enter or replace a contact"))
    contact_options(parser)
    parser.set_defaults(run=put)
    return parser


def add_directory(commands: Commands, open_site: Opener) -> None:
    """Add the region's `directory list`, `set`, `import` and `export`."""
    directory = commands.add_parser("directory", help=_("the 19 municipalities")).add_subparsers(required=True)
    directory.add_parser("list", help=_("show all 19")).set_defaults(run=_listing(open_site))
    setting = add_setting(directory, open_site, lambda arguments: str(arguments.code))
    setting.add_argument("code", metavar=_("CODE"), help=_("the municipality's code"))
    taking = directory.add_parser("import", help=_("enter contacts from a CSV file"))
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.set_defaults(run=_importing(open_site))
    directory.add_parser("export", help=_("write the contacts as CSV")).set_defaults(run=_exporting(open_site))


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
            with act(station.database, person, Action.IMPORT_CONTACTS, now) as deed:
                contacts = contacts_csv.read(text, now=now, by=person.id)
                deed.detail["contacts"] = len(contacts)
                for contact in contacts:
                    AddressBook(deed.session).set_contact(contact)
        console.answer({"contacts": len(contacts)}, _("{count} contacts registered.").format(count=len(contacts)))
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


def _typed(arguments: Arguments, station: Station, party: str, person: Person) -> Contact:
    return Contact.checked(
        party=party,
        unit_name=arguments.name,
        email=arguments.email,
        phone=arguments.phone,
        hours=arguments.hours,
        kind=UnitKind(arguments.kind),
        valid_from=station.clocks.machine(),
        entered_by=person.id,
    )


def _facts(contact: Contact) -> dict[str, str | None]:
    return {
        "party": contact.party,
        "unit": contact.unit_name,
        "email": contact.email,
        "phone": contact.phone,
        "hours": contact.hours,
    }
