"""The region's command: `stafet-gateway`."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Final

from directory.model import REGION, checked_party
from gateway import bootstrap
from gateway.commands import (
    audit,
    backup,
    citizen,
    completion,
    console,
    contacts,
    correspond,
    database,
    database_move,
    desk,
    doctor,
    duty,
    export,
    health,
    incident,
    journal,
    keys,
    liveness,
    mailbox,
    quarantine,
    refer,
    retention,
    site,
    staff,
    stats,
    stats_enter,
)
from gateway.commands.console import Arguments, Console
from gateway.language import gettext as _
from gateway.station import SHARED, make_station
from gateway.terminal.quarantine_words import AT_REGION

PROGRAM: Final = "stafet-gateway"


def build(parser: ArgumentParser) -> ArgumentParser:
    """Add the region's commands."""
    parser.description = _("Præhospitalet's end: send referrals to the citizens' municipalities, and follow them.")
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"), parser_class=console.Subcommand)
    _add_init(commands)
    site.add_run(
        commands,
        bootstrap.open_region,
        bootstrap.handlers,
        bootstrap.chores,
        bootstrap.take_reply,
        watch=bootstrap.watch,
    )
    desk.add_desk(commands, bootstrap.open_region)
    refer.add_refer(commands, bootstrap.open_region)
    refer.add_status(commands, bootstrap.open_region)
    refer.add_resend(commands, bootstrap.open_region)
    duty.add_due(commands, bootstrap.open_region)
    duty.add_call(commands, bootstrap.open_region)
    correspond.add_correspondence(commands, bootstrap.open_region)
    export.add_export(commands, bootstrap.open_region)
    journal.add_journal(commands, bootstrap.open_region)
    journal.add_drafts(commands, bootstrap.open_region)
    citizen.add_citizen(commands, bootstrap.open_region, bootstrap.insight)
    incident.add_incident(audit.add_audit(commands, bootstrap.open_region), bootstrap.open_region)
    stats_enter.add_entering(stats.add_stats(commands, bootstrap.open_region, bootstrap.figures), bootstrap.open_region)
    quarantine.add_quarantine(commands, bootstrap.open_region, AT_REGION)
    refer.add_example(commands)
    liveness.add_line(contacts.add_directory(commands, bootstrap.open_region), bootstrap.open_region, bootstrap.board)
    liveness.add_drill(commands, bootstrap.open_region, bootstrap.drills)
    keys.add_keys(commands, bootstrap.open_region, _whose, _party_options)
    staff.add_staff(commands, bootstrap.open_region, staff.AT_REGION)
    site.add_relay(commands, bootstrap.open_region)
    mailbox.add_mailbox(commands, bootstrap.open_region)
    retention.add_retention(commands, bootstrap.open_region, bootstrap.retain)
    doctor.add_doctor(commands, bootstrap.open_region, bootstrap.retain)
    health.add_health(commands, SHARED, bootstrap.BRANCH)
    own = database.add_database(commands, SHARED, bootstrap.BRANCH, at_region=True)
    database_move.add_move(own, bootstrap.open_region)
    backup.add_backup(commands, bootstrap.open_region)
    backup.add_restore(commands, bootstrap.BRANCH, at_region=True, also=bootstrap.after_restore)
    completion.add_completion(commands, parser.prog, build)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    sys.exit(console.run(build, PROGRAM, sys.argv[1:] if argv is None else argv))


def _add_init(commands: console.Commands) -> None:
    def init(arguments: Arguments, console: Console) -> int:
        plan = site.plan(arguments, party=REGION, name="AMK-vagtcentralen, Præhospitalet")
        return site.made(console, make_station(console.home, plan, bootstrap.BRANCH), plan)

    parser = commands.add_parser("init", help=_("make the region's site"))
    site.init_options(parser)
    parser.set_defaults(run=init)


def _party_options(parser: ArgumentParser) -> None:
    parser.add_argument("--municipality", required=True, metavar=_("CODE"), help=_("whose key it is"))


def _whose(arguments: Arguments) -> str:
    return checked_party(arguments.municipality)


if __name__ == "__main__":
    main()
