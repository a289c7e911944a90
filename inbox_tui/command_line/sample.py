"""`stafet-inbox sample`: draw closed cases for a joint review, so that anybody can draw them again (H12)."""

from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console
from gateway.commands.stats import period_of, period_options
from gateway.language import gettext as _
from inbox_tui.command_line.cases import Desk, add_command, text
from inbox_tui.sampling import Draw, Sampling


def add_sample(commands: Commands) -> None:
    """Add `sample`."""
    parser = add_command(commands, "sample", _("draw closed cases at random for a joint review"), _sample)
    parser.add_argument("--count", type=int, default=5, metavar=_("NUMBER"), help=_("how many (default: 5)"))
    parser.add_argument("--seed", required=True, metavar=_("WORD"), help=_("any word; the same draws the same cases"))
    parser.add_argument("--basis", required=True, metavar="FILE", help=_("the legal basis; - reads standard input"))
    period_options(parser)


def _sample(arguments: Arguments, console: Console, desk: Desk) -> int:
    period = period_of(arguments, desk.now, console)
    if period is None:
        return REFUSED
    draw = Draw(period, max(0, arguments.count), arguments.seed, text(arguments.basis) or "")
    numbers = Sampling(desk.station.database, desk.station.vault)(draw, desk.person, desk.now)
    console.answer({"seed": draw.seed, "numbers": list(numbers)}, *(numbers or [_("No case was closed in that time.")]))
    return DONE
