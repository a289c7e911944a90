"""A supplement («supplerende oplysning»): what came to light after a referral was sent (G1, G9, O23).

The referral itself stands unchanged; what a supplement states comes after it and is shown as such.
"""

from typing import Self

from pydantic import model_validator

from gateway.wire.body import Body, Name, Phone
from gateway.wire.referral import Count, Line, Moment, Prose, says_something

TELLING = ("name", "cpr", "phone", "address", "how_to_reach", "safety_note", "interpreter", "text")


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
