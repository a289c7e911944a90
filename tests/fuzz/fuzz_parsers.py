"""Everything that reads what others wrote, and the one way each may refuse it."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import bodies
import mails
from fuzz_hostile import INSIDES, MAILS, REPORTS
from fuzz_mutations import JSON, MAIL, TEXT
from fuzz_watch import CANARY, Broken, Target, refuses
from icalendar import Calendar
from mail_program import thunderbird_content

from directory import contacts_csv, phone
from directory.errors import DirectoryError
from directory.hours import OpeningHours
from gateway.exchange.receipts import ReceiptBody
from gateway.referring.example import example
from gateway.site.errors import SettingsError
from gateway.site.settings import Settings
from gateway.statistics.aggregate import Aggregate
from gateway.terminal.plain import one_line, plain
from gateway.wire import bounce, cpr, envelope, payload, reply
from gateway.wire.answers import Acknowledgement, Closed, NotOurs, Reminder, Withdrawal
from gateway.wire.body import Body
from gateway.wire.calendar_part import calendar_part
from gateway.wire.errors import EnvelopeDisagrees, LetterUnreadable, NotAnEnvelope, WireError
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import Kind, Letter
from gateway.wire.meeting import Meeting, MeetingAnswer, MeetingCancelled
from gateway.wire.referral import MalformedReferral, Referral
from gateway.wire.supplement import Supplement
from keys import certificate, packets, shape
from keys.errors import ImportRefused, InvalidFingerprint, OpenRefused
from keys.fingerprint import Fingerprint
from keys.gpg import read_status
from keys.verdict import Story, judge

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
CONVERSATION = "7d9e3c1c-7c1f-4b55-9d0e-8b1f5a6c7d21"
SHAPES: Mapping[Kind, type[Body]] = {
    Kind.ACKNOWLEDGEMENT: Acknowledgement,
    Kind.REMINDER: Reminder,
    Kind.NOT_OURS: NotOurs,
    Kind.WITHDRAWAL: Withdrawal,
    Kind.CLOSED: Closed,
    Kind.SUPPLEMENT: Supplement,
    Kind.MEETING: Meeting,
    Kind.MEETING_ANSWER: MeetingAnswer,
    Kind.MEETING_CANCELLED: MeetingCancelled,
    Kind.FIGURES: Aggregate,
}
BODIES = [(kind, body) for kind, body in bodies.FOLLOWING.values() if body]
DATA = Path(__file__).parents[1] / "data" / "referrals.json"
REFERRALS = [one["input"] for one in json.loads(DATA.read_text("utf-8"))["referrals"]]
FPR = "ABCD1234EF567890ABCD1234EF567890ABCD1234"
FIGURES = {
    "first": "2026-01",
    "last": "2026-03",
    "unit": "Den sociale indgang",
    "coverage": [],
    "durations": [],
    "shares": [],
}
SETTINGS = f"""\
fingerprint = "{FPR}"
language = "da"
poll_seconds = 0.5
[unit]
party = "730"
name = "{CANARY}"
address = "sikkerpost@randers.example"
phone = "+45 89 15 00 00"
[relay]
host = "mail.randers.example"
port = 465
implicit_tls = true
ca_file = "ca.pem"
[promise]
receipt_minutes = 30
"""
CONTACTS = (
    "code,unit_name,email,phone,hours,kind\n"
    f'751,"{CANARY}, Sociale Forhold",sikkerpost@aarhus.example,+45 84 00 07 51,"man-tor 8-15, fre 8-13",gateway\n'
    "791,Velfærdsindgangen,sikkerpost@viborg.example,+45 84 00 07 91,,mail-client\n"
)
STATUS = f"""\
[GNUPG:] ENC_TO DDDDDDDDDDDDDDDD 18 0
[GNUPG:] DECRYPTION_KEY {"D" * 40} {"A" * 40} u
[GNUPG:] BEGIN_DECRYPTION
[GNUPG:] DECRYPTION_INFO 2 9 0
[GNUPG:] PLAINTEXT 62 1763800000 {CANARY}
[GNUPG:] NEWSIG
[GNUPG:] GOODSIG DDDDDDDDDDDDDDDD {CANARY}
[GNUPG:] VALIDSIG {"D" * 40} 2025-11-22 1763800000 0 4 0 22 10 00 {"B" * 40}
[GNUPG:] DECRYPTION_OKAY
[GNUPG:] GOODMDC
[GNUPG:] END_DECRYPTION
"""
ODD = (b"[GNUPG:] ERRSIG D 1 8 00 1 9", b"[GNUPG:] BADSIG D x", b"[GNUPG:] VALIDSIG", b"[GNUPG:] DECRYPTION_KEY", b"")
PHONES = ("+45 95 00 01 02", "84112000", "0045 84-11-20-00", "+49 30 901820", "112", "+45 (95) 000102", "00")
NUMBERS = ("190668-7074", "1906687074", "190668 1AB2", "790668-7074", "311299-0000", "000000-0000", "")
HOURS = ("man-tor 8-15, fre 8-13", "man 8.30-12 13-15.30, lør 0-24", "man-fre: 8:00-15:00", "")


def text(data: bytes) -> str:
    """Read bytes as text that may hold anything a string can."""
    return data.decode("utf-8", "surrogateescape")


def as_json(*values: object) -> list[bytes]:
    return [json.dumps(value, ensure_ascii=False).encode() for value in values]


def referral(data: bytes) -> None:
    """Read a referral and write it out in plain Danish; what was read once is read again as the same."""
    found = Referral.parse(data)
    if Referral.parse(found.as_json()).as_json() != found.as_json():
        raise Broken("a referral that was read is not read again as the same")
    letter = Letter(Kind.REFERRAL, CONVERSATION, "730", "2026-0042", {"referral": found.as_json()})
    shown(letter_text(letter), whole=True)


def body(data: bytes) -> None:
    """Read the body of a letter; whatever it is, the letter can be written out and stands in a calendar or does not."""
    tree = json.loads(data)
    kind, said = Kind(tree["kind"]), tree["body"]
    letter = Letter(kind, CONVERSATION, "region", "2026-0042", said)
    shown(letter_text(letter))
    entry = calendar_part(letter, sender="a@randers.example", reader="b@region.example")
    if entry is not None:
        Calendar.from_ical(entry.content)
    if kind is Kind.RECEIPT:
        ReceiptBody.model_validate(said)
    else:
        shape_read = SHAPES[kind].read(said)
        SHAPES[kind].read(shape_read.written())


def any_body(data: bytes) -> None:
    """Only what is an object and names a kind of letter comes to the point where its body is read."""
    try:
        tree = json.loads(data)
        known = isinstance(tree["body"], dict) and Kind(tree["kind"]) is not Kind.REFERRAL
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if known:
        body(data)


def letter(data: bytes) -> None:
    payload.read(payload.read(data).encoded())


def seal(data: bytes) -> None:
    envelope.unwrap(data)


def inside(data: bytes) -> None:
    envelope.look_inside(data, mails.ENVELOPE)


def status(data: bytes) -> None:
    lines = read_status(data)
    signed = judge(Story(lines, 0), reader=Fingerprint("A" * 40), signers={Fingerprint("B" * 40)}, now=NOW)
    if signed.by != "B" * 40:
        raise Broken("signed by nobody we trust")


def message(data: bytes) -> None:
    shape.read_message(data)


def frames(data: bytes) -> None:
    kept = packets.walk(packets.dearmor(data, kind=b"MESSAGE"))
    if sum(len(packet.body) for packet in kept) > len(data):
        raise Broken("more came out than went in")


def citizen_number(data: bytes) -> None:
    written = text(data)
    cpr.kind_of(written)
    if not re.fullmatch("(?:[0-9]{6}-••••|•?)", cpr.masked(written)):
        raise Broken("a masked number shows more than a date")
    number = cpr.identify(written, today=NOW.date())
    cpr.birth_date(number)
    cpr.age_at(number, NOW.date())


def telephone(data: bytes) -> None:
    normal = phone.normalise(text(data))
    if phone.normalise(normal) != normal:
        raise Broken("a normal number is not its own normal form")


def hours(data: bytes) -> None:
    OpeningHours.parse(text(data)).is_open(NOW)


def contacts(data: bytes) -> None:
    found = contacts_csv.read(text(data), now=NOW, by="staff-1")
    if contacts_csv.read(contacts_csv.write(found), now=NOW, by="staff-1") != found:
        raise Broken("contacts that were written are not read again as the same")


def settings(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".toml", dir=quick()) as file:
        file.write(data)
        file.flush()
        found = Settings.read(Path(file.name))
    found.text(Path("/home"))


def quick() -> str | None:
    """Give a folder in memory where there is one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a private file in it


