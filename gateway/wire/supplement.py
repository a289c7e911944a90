"""A supplement («supplerende oplysning»): what came to light after a referral was sent (G1, G9, O23).

The referral itself stands unchanged; what a supplement states comes after it and is shown as such.
"""

from collections.abc import Iterable
from typing import Final, Self

from pydantic import model_validator

from gateway.wire.body import Body, Name, Phone
from gateway.wire.referral import Count, Line, Moment, Prose, Referral, says_something

TELLING = ("name", "cpr", "phone", "address", "how_to_reach", "safety_note", "interpreter", "text")
OF_CITIZEN: Final = ("name", "cpr", "phone", "address", "how_to_reach", "safety_note", "interpreter")
OF_CALLS: Final = ("calls_today", "calls_last_30_days")


class Supplement(Body):
    """New facts, a correction, or more calls on an open referral. Something must be said, else it is unreadable."""

    written_at: Moment
    written_by: Name
    sender_phone: Phone = ""
    correction: bool = False
    name: Line | None = None
    cpr: Line | None = None
    phone: Line | None = None
    address: Line | None = None
    how_to_reach: Line | None = None
    safety_note: Line | None = None
    interpreter: Line | None = None
    calls_today: Count | None = None
    calls_last_30_days: Count | None = None
    text: Prose = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        told = any(says_something(getattr(self, name)) for name in TELLING)
        if not told and self.calls_today is None and self.calls_last_30_days is None:
            raise ValueError("a supplement says something")
        return self


def in_force(referral: Referral, supplements: Iterable[Supplement]) -> Referral:
    """Tell what holds now: the referral, with what was said later in place of what was said before."""
    for one in supplements:
        told = {name: getattr(one, name) for name in OF_CITIZEN}
        citizen = {name: value for name, value in told.items() if says_something(value)}
        calls = {name: getattr(one, name) for name in OF_CALLS}
        said = {name: value for name, value in calls.items() if value is not None}
        referral = referral.model_copy(update={"citizen": referral.citizen.model_copy(update=citizen), **said})
    return referral
