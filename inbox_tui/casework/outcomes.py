"""How a case may end (E21): broad words for the municipality's own figures, never sent to anybody (O16)."""

import enum


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