def harmless(data: bytes) -> None:
    written = text(data)
    shown(plain(written))
    if len(one_line(written).splitlines()) > 1:
        raise Broken("one line is several")


def shown(words: str, *, whole: bool = False) -> None:
    """Demand that nothing in the words steers a terminal; `whole`: nor anything beyond its own lines."""
    for character in set(words) - {"\n"}:
        if unicodedata.category(character) in {"Cc", "Cs"} or character in "\u202e\u2066\u200f":
            if unicodedata.category(character) == "Cs" and not whole:
                continue  # no screen gets it: `plain` stands between
            raise Broken(f"U+{ord(character):04X} reaches a reader")


def report(data: bytes) -> None:
    """Read what a mail server may have sent back; its status is one of RFC 3463 or none, its ids look like ours."""
    bounce.is_automatic(data)
    for from_nobody in (True, False):
        found = bounce.read(data, from_nobody=from_nobody)
        if from_nobody and found is None and len(data) < bounce.READ_BYTES and bounce.read(data, from_nobody=False):
            raise Broken("a report is none when it comes from nobody")
        if found and (CANARY in repr(found) or not re.fullmatch(r"(?:[245]\.\d{1,3}\.\d{1,3})?", found.status)):
            raise Broken("content is kept of a report")


def public_key(data: bytes) -> None:
    certificate.read(data)


