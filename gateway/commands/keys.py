"""Commands about keys: show, export, pin the other party's after comparing fingerprints by phone, forget one."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from directory.book import AddressBook
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.changes import propose_key
from gateway.commands.changes_told import tell_change
from gateway.commands.console import DONE, NOT_FOUND, Arguments, Commands, Console, signed_in
from gateway.commands.keys_wkd import export_for_web
from gateway.commands.rotation import add_rotation
from gateway.language import gettext as _
from gateway.station import Opener, Station
from gateway.terminal.dates import day
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint
from keys.keyring import KeyInfo

Whose = Callable[[Arguments], str]


def add_keys(
    commands: Commands, open_site: Opener, whose: Whose, party_options: Callable[[ArgumentParser], None]
) -> None:
    """Add `keys show`, `keys export` and `keys import`; `whose` tells whose key is imported at this end."""
    keys = commands.add_parser("keys", help=_("this site's key and the pinned ones")).add_subparsers(required=True)
    _add_show(keys, open_site)
    _add_export(keys, open_site)
    _add_import(keys, open_site, whose, party_options)
    _add_forget(keys, open_site, whose, party_options)
    add_rotation(keys, open_site, whose, party_options)


def _add_show(keys: Commands, open_site: Opener) -> None:
    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.LIST_KEYS, station.clocks.machine()) as deed:
                rows = [(_("this site"), station.fingerprint, None), *_pinned(deed.session, station.clocks.machine())]
            described = [(party, key, _last_day(_described(station, key), ends)) for party, key, ends in rows]
        facts = [{"party": party, "fingerprint": key, "expires": last} for party, key, last in described]
        valid_to = _("valid to {date}")
        lines = [f"{party:<12} {key.grouped}  {valid_to.format(date=last)}" for party, key, last in described]
        console.answer({"keys": facts}, *lines)
        return DONE

    keys.add_parser("show", help=_("show fingerprints and expiry")).set_defaults(run=show)


def _add_export(keys: Commands, open_site: Opener) -> None:
    def export(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            if arguments.wkd:
                return export_for_web(station, arguments, console)
            person, fingerprint = signed_in(station, arguments), station.fingerprint
            with act(station.database, person, Action.EXPORT_KEY, station.clocks.machine(), fingerprint):
                certificate = station.keyring.export_public(fingerprint)
        if arguments.output:
            arguments.output.write_bytes(certificate)
        elif console.as_json:
            console.answer({"fingerprint": fingerprint, "certificate": certificate.decode("ascii")})
        else:
            sys.stdout.write(certificate.decode("ascii"))
        console.remark(_("Read this fingerprint aloud to the other party:"), f"    {fingerprint.grouped}")
        return DONE

    parser = keys.add_parser("export", help=_("write this site's public key"))
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", type=Path, metavar="FILE", help=_("the file to write (default: standard output)"))
    where.add_argument(
        "--wkd", type=Path, metavar="DIR", help=_("write a Web Key Directory, where mail programs look for the key")
    )
    parser.set_defaults(run=export)


def _add_import(
    keys: Commands, open_site: Opener, whose: Whose, party_options: Callable[[ArgumentParser], None]
) -> None:
    def take(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            change = propose_key(station, whose(arguments), arguments, signed_in(station, arguments))
        tell_change(console, change)
        return DONE

    parser = keys.add_parser("import", help=_("propose the other party's key, for a colleague to confirm by phone"))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--fingerprint", required=True, help=_("as the other party read it aloud"))
    party_options(parser)
    parser.set_defaults(run=take)


def _add_forget(
    keys: Commands, open_site: Opener, whose: Whose, party_options: Callable[[ArgumentParser], None]
) -> None:
    def forget(arguments: Arguments, console: Console) -> int:
        party = whose(arguments)
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.machine()
            with act(station.database, person, Action.FORGET_KEY, now, party) as deed:
                known = AddressBook(deed.session).forget(party, now)
                deed.detail["keys"] = int(known)
        if not known:
            console.failure("KEY_NOT_FOUND", _("No key is pinned for that party."))
            return NOT_FOUND
        console.answer(
            {"party": party}, _("The key is no longer trusted. Letters to {party} wait.").format(party=party)
        )
        return DONE

    parser = keys.add_parser("forget", help=_("stop trusting a key that was pinned by mistake"))
    party_options(parser)
    parser.set_defaults(run=forget)


def _pinned(session: Session, now: datetime) -> list[tuple[str, Fingerprint, datetime | None]]:
    return [(pin.party, pin.fingerprint, pin.valid_to) for pin in AddressBook(session).believed(now)]


def _described(station: Station, fingerprint: Fingerprint) -> KeyInfo | None:
    try:
        return station.keyring.describe(fingerprint)
    except KeyNotFound:
        return None


def _last_day(info: KeyInfo | None, ends: datetime | None) -> str:
    """Tell when a key ends: by itself, or before that, because another follows it."""
    moments = [moment for moment in (info.expires if info else None, ends) if moment]
    return day(min(moments)) if moments else "-"
