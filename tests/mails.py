"""Mails for the tests: one good envelope, and ways to spoil it."""

from datetime import UTC, datetime

from gateway.wire.envelope import Envelope, Outside, Words, fill, wrap

NOW = datetime(2026, 11, 22, 7, 14, 9, tzinfo=UTC)
OUTSIDE = Outside(
    "henvendelser@region.example", "sikkerpost@randers.example", "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11", NOW
)
ARMOR = b"-----BEGIN PGP MESSAGE-----\n\nhQIMA0\n=abcd\n-----END PGP MESSAGE-----\n"
SUBJECT = "Henvendelse 2026-0042"
TEXT = "Borgeren vil gerne ringes op efter kl. 11.\nDøren er åben, prøv æ.\n"
PAYLOAD = b'{"schema": 1}'

ENVELOPE = Envelope(ARMOR, OUTSIDE.sender, OUTSIDE.recipient, OUTSIDE.message_id, "[...]")


def outer() -> bytes:
    return wrap(ARMOR, OUTSIDE)


def inner(**more) -> bytes:
    return fill(OUTSIDE, Words(SUBJECT, TEXT), PAYLOAD, **more)


def with_header(mail: bytes, line: bytes) -> bytes:
    """Put one more header field first."""
    return line + b"\r\n" + mail


def changed(mail: bytes, old: bytes, new: bytes) -> bytes:
    """Change the one place where `old` stands."""
    assert mail.count(old) == 1, old
    return mail.replace(old, new)


def without_header(mail: bytes, name: bytes) -> bytes:
    """Take the first field with this name away; it must be on one line."""
    lines = mail.split(b"\r\n")
    place = next(index for index, line in enumerate(lines) if line.startswith(name + b":"))
    return b"\r\n".join(lines[:place] + lines[place + 1 :])
