"""What is said where the content of a referral or a case was erased, at either end (O18)."""

from datetime import datetime

from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.terminal import dates


def heading() -> str:
    """Say it in a few words."""
    return _("The content is erased")


def said(at: datetime, days: int) -> str:
    """Say when it was erased, after how long, and what there is still."""
    when = ngettext(
        "The content was erased {date}, {days} day after the ending.",
        "The content was erased {date}, {days} days after the ending.",
        days,
    )
    rest = _("What is left is the number, what happened when, and the proof of consent, sending and receipt.")
    return f"{when.format(date=dates.day(at), days=days)} {rest}"
