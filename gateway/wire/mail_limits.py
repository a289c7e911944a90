"""Limits that stand before the mail parser: the standard library's parser can be made to recurse or crawl (measured).

A letter of ours has a dozen header lines and two or three parts. What goes far beyond that is not read at all.
"""

from typing import Final

from gateway.wire.errors import NotAnEnvelope

MAIL_BYTES: Final = 2 * 1024 * 1024
"""Room for the largest referral that `refer` takes (256 KiB), in plain words and as payload, sealed and armored."""

HEADER_BYTES: Final = 16 * 1024
HEADER_LINES: Final = 200
BOUNDARY_LINES: Final = 60
"""Lines that begin with `--`: armor has two, and each part of a multipart one."""
PARAMETERS: Final = 200
"""Semicolons: each may begin a header's parameter, and the parser takes quadratic time over many."""


def check(raw: bytes) -> None:
    """Refuse mail that is too large, too deep or too wide to be one of our envelopes; raises NotAnEnvelope."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # the parser ends lines at any of the three
    head = lines.partition(b"\n\n")[0]
    too_much = (
        len(raw) > MAIL_BYTES,
        len(head) > HEADER_BYTES,
        head.count(b"\n") > HEADER_LINES,
        lines.count(b"\n--") > BOUNDARY_LINES,
        raw.count(b";") > PARAMETERS,
        b"\0" in raw,
    )
    if any(too_much):
        raise NotAnEnvelope
