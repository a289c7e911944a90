"""Limits that stand before the mail parser: the standard library's parser can be made to recurse or crawl (measured).

A letter of ours has a dozen header lines and two or three parts. What goes far beyond that is not read at all. A report
about one of our letters may bring the whole letter back, in as many lines as each mail server on the way has added.
"""

from dataclasses import dataclass
from typing import Final

from gateway.wire.errors import NotAnEnvelope

MAIL_BYTES: Final = 2 * 1024 * 1024
"""Room for the largest referral that `refer` takes (256 KiB), in plain words and as payload, sealed and armored."""


@dataclass(frozen=True)
class Limits:
    """How much of each thing a mail may have.

    `boundary_lines` begin with `--`: armor has two, and each part of a multipart one. `parameters` are semicolons: each
    may begin a header's parameter, and the parser takes quadratic time over many.
    """

    header_bytes: int
    header_lines: int
    boundary_lines: int
    parameters: int


LETTER: Final = Limits(header_bytes=16 * 1024, header_lines=200, boundary_lines=60, parameters=200)
REPLY: Final = Limits(header_bytes=32 * 1024, header_lines=300, boundary_lines=200, parameters=5000)
"""A person's answer, which may quote our letter, in HTML beside the text, with their key attached."""
REPORT: Final = Limits(header_bytes=64 * 1024, header_lines=500, boundary_lines=100, parameters=500)


def check(raw: bytes, limits: Limits = LETTER) -> None:
    """Refuse mail that is too large, too deep or too wide to be one of our envelopes; raises NotAnEnvelope."""
    if len(raw) > MAIL_BYTES:
        raise NotAnEnvelope
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # the parser ends lines at any of the three
    head = lines.partition(b"\n\n")[0]
    too_much = (
        len(head) > limits.header_bytes,
        head.count(b"\n") > limits.header_lines,
        lines.count(b"\n--") > limits.boundary_lines,
        raw.count(b";") > limits.parameters,
        b"\0" in raw,
    )
    if any(too_much):
        raise NotAnEnvelope
