"""Why the line is not tested now, or a drill not acknowledged.

LivenessError               never raised itself
├── CannotTest              TEST_NO_CONTACT, TEST_NO_KEY, TEST_ONLY_PEOPLE, TEST_UNDER_WAY, DRILL_OPEN
├── DrillUnknown            DRILL_UNKNOWN
└── DrillAnswered           DRILL_ANSWERED
"""


class LivenessError(Exception):
    """Something asked of the line that is not done; `code` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CannotTest(LivenessError):
    """A party can be sent no TEST now."""


class DrillUnknown(LivenessError):
    """There is no drill of that id."""

    def __init__(self) -> None:
        super().__init__("DRILL_UNKNOWN")


class DrillAnswered(LivenessError):
    """A colleague has acknowledged the drill already."""

    def __init__(self) -> None:
        super().__init__("DRILL_ANSWERED")
