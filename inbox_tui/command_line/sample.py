"""`stafet-inbox sample`: draw closed cases for a joint review, so that anybody can draw them again (H12)."""

from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console, acting, person_option
from gateway.commands.stats import period_of, period_options
from gateway.language import gettext as _
from gateway.site.people import Role
from gateway.station import Station
from inbox_tui.command_line.cases import add_command, text
from inbox_tui.sampling import Draw, Sampling
from inbox_tui.store import CaseStore


def add_sample(commands: Commands) -> None:
    """Add `sample`; auditors and administrators draw."""
    parser = add_command(commands, "sample", _("draw closed cases at random for a joint review"), _sample)
    parser.add_argument("--count", type=int, default=5, metavar=_("NUMBER"), help=_("how many (default: 5)"))
    parser.add_argument("--seed", required=True, metavar=_("WORD"), help=_("any word; the same draws the same cases"))
    parser.add_argument("--basis", required=True, metavar="FILE", help=_("the legal basis; - reads standard input"))
    period_options(parser)
    person_option(parser)


def _sample(arguments: Arguments, console: Console, station: Station, _store: CaseStore) -> int:
    person, now = acting(station, arguments.person, Role.AUDITOR), station.clocks.rules()
    period = period_of(arguments, now, console)
    if period is None:
        return REFUSED
    draw = Draw(period, max(0, arguments.count), arguments.seed, text(arguments.basis) or "")
    with station.database.session() as session:
        numbers = Sampling(station.vault)(session, draw, person, now)
    console.answer({"seed": draw.seed, "numbers": list(numbers)}, *(numbers or [_("No case was closed in that time.")]))
    return DONE
