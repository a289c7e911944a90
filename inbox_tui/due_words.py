"""How a reminder is said: why a case should be looked at today, in a few words (E13). They name no citizen."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.terminal.plain import one_line
from inbox_tui.casework.case import CaseLine
from inbox_tui.casework.due import Due, Why

TODAY: Final = mark("assess today at the latest whether it is acute")
NEXT: Final = mark("assess by the next working day whether it is acute")


def said(due: Due, line: CaseLine) -> str:
    """Say what is due: «ingen har kvitteret i 2 hverdage»."""
    return SAYING[due.why](due, line)


def _acute(due: Due, _line: CaseLine) -> str:
    if due.days <= 0:
        return _("acute: reach the citizen today at the latest")
    return ngettext("acute: {count} working day over", "acute: {count} working days over", due.days).format(
        count=due.days
    )


def _overdue(due: Due, _line: CaseLine) -> str:
    return ngettext(
        "the target was passed {count} working day ago", "the target was passed {count} working days ago", due.days
    ).format(count=due.days)


def _nobody(due: Due, _line: CaseLine) -> str:
    return ngettext(
        "nobody has acknowledged it for {count} working day",
        "nobody has acknowledged it for {count} working days",
        due.days,
    ).format(count=due.days)


def _not_taken_over(due: Due, line: CaseLine) -> str:
    return ngettext(
        "{department} has not taken it over for {count} working day",
        "{department} has not taken it over for {count} working days",
        due.days,
    ).format(department=one_line(line.responsible or ""), count=due.days)


def _sent_back(_due: Due, _line: CaseLine) -> str:
    return _("sent back: choose another department")


def _not_assessed(due: Due, _line: CaseLine) -> str:
    return _(TODAY if due.days >= 0 else NEXT)


SAYING: Final[Mapping[Why, Callable[[Due, CaseLine], str]]] = {
    Why.ACUTE: _acute,
    Why.OVERDUE: _overdue,
    Why.NOBODY: _nobody,
    Why.NOT_TAKEN_OVER: _not_taken_over,
    Why.SENT_BACK: _sent_back,
    Why.NOT_ASSESSED: _not_assessed,
}
"""By why it is due."""
