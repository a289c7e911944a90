"""Commands about changes of a contact or key: propose, confirm by phone, prove, refuse; alike at both ends (D5, D11).

The region names a municipality by its code; a municipality has one contact to keep, the region's.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from directory.book import AddressBook
from directory.days import beginning, typed_day
from directory.model import Contact, UnitKind
from gateway import upkeep
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.changes_told import contact_facts, facts_of, key_facts, key_line, lines_of, tell_change
from gateway.commands.console import DONE, Arguments, Commands, Console, read_file, signed_in
from gateway.contacts.model import Call, Change, Ended, Wanted
from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.station import Opener, Station
from gateway.terminal.dates import day
from keys.fingerprint import Fingerprint

LARGEST_KEY_FILE: Final = 1024 * 1024

Whose = Callable[[Arguments], str]
PartyOption = Callable[[ArgumentParser], object]
Act = Callable[[Station, Arguments, Person], Change]


def add_changes(commands: Commands, open_site: Opener, whose: Whose, party_option: PartyOption) -> None:
    """Add `propose`, `changes`, `confirm`, `proved`, `test-again`, `refuse` and `history`."""

    def add(name: str, words: str, does: Act) -> ArgumentParser:
        def run(arguments: Arguments, console: Console) -> int:
            with open_site(console.home) as station:
                change = does(station, arguments, signed_in(station, arguments))
            tell_change(console, change)
            return DONE

        parser: ArgumentParser = commands.add_parser(name, help=words)
        party_option(parser)
        parser.set_defaults(run=run)
        return parser

    def propose(station: Station, arguments: Arguments, person: Person) -> Change:
        contact = _typed(station, arguments, whose(arguments), person)
        certificate, fingerprint = _key(arguments, arguments.key) if arguments.key else (None, None)
        wanted = Wanted(contact.party, contact, certificate, fingerprint, personal_ok=arguments.personal_ok)
        return upkeep.changes(station).propose(wanted, person)

    def confirm(station: Station, arguments: Arguments, person: Person) -> Change:
        compared = Fingerprint.parse(arguments.fingerprint) if arguments.fingerprint is not None else None
        call = Call(arguments.called, arguments.spoken_with, arguments.switchboard, compared)
        flow = upkeep.changes(station)
        return flow.confirm(flow.meant(whose(arguments), arguments.change, person), call, person)

    def proved(station: Station, arguments: Arguments, person: Person) -> Change:
        change = _open(station, whose(arguments), person)
        return upkeep.changes(station).prove_by_code(change, arguments.code_read, person)

    def test_again(station: Station, arguments: Arguments, person: Person) -> Change:
        party = whose(arguments)
        change = _open(station, party, person)
        upkeep.changes(station).test_again(change, person)
        return _shown(station, party, person, change)

    def refuse(station: Station, arguments: Arguments, person: Person) -> Change:
        party = whose(arguments)
        change = _open(station, party, person)
        upkeep.changes(station).refuse(change, person, Ended.NOT_THEIRS if arguments.not_theirs else "")
        return _shown(station, party, person, change)

    proposing = add("propose", _("propose a new contact, or a change of one"), propose)
    contact_options(proposing)
    proposing.add_argument("--key", type=Path, metavar="FILE", help=_("their public key, as keys export writes it"))
    proposing.add_argument("--fingerprint", default="", help=_("the key's, as the other party read it aloud"))
    confirming = add("confirm", _("confirm a change that a colleague or the party itself has proposed"), confirm)
    confirming.add_argument("--change", default="", metavar="ID", help=_("how the change's id begins, as you read it"))
    call_options(confirming)
    proving = add("proved", _("note the code in the TEST, as a unit with a mail program read it aloud"), proved)
    proving.add_argument("--code", dest="code_read", required=True, metavar=_("DIGITS"), help=_("the six digits"))
    add("test-again", _("send another TEST to an address that has not answered"), test_again)
    refusing = add("refuse", _("refuse a change, or take your own back"), refuse)
    refusing.add_argument("--not-theirs", action="store_true", help=_("those you rang knew nothing of it"))
    _add_listing(commands, open_site)
    _add_history(commands, open_site, whose, party_option)


def contact_options(parser: ArgumentParser) -> None:
    """Add the fields of a contact (D5, D16); what is left out stays as it is."""
    parser.add_argument("--email", metavar=_("ADDRESS"), help=_("the one mail address"))
    parser.add_argument("--phone", metavar=_("PHONE"), help=_("the one phone number"))
    parser.add_argument("--name", metavar=_("NAME"), help=_("the unit's name"))
    parser.add_argument("--hours", metavar=_("HOURS"), help=_('like "man-ons 8-15, tor 8-17, fre 8-13"'))
    parser.add_argument("--kind", choices=[kind.value for kind in UnitKind], help=_("what answers there"))
    parser.add_argument("--gln", metavar="GLN", help=_("the EAN/GLN location number"))
    parser.add_argument("--sor", metavar="SOR", help=_("the SOR code"))
    parser.add_argument("--postal", metavar=_("ADDRESS"), help=_("the postal address, on one line"))
    parser.add_argument("--from", dest="from_day", metavar=_("DAY"), help=_("the day it begins (default: today)"))
    parser.add_argument(
        "--personal-ok", action="store_true", help=_("the address looks like one person's, and is right all the same")
    )


def call_options(parser: ArgumentParser) -> None:
    """Add what is recorded of the call that confirms a change (D11)."""
    parser.add_argument("--called", required=True, metavar=_("PHONE"), help=_("the number you rang"))
    parser.add_argument("--spoken-with", required=True, metavar=_("NAME"), help=_("who answered"))
    parser.add_argument(
        "--switchboard", action="store_true", help=_("the number is the switchboard's, from a public directory")
    )
    parser.add_argument("--fingerprint", help=_("the new key's, as they read it aloud"))


def typed_contact(arguments: Arguments, present: Contact | None, party: str, person: Person, now: datetime) -> Contact:
    """Read a contact from the command line; what was left out stays as it is. Raises RecordRefused."""

    def told(option: str, field: str) -> Any:  # noqa: ANN401 - whatever that field holds
        given = getattr(arguments, option)
        return given if given is not None else getattr(present, field, "")

    return Contact.checked(
        party=party,
        unit_name=told("name", "unit_name"),
        email=told("email", "email"),
        phone=told("phone", "phone"),
        hours=told("hours", "hours"),
        kind=UnitKind(told("kind", "kind") or UnitKind.GATEWAY),
        gln=told("gln", "gln"),
        sor=told("sor", "sor"),
        postal=told("postal", "postal"),
        valid_from=beginning(typed_day(arguments.from_day) if arguments.from_day else None, now),
        entered_by=person.id,
    )


def propose_key(station: Station, party: str, arguments: Arguments, person: Person) -> Change:
    """Propose a key alone; raises as `Changes.propose` does."""
    return upkeep.changes(station).propose(Wanted(party, None, *_key(arguments, arguments.file)), person)


def _typed(station: Station, arguments: Arguments, party: str, person: Person) -> Contact:
    with station.database.reading() as session:
        present = AddressBook(session).contact(party)
    return typed_contact(arguments, present, party, person, station.clocks.machine())


def _key(arguments: Arguments, file: Path) -> tuple[bytes, Fingerprint]:
    return read_file(file, LARGEST_KEY_FILE), Fingerprint.parse(arguments.fingerprint)


def _open(station: Station, party: str, person: Person) -> str:
    """Name the one change that is under way; nothing when there is none, which the flow refuses and notes."""
    every = upkeep.changes(station).listed(person, party)
    return next((change.id for change in every if change.is_open), "")


def _shown(station: Station, party: str, person: Person, change_id: str) -> Change:
    return next(one for one in upkeep.changes(station).listed(person, party) if one.id == change_id)


def _add_listing(commands: Commands, open_site: Opener) -> None:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            every = upkeep.changes(station).listed(signed_in(station, arguments))
        waiting = [change for change in every if change.is_open]
        lines = [line for change in waiting for line in lines_of(change)] or [_("No change is under way.")]
        console.answer({"changes": [facts_of(change) for change in waiting]}, *lines)
        return DONE

    commands.add_parser("changes", help=_("show the changes that are under way")).set_defaults(run=show)


def _add_history(commands: Commands, open_site: Opener, whose: Whose, party_option: PartyOption) -> None:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, party = signed_in(station, arguments), whose(arguments)
            with act(station.database, person, Action.LIST_CONTACTS, station.clocks.machine(), party) as deed:
                contacts, keys = AddressBook(deed.session).history(party), AddressBook(deed.session).keys(party)
            changes = upkeep.changes(station).listed(person, party)
        was = [
            f"{day(one.valid_from)} - {day(one.valid_to) if one.valid_to else ''}  {one.email}  {one.phone}"
            for one in contacts
        ]
        told = {
            "contacts": [contact_facts(one) for one in contacts],
            "keys": [key_facts(one) for one in keys],
            "changes": [facts_of(one) for one in changes],
        }
        lines = [line for change in changes for line in lines_of(change)]
        console.answer(told, *was, "", *map(key_line, keys), "", *lines)
        return DONE

    parser = commands.add_parser("history", help=_("show every contact and key there has been, and how it came about"))
    party_option(parser)
    parser.set_defaults(run=show)
