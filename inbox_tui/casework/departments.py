"""The municipality's departments: the six it starts with (E8), and what the citizen's consent covers (C4)."""

import enum
from dataclasses import dataclass
from typing import Final


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
