"""What is due on a case, and why: the one rule behind every reminder (E13). It counts working days alone (S18)."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from directory.calendar import is_working_day, local_day, working_days_left, working_days_since
from inbox_tui.casework.case import CaseLine, CaseState, Rank


class Why(enum.StrEnum):
    """Why a person should look at a case today; the weightiest first."""

    ACUTE = "acute"
    """Assessed as acute, and the citizen has not been reached: today is the last day for it, or it has passed (E3)."""
    OVERDUE = "overdue"
    """The target of five working days has passed, and nobody has taken it over in a department (E1)."""
    NOBODY = "nobody"
    """Nobody has acknowledged it."""
    NOT_TAKEN_OVER = "not-taken-over"
    """It was forwarded, and nobody in the department has taken it over."""
    SENT_BACK = "sent-back"
    """A department sent it back, and no other has it."""
    NOT_ASSESSED = "not-assessed"
    """The target is the next working day or today, and nobody has assessed whether it is acute."""


@dataclass(frozen=True)
class Due:
    """What is due. `days` are working days: past the day it should have been done by, or so long it has waited.

    0 is today, or does not count; -1 is that there is one more working day for it.
    """

    why: Why
    days: int


def due(line: CaseLine, today: date, remind_days: int) -> Due | None:
    """Tell what weighs most of what is due on a case today; None when nothing is, and whenever the offices are closed.

    `remind_days` is how many working days something may wait before somebody is reminded. It depends on nothing but how
    the case stands, so it stops when somebody has acted, whoever that was.
    """
    return next(iter(all_due(line, today, remind_days)), None)


def all_due(line: CaseLine, today: date, remind_days: int) -> tuple[Due, ...]:
    """List everything that is due on a case today, the weightiest first."""
    if not is_working_day(today) or line.rank(today) in (Rank.ENDED, Rank.HANDED_OVER):
        return ()
    return tuple(_each(line, today, max(1, remind_days)))


def _each(line: CaseLine, today: date, remind_days: int) -> Iterator[Due]:
    if line.acute_by is not None and today >= line.acute_by:
        yield Due(Why.ACUTE, working_days_since(line.acute_by, today))
    if line.state is CaseState.TAKEN_OVER:
        return
    left = working_days_left(today, line.target_date)
    if left < 0:
        yield Due(Why.OVERDUE, -left)
    for why, day in _waiting(line):
        if (days := working_days_since(day, today)) >= remind_days:
            yield Due(why, days)
    if line.sent_back:
        yield Due(Why.SENT_BACK, 0)
    if not line.assessed and left <= 1:
        yield Due(Why.NOT_ASSESSED, -left)


def _waiting(line: CaseLine) -> Iterator[tuple[Why, date]]:
    """Tell whom a case waits for, and since which day."""
    if line.state is CaseState.NEW:
        yield Why.NOBODY, local_day(line.received_at)
    if line.state is CaseState.FORWARDED and line.forwarded_at:
        yield Why.NOT_TAKEN_OVER, local_day(line.forwarded_at)
