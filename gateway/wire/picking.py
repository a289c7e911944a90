"""Which mail in a mailbox is ours, told from its headers alone: people may read the same mailbox, and theirs is left.

A letter is sealed and addressed to us. A report may be about one of ours; which, only its content can tell.
"""

import enum
import re
from collections.abc import Set as AbstractSet
from email.message import Message
from typing import Final

from gateway.wire import bounce, mail_limits
from gateway.wire.errors import NotAnEnvelope
from gateway.wire.other_programs import BROKEN, headers

FIELDS: Final = ("To", "Cc", "From", "Content-Type", "Return-Path", "X-Failed-Recipients")
"""The header fields that are looked at; no other is asked for."""

HEAD_BYTES: Final = 32 * 1024
"""How much of them is read."""

QUOTED: Final = re.compile(r'"[^"]*"')
ADDRESS: Final = re.compile(r"""[^\s<>()@,;:"\\]{1,64}@[0-9A-Za-z.-]{1,255}""")


class Look(enum.StrEnum):
    """What a mail is at first sight."""

    LETTER = "letter"
    """Sealed, and addressed to us."""
    REPORT = "report"
    """It may be a mail server's report; whether it is about a letter of ours is to be read."""
    OTHERS = "others"
    """Nothing of ours."""


def first_look(head: bytes, addresses: AbstractSet[str]) -> Look:
    """Tell what a mail is; `addresses` are ours, in small letters. What cannot be read is not ours."""
    try:
        mail = headers(head, mail_limits.REPORT)
        if mail.get_content_type() == "multipart/encrypted" and not addresses.isdisjoint(_recipients(mail)):
            return Look.LETTER
        return Look.REPORT if bounce.may_be(mail) else Look.OTHERS
    except (NotAnEnvelope, *BROKEN):
        return Look.OTHERS


def from_nobody(head: bytes) -> bool:
    """Tell whether a mail came with an empty sender: the server that keeps it writes it down (RFC 5321, 4.4)."""
    try:
        return bounce.from_nobody(headers(head, mail_limits.REPORT))
    except (NotAnEnvelope, *BROKEN):
        return False


def _recipients(mail: Message) -> set[str]:
    """Give the addresses a mail is written to; what stands in quotes is a name."""
    written = " , ".join(str(line) for name in ("To", "Cc") for line in mail.get_all(name, []))
    return {address.casefold() for address in ADDRESS.findall(QUOTED.sub("", written))}
