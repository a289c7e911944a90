"""`stats`: figures for the evaluation, without seeing a citizen (S26). What is written or printed is fit to pass on.

`--internal` shows small numbers too, on the unit's own screen and nowhere else.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from sqlmodel import Session

from directory.calendar import local_day
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, REFUSED, Arguments, Command, Commands, Console, Subcommand, signed_in
from gateway.language import gettext as _
from gateway.station import Opener, Station
from gateway.statistics import csv_file, terminal_table
from gateway.statistics.figures import Figures
from gateway.statistics.files import put
from gateway.statistics.period import Period, day_typed
from gateway.statistics.present import report
from gateway.statistics.suppression import fit_to_share

Count = Callable[[Station, Session, Period, datetime], Figures]
"""Counts what one end holds."""

StatsCommands: TypeAlias = Commands


def add_stats(commands: Commands, open_site: Opener, count: Count) -> StatsCommands:
    """Add `stats`; what comes back takes the subcommands of the end it runs at."""
    parser = commands.add_parser("stats", help=_("figures for the evaluation, without any citizen"))
    period_options(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help=_("write them for a spreadsheet"))
    parser.add_argument("--html", type=Path, metavar="FILE", help=_("write them as a page with charts"))
    parser.add_argument("--internal", action="store_true", help=_("show small numbers too, on this screen only"))
    parser.set_defaults(run=_showing(open_site, count))
    return parser.add_subparsers(metavar=_("COMMAND"), parser_class=Subcommand)


def period_options(parser: ArgumentParser) -> None:
    """Add the period; days are widened to whole months."""
    parser.add_argument("--from", dest="start", type=day_typed, metavar=_("DATE"), help=_("the first month's date"))
    parser.add_argument("--to", dest="end", type=day_typed, metavar=_("DATE"), help=_("the last month's date"))


def period_of(arguments: Arguments, now: datetime, console: Console) -> Period | None:
    """Read the period; None, and said why, when it ends before it begins."""
    try:
        return Period.around(local_day(now), arguments.start, arguments.end)
    except ValueError:
        console.failure("NO_PERIOD", _("The period ends before it begins."))
        return None


def _showing(open_site: Opener, count: Count) -> Command:
    def show(arguments: Arguments, console: Console) -> int:
        if arguments.internal and (arguments.csv or arguments.html or console.as_json):
            console.failure(
                "INTERNAL_STAYS_HERE",
                _("--internal is for this screen only: small numbers are never written to a file."),
            )
            return REFUSED
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.rules()
            period = period_of(arguments, now, console)
            if period is None:
                return REFUSED
            with act(station.database, person, Action.SEE_FIGURES, now) as deed:
                figures = count(station, deed.session, period, now)
        return _told(arguments, console, figures)

    return show


def _told(arguments: Arguments, console: Console, figures: Figures) -> int:
    fit = figures if arguments.internal else fit_to_share(figures)
    said = report(fit)
    for path, write in ((arguments.csv, csv_file.written), (arguments.html, lambda _said: _page(fit))):
        if path:
            put(path, write(said))
            console.remark(_("Written: {file}").format(file=path))
    if console.as_json or not (arguments.csv or arguments.html):
        console.answer(said.facts(), *terminal_table.lines(said))
    return DONE


def _page(figures: Figures) -> bytes:
    from gateway.statistics.page import page  # noqa: PLC0415 - draws charts; whoever asks for none waits for nothing

    return page(figures)
