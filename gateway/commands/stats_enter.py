"""`stats enter`: a yearly figure that nothing here can count, entered by hand (H5)."""

from decimal import Decimal, InvalidOperation

from gateway import bootstrap
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console, signed_in
from gateway.language import gettext as _
from gateway.station import Opener
from gateway.statistics.baselines import ByHand
from gateway.statistics.figures import Entered
from gateway.statistics.numbers import decimal
from gateway.statistics.period import EARLIEST, LATEST
from gateway.statistics.words import BY_HAND

HIGHEST = Decimal(1000)


def year(text: str) -> int:
    """Read a year, for argparse."""
    if not (text.isascii() and text.isdigit() and EARLIEST <= int(text) <= LATEST):
        raise ValueError
    return int(text)


def value(text: str) -> Decimal:
    """Read a number with a decimal comma or point, for argparse."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite() or not 0 <= number <= HIGHEST:
        raise ValueError
    return round(number, 2)


def add_entering(commands: Commands, open_site: Opener) -> None:
    """Add `stats enter NAME YEAR VALUE`."""

    def enter(arguments: Arguments, console: Console) -> int:
        entered = Entered(ByHand(arguments.name), arguments.year, arguments.value)
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.rules()
            with act(station.database, person, Action.ENTER_FIGURES, now) as deed:
                bootstrap.outside(station, deed.session).enter(entered, person, now)
        said = _("Entered: {name}, {year}: {value}.").format(
            name=_(BY_HAND[ByHand(entered.name)]), year=entered.year, value=decimal(float(entered.value), 2)
        )
        console.answer({"name": entered.name, "year": entered.year, "value": float(entered.value)}, said)
        return DONE

    parser = commands.add_parser("enter", help=_("enter a yearly figure by hand"))
    parser.add_argument("name", choices=[name.value for name in ByHand], help=_("what it is"))
    parser.add_argument("year", metavar=_("YEAR"), type=year)
    parser.add_argument("value", metavar=_("VALUE"), type=value, help=_("per citizen"))
    parser.set_defaults(run=enter)
