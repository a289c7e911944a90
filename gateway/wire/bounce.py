"""What a mail that is no letter of ours says about one of ours: it came back, it is late, or nothing at all.

Reports are read by their fields (RFC 3464); mail servers that write none have used the same words for decades. Anybody
can write such a mail, so what it says is a hint, and only about an envelope whose id its writer knows. Nothing in it is
decrypted, shown or answered.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final

from gateway.wire import mail_limits
from gateway.wire.errors import NotAnEnvelope
from gateway.wire.other_programs import BROKEN, parsed, text_of

READ_BYTES: Final = 256 * 1024
"""A report comes first, and what it brings back behind it."""
MOST_IDS: Final = 20

STATUS_TYPES: Final = frozenset({"text/x-delivery-status", "text/x-global-delivery-status"})
ID: Final = re.compile(r"(?<![0-9A-Za-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z-])", re.IGNORECASE)
ACTION: Final = re.compile(r"(?im)^Action:[ \t]*([a-z]+)")
STATUS: Final = re.compile(r"(?im)^Status:[ \t]*([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
PERMANENT: Final = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?!\.?\d)")
REFUSED: Final = re.compile(r"(?<![\d.])5[0-5]\d[ -]")
LATE: Final = re.compile(
    r"will be (?:re)?tried|will (?:keep|continue) (?:trying|to try)|not yet been delivered|still being (?:re)?tried"
    r"|do not need to re-?send|warning message only|message .{1,80}delayed|delivery status notification \(delay\)"
    r"|delivery delayed|could not send message for past",
    re.IGNORECASE,
)
FAILED: Final = re.compile(
    r"(?:could not|couldn't|cannot|can't|can not) be delivered|permanent (?:fatal )?error|permanently|undeliver"
    r"|able to deliver|deliver(?:y|ed)? (?:has )?failed|failed delivery|failure notice|returned (?:mail|to sender)"
    r"|did not reach|user unknown|unknown user|no such (?:user|address|mailbox|recipient)|mailbox .{0,40}full"
    r"|kunne ikke (?:leveres|afleveres)|ikke leveret|nicht zugestellt|unzustellbar",
    re.IGNORECASE,
)
MACHINE: Final = re.compile(r"mailer-daemon@|<?postmaster@|microsoftexchange[0-9a-f]{8,}@", re.IGNORECASE)
SEALED: Final = re.compile(rb"(?i)-----BEGIN PGP MESSAGE|application/pgp-encrypted|multipart/encrypted")
BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
SIGNS_OF_MACHINES: Final = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Autoresponder")


class Fate(enum.StrEnum):
    """What a report says became of a letter."""

    FAILED = "failed"
    """It will not be delivered, and no more is done about it."""
    DELAYED = "delayed"
    """It has not been delivered yet; the mail server goes on trying."""
    UNCLEAR = "unclear"
    """Something else, or nothing that can be made out."""


@dataclass(frozen=True)
class Bounce:
    """A report: what it says, the status code it gives (RFC 3463, such as 5.1.1), and the ids that stand in it."""

    fate: Fate
    status: str = ""
    envelope_ids: tuple[str, ...] = ()


def read(raw: bytes, *, from_nobody: bool) -> Bounce | None:
    """Read a report about a letter; None for mail that is none. `from_nobody`: it came with an empty sender."""
    try:
        mail = _parsed(raw)
        texts = tuple(_texts(mail))
        report = "\n".join(text for kind, text in texts if kind in STATUS_TYPES)
        written = "\n".join((_header(mail, "Subject"), *(text for _kind, text in texts)))
        if not (report or from_nobody or _by_a_mail_server(mail)) or _about_reading(mail):
            return None
        fate, status = (
            _by_fields(report) if ACTION.search(report) or STATUS.search(report) else _by_words(mail, written)
        )
        return Bounce(fate, status, _ids(mail, written))
    except (NotAnEnvelope, *BROKEN):
        return Bounce(Fate.UNCLEAR) if from_nobody else None


def is_automatic(raw: bytes) -> bool:
    """Tell a machine's answer: a vacation notice, a receipt for reading, a mailing list.

    What is sealed, or was, is none but in a report: a letter that was wrapped anew on its way must not end unseen.
    """
    try:
        mail = _parsed(raw)
    except (NotAnEnvelope, *BROKEN):
        return False
    return mail.get_content_type() == "multipart/report" or (not SEALED.search(raw) and _by_a_machine(mail))


def may_be(mail: Message) -> bool:
    """Tell from a mail's headers alone whether it may be a report."""
    return mail.get_content_type() == "multipart/report" or from_nobody(mail) or _by_a_mail_server(mail)


def from_nobody(mail: Message) -> bool:
    """Tell whether a mail in a mailbox came with an empty sender: the last server writes it above all else."""
    return _header(mail, "Return-Path").strip() == "<>"


def _parsed(raw: bytes) -> Message:
    """Parse the beginning of a mail."""
    return parsed(raw[:READ_BYTES].replace(b"\0", b"?"), mail_limits.REPORT)


def _texts(mail: Message) -> Iterator[tuple[str, str]]:
    """Give each part that holds text, with its type; what cannot be decoded is read as well as it can be."""
    for part in mail.walk():
        text = text_of(part)
        if text is not None:
            yield part.get_content_type(), text


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))


def _by_a_mail_server(mail: Message) -> bool:
    return "X-Failed-Recipients" in mail or bool(MACHINE.search(_header(mail, "From")))


def _by_a_machine(mail: Message) -> bool:
    answered = _header(mail, "Auto-Submitted").partition(";")[0].strip().casefold() not in {"", "no"}
    bulk = _header(mail, "Precedence").strip().casefold() in BULK
    return answered or bulk or any(name in mail for name in SIGNS_OF_MACHINES)


def _about_reading(mail: Message) -> bool:
    """Tell a report about something else than delivery, such as that a mail was read (RFC 8098)."""
    kind = str(mail.get_param("report-type") or "delivery-status").casefold()
    return mail.get_content_type() == "multipart/report" and kind != "delivery-status"


def _by_fields(report: str) -> tuple[Fate, str]:
    """Read the worst that is said of any recipient; ours have one."""
    actions = {action.casefold() for action in ACTION.findall(report)}
    statuses = sorted(STATUS.findall(report), reverse=True)
    status = statuses[0] if statuses else ""
    if "failed" in actions or (not actions and status.startswith("5")):
        return Fate.FAILED, status if status.startswith("5") else ""
    late = "delayed" in actions or (not actions and status.startswith("4"))
    return (Fate.DELAYED if late else Fate.UNCLEAR), ""


def _by_words(mail: Message, written: str) -> tuple[Fate, str]:
    if LATE.search(written):
        return Fate.DELAYED, ""
    found = PERMANENT.search(written)
    says_so = FAILED.search(written) or (found and REFUSED.search(written))
    if "X-Failed-Recipients" in mail or says_so:
        return Fate.FAILED, found[0] if found else ""
    return Fate.UNCLEAR, ""


def _ids(mail: Message, written: str) -> tuple[str, ...]:
    """Give what may be the id of an envelope, each once; whose it is, if anybody's, only the outbox can tell."""
    places = (written, *(_header(mail, name) for name in ("In-Reply-To", "References", "Original-Message-ID")))
    found = (match.group().lower() for place in places for match in ID.finditer(place))
    return tuple(dict.fromkeys(found))[:MOST_IDS]
