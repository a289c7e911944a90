"""What both ends do to keep the line itself: the letters about keys, contacts and tests, and the chores behind them."""

from collections.abc import Callable, Mapping, Sequence

from gateway.exchange.ports import Handler
from gateway.station import Station
from gateway.wire.letters import Kind


def handlers(_station: Station) -> Mapping[Kind, Handler]:
    """Tell which letters about the line either end takes."""
    return {}


def chores(_station: Station) -> Sequence[Callable[[], int]]:
    """Tell what either end's daemon does for the line by the clock."""
    return ()
