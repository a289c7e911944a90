"""Mail that other programs have written: parsed without being led astray, and its text read as well as it can be."""

import codecs
import re
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from gateway.wire import mail_limits

NESTED: Final = re.compile(rb"(?im)^(content-type:\s*)message/")
CHARSETS: Final = frozenset(
    {"ascii", "utf-8", "utf-16", "utf-16-be", "utf-16-le", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1252"}
)
"""What mail programs and servers write in. Of the rest, some take minutes to read what is made for that (punycode)."""

BROKEN: Final = (ValueError, LookupError, RecursionError, AttributeError, TypeError)
"""What the parser raises over mail that is none."""


def parsed(raw: bytes, limits: mail_limits.Limits) -> Message:
    """Parse a mail; one within it is read as text, so that none can be nested without end.

    Raises NotAnEnvelope for what is beyond the limits, and what is `BROKEN`.
    """
    flat = NESTED.sub(rb"\1text/x-", raw)
    mail_limits.check(flat, limits)
    return message_from_bytes(flat)


def headers(raw: bytes, limits: mail_limits.Limits) -> Message:
    """Parse a mail's headers alone; raises NotAnEnvelope for what is beyond the limits, and what is `BROKEN`."""
    mail_limits.check(raw, limits)
    return BytesHeaderParser().parsebytes(raw)


def text_of(part: Message) -> str | None:
    """Give the text of a part; None when it holds something else."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or part.get_content_maintype() != "text":
        return None
    try:
        charset = codecs.lookup(str(part.get_content_charset() or "latin-1")).name
    except (LookupError, ValueError):
        charset = ""
    return content.decode(charset if charset in CHARSETS else "latin-1", "replace")
