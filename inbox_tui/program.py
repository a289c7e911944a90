"""The commands of `stafet-inbox`: everything but the inbox itself. Each loads what it needs when it was typed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from gateway.commands import console
from gateway.commands.console import REFUSED, Arguments, Commands, Console
from gateway.commands.options import Table, add
from gateway.language import gettext as _


def build(parser: ArgumentParser, wanted: str = "") -> ArgumentParser:
    """Add the municipality's commands, or the one that is wanted; the inbox is what runs when none is named."""
    parser.description = _("The municipality's end: read, acknowledge and forward referrals from Præhospitalet.")
    parser.epilog = _("Without a command, the inbox opens.")
    parser.set_defaults(run=_no_terminal)
    add(TABLE, parser.add_subparsers(metavar=_("COMMAND"), parser_class=console.Subcommand), wanted)
    return parser


def _no_terminal(_arguments: Arguments, console: Console) -> int:
    """Say that the inbox needs a terminal; at one, it has been opened before this is read."""
    console.failure(
        "NO_TERMINAL", _("The inbox needs a terminal. Without one, use a command: list, show, acknowledge …")
    )
    return REFUSED


def _init(commands: Commands) -> None:
    from directory import municipalities
    from directory.errors import NotAParty
    from directory.model import checked_party
    from gateway.commands import site
    from gateway.new_site import make_station
    from inbox_tui import bootstrap

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


def _run(commands: Commands) -> None:
    from gateway.commands import run
    from inbox_tui import bootstrap

    run.add_run(
        commands,
        bootstrap.open_municipality,
        bootstrap.handlers,
        bootstrap.chores,
        bootstrap.take_reply,
        watch=bootstrap.watch,
    )


def _serve(commands: Commands) -> None:
    from inbox_tui.command_line.serve import add_serve

    add_serve(commands)


def _list(commands: Commands) -> None:
    from inbox_tui.command_line.listing import add_list

    add_list(commands)


def _cases(commands: Commands) -> None:
    from inbox_tui.command_line.cases import add_cases

    add_cases(commands)


def _handing(commands: Commands) -> None:
    from inbox_tui.command_line.handing import add_handing

    add_handing(commands)


def _departments(commands: Commands) -> None:
    from inbox_tui.command_line.department_mail import add_department_mail
    from inbox_tui.command_line.departments import add_departments

    add_department_mail(add_departments(commands))


def _acts(commands: Commands) -> None:
    from inbox_tui.command_line.acts import add_acts

    add_acts(commands)


def _meetings(commands: Commands) -> None:
    from inbox_tui.command_line.meetings import add_meetings

    add_meetings(commands)


def _export(commands: Commands) -> None:
    from inbox_tui.command_line.export import add_export

    add_export(commands)


def _figures(commands: Commands) -> None:
    from inbox_tui.command_line.figures import add_figures

    add_figures(commands)


def _sample(commands: Commands) -> None:
    from inbox_tui.command_line.sample import add_sample

    add_sample(commands)


def _drills(commands: Commands) -> None:
    from inbox_tui.command_line.drills import add_drills

    add_drills(commands)


def _quarantine(commands: Commands) -> None:
    from gateway.commands import quarantine
    from gateway.terminal.quarantine_words import AT_MUNICIPALITY
    from inbox_tui import bootstrap

    quarantine.add_quarantine(commands, bootstrap.open_municipality, AT_MUNICIPALITY)


def _keys(commands: Commands) -> None:
    from directory.model import REGION
    from gateway.commands import keys
    from inbox_tui import bootstrap

    keys.add_keys(commands, bootstrap.open_municipality, lambda _arguments: REGION, lambda _parser: None)


def _contact(commands: Commands) -> None:
    from directory.model import REGION
    from gateway.commands import changes, liveness, ours
    from inbox_tui import bootstrap

    parser = commands.add_parser("contact", help=_("how Præhospitalet is reached"))
    contact = parser.add_subparsers(required=True, metavar=_("COMMAND"))
    changes.add_changes(contact, bootstrap.open_municipality, lambda _arguments: REGION, lambda _parser: None)
    ours.add_ours(contact, bootstrap.open_municipality)
    liveness.add_contact_line(contact, bootstrap.open_municipality)


def _staff(commands: Commands) -> None:
    from gateway.commands import staff
    from inbox_tui import bootstrap

    staff.add_staff(commands, bootstrap.open_municipality, staff.AT_MUNICIPALITY, bootstrap.departments)


def _relay(commands: Commands) -> None:
    from gateway.commands import site
    from inbox_tui import bootstrap

    site.add_relay(commands, bootstrap.open_municipality)


def _mailbox(commands: Commands) -> None:
    from gateway.commands import mailbox
    from inbox_tui import bootstrap

    mailbox.add_mailbox(commands, bootstrap.open_municipality)


def _citizen(commands: Commands) -> None:
    from gateway.commands import citizen
    from inbox_tui import bootstrap

    citizen.add_citizen(commands, bootstrap.open_municipality, bootstrap.insight)


def _audit(commands: Commands) -> None:
    from gateway.commands import audit
    from inbox_tui import bootstrap

    audit.add_audit(commands, bootstrap.open_municipality)


def _retention(commands: Commands) -> None:
    from gateway.commands import retention
    from inbox_tui import bootstrap

    retention.add_retention(commands, bootstrap.open_municipality, bootstrap.retain)


def _doctor(commands: Commands) -> None:
    from gateway.commands import doctor
    from inbox_tui import bootstrap

    doctor.add_doctor(commands, bootstrap.open_municipality, bootstrap.retain)


def _health(commands: Commands) -> None:
    from gateway.commands import health
    from gateway.station import SHARED
    from inbox_tui import bootstrap

    health.add_health(commands, SHARED, bootstrap.BRANCH)


def _database(commands: Commands) -> None:
    from gateway.commands import database, database_move
    from gateway.station import SHARED
    from inbox_tui import bootstrap

    own = database.add_database(commands, SHARED, bootstrap.BRANCH, at_region=False)
    database_move.add_move(own, bootstrap.open_municipality)


def _backup(commands: Commands) -> None:
    from gateway.commands import backup
    from inbox_tui import bootstrap

    backup.add_backup(commands, bootstrap.open_municipality)
    backup.add_restore(commands, bootstrap.BRANCH, at_region=False)


def _demo(commands: Commands) -> None:
    def demo(arguments: Arguments, console: Console) -> int:
        from inbox_tui.demo.show import show

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


def _completion(commands: Commands) -> None:
    from gateway.commands import completion

    completion.add_completion(commands, "stafet-inbox", build)


TABLE: Final[Table] = {
    "init": _init,
    "run": _run,
    "serve": _serve,
    "list": _list,
    **dict.fromkeys(("show", "acknowledge"), _cases),
    **dict.fromkeys(("forward", "take-over", "send-back"), _handing),
    "departments": _departments,
    **dict.fromkeys(("assess", "contacted", "known", "gp", "not-ours", "withdraw", "close"), _acts),
    "meeting": _meetings,
    "export": _export,
    "stats": _figures,
    "sample": _sample,
    "drills": _drills,
    "quarantine": _quarantine,
    "keys": _keys,
    "contact": _contact,
    "staff": _staff,
    "relay": _relay,
    "mailbox": _mailbox,
    "citizen": _citizen,
    "audit": _audit,
    "retention": _retention,
    "doctor": _doctor,
    "health": _health,
    "database": _database,
    **dict.fromkeys(("backup", "restore"), _backup),
    "demo": _demo,
    "completion": _completion,
}
