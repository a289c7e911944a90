"""How a case may end (E21): broad words for the municipality's own figures, never sent to anybody (O16)."""

import enum
from collections.abc import Iterable, Mapping

from gateway.site.settings import CaseworkSettings, OutcomeSetting


class Outcome(enum.StrEnum):
    """What was arranged with the citizen; several may hold at once (E5)."""

    HOUSING = "housing"
    """A place in supported housing («botilbud»)."""
    HOUSING_SUPPORT = "housing-support"
    """Support in the citizen's own home («bostøtte»)."""
    HOME_CARE = "home-care"
    """Home care («hjemmepleje»)."""
    OWN_GP = "own-gp"
    """The citizen's own GP."""
    PSYCHIATRY = "psychiatry"
    """Psychiatry, social or regional."""
    SUBSTANCE_USE = "substance-use"
    """Treatment for alcohol or drugs."""
    VOLUNTEERS = "volunteers"
    """An offer run by volunteers (O17)."""
    ADJUSTED = "adjusted"
    """Help the citizen has already was adjusted (L7)."""
    NOT_NOW = "not-now"
    """The citizen does not want help now: an ending like any other, and a new referral is welcome (L11)."""
    NOT_REACHED = "not-reached"
    """The citizen was not reached."""
    OTHER = "other"
    """Something else, told in the reason (E6)."""


def offered(terms: CaseworkSettings) -> tuple[str, ...]:
    """List the codes a case may be closed with here: the municipality's own list, else the agreement's.

    "other" always closes it: no list holds what is made for one citizen (E6).
    """
    codes = [one.code for one in terms.outcomes] or list(map(str, Outcome))
    return (*(code for code in codes if code != Outcome.OTHER), str(Outcome.OTHER))


def own(terms: CaseworkSettings) -> Mapping[str, OutcomeSetting]:
    """Give what the municipality has put on its list itself, by its code; the agreement's keep their words."""
    return {one.code: one for one in terms.outcomes if one.code not in set(Outcome)}


def named(codes: Iterable[str], terms: CaseworkSettings) -> dict[str, str]:
    """Tell what the municipality's own among `codes` are called now, in Danish."""
    names = own(terms)
    return {code: names[code].da for code in codes if code in names}
