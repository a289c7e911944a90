"""How the list is looked at: which cases, in which order (E10)."""

import enum
from dataclasses import dataclass


class Only(enum.StrEnum):
    """Which cases are shown."""

    OPEN = "open"
    """Everything that has not ended: what the inbox opens on."""
    UNREAD = "unread"
    """Nobody here has opened it."""
    ACUTE = "acute"
    """The acute clock runs."""
    OVERDUE = "overdue"
    """The target has passed."""
    NEW = "new"
    """Nobody has acknowledged it."""
    WAITING = "waiting"
    """Acknowledged, and no department is responsible."""
    ON_ITS_WAY = "on-its-way"
    """Forwarded, and nobody in the department has taken it over."""
    TAKEN_OVER = "taken-over"
    """A person in a department has it."""
    AGAIN = "again"
    """Præhospitalet has written about the citizen before (F4)."""
    ENDED = "ended"
    """Closed, not ours, or the consent is withdrawn."""
    ALL = "all"
    """Every case there is."""


class Order(enum.StrEnum):
    """In which order; among equals the one that arrived first comes first."""

    NEED = "need"
    """What needs a person first."""
    NEWEST = "newest"
    """What arrived last."""
    TARGET = "target"
    """What is due first."""
    STATE = "state"
    """How far they have come."""
    DEPARTMENT = "department"
    """By the department that is responsible; those without one first."""


@dataclass(frozen=True)
class View:
    """What is looked at. `department` keeps to one that is responsible, `ids` to what a search found."""

    only: Only = Only.OPEN
    order: Order = Order.NEED
    department: str | None = None
    ids: tuple[str, ...] | None = None


EVERY_CASE = View(Only.ALL)
