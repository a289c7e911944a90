"""What the list shows, in words: which cases, of which department, in which order, or what a search found (E10)."""

from collections.abc import Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark
from gateway.terminal.plain import one_line
from inbox_tui.casework.view import Only, Order, View
from inbox_tui.presentation import SEPARATOR

CASES: Final[Mapping[Only, str]] = {
    Only.OPEN: mark("everything open"),
    Only.UNREAD: mark("unread ones"),
    Only.ACUTE: mark("acute ones"),
    Only.OVERDUE: mark("overdue ones"),
    Only.NEW: mark("new ones"),
    Only.WAITING: mark("waiting for a department"),
    Only.ON_ITS_WAY: mark("on the way to a department"),
    Only.TAKEN_OVER: mark("those taken over"),
    Only.AGAIN: mark("re-referrals"),
    Only.ENDED: mark("ended ones"),
    Only.ALL: mark("all, the ended ones too"),
}

ORDERS: Final[Mapping[Order, str]] = {
    Order.NEED: mark("what needs a person first"),
    Order.NEWEST: mark("the newest first"),
    Order.TARGET: mark("the nearest target first"),
    Order.STATE: mark("by state"),
    Order.DEPARTMENT: mark("by department"),
}

FOUND: Final[Mapping[str, str]] = {
    "cpr": mark("Found by CPR number: {count}"),
    "phone": mark("Found by phone: {count}"),
    "number": mark("Found by number: {count}"),
    "name": mark("Found by name: {count}"),
}
"""What a search is said to have found, never what was typed."""


USUAL: Final = {False: Order.NEED, True: Order.NEWEST}
"""The order a list begins in: of what a search found, the newest comes first."""


def cases(only: Only) -> str:
    """Name which cases are shown."""
    return _(CASES[only])


def order(value: Order) -> str:
    """Name an order."""
    return _(ORDERS[value])


def bar(view: View, department: str, found: str, total: int) -> str:
    """Say what is shown when it is not everything open in the usual order; "" when it is.

    `department` is the name of the one it is narrowed to, `found` how a search was made, `total` how many there are.
    """
    if view == View():
        return ""
    what = _("Shown: {what} ({count})").format(what=cases(view.only), count=total)
    if view.ids is not None:
        what = _(FOUND[found]).format(count=total)
    where = _("with {department}").format(department=one_line(department)) if view.department else ""
    ordered = order(view.order) if view.order is not USUAL[view.ids is not None] else ""
    return SEPARATOR.join(filter(None, (what, where, ordered, _("Esc shows everything open"))))


def nothing(view: View) -> str:
    """Say that nothing is shown, and what to try."""
    if view.ids is None:
        said = _("Nothing is like that now: {what}.\n\nEsc shows everything open, X something else.")
        return said.format(what=cases(view.only))
    return _(
        "Nothing was found.\n\n"
        "Try the CPR number, with or without a dash, a phone, the referral's number such as 2026-0042, or a part of "
        "the name: å or aa, capitals or not, does not matter.\n\n"
        "/ searches again, Esc shows everything open.",
    )
