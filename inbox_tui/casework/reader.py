"""For whom a list of cases is read: it decides what is due on a row, and which deadline stands there."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from inbox_tui.casework.case import CaseLine
from inbox_tui.casework.due import Due, Why, due

ON_THE_CLOCK: Final = frozenset({Why.ACUTE, Why.OVERDUE})
"""What a row's own deadline says."""


@dataclass(frozen=True)
class Reader:
    """Who reads: on which day, reminded after how many working days, and of which `department` (its name).

    Those who receive are of none: they look after all of them.
    """

    today: date
    remind_days: int = 1
    department: str | None = None

    def due(self, line: CaseLine) -> Due | None:
        """Tell what is due here: a department is reminded of its own alone (E13)."""
        if self.department is not None and line.responsible != self.department:
            return None
        return due(line, self.today, self.remind_days)

    def reminder(self, line: CaseLine) -> Due | None:
        """Tell what is due that the row's own deadline does not say already."""
        found = self.due(line)
        return None if found is None or found.why in ON_THE_CLOCK else found
