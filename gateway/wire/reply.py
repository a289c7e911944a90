"""A person's answer from a mail program of their own: which referral it is about, and nothing else that it says.

It is no letter: it has no payload, and its outside proves nothing. What is signed inside is read leniently, for mail
programs differ (RFC 3156; protected headers as Thunderbird and RFC 9788 write them, or none). By whom it was signed is
for the caller to have proved.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape
from typing import Final

from gateway.language import danish as _
from gateway.wire import mail_limits, payload
from gateway.wire.conversation import SEQUENCE, WITHOUT_CITIZEN, Side, Stage
from gateway.wire.envelope import sealed_part
from gateway.wire.errors import (
    EnvelopeDisagrees,
    LetterOutOfTurn,
    LetterUnreadable,
    NotAnEnvelope,
    ReplyAutomatic,
    ReplyNamesSeveral,
    ReplyUnreadable,
    ReplyWithoutNumber,
)
from gateway.wire.letters import HEADINGS
from gateway.wire.other_programs import BROKEN, headers, parsed, text_of

NUMBER: Final = re.compile(r"(?<![0-9A-Za-z-])20[0-9]{2}-[0-9]{4,6}(?![0-9A-Za-z-])")
"""A referral's number, as the region forms it."""
DASHES: Final = str.maketrans(dict.fromkeys("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}", "-"))
ONE_ADDRESS: Final = re.compile(
    r"""(?:("(?:[^"\\]|\\.){0,200}"|[^<>()@,;:"]{0,200})\s*<)?([^\s<>()@,;:"\\]{1,64}@[0-9A-Za-z.-]{1,255})>?"""
)
"""One address, with the name of who has it or without; a name in quotation marks may hold anything."""
ADDRESSES: Final = re.compile(r"""[^\s<>()@,;:"\\]{1,64}@[0-9A-Za-z.-]{1,255}""")
TAG: Final = re.compile(r"<[^<>]*>")
BLOCKQUOTE: Final = re.compile(r"(?i)<(/?)blockquote\b[^<>]*>")
ANSWERED: Final = tuple(
    dict.fromkeys(
        kind
        for (_before, side, kind), after in SEQUENCE.items()
        if (side is Side.REGION and after not in WITHOUT_CITIZEN) or after is Stage.PASSED_ON
    )
)
"""The letters of ours that a person may answer by mail, and so quote: the region's about a citizen, and a forward."""
LONGEST_HEADING: Final = 200
AT_MOST_ONCE: Final = ("From", "To", "Subject", "Content-Type", "Auto-Submitted")


@dataclass(frozen=True)
class Reply:
    """What is signed in a person's answer. `own` is what they wrote, `quoted` what they sent back of ours.

    `words` are what they wrote for somebody to read; where there is only HTML, all that it does not mark as quoted.
    `sender`, `name` and `recipients` are what the mail program has signed along; empty where it signs none.
    """

    own: str = field(repr=False)
    quoted: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    sender: str = ""
    name: str = field(default="", repr=False)
    recipients: frozenset[str] = frozenset()

    @property
    def number(self) -> str:
        """Name the one referral it is about; raises ReplyWithoutNumber or ReplyNamesSeveral.

        What the person wrote counts before what they quote; there the number under our letter's heading does, for a
        letter may name an earlier referral too.
        """
        found = _numbers(self.own) or _under_heading(self.quoted) or _numbers(self.quoted)
        if not found:
            raise ReplyWithoutNumber
        if len(found) > 1:
            raise ReplyNamesSeveral
        return found.pop()


def sender_of(raw: bytes) -> str:
    """Tell from which address a mail says it comes; empty when it says none, or several."""
    try:
        return _one_address(headers(raw, mail_limits.REPLY).get_all("From", []))[1]
    except (NotAnEnvelope, *BROKEN):
        return ""


def unwrap(raw: bytes) -> bytes:
    """Give what is sealed in a mail.

    Raises NotAnEnvelope for everything but one encrypted part, and ReplyAutomatic for what a machine has answered: a
    server that seals for its people seals their absence too, and says so outside alone (RFC 3834).
    """
    try:
        mail = parsed(raw, mail_limits.REPLY)
        _require_a_person(mail)
        return sealed_part(mail)
    except BROKEN:
        raise NotAnEnvelope from None


def read(content: bytes) -> Reply:
    """Read what was sealed in a mail.

    Raises ReplyUnreadable for what holds no text of a person's, ReplyAutomatic for a machine's answer,
    EnvelopeDisagrees for a signed header that stands twice, and LetterOutOfTurn for what is one of our own letters in
    form: no department writes any.
    """
    try:
        mail = parsed(content, mail_limits.REPLY)
        _require_once(mail)
        _require_a_person(mail)
        own, quoted, words = _texts(mail)
        subject = str(mail.get("Subject", ""))
        name, sender = _one_address([_utf8(said) for called, said in mail.raw_items() if called.lower() == "from"])
        recipients = {found.casefold() for found in ADDRESSES.findall(str(mail.get("To", "")))}
    except (NotAnEnvelope, *BROKEN):
        raise ReplyUnreadable from None
    return Reply(f"{subject}\n{own}", quoted, words.strip(), sender, name, frozenset(recipients))


