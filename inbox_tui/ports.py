"""What the inbox application needs from the world; bootstrap joins it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.access.staff import Staff
from gateway.keeping.ports import Keeper
from gateway.site.people import Person
from gateway.site.ports import Clock
from gateway.site.settings import CaseworkSettings
from gateway.terminal.door import WATCH, Door, Watch
from inbox_tui.acts import STANDARD, Acts
from inbox_tui.departments import Departments
from inbox_tui.drills import Drills
from inbox_tui.exporting import ExportCase
from inbox_tui.line import LookAtLine
from inbox_tui.set_aside import SetAside
from inbox_tui.store import CaseStore

POLL_SECONDS: Final = 2.0
"""How soon new mail shows up without anybody doing anything."""


@dataclass(frozen=True)
class InboxPorts:
    """The store and its neighbours. `now` is the rules' clock, `unit_name` our own unit's as the work begins.

    `person` is set when who acts is already known, `name` when it is only said. `notice` is one line shown above
    everything, such as the demo's.
    """

    store: CaseStore
    acts: Acts
    drills: Drills
    line: LookAtLine
    keeper: Callable[[Person], Keeper]
    door: Door[Person]
    set_aside: SetAside
    export: ExportCase
    departments: Departments
    staff: Staff
    now: Clock
    unit_name: str
    casework: CaseworkSettings = STANDARD
    person: Person | None = None
    name: str = ""
    watch: Watch = WATCH
    notice: str | None = None
    poll_seconds: float = POLL_SECONDS
    dark: bool = True


@dataclass(frozen=True)
class Seat:
    """Who sits at the keyboard, and what they reach from there: what every screen is given."""

    ports: InboxPorts
    person: Person
