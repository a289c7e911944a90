"""`stafet-inbox stats` and `stats send`: the municipality's own figures, and the choice to share them suppressed."""

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import (
    DONE,
    REFUSED,
    Arguments,
    Commands,
    Console,
    remind_of_daemon,
    signed_in,
)
from gateway.commands.stats import add_stats, period_of, period_options
from gateway.language import gettext as _
from gateway.statistics import numbers
from gateway.statistics.aggregate import aggregate
from gateway.statistics.suppression import fit_to_share
from inbox_tui import bootstrap


def add_figures(commands: Commands) -> None:
    """Add `stats` with `stats send`."""
    more = add_stats(commands, bootstrap.open_municipality, bootstrap.figures)
    parser = more.add_parser("send", help=_("share the suppressed figures with Præhospitalet"))
    period_options(parser)
    parser.set_defaults(run=_send)


def _send(arguments: Arguments, console: Console) -> int:
    """Post what `stats` shows of times and shares; no citizen and no small count is in it."""
    with bootstrap.open_municipality(console.home) as station:
        person, now = signed_in(station, arguments), station.clocks.rules()
        period = period_of(arguments, now, console)
        if period is None:
            return REFUSED
        with act(station.database, person, Action.SHARE_FIGURES, now) as deed:
            fit = fit_to_share(bootstrap.figures(station, deed.session, period, now))
            told = aggregate(fit, person.name)
            bootstrap.share(station, deed.session, told)
    remind_of_daemon(console)
    said = _("Queued: figures for {period}, to Præhospitalet. Small numbers are left out.").format(
        period=numbers.period(period)
    )
    console.answer({"state": "queued", **told.written()}, said)
    return DONE