def fingerprint(data: bytes) -> None:
    if len(Fingerprint.parse(text(data)).grouped.split()) != len(FPR) // 4:
        raise Broken("a fingerprint in other than ten groups")


def packet_seeds(keys: Sequence[bytes]) -> list[bytes]:
    """Whole packets, an armour around them, and lengths in every form (RFC 4880, section 4.2)."""
    armored = b"-----BEGIN PGP MESSAGE-----\n\nhF4DAAAAAAAAAAASAQdA\n=abcd\n-----END PGP MESSAGE-----\n"
    session_key = b"\x84\x0c\x03" + b"\x11" * 8 + b"\x01" * 3
    sealed = b"\xd2\x05\x01abcd"
    return [armored, mails.ARMOR, session_key + sealed, b"\xd2\xff\xff\xff\xff\xff", b"\xd2\xe0a\xe1ab\x01c", *keys]


def payload_seeds() -> list[bytes]:
    named = {"party": "region", "address": "henvendelser@region.example", "fingerprint": FPR}
    ours = {"party": "730", "address": "sikkerpost@randers.example", "fingerprint": "B" * 40}
    head = {"schema": 1, "letter_id": CONVERSATION, "conversation_id": CONVERSATION, "number": "2026-0042"}
    said = {"kind": "referral", "sent_at": "2026-11-22T08:00:00+01:00", "from": named, "to": ours, "padding": "xx"}
    return as_json(*({**head, **said, "body": {"referral": one}} for one in REFERRALS[:5]))


def answer(data: bytes) -> None:
    """Read a person's answer from outside and inside; the number it names is one it holds."""
    reply.sender_of(data)
    with suppress(NotAnEnvelope):
        reply.unwrap(data)
    if not reply.NUMBER.fullmatch(reply.read(data).number):
        raise Broken("what is taken for a number is none")


def answer_seeds() -> list[bytes]:
    words = f"Ja.\n> Videresendt bekymringshenvendelse 2026-0042\n> {CANARY}"
    html = f"Content-Type: text/html; charset=utf-8\n\n<p>2026-0042 {CANARY}</p>".encode()
    thunderbird = thunderbird_content(words, "Re: 2026-0042", sender="Hjemmepleje <a@b.example>", key=b"x" * 99)
    return [thunderbird, html, f"Content-Type: text/plain\n\n{words}".encode(), *INSIDES]


def body_seeds() -> list[bytes]:
    receipt = {"envelope": "e", "verdict": "ok", "digest": "0" * 64, "received_at": "2026-11-22T08:00:00Z"}
    every = [*BODIES, (Kind.RECEIPT, receipt), (Kind.FIGURES, FIGURES)]
    return as_json(*({"kind": kind, "body": said} for kind, said in every))


def parsers(keys: Sequence[bytes] = ()) -> Iterator[Target]:
    """List every parser as a target. `keys` are public keys as somebody would hand them over."""
    written = [example("751", NOW), *REFERRALS, {"origin": "amk_call", "sender": {"name": CANARY}, "citizen": {}}]
    words = [one.encode() for one in ("Kære æøå\t\x1b]52;c;aGVq\x07", "e\u0301" * 9, "\u202eabc", CANARY)]
    yield Target("unwrap", refuses(seal, NotAnEnvelope), MAILS, MAIL)
    yield Target("bounce", refuses(report), [*REPORTS, *MAILS], MAIL)
    yield Target("look-inside", refuses(inside, EnvelopeDisagrees), INSIDES, MAIL)
    yield Target("reply", refuses(answer, WireError), answer_seeds(), MAIL)
    yield Target("payload", refuses(letter, LetterUnreadable), payload_seeds(), JSON)
    yield Target("referral", refuses(referral, MalformedReferral), as_json(*written), JSON)
    yield Target("body", refuses(any_body, LetterUnreadable, ValueError), body_seeds(), JSON)
    yield Target("status-lines", refuses(status, OpenRefused), [STATUS.encode(), *ODD], TEXT)
    yield Target("packets", refuses(frames, packets.MalformedPackets), packet_seeds(keys), TEXT)
    yield Target("message", refuses(message, OpenRefused), packet_seeds(keys), TEXT)
    yield Target("public-key", refuses(public_key, ImportRefused), [*keys, *packet_seeds(keys)], TEXT)
    yield Target("fingerprint", refuses(fingerprint, InvalidFingerprint), [FPR.encode(), b"0x" + FPR.encode()], TEXT)
    yield Target("contacts", refuses(contacts, DirectoryError), [CONTACTS.encode(), CONTACTS.encode("utf-8-sig")], TEXT)
    yield Target("settings", refuses(settings, SettingsError), [SETTINGS.encode()], TEXT)
    yield Target("cpr", refuses(citizen_number, cpr.InvalidCpr), [one.encode() for one in NUMBERS], TEXT)
    yield Target("phone", refuses(telephone, DirectoryError), [one.encode() for one in PHONES], TEXT)
    yield Target("hours", refuses(hours, DirectoryError), [one.encode() for one in HOURS], TEXT)
    yield Target("plain", refuses(harmless), [*words, *map(bytes, MAILS[:6])], TEXT)
