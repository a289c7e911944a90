"""Commands about the site itself: make it, run it, say which mail server its letters leave by."""

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from directory.model import Contact
from gateway.access import passwords
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import (
    DONE,
    LARGEST_PASSWORD_FILE,
    Arguments,
    Commands,
    Console,
    password_in,
    read_file,
    signed_in,
)
from gateway.language import gettext as _
from gateway.language import in_use
from gateway.new_site import Plan
from gateway.site.errors import DoorTooWide
from gateway.site.people import Role
from gateway.site.settings import DoorKind, DoorSettings, RelaySettings, UnitSettings, is_loopback
from gateway.station import Opener, utc_now
from keys.fingerprint import Fingerprint

ANY_PORT: Final = 0
HIGHEST_PORT: Final = 65535


def endpoint(text: str) -> tuple[str, int]:
    """Read HOST:PORT, for argparse."""
    host, port = listening(text)
    if port == ANY_PORT:
        raise ValueError
    return host, port


def listening(text: str) -> tuple[str, int]:
    """Read HOST:PORT to listen on, for argparse; port 0 is any free one."""
    host, _colon, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > HIGHEST_PORT:
        raise ValueError
    return host, int(port)


def init_options(parser: ArgumentParser) -> None:
    """Add what a new site of either kind must know."""
    parser.add_argument("--address", required=True, metavar=_("ADDRESS"), help=_("the site's one mail address"))
    parser.add_argument("--phone", required=True, metavar=_("PHONE"), help=_("the unit's one phone number"))
    parser.add_argument("--hours", default="", metavar=_("HOURS"), help=_('like "man-ons 8-15, tor 8-17, fre 8-13"'))
    parser.add_argument("--name", metavar=_("NAME"), help=_("the unit's name"))
    parser.add_argument("--person", metavar=_("NAME"), help=_("the first administrator (default: you)"))
    parser.add_argument(
        "--listen", type=listening, default=("127.0.0.1", 2525), metavar="HOST:PORT", help=_("where mail comes in")
    )
    parser.add_argument(
        "--door-kind",
        type=DoorKind,
        choices=tuple(DoorKind),
        default=DoorKind.SMTP,
        metavar="smtp|lmtp",
        help=_("how it comes in: by SMTP with TLS, or by LMTP from the mail server on this machine"),
    )
    parser.add_argument(
        "--relay", type=endpoint, default=("localhost", 25), metavar="HOST:PORT", help=_("the mail server")
    )
    parser.add_argument("--relay-ca", type=Path, metavar="FILE", help=_("the certificate to trust the mail server by"))
    parser.add_argument(
        "--database", metavar="URL", help=_("a PostgreSQL database (default: a file in the site's folder)")
    )
    parser.add_argument(
        "--alone",
        action="store_true",
        help=_("one administrator keeps the site: nobody confirms what they propose, and the log marks it"),
    )
    parser.add_argument(
        "--new-password-file",
        metavar="FILE",
        help=_("where the administrator's password stands (default: one is made)"),
    )


def plan(arguments: Arguments, *, party: str, name: str) -> Plan:
    """Plan a site from the command line.

    Raises BadUnitName, BadAddress, BadPhone, BadHours, PasswordPoor, DoorTooWide, and what `named_server` raises.
    """
    typed = Contact.checked(
        party=party,
        unit_name=arguments.name or name,
        email=arguments.address,
        phone=arguments.phone,
        hours=arguments.hours,
        valid_from=utc_now(),
        entered_by="",
    )
    unit = UnitSettings(party=party, name=typed.unit_name, address=typed.email, phone=typed.phone, hours=typed.hours)
    person = arguments.person or getpass.getuser()
    own = password_in(arguments.new_password_file) if arguments.new_password_file else None
    if own is not None:
        passwords.check(own, person)
    return Plan(
        unit=unit,
        person=person,
        role=Role.ADMIN,
        password=own or passwords.first_password(),
        password_is_first=own is None,
        language=in_use(),
        alone=arguments.alone,
        database_url=_server(arguments.database) if arguments.database else None,
        relay=_relay(arguments.relay, arguments.relay_ca),
        door=_door(arguments.listen, arguments.door_kind),
    )


