"""The log: every line is one of these events, and its fields are ids, codes, counts and places in the code.

Nothing else can be said. An event has its sentence here, with room for its fields; a field is a number, a word without
spaces, or an exception, of which only kind, code and place are told. In the place of whatever else was put there stands
a question mark, so that nobody's text can begin a line, act on a terminal or end a JSON string. What libraries want to
say is not said either, for it may quote what was handled: only who spoke, from where, and with which kind of error.
"""

import enum
import json
import logging
import re
import string
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self, TextIO

from gateway.site.settings import LogFormat, LogSettings
from gateway.site.trouble import trouble

Value = str | int | float | BaseException

WORD: Final = re.compile(r"[A-Za-z0-9_.:/+-]{0,120}")
"""An id has 36 characters, a key 40; a code, a path in the site's folder, a place in the code."""
NOT_TOLD: Final = "?"
OWN: Final = "stafet"


class Event(enum.Enum):
    """What the log tells of: a name that stays, how grave it is, and the sentence, with the fields it has room for."""

    OPEN = "open", logging.INFO, "open on port {port}"
    WORKING = "working", logging.INFO, "at work beside the daemon"
    STOPPED = "stopped", logging.INFO, "stopped"
    WAY_FAILED = "way-failed", logging.ERROR, "way {way}: {error}"
    CHORE_FAILED = "chore-failed", logging.ERROR, "chore: {error}"
    DATABASE_AWAY = (
        "database-away",
        logging.ERROR,
        "the database cannot be used now, and is tried again and again: {error}",
    )
    DATABASE_BACK = "database-back", logging.WARNING, "the database can be used again"
    PIN_UNUSABLE = "pin-unusable", logging.WARNING, "pinned key {key} cannot be used; letters to it are parked"
    FILE_OPEN = "file-open", logging.WARNING, "{code}: {file}"
    MONITOR_OPEN = "monitor-open", logging.INFO, "figures for a monitor on port {port}"
    MONITOR_FAILED = "monitor-failed", logging.ERROR, "no figures for a monitor: {error}"

    ARRIVAL_STORED = "arrival-stored", logging.INFO, "arrival {arrival} stored, {bytes} bytes"
    ARRIVAL_PICKED_UP = "arrival-picked-up", logging.INFO, "arrival {arrival} picked up, {bytes} bytes"
    ARRIVAL_LOOKED_AT = "arrival-looked-at", logging.INFO, "arrival {arrival}: {outcome} {reason}"
    ARRIVAL_FAILED = "arrival-failed", logging.ERROR, "arrival {arrival}: {error}"
    MAIL_NOT_STORED = "mail-not-stored", logging.ERROR, "mail not stored: {error}"
    MAIL_TOO_LARGE = (
        "mail-too-large",
        logging.WARNING,
        "a mail of {bytes} bytes is too large, and was left in the mailbox",
    )
    PICKUP_FAILED = "pickup-failed", logging.ERROR, "not picked up: {code} ({error})"
    PICKUP_NOT_NOTED = "pickup-not-noted", logging.ERROR, "not noted: {error}"

    LETTER_TRIED = "letter-tried", logging.INFO, "letter {letter} {kind} {passage}: {state}"
    LETTER_HELD = "letter-held", logging.WARNING, "letter {letter} is {state}: {reason}"
    LETTER_FAILED = "letter-failed", logging.ERROR, "letter {letter}: {error}"
    REMINDED = "reminded", logging.INFO, "referral {referral}: {step}"
    DRILL_ASKED = "drill-asked", logging.INFO, "drill {drill}: asked"
    MAILBOX_TOLD = "mailbox-told", logging.INFO, "mailbox {whose} {mail}: sent"
    MAILBOX_FAILED = "mailbox-failed", logging.WARNING, "mailbox {whose} {mail}: {reason}"

    NOTICE = "notice", logging.WARNING, "{code} {about} {step}"
    CHANGE_FAILED = "change-failed", logging.ERROR, "change {change}: {error}"
    KEY_MISSING = "key-missing", logging.WARNING, "key {key} has ended, and is not in the key ring"
    NOT_ERASED = "not-erased", logging.ERROR, "nothing is erased: {code}"
    TRAIL_CONTRADICTED = (
        "trail-contradicted",
        logging.ERROR,
        "letter {letter}: the head it names contradicts what is here; see audit witnessed",
    )
    TRAIL_NOT_SIGNED = (
        "trail-not-signed",
        logging.ERROR,
        "the log no longer holds what was signed last, and is not signed; see audit verify",
    )

    INBOX_ENDED = "inbox-ended", logging.WARNING, "an inbox ended with code {status}"
    PAGE_FOREIGN = "page-foreign", logging.WARNING, "a page of somebody else's was refused"
    PAGE_CLOSED = "page-closed", logging.WARNING, "a page was closed: {error}"

    LIBRARY = "library", logging.WARNING, "a library says {severity} at {place} {error}"

    def __init__(self, code: str, level: int, sentence: str) -> None:
        self.code, self.level, self.sentence = code, level, sentence

    @property
    def fields(self) -> frozenset[str]:
        """Name what is told with it."""
        return frozenset(name for _text, name, *_how in string.Formatter().parse(self.sentence) if name)


