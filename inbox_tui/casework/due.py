"""What is due on a case, and why: the one rule behind every reminder (E13). It counts working days alone (S18)."""

import enum
from dataclasses import dataclass
from datetime import date

from directory.calendar import is_working_day, local_day, working_days_left, working_days_since
from inbox_tui.casework.case import CaseLine, CaseState, Rank


class Why(enum.StrEnum):
    """Why a person should look at a case today; the weightiest first."""

    ACUTE = "acute"
    """Assessed as acute, and the citizen has not been reached (E3)."""
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
    """What is due: `days` are working days it has waited, past the target when that has passed; 0 is today."""

    why: Why
    days: int


def due(line: CaseLine, today: date, remind_days: int) -> Due | None:
    """Tell what is due on a case today; None when nothing is, and on every day the offices are closed.

    `remind_days` is how many working days something may wait before somebody is reminded.
    """
    rank = line.rank(today)
    if not is_working_day(today) or rank in (Rank.ENDED, Rank.HANDED_OVER):
        return None
    if line.acute_by is not None:
        return Due(Why.ACUTE, working_days_since(line.acute_by, today))
    if rank is Rank.OVERDUE:
        return Due(Why.OVERDUE, -working_days_left(today, line.target_date))
    return _waited(line, today, remind_days)


def _waited(line: CaseLine, today: date, remind_days: int) -> Due | None:
    if line.state is CaseState.NEW:
        return _since(Why.NOBODY, local_day(line.received_at), today, remind_days)
    if line.state is CaseState.FORWARDED and line.forwarded_at:
        return _since(Why.NOT_TAKEN_OVER, local_day(line.forwarded_at), today, remind_days)
    if line.sent_back:
        return Due(Why.SENT_BACK, 0)
    if not line.assessed and working_days_left(today, line.target_date) <= 1:
        return Due(Why.NOT_ASSESSED, 0)
    return None


def _since(why: Why, day: date, today: date, remind_days: int) -> Due | None:
    days = working_days_since(day, today)
    return Due(why, days) if days >= max(1, remind_days) else None