def _server(url: str) -> str:
    from gateway.adapters.named_server import named_server  # noqa: PLC0415 - a driver that most sites never need

    return named_server(url)


def _door(listen: tuple[str, int], kind: DoorKind) -> DoorSettings:
    if kind is DoorKind.LMTP and not is_loopback(listen[0]):
        raise DoorTooWide
    return DoorSettings(kind=kind, host=listen[0], port=listen[1])


def made(console: Console, fingerprint: Fingerprint, plan: Plan) -> int:
    """Say what was made and what comes next."""
    facts = {"home": str(console.home.path), "fingerprint": fingerprint, "person": plan.person}
    first = plan.password if plan.password_is_first else None
    if first:
        facts |= {"first_password": first}
    console.answer(
        facts,
        _("The site is made: {home}").format(home=console.home.path),
        _("Its key has the fingerprint"),
        f"    {fingerprint.grouped}",
        _handed_over(plan.door),
        *_first_said(plan.person, first),
    )
    return DONE


def _handed_over(door: DoorSettings) -> str:
    if door.kind is DoorKind.LMTP:
        return _("Give the other party the key (keys export), and read the fingerprint aloud.")
    return _(
        "Give the other party the key (keys export) and the certificate (door.pem), and read the fingerprint aloud."
    )


def _first_said(person: str, first: str | None) -> tuple[str, ...]:
    if first is None:
        return ()
    return (
        _("{name} keeps the site, and signs in with this first password:").format(name=person),
        f"    {first}",
        _("It is shown only now. Change it with: staff password"),
    )


def add_relay(commands: Commands, open_site: Opener) -> None:
    """Add `relay`: which mail server letters leave by, and how it is trusted."""

    def relay(arguments: Arguments, console: Console) -> int:
        login = _login(arguments)
        with open_site(console.home) as station:
            person, settings = signed_in(station, arguments), console.home.settings()
            relay = _relay(arguments.server, arguments.ca, settings.relay).model_copy(update=login)
            with act(station.database, person, Action.SET_RELAY, station.clocks.machine()):
                console.home.write_settings(settings.model_copy(update={"relay": relay}))
        facts = {"host": relay.host, "port": relay.port}
        console.answer(facts, _("Letters now leave by {host}:{port}. If the daemon runs, restart it.").format(**facts))
        return DONE

    parser = commands.add_parser("relay", help=_("choose the mail server letters leave by"))
    parser.add_argument("server", type=endpoint, metavar="HOST:PORT")
    parser.add_argument("--ca", type=Path, metavar="FILE", help=_("the certificate to trust the mail server by"))
    parser.add_argument("--user", metavar=_("NAME"), help=_("the user name at the mail server (default: as it is)"))
    parser.add_argument(
        "--user-password-file", type=Path, metavar="FILE", help=_("the file the password there stands in, and stays")
    )
    parser.set_defaults(run=relay)


def _login(arguments: Arguments) -> dict[str, object]:
    """Give what was said about signing in at the mail server; what was not said stays. Raises FileUnreadable."""
    file = arguments.user_password_file
    if file:
        read_file(file.expanduser(), LARGEST_PASSWORD_FILE)
    said = {"user": arguments.user, "password_file": file and file.expanduser().resolve()}
    return {name: value for name, value in said.items() if value is not None}


def _relay(server: tuple[str, int], ca_file: Path | None, before: RelaySettings | None = None) -> RelaySettings:
    ca_file = ca_file.expanduser().resolve() if ca_file else None
    return (before or RelaySettings()).model_copy(update={"host": server[0], "port": server[1], "ca_file": ca_file})
