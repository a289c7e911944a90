"""A sealed payload as an e-mail, and back.

Outside (RFC 3156, section 6.2): one `multipart/encrypted` whose headers name the two mail addresses and nothing else.
Inside (RFC 9788, header protection): the true headers, each outer one repeated as `HP-Outer`, then the letter in plain
Danish, the payload as JSON, and for a meeting its entry for the calendar, which we never read. `hp="cipher"` and
`protected-headers="v1"` stand together because notmuch and Thunderbird read only the older of the two.
"""

import re
import secrets
from base64 import encodebytes
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from typing import Final

from gateway.wire import mail_limits
from gateway.wire.errors import EnvelopeDisagrees, NotAnEnvelope

BLOCK: Final = 4096
"""What is sealed is filled up to whole blocks of so many bytes, so that its size tells little."""

STEP: Final = 57
"""Bytes of payload that make one line of base64 (RFC 2045, section 6.8)."""

CRLF: Final = b"\r\n"

OUTER_SUBJECT: Final = "[...]"
ADDRESS: Final = re.compile(r"""(?:[^<>()@,;:]{0,120}<)?([^\s<>()@,;:"\\]{1,64}@[0-9A-Za-z.-]{1,255})>?""")
ONCE: Final = ("From", "To", "Date", "Message-ID", "Subject", "Content-Type")
"""Headers that must stand exactly once, outside and inside; a second one could be shown in place of the first."""


@dataclass(frozen=True)
class Outside:
    """What anyone on the way can read: two addresses, an id and a time."""

    sender: str
    recipient: str
    envelope_id: str
    date: datetime

    @property
    def message_id(self) -> str:
        """Give the Message-ID header's value."""
        return f"<{self.envelope_id}@{self.sender.rpartition('@')[2]}>"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Give the header fields both sides carry, without the subject."""
        return (
            ("From", self.sender),
            ("To", self.recipient),
            ("Date", format_datetime(self.date)),
            ("Message-ID", self.message_id),
        )


@dataclass(frozen=True)
class Envelope:
    """A mail that has the form of an envelope; nothing in it can be believed before its seal is opened."""

    ciphertext: bytes
    sender: str
    recipient: str
    message_id: str
    subject: str


@dataclass(frozen=True)
class CalendarPart:
    """A calendar entry as bytes, and the method its MIME part names (RFC 6047, section 2.4)."""

    method: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Inside:
    """What was sealed: the payload's bytes (empty when there are none to find), and whether a machine answered."""

    payload: bytes
    automatic: bool


@dataclass(frozen=True)
class Words:
    """What a person reads: the subject, the letter in plain Danish, and a meeting's entry for the calendar."""

    subject: str
    text: str = field(repr=False)
    calendar: CalendarPart | None = None


