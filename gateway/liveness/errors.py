"""Why the line is not tested now.

    LivenessError           never raised itself
    ├── CannotTest          its code says what is lacking
    ├── DrillUnknown        DRILL_UNKNOWN
    └── DrillAnswered       DRILL_ANSWERED
"""

from typing import ClassVar

from gateway.site.errors import SiteError


class LivenessError(SiteError):
    """Something asked of the line that cannot be done."""


class CannotTest(LivenessError):
    """A party can be sent no TEST now."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.reason = code
