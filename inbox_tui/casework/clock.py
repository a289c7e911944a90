"""The acute clock (E3): by when a citizen whose situation is acute should be reached. It presses; it never blocks."""

from collections.abc import Iterable
from datetime import date, datetime

from directory.calendar import add_working_days, is_working_day, local_day, next_working_day
from inbox_tui.casework.notes import Assessment, Contact


def acute_by(assessment: Assessment, contacts: Iterable[Contact], days: int) -> date | None:
    """Tell by the end of which day the citizen should be reached; None when no such clock runs.

    `days` is in working days after the assessment; 0 is the same day, or the next one the offices are open. A citizen
    reached earlier the same day is reached.
    """
    day = local_day(assessment.at)
    if not assessment.acute or any(one.reached and _since(one.at, assessment.at) for one in contacts):
        return None
    return add_working_days(day, days) if days else day if is_working_day(day) else next_working_day(day)


def _since(contact: datetime, assessment: datetime) -> bool:
    """Tell whether a contact was on the assessment's own day, or after it."""
    return local_day(contact) >= local_day(assessment)