def fill(outside: Outside, words: Words, payload: bytes, *, automatic: bool = False) -> bytes:
    """Compose what will be sealed: true headers, what a person reads, the payload.

    Written down line by line: the library, which reads every header it is given, takes a fifth of the time of sealing.
    """
    boundary = secrets.token_hex(16)
    headers = (
        *outside.headers,
        ("Subject", words.subject),
        *(("HP-Outer", f"{name}: {value}") for name, value in (*outside.headers, ("Subject", OUTER_SUBJECT))),
        ("Auto-Submitted", "auto-replied" if automatic else "no"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/mixed; boundary="{boundary}"; protected-headers="v1"; hp="cipher"'),
    )
    text = CRLF.join([*words.text.encode().splitlines(), b""])
    parts = [
        _part('text/plain; charset="utf-8"', text),
        _part("application/json", payload, 'attachment; filename="letter.json"'),
        *([_calendar(words.calendar)] if words.calendar else []),
    ]
    delimiter = f"\r\n--{boundary}".encode("ascii")
    return b"".join([_written(headers), *(delimiter + CRLF + part for part in parts), delimiter, b"--", CRLF])


def _calendar(entry: CalendarPart) -> bytes:
    """Write the entry as the MIME part of its method (RFC 6047, section 2.4)."""
    kind = f'text/calendar; charset="utf-8"; method="{entry.method}"'
    return _part(kind, entry.content, 'inline; filename="meeting.ics"')


def _part(kind: str, content: bytes, disposition: str = "") -> bytes:
    headers = [("Content-Type", kind), ("Content-Transfer-Encoding", "base64")]
    if disposition:
        headers.append(("Content-Disposition", disposition))
    return _written(headers) + CRLF + encodebytes(content).replace(b"\n", CRLF)


def _written(headers: Iterable[tuple[str, str]]) -> bytes:
    """Write header fields, what is not ASCII as RFC 2047 has it; raises ValueError where a value begins a line."""
    lines = []
    for name, value in headers:
        if "\r" in value or "\n" in value:
            raise ValueError(name)
        said = value if value.isascii() else Header(value).encode(linesep="\r\n")
        lines.append(f"{name}: {said}\r\n")
    return "".join(lines).encode("ascii")


def padding_for(outside: Outside, words: Words, payload: bytes) -> int:
    """Tell how many bytes `payload` should grow by so that what `fill` composes ends just below a whole block."""
    size = len(fill(outside, words, payload + bytes(-len(payload) % STEP)))
    room = -(size + len(CRLF)) % BLOCK
    return -len(payload) % STEP + room // (STEP // 3 * 4 + len(CRLF)) * STEP


def level(content: bytes) -> bytes:
    """Fill what is left up to the whole block with the preamble, which every reader skips (RFC 2046, section 5.1.1)."""
    head, blank, body = content.partition(CRLF + CRLF)
    room = -(len(content) + len(CRLF)) % BLOCK
    return head + blank + b" " * room + CRLF + body


def wrap(ciphertext: bytes, outside: Outside) -> bytes:
    """Put an armored ciphertext into the outer mail, ready for the relay as it stands."""
    boundary = secrets.token_hex(16)
    lines = [
        *(f"{name}: {value}" for name, value in (*outside.headers, ("Subject", OUTER_SUBJECT))),
        "Auto-Submitted: auto-generated",  # keeps vacation replies away (RFC 3834, section 5)
        "MIME-Version: 1.0",
        f'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: application/pgp-encrypted",
        "",
        "Version: 1",
        "",
        f"--{boundary}",
        'Content-Type: application/octet-stream; name="encrypted.asc"',
        "",
        *ciphertext.decode("ascii").splitlines(),
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def unwrap(raw: bytes) -> Envelope:
    """Take an outer mail apart; raises NotAnEnvelope for everything but one encrypted part in a plain wrapping."""
    mail_limits.check(raw)
    try:
        mail = message_from_bytes(raw)
        _require_once(mail)
        sealed = sealed_part(mail)
        return Envelope(sealed, _address(mail["From"]), _address(mail["To"]), _id(mail), str(mail["Subject"]))
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        raise NotAnEnvelope from None


def sealed_part(mail: Message) -> bytes:
    """Give what is encrypted in a mail of the form of RFC 3156, section 4; raises NotAnEnvelope for any other."""
    control, sealed = _two_parts(mail)
    whole = _bytes_of(control).split() == [b"Version:", b"1"] and not mail.defects
    if mail.get_content_type() != "multipart/encrypted" or not whole:
        raise NotAnEnvelope
    return _bytes_of(sealed)


def look_inside(content: bytes, envelope: Envelope) -> Inside:
    """Find the payload in what was sealed.

    Raises EnvelopeDisagrees when the outside was changed on the way or a protected header stands twice.
    """
    try:
        mail_limits.check(content)
        mail = message_from_bytes(content)
        _require_once(mail)
        _require_agreement(mail, envelope)
        return Inside(_json_part(mail), str(mail["Auto-Submitted"]) == "auto-replied")
    except (NotAnEnvelope, ValueError, LookupError, RecursionError, AttributeError, TypeError):
        raise EnvelopeDisagrees from None


def _require_once(mail: Message) -> None:
    if any(len(mail.get_all(name, [])) != 1 for name in ONCE):
        raise NotAnEnvelope


def _two_parts(mail: Message) -> tuple[Message, Message]:
    if mail.get_param("protocol") != "application/pgp-encrypted":
        raise NotAnEnvelope
    control, sealed = _parts(mail)
    types = (control.get_content_type(), sealed.get_content_type())
    if types != ("application/pgp-encrypted", "application/octet-stream"):
        raise NotAnEnvelope
    return control, sealed


def _parts(mail: Message) -> list[Message]:
    parts = mail.get_payload()
    return [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise NotAnEnvelope
    return content


def _address(value: str) -> str:
    """Read one plain address, with a name or without; what the library makes of more differs from Python to Python."""
    found = ADDRESS.fullmatch(str(value).strip())
    if found is None:
        raise NotAnEnvelope
    return found[1].casefold()


def _id(mail: Message) -> str:
    return str(mail["Message-ID"]).strip()


def _require_agreement(mail: Message, envelope: Envelope) -> None:
    inside = (_address(mail["From"]), _address(mail["To"]), _id(mail))
    outer_subject = [v for v in map(str, mail.get_all("HP-Outer", [])) if v.startswith("Subject: ")]
    agrees = (
        inside == (envelope.sender, envelope.recipient, envelope.message_id),
        outer_subject == [f"Subject: {envelope.subject}"],
        mail.get_param("hp") == "cipher",
    )
    if not all(agrees):
        raise EnvelopeDisagrees


def _json_part(mail: Message) -> bytes:
    parts = _parts(mail) if mail.get_content_type() == "multipart/mixed" else []
    content = [part.get_payload(decode=True) for part in parts if part.get_content_type() == "application/json"]
    return content[0] if len(content) == 1 and isinstance(content[0], bytes) else b""
