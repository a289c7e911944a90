"""What the inbox application needs from the world; bootstrap joins it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.site.people import Person
from gateway.site.ports import Clock
from inbox_tui.acts import Acts
from inbox_tui.quarantine import QuarantineLine
from inbox_tui.store import CaseStore

POLL_SECONDS: Final = 2.0
"""How soon new mail shows up without anybody doing anything."""


@dataclass(frozen=True)
class InboxPorts:
    """The store and its neighbours. `now` is the rules' clock; `person` is set when who acts is already known.

    `notice` is one line shown above everything, such as the demo's. `people` lists the active staff.
    """

    store: CaseStore
    acts: Acts
    people: Callable[[], tuple[Person, ...]]
    quarantine: Callable[[], Sequence[QuarantineLine]]
    now: Clock
    person: Person | None = None
    notice: str | None = None
    poll_seconds: float = POLL_SECONDS
    dark: bool = True


@dataclass(frozen=True)
class Seat:
    """Who sits at the keyboard, and what they reach from there: what every screen is given."""

    ports: InboxPorts
    person: Person
