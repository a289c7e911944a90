"""The one mail that leaves a site without a seal: fixed Danish words, so that nothing can be learnt from it.

Two mails of the same matter differ in nothing but their time and their id, whatever they are about. There is no number,
no name, no count and no link in them; the last so that nobody gets used to following one.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from gateway.language import danish as _
from gateway.language import mark


class Matter(enum.StrEnum):
    """What a mail tells, the first before the others when there is more than one."""

    ARRIVED = "arrived"
    """Something has arrived, and nobody has opened it."""
    REMINDER = "reminder"
    """Something has waited for too long."""
    UPKEEP = "upkeep"
    """Those who keep the site should look after it."""
    TEST = "test"
    """Nothing: somebody tries whether mail gets through."""


@dataclass(frozen=True)
class Route:
    """From which address to which."""

    sender: str
    recipient: str


OPEN_IT: Final = mark("Open Stafet as you usually do to see it.")
NO_ANSWER: Final = mark("There is never a link in this mail. It was written by a machine and cannot be answered.")

SAID: Final[Mapping[Matter, tuple[str, ...]]] = {
    Matter.ARRIVED: (
        mark("New referral in Stafet"),
        mark("Something waits in Stafet that nobody has opened yet."),
        OPEN_IT,
        NO_ANSWER,
    ),
    Matter.REMINDER: (
        mark("Reminder from Stafet"),
        mark("Something in Stafet still waits for somebody to act."),
        OPEN_IT,
        NO_ANSWER,
    ),
    Matter.UPKEEP: (
        mark("Stafet needs looking after"),
        mark("Something about Stafet itself waits for whoever keeps it."),
        mark("Open Stafet as you usually do and look at the line, or run doctor."),
        NO_ANSWER,
    ),
    Matter.TEST: (
        mark("This is a TEST from Stafet"),
        mark("Nothing waits. Somebody tries whether mail from Stafet gets through to here."),
        NO_ANSWER,
    ),
}
"""The subject, and each line, of every mail there is."""


def compose(matter: Matter, route: Route, mail_id: str, at: datetime) -> bytes:
    """Write a mail; RFC 3834 keeps machines from answering it. It takes nothing that could tell of anybody."""
    subject, *lines = map(_, SAID[matter])
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = route.sender
    message["To"] = route.recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail_id}@{route.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("".join(f"{line}\n" for line in lines), cte="quoted-printable")
    return message.as_bytes()
