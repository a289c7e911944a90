"""The commands of `stafet-inbox`: everything but the inbox itself."""

from argparse import ArgumentParser
from pathlib import Path

from directory import municipalities
from directory.errors import NotAParty
from directory.model import REGION, checked_party
from gateway.commands import (
    audit,
    backup,
    changes,
    citizen,
    completion,
    console,
    database,
    database_move,
    doctor,
    health,
    keys,
    liveness,
    mailbox,
    ours,
    quarantine,
    retention,
    site,
    staff,
)
from gateway.commands.console import REFUSED, Arguments, Console
from gateway.language import gettext as _
from gateway.station import SHARED, make_station
from gateway.terminal.quarantine_words import AT_MUNICIPALITY
from inbox_tui import bootstrap
from inbox_tui.command_line.acts import add_acts
from inbox_tui.command_line.cases import add_cases
from inbox_tui.command_line.department_mail import add_department_mail
from inbox_tui.command_line.departments import add_departments
from inbox_tui.command_line.drills import add_drills
from inbox_tui.command_line.export import add_export
from inbox_tui.command_line.figures import add_figures
from inbox_tui.command_line.handing import add_handing
from inbox_tui.command_line.listing import add_list
from inbox_tui.command_line.meetings import add_meetings
from inbox_tui.command_line.sample import add_sample
from inbox_tui.command_line.serve import add_serve


def build(parser: ArgumentParser) -> ArgumentParser:
    """Add the municipality's commands; the inbox itself is what runs when none is named."""
    parser.description = _("The municipality's end: read, acknowledge and forward referrals from Præhospitalet.")
    parser.epilog = _("Without a command, the inbox opens.")
    parser.set_defaults(run=_no_terminal)
    commands = parser.add_subparsers(metavar=_("COMMAND"), parser_class=console.Subcommand)
    _add_init(commands)
    site.add_run(
        commands,
        bootstrap.open_municipality,
        bootstrap.handlers,
        bootstrap.chores,
        bootstrap.take_reply,
        watch=bootstrap.watch,
    )
    add_serve(commands)
    add_list(commands)
    add_cases(commands)
    add_handing(commands)
    add_department_mail(add_departments(commands))
    add_acts(commands)
    add_meetings(commands)
    add_export(commands)
    add_figures(commands)
    add_sample(commands)
    add_drills(commands)
    quarantine.add_quarantine(commands, bootstrap.open_municipality, AT_MUNICIPALITY)
    keys.add_keys(commands, bootstrap.open_municipality, lambda _arguments: REGION, lambda _parser: None)
    _add_contact(commands)
    staff.add_staff(commands, bootstrap.open_municipality, staff.AT_MUNICIPALITY, bootstrap.departments)
    site.add_relay(commands, bootstrap.open_municipality)
    mailbox.add_mailbox(commands, bootstrap.open_municipality)
    citizen.add_citizen(commands, bootstrap.open_municipality, bootstrap.insight)
    audit.add_audit(commands, bootstrap.open_municipality)
    retention.add_retention(commands, bootstrap.open_municipality, bootstrap.retain)
    doctor.add_doctor(commands, bootstrap.open_municipality, bootstrap.retain)
    health.add_health(commands, SHARED, bootstrap.BRANCH)
    own = database.add_database(commands, SHARED, bootstrap.BRANCH, at_region=False)
    database_move.add_move(own, bootstrap.open_municipality)
    backup.add_backup(commands, bootstrap.open_municipality)
    backup.add_restore(commands, bootstrap.BRANCH, at_region=False)
    _add_demo(commands)
    completion.add_completion(commands, parser.prog, build)
    return parser


def _no_terminal(_arguments: Arguments, console: Console) -> int:
    """Say that the inbox needs a terminal; at one, it has been opened before this is read."""
    console.failure(
        "NO_TERMINAL", _("The inbox needs a terminal. Without one, use a command: list, show, acknowledge …")
    )
    return REFUSED


def _add_init(commands: console.Commands) -> None:
    def init(arguments: Arguments, console: Console) -> int:
        code = checked_party(arguments.municipality)
        place = municipalities.by_code(code)
        if place is None:
            raise NotAParty
        plan = site.plan(arguments, party=code, name=place.official_name)
        fingerprint = make_station(console.home, plan, bootstrap.BRANCH)
        with bootstrap.open_municipality(console.home) as station:
            bootstrap.case_store(station).ensure_departments()
        return site.made(console, fingerprint, plan)

    parser = commands.add_parser("init", help=_("make a municipality's site"))
    parser.add_argument("--municipality", required=True, metavar=_("CODE"), help=_("the municipality's code"))
    site.init_options(parser)
    parser.set_defaults(run=init)


def _add_contact(commands: console.Commands) -> None:
    parser = commands.add_parser("contact", help=_("how Præhospitalet is reached"))
    contact = parser.add_subparsers(required=True, metavar=_("COMMAND"))
    changes.add_changes(contact, bootstrap.open_municipality, _region, lambda _parser: None)
    ours.add_ours(contact, bootstrap.open_municipality)
    liveness.add_contact_line(contact, bootstrap.open_municipality)


def _region(_arguments: Arguments) -> str:
    return REGION


def _add_demo(commands: console.Commands) -> None:
    def demo(arguments: Arguments, console: Console) -> int:
        from inbox_tui.demo.show import show  # noqa: PLC0415 - only the demo needs both ends

        return show(
            console,
            referrals=arguments.referrals,
            keep=arguments.keep,
            headless=arguments.headless,
            desk=arguments.desk,
        )

    parser = commands.add_parser("demo", help=_("both ends on this machine, with invented referrals"))
    parser.add_argument("--headless", action="store_true", help=_("play the road by itself, without the inbox"))
    parser.add_argument("--desk", action="store_true", help=_("sit at Præhospitalet's desk instead of the inbox"))
    parser.add_argument(
        "--referrals", type=Path, metavar="FILE", help=_("the referrals to play (default: the demo's own)")
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help=_("where the sites and the mail are kept"))
    parser.set_defaults(run=demo)
