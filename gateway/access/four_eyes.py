"""Four eyes: what one person proposes, another confirms; a site kept by one person says so openly, and is marked."""

from gateway.site.errors import MayNot
from gateway.site.people import Person


class SamePerson(MayNot):
    """Whoever proposed it does not confirm it too."""

    code = "SAME_PERSON"


def confirms_alone(proposed_by: str, person: Person, *, alone: bool) -> bool:
    """Tell whether one person does both; raises SamePerson where that is not allowed (`keeping.alone`)."""
    same = proposed_by == person.id
    if same and not alone:
        raise SamePerson
    return same
