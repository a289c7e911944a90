"""What the desk needs from the world; `gateway.desk.joined` joins it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from directory.model import Contact
from directory.municipalities import Municipality
from gateway.keeping.ports import Keeper
from gateway.referring.correspond import Correspond
from gateway.referring.decline import Decline
from gateway.referring.drafts import Draft, Drafts
from gateway.referring.duty import Duty
from gateway.referring.follow import Progress
from gateway.referring.look import Look
from gateway.referring.recognise import Recognise
from gateway.referring.submit import Submit
from gateway.site.people import Person
from gateway.site.ports import Clock
from gateway.site.settings import UnitSettings
from gateway.terminal.door import WATCH, Door, Watch

POLL_SECONDS: Final = 2.0
"""How soon the board shows what the daemon or a colleague has done."""


@dataclass(frozen=True)
class Reach:
    """How a municipality is reached now: its unit, if one is registered, and since when its key is the compared one."""

    municipality: Municipality
    contact: Contact | None
    key_since: datetime | None


@dataclass(frozen=True)
class Board:
    """What the shift has on the desk at one moment: what it waits for, and what is being written."""

    waiting: tuple[Progress, ...] = ()
    drafts: tuple[Draft, ...] = ()


@dataclass(frozen=True)
class DeskPorts:
    """The flows, and what is read. `now` is the rules' clock.

    `person` is set when who acts is already known, `name` when it is only said. `notice` is one line shown above
    everything.
    """

    unit: UnitSettings
    door: Door[Person]
    drafts: Drafts
    submit: Submit
    decline: Decline
    recognise: Recognise
    duty: Duty
    correspond: Correspond
    look: Look
    board: Callable[[Person], Board]
    reach: Callable[[str], Reach]
    keeper: Callable[[Person], Keeper]
    chase_after: timedelta
    now: Clock
    person: Person | None = None
    name: str = ""
    watch: Watch = WATCH
    notice: str | None = None
    poll_seconds: float = POLL_SECONDS
    dark: bool = True


@dataclass(frozen=True)
class Seat:
    """Who sits at the keyboard, and what they reach from there: what every screen is given."""

    ports: DeskPorts
    person: Person
