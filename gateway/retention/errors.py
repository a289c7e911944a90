"""Why nothing is erased now.

RetentionRefused    never raised itself
├── ClockAhead      the machine's clock is more than a month past the last run
└── ClockBehind     the machine's clock is before the last run
"""

from typing import ClassVar


class RetentionRefused(Exception):
    """Nothing is erased until a person has looked at the clock; `code` names why."""

    code: ClassVar[str]


class ClockAhead(RetentionRefused):
    """The machine's clock is more than a month past the last run: wrong, or the site was off for long."""

    code = "CLOCK_AHEAD"


class ClockBehind(RetentionRefused):
    """The machine's clock is before the last run: it was put back, or was wrong then."""

    code = "CLOCK_BEHIND"