def _require_once(mail: Message) -> None:
    if any(len(mail.get_all(name, [])) > 1 for name in AT_MOST_ONCE):
        raise EnvelopeDisagrees


def _require_a_person(mail: Message) -> None:
    """Refuse a machine's answer: that somebody is away, or that a mail was displayed (RFC 3834, RFC 8098)."""
    said = [str(one).strip().casefold() for one in mail.get_all("Auto-Submitted", [])]
    if any(one != "no" for one in said) or mail.get_content_type() == "multipart/report":
        raise ReplyAutomatic


def _texts(mail: Message) -> tuple[str, str, str]:
    """Give what the person wrote, what they quoted, and their words. Of HTML alone, which is which is hard to tell."""
    parts = [part for part in mail.walk() if part.get_content_disposition() != "attachment"]
    if any(map(_is_letter, mail.walk())):
        raise LetterOutOfTurn
    plain, html = (list(_of_type(parts, kind)) for kind in ("text/plain", "text/html"))
    if plain:
        own, quoted = _parted("\n".join(plain))
        return own, quoted, own if own.strip() else _unmarked(quoted)
    if html:
        content = "\n".join(html)
        return "", TAG.sub(" ", content), unescape(TAG.sub(" ", _shown(content)))
    raise ReplyUnreadable


def _of_type(parts: list[Message], kind: str) -> Iterator[str]:
    for part in parts:
        text = text_of(part) if part.get_content_type() == kind else None
        if text is not None:
            yield text.translate(DASHES)


def _is_letter(part: Message) -> bool:
    content = part.get_payload(decode=True)
    if part.get_content_type() != "application/json" or not isinstance(content, bytes):
        return False
    try:
        payload.read(content)
    except LetterUnreadable:
        return False
    return True


def _shown(html: str) -> str:
    """Leave out what stands before a page's body, and what is quoted in it; what stands between two quotes stays."""
    body = html[max(html.lower().find("<body"), 0) :]
    text, *rest = BLOCKQUOTE.split(body)
    kept, depth = [text], 0
    for closes, text in zip(rest[::2], rest[1::2], strict=True):
        depth = max(depth - 1, 0) if closes else depth + 1
        kept += [] if depth else [text]
    return body if depth else "".join(kept)


def _parted(text: str) -> tuple[str, str]:
    """Part what was written from what was quoted: marked lines, and all from our letter's heading on."""
    own, quoted, ours = list[str](), list[str](), False
    heading = re.compile(rf"(?i)\W*(?:\w{{1,40}}:\s*)*(?:{_headings()})\s+{NUMBER.pattern}\W*")
    for line in text.splitlines():
        marked = line.lstrip().startswith(">")
        ours = ours or (not marked and len(line) < LONGEST_HEADING and heading.fullmatch(line) is not None)
        (quoted if marked or ours else own).append(line)
    return "\n".join(own), "\n".join(quoted)


def _unmarked(quoted: str) -> str:
    """Give what is quoted without a mark at the line: who wrote nothing above our letter may have answered below it."""
    return "\n".join(line for line in quoted.splitlines() if not line.lstrip().startswith(">"))


@functools.cache
def _headings() -> str:
    """Give a pattern for the headings of our letters, also where a mail program has broken the line."""
    return "|".join(r"[\s>]+".join(map(re.escape, _(HEADINGS[kind]).split())) for kind in ANSWERED)


def _numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text))


def _under_heading(text: str) -> set[str]:
    return set(re.findall(rf"(?i)(?:{_headings()})[\s>]+({NUMBER.pattern})", text))


def _one_address(written: list[str]) -> tuple[str, str]:
    """Give the name and the address of the one who is named; both empty for none or several."""
    found = ONE_ADDRESS.fullmatch(str(written[0]).strip()) if len(written) == 1 else None
    return (_name(found[1] or ""), found[2].casefold()) if found else ("", "")


def _utf8(written: str) -> str:
    """Read the bytes beyond ASCII in a header as what mail programs mean by them (RFC 6532)."""
    return str(written).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _name(written: str) -> str:
    """Read the name beside an address, which may stand in quotation marks and be encoded (RFC 2047)."""
    bare = re.sub(r"\\(.)", r"\1", written.strip().removeprefix('"').removesuffix('"'))
    try:
        return str(make_header(decode_header(bare))).strip()
    except (HeaderParseError, *BROKEN):
        return ""
