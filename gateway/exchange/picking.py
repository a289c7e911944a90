"""What a site does with mail that is picked up from a mailbox: kept as what comes through the door is, and noted."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gateway.exchange import bounces
from gateway.exchange.arrivals import Store
from gateway.mailbox import pickup


@dataclass(frozen=True)
class Picking:
    """Called from the thread that picks up; `stored` tells that something is to be looked at."""

    addresses: AbstractSet[str]
    keep: Store
    stored: Callable[[], object]

    def store(self, raw: bytes, *, from_nobody: bool) -> int:
        """Keep a mail durably; gives the arrival's id."""
        arrival = self.keep(raw, from_nobody=from_nobody)
        self.stored()
        return arrival

    def is_about_ours(self, raw: bytes, *, from_nobody: bool) -> bool:
        """Tell whether a report is about something that left here."""
        with self.keep.sessions.reading() as session:
            return bounces.is_about_ours(session, raw, from_nobody=from_nobody)

    def went_well(self, too_large: int) -> None:
        """Note that everything was looked at."""
        with self.keep.sessions.session() as session:
            pickup.went_well(session, self.keep.clock(), too_large)

    def failed(self, reason: str) -> None:
        """Note why it fails."""
        with self.keep.sessions.session() as session:
            pickup.failed(session, self.keep.clock(), reason)
