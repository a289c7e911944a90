"""`stafet-inbox drills list` and `drills acknowledge`: a person answers a TEST from Præhospitalet by hand (D13)."""

from collections.abc import Mapping

from gateway.commands.console import (
    DONE,
    NOT_FOUND,
    REFUSED,
    Arguments,
    Commands,
    Console,
    remind_of_daemon,
    signed_in,
)
from gateway.commands.explain import explained
from gateway.language import gettext as _
from gateway.liveness.errors import DrillUnknown, LivenessError
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from inbox_tui import bootstrap
from inbox_tui.drills import OpenDrill


def add_drills(commands: Commands) -> None:
    """Add `drills list` and `drills acknowledge`."""
    parser = commands.add_parser("drills", help=_("TESTs from Præhospitalet that a person acknowledges"))
    drills = parser.add_subparsers(required=True, metavar=_("COMMAND"))
    drills.add_parser("list", help=_("show those nobody has acknowledged")).set_defaults(run=_list)
    acknowledging = drills.add_parser("acknowledge", help=_("acknowledge one by hand"))
    acknowledging.add_argument("drill", metavar="ID", help=_("its id, or how it begins"))
    acknowledging.set_defaults(run=_acknowledge)


def _list(arguments: Arguments, console: Console) -> int:
    with bootstrap.open_municipality(console.home) as station:
        person = signed_in(station, arguments)
        found = bootstrap.drills(station).open(person, station.clocks.rules())
    lines = [
        _("{id}  TEST, asked {when} by {unit}").format(
            id=drill.id[:8], when=dates.day_and_clock(drill.asked_at), unit=one_line(drill.unit)
        )
        for drill in found
    ]
    console.answer({"drills": [_facts(drill) for drill in found]}, *(lines or [_("No TEST waits.")]))
    return DONE


def _acknowledge(arguments: Arguments, console: Console) -> int:
    with bootstrap.open_municipality(console.home) as station:
        person = signed_in(station, arguments)
        try:
            drill = bootstrap.drills(station).acknowledge(arguments.drill, person, station.clocks.rules())
        except LivenessError as error:
            console.failure(error.code, *explained(error.code))
            return NOT_FOUND if isinstance(error, DrillUnknown) else REFUSED
    remind_of_daemon(console)
    console.answer(
        {"state": "acknowledged", **_facts(drill)},
        _("The TEST is acknowledged. Thank you; there is nothing else to do."),
    )
    return DONE


def _facts(drill: OpenDrill) -> Mapping[str, str]:
    return {"id": drill.id, "asked_at": drill.asked_at.isoformat(), "unit": drill.unit, "phone": drill.phone}
