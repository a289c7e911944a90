"""The municipality's departments: the six it starts with (E8), and what the citizen's consent covers (C4)."""

import enum
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from inbox_tui.casework.errors import BadDepartmentName, DepartmentTaken, LastDepartment

LONGEST: Final = 60
"""Characters of a department's name: what a list shows whole."""


class DepartmentKind(enum.StrEnum):
    """What a department's staff are, which decides whether the citizen's consent names them."""

    SOCIAL = "social"
    """Social work: named by the consent."""
    HEALTH = "health"
    """Health care: named by the consent."""
    OTHER = "other"
    """Anything else, such as schools or job centres: not named by the consent."""


@dataclass(frozen=True)
class Department:
    """One department a case can be forwarded to. `name` is the municipality's own word for it.

    One that is no longer `active` keeps what it has; nothing new goes there.
    """

    id: str
    name: str
    kind: DepartmentKind
    active: bool = True


DEFAULTS: Final = (
    Department("social-og-psykiatri", "Social og Psykiatri", DepartmentKind.SOCIAL),
    Department("hjemmepleje", "Hjemmepleje", DepartmentKind.HEALTH),
    Department("traening-og-aktivitet", "Træning og aktivitet", DepartmentKind.HEALTH),
    Department("sundhedspleje", "Sundhedspleje", DepartmentKind.HEALTH),
    Department("skole-dagtilbud-og-ppr", "Skole, dagtilbud og PPR", DepartmentKind.OTHER),
    Department("arbejdsmarked", "Arbejdsmarked", DepartmentKind.OTHER),
)
"""The six of E8 in the order they are offered, the likeliest first."""


def covered_by_consent(kind: DepartmentKind) -> bool:
    """Tell whether the consent's «sociale eller sundhedsfaglige medarbejdere» are found there (C4)."""
    return kind is not DepartmentKind.OTHER


SPELT: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
NOT_IN_AN_ID: Final = re.compile(r"[^a-z0-9]+")


def new_id(name: str, taken: Collection[str]) -> str:
    """Make a new department's id of its name: a short one in small letters, which it keeps whatever it is called."""
    spelt = NOT_IN_AN_ID.sub("-", name.casefold().translate(SPELT)).strip("-")[:LONGEST].strip("-") or "afdeling"
    tries = (spelt if turn == 1 else f"{spelt}-{turn}" for turn in count(1))
    return next(one for one in tries if one not in taken)


def checked_name(name: str, others: Sequence[Department]) -> str:
    """Give a name as it is kept; raises BadDepartmentName, or DepartmentTaken when one of `others` is found by it."""
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST or not kept.isprintable():
        raise BadDepartmentName
    if any(kept.casefold() in {one.id, one.name.casefold()} for one in others):
        raise DepartmentTaken
    return kept


def moved(order: Sequence[str], department_id: str, step: int) -> tuple[str, ...]:
    """Give the order in which one has changed places with its neighbour: `step` is -1 for up, 1 for down."""
    place = order.index(department_id)
    other = min(max(0, place + step), len(order) - 1)
    changed = list(order)
    changed[place], changed[other] = changed[other], changed[place]
    return tuple(changed)


def may_retire(department_id: str, active: Collection[str]) -> None:
    """Keep one department that cases can be forwarded to; raises LastDepartment."""
    if set(active) <= {department_id}:
        raise LastDepartment
