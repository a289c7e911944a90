"""The region's command: `stafet-gateway`. Each command loads what it needs when it is the one that was typed."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Final

from gateway.commands import console
from gateway.commands.console import Arguments, Commands, Console
from gateway.commands.options import Table, add
from gateway.language import gettext as _

PROGRAM: Final = "stafet-gateway"


def build(parser: ArgumentParser, wanted: str = "") -> ArgumentParser:
    """Add the region's commands, or the one that is wanted."""
    parser.description = _("Præhospitalet's end: send referrals to the citizens' municipalities, and follow them.")
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"), parser_class=console.Subcommand)
    add(TABLE, commands, wanted)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    sys.exit(console.run(build, PROGRAM, sys.argv[1:] if argv is None else argv))


def _init(commands: Commands) -> None:
    from directory.model import REGION
    from gateway import bootstrap
    from gateway.commands import site
    from gateway.new_site import make_station

    def init(arguments: Arguments, console: Console) -> int:
        plan = site.plan(arguments, party=REGION, name="AMK-vagtcentralen, Præhospitalet")
        return site.made(console, make_station(console.home, plan, bootstrap.BRANCH), plan)

    parser = commands.add_parser("init", help=_("make the region's site"))
    site.init_options(parser)
    parser.set_defaults(run=init)


def _run(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import run

    run.add_run(
        commands,
        bootstrap.open_region,
        bootstrap.handlers,
        bootstrap.chores,
        bootstrap.take_reply,
        watch=bootstrap.watch,
    )


def _desk(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import desk

    desk.add_desk(commands, bootstrap.open_region)


def _refer(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import refer

    refer.add_refer(commands, bootstrap.open_region)
    refer.add_status(commands, bootstrap.open_region)
    refer.add_resend(commands, bootstrap.open_region)


def _duty(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import duty

    duty.add_due(commands, bootstrap.open_region)
    duty.add_call(commands, bootstrap.open_region)


def _correspondence(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import correspond

    correspond.add_correspondence(commands, bootstrap.open_region)


def _export(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import export

    export.add_export(commands, bootstrap.open_region)


def _journal(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import journal

    journal.add_journal(commands, bootstrap.open_region)
    journal.add_drafts(commands, bootstrap.open_region)


def _citizen(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import citizen

    citizen.add_citizen(commands, bootstrap.open_region, bootstrap.insight)


def _audit(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import audit, incident

    incident.add_incident(audit.add_audit(commands, bootstrap.open_region), bootstrap.open_region)


def _stats(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import stats, stats_enter

    figures = stats.add_stats(commands, bootstrap.open_region, bootstrap.figures)
    stats_enter.add_entering(figures, bootstrap.open_region)


def _quarantine(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import quarantine
    from gateway.terminal.quarantine_words import AT_REGION

    quarantine.add_quarantine(commands, bootstrap.open_region, AT_REGION)


def _example(commands: Commands) -> None:
    from gateway.commands import refer

    refer.add_example(commands)


def _directory(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import contacts, liveness

    directory = contacts.add_directory(commands, bootstrap.open_region)
    liveness.add_line(directory, bootstrap.open_region, bootstrap.board)


def _drill(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import liveness

    liveness.add_drill(commands, bootstrap.open_region, bootstrap.drills)


def _keys(commands: Commands) -> None:
    from directory.model import checked_party
    from gateway import bootstrap
    from gateway.commands import keys

    def whose(arguments: Arguments) -> str:
        return checked_party(arguments.municipality)

    def option(parser: ArgumentParser) -> None:
        parser.add_argument("--municipality", required=True, metavar=_("CODE"), help=_("whose key it is"))

    keys.add_keys(commands, bootstrap.open_region, whose, option)


def _staff(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import staff

    staff.add_staff(commands, bootstrap.open_region, staff.AT_REGION)


def _relay(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import site

    site.add_relay(commands, bootstrap.open_region)


def _mailbox(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import mailbox

    mailbox.add_mailbox(commands, bootstrap.open_region)


def _retention(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import retention

    retention.add_retention(commands, bootstrap.open_region, bootstrap.retain)


def _doctor(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import doctor

    doctor.add_doctor(commands, bootstrap.open_region, bootstrap.retain)


def _health(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import health
    from gateway.station import SHARED

    health.add_health(commands, SHARED, bootstrap.BRANCH)


def _database(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import database, database_move
    from gateway.station import SHARED

    own = database.add_database(commands, SHARED, bootstrap.BRANCH, at_region=True)
    database_move.add_move(own, bootstrap.open_region)


def _backup(commands: Commands) -> None:
    from gateway import bootstrap
    from gateway.commands import backup

    backup.add_backup(commands, bootstrap.open_region)
    backup.add_restore(commands, bootstrap.BRANCH, at_region=True, also=bootstrap.after_restore)


def _completion(commands: Commands) -> None:
    from gateway.commands import completion

    completion.add_completion(commands, PROGRAM, build)


TABLE: Final[Table] = {
    "init": _init,
    "run": _run,
    "desk": _desk,
    **dict.fromkeys(("refer", "status", "resend"), _refer),
    **dict.fromkeys(("due", "call"), _duty),
    **dict.fromkeys(("supplement", "withdraw", "meeting"), _correspondence),
    "export": _export,
    **dict.fromkeys(("journal", "drafts"), _journal),
    "citizen": _citizen,
    "audit": _audit,
    "stats": _stats,
    "quarantine": _quarantine,
    "example": _example,
    "directory": _directory,
    "drill": _drill,
    "keys": _keys,
    "staff": _staff,
    "relay": _relay,
    "mailbox": _mailbox,
    "retention": _retention,
    "doctor": _doctor,
    "health": _health,
    "database": _database,
    **dict.fromkeys(("backup", "restore"), _backup),
    "completion": _completion,
}


if __name__ == "__main__":
    main()