@dataclass(frozen=True)
class Log:
    """What one part of the product says in the log; `part` is its logger's name."""

    part: str

    def __call__(self, event: Event, **fields: Value) -> None:
        """Say that something happened; raises KeyError where a field of it is missing."""
        told = {name: _told(value) for name, value in fields.items()}
        sentence = event.sentence.format(**told).strip()
        logging.getLogger(self.part).log(event.level, sentence, extra={"event": event.code, "fields": told})


def start_log(settings: LogSettings, *, libraries: int = logging.WARNING, into: TextIO | None = None) -> None:
    """Let the log go to standard error, or `into` a file, for as long as the program runs.

    `libraries`: from which level on it is told that a library has said something.
    """
    handler = logging.StreamHandler(into or sys.stderr)
    handler.setFormatter(written_as(settings.format))
    logging.basicConfig(handlers=[handler], level=libraries)
    logging.getLogger(OWN).setLevel(settings.level.upper())
    logging.raiseExceptions = False  # what could not be written is not quoted elsewhere instead


def written_as(form: LogFormat) -> logging.Formatter:
    """Give what writes the lines."""
    return _Text() if form is LogFormat.TEXT else _json()


@dataclass(frozen=True)
class _Line:
    """What is written of one record."""

    at: datetime
    level: str
    logger: str
    event: str
    message: str
    fields: Mapping[str, str | int | float]

    @classmethod
    def of(cls, record: logging.LogRecord) -> Self:
        """Read a record of ours; of a library's tell that it spoke, and nothing it said."""
        fields: Mapping[str, str | int | float] = getattr(record, "fields", {})
        event, message = getattr(record, "event", None), record.msg
        if event is None:
            fields, event = _library(record), Event.LIBRARY.code
            message = Event.LIBRARY.sentence.format(**fields).strip()
        at = datetime.fromtimestamp(record.created, UTC)
        return cls(at, record.levelname.lower(), str(_told(record.name)), event, message, fields)

    def facts(self) -> dict[str, Any]:
        """Give it as one object."""
        when = self.at.isoformat(timespec="milliseconds")
        told = {"time": when, "level": self.level, "logger": self.logger, "event": self.event, "message": self.message}
        return told | dict(self.fields)


class _Text(logging.Formatter):
    """Writes a sentence for a person."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = _Line.of(record)
        return f"{self.formatTime(record)} {line.logger} {line.message}"


def _json() -> logging.Formatter:
    """Give what writes one JSON object for each event, in ASCII; loaded where it is asked for."""
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - most sites write text

    class Json(JsonFormatter):
        def format(self, record: logging.LogRecord) -> str:
            return str(self.serialize_log_record(_Line.of(record).facts()))

    return Json(json_serializer=json.dumps)


def _told(value: Value) -> str | int | float:
    if isinstance(value, BaseException):
        return " ".join(_word(word) for word in trouble(value).split(" "))
    return value if isinstance(value, int | float) else _word(value)


def _word(text: str) -> str:
    return text if WORD.fullmatch(text) else NOT_TOLD


def _library(record: logging.LogRecord) -> Mapping[str, str | int | float]:
    error = record.exc_info[1] if record.exc_info else None
    place = f"{record.filename}:{record.lineno}"
    return {"severity": record.levelname.lower(), "place": _word(place), "error": _told(error) if error else ""}
