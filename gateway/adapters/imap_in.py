"""A mailbox on a mail server, by IMAP (RFC 9051, RFC 3501): verified TLS or nothing, and an end to every answer.

The library speaks; what it reads is counted and timed here, for a server may say what it likes for as long as it likes.
Nothing is ever moved or deleted, and reading leaves no trace: a mail is changed by `put_mark` alone.
"""

import imaplib
import logging
import select
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from gateway.adapters.tls import client_context
from gateway.site.handed import handed_over
from gateway.site.settings import PickupSettings
from gateway.wire.mail_limits import MAIL_BYTES
from gateway.wire.picking import FIELDS, HEAD_BYTES

CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 60.0
"""How long a server may take for one answer, all of it."""
ANSWER_BYTES: Final = 8 * 1024 * 1024
"""How long one answer may be: the numbers of a million mails, or the heads of a hundred, or one mail."""
RENEW_SECONDS: Final = 300.0
"""After how long IDLE is begun anew; a server may forget who idles for half an hour (RFC 2177), a firewall sooner."""
POLL_SECONDS: Final = 30.0
"""How often a server that knows no IDLE is asked."""

KEYWORD: Final = b"$Stafet"
ANSWERED: Final = rb"\Answered"
SEEN: Final = rb"\Seen"
ANY_KEYWORD: Final = rb"\*"

MOST_UID: Final = 2**32 - 1


class PickupTrouble(Exception):
    """Mail cannot be picked up; `code` names why, and nothing the server said is quoted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Stopped(Exception):
    """Somebody rang the bell: what is under way is left as it is."""


class Bell:
    """Wakes whoever waits, in another thread and for whatever, at once and for good."""

    def __init__(self) -> None:
        self._ear, self._rope = socket.socketpair()

    def ring(self) -> None:
        """Wake them."""
        self._rope.send(b"!")

    def wait(self, seconds: float, line: socket.socket | None = None) -> None:
        """Wait for `line` to say something, or so long; raises Stopped."""
        heard, _, _ = select.select([self._ear, *([line] if line else [])], [], [], max(seconds, 0))
        if self._ear in heard:
            raise Stopped

    def close(self) -> None:
        """Take the bell down."""
        self._ear.close()
        self._rope.close()


class _Bounded(imaplib.IMAP4):
    """Reads in place of the library, from a buffer of its own: so many bytes, for so long, and until the bell rings."""

    def __init__(self, bell: Bell, *args: Any) -> None:  # noqa: ANN401 - the library's own
        self._bell = bell
        self._buffer = bytearray()
        self._buffered_from: socket.socket | None = None
        self.allow()
        super().__init__(*args)

    def allow(self) -> None:
        """Let the server give one answer more; the library would keep what was said unasked, for months."""
        self.untagged_responses = {}
        self._left, self._until = ANSWER_BYTES, time.monotonic() + ANSWER_SECONDS

    @property
    def has_said_something(self) -> bool:
        """Tell whether something has come that nobody has read yet."""
        return bool(self._buffer) or _pending(self.sock)

    def read(self, size: int) -> bytes:
        """Read so many bytes."""
        self._forget_what_was_said_in_clear()
        if size > self._left + len(self._buffer):
            raise PickupTrouble("PICKUP_TOO_MUCH")
        while len(self._buffer) < size:
            self._more()
        return self._taken(size)

    def readline(self) -> bytes:
        """Read a line."""
        self._forget_what_was_said_in_clear()
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._more()
        return self._taken(end + 1)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _forget_what_was_said_in_clear(self) -> None:
        """Drop what came before the handshake, and was not read: anybody can have said it."""
        if self.sock is not self._buffered_from:
            self._buffer.clear()
            self._buffered_from = self.sock

    def _more(self) -> None:
        """Wait for more."""
        line = self.sock
        if not _pending(line):
            self._bell.wait(self._until - time.monotonic(), line)
        if self._left <= 0:
            raise PickupTrouble("PICKUP_TOO_MUCH")
        if (remaining := self._until - time.monotonic()) <= 0:
            raise TimeoutError
        line.settimeout(remaining)
        if not (came := line.recv(65536)):
            raise ConnectionAbortedError
        self._left -= len(came)
        self._buffer += came


def _pending(line: socket.socket) -> bool:
    """Tell whether TLS holds something that came, of which `select` knows nothing."""
    return isinstance(line, ssl.SSLSocket) and line.pending() > 0


class _Sealed(_Bounded, IMAP4_TLS):  # type: ignore[misc]  # the library has no types
    """TLS from the first byte."""


class _Open(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]  # the library has no types
    """Open until STARTTLS."""


class _Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """The library, reading as it is told above."""

    def __init__(self, settings: PickupSettings, context: ssl.SSLContext, bell: Bell) -> None:
        self._bell = bell
        super().__init__(
            settings.host,
            settings.port,
            ssl=settings.implicit_tls,
            ssl_context=context,
            timeout=SocketTimeout(CONNECT_SECONDS, ANSWER_SECONDS),
        )

    def _create_IMAP4(self) -> _Bounded:  # noqa: N802 - the library's name
        if self.ssl:
            return _Sealed(self._bell, self.host, self.port, self.ssl_context, CONNECT_SECONDS)
        return _Open(self._bell, self.host, self.port, CONNECT_SECONDS)


@dataclass(frozen=True)
class Found:
    """A mail in the mailbox: its number there, its size in bytes, and the header fields that are looked at."""

    uid: int
    size: int
    head: bytes


@dataclass(frozen=True)
class Mailbox:
    """An opened folder; made by `open_mailbox`.

    `mark`: what says that a mail was dealt with. People's mail programs leave a keyword alone, whatever they do with
    the mail; where the server keeps none, a mail is marked as answered, which it is not by being read.
    """

    client: _Client
    bell: Bell
    uid_validity: int
    mark: bytes

    def unmarked(self, lowest: int) -> list[int]:
        """List the mails from a number on that were not dealt with."""
        unmarked = ["UNKEYWORD", KEYWORD] if self.mark == KEYWORD else ["UNANSWERED"]
        found = self._asked().search(["UID", f"{lowest}:*", *unmarked])
        return sorted({uid for uid in found if lowest <= uid <= MOST_UID})  # `*` is the last one, also below `lowest`

    def found(self, uids: Sequence[int]) -> list[Found]:
        """Tell the size and the head of mails; one that has gone is left out."""
        asked = f"BODY.PEEK[HEADER.FIELDS ({' '.join(FIELDS)})]<0.{HEAD_BYTES}>"
        told = self._asked().fetch(uids, ["RFC822.SIZE", asked])
        return [
            Found(uid, size, head)
            for uid, one in sorted(told.items())
            if isinstance(size := one.get(b"RFC822.SIZE"), int) and isinstance(head := _body(one), bytes)
        ]

    def content(self, uid: int) -> bytes | None:
        """Read a mail; of one that is too large, one byte more than there may be. None: it has gone."""
        told = self._asked().fetch([uid], [f"BODY.PEEK[]<0.{MAIL_BYTES + 1}>"])
        return _body(told.get(uid, {}))

    def put_mark(self, uid: int) -> None:
        """Mark a mail as dealt with, and as read; raises PickupTrouble when the server says that it did not."""
        flags = self._asked().add_flags([uid], [self.mark, SEEN]).get(uid)
        if flags is not None and self.mark.lower() not in {bytes(flag).lower() for flag in flags}:
            raise PickupTrouble("PICKUP_CANNOT_MARK")

    def wait(self) -> None:
        """Wait until something may have come, or the connection should show that it still holds; raises Stopped."""
        client = self._asked()
        if not client.has_capability("IDLE"):
            self.bell.wait(POLL_SECONDS)
            return
        client.idle()
        try:
            imap = _bounded(client)
            if not imap.has_said_something:
                self.bell.wait(RENEW_SECONDS, imap.sock)
        finally:
            self._asked().idle_done()

    def _asked(self) -> _Client:
        """Give the client, with room for one answer more."""
        _bounded(self.client).allow()
        return self.client


@contextmanager
def open_mailbox(settings: PickupSettings, bell: Bell) -> Iterator[Mailbox]:
    """Connect, sign in and open the folder; nothing is said before TLS that is verified.

    Raises PickupTrouble, Stopped, and whatever `code_of` knows.
    """
    logging.getLogger("imapclient").setLevel(logging.ERROR)  # at DEBUG it writes down all that is said
    context, password = _context(settings), _password(settings)
    client = _Client(settings, context, bell)
    try:
        if not settings.implicit_tls:
            _seal(client, context)
        _sign_in(client, settings.user, password)
        opened = _opened(client, settings.folder)
        yield Mailbox(client, bell, int(opened.get(b"UIDVALIDITY", 0)), _mark(opened))
    finally:
        with suppress(OSError):
            client.shutdown()


def _context(settings: PickupSettings) -> ssl.SSLContext:
    try:
        return client_context(settings.ca_file)
    except OSError:
        raise PickupTrouble("PICKUP_CA_UNREADABLE") from None


def _password(settings: PickupSettings) -> str:
    try:
        return handed_over(settings.password_file).read_text("utf-8").strip()
    except (OSError, ValueError):
        raise PickupTrouble("PICKUP_PASSWORD_UNREADABLE") from None


def _seal(client: _Client, context: ssl.SSLContext) -> None:
    """Begin TLS; a server that does not offer it, or says that we are signed in already, is told nothing."""
    try:
        client.starttls(context)
    except imaplib.IMAP4.abort:
        raise
    except IMAPClientError:
        raise PickupTrouble("TLS_NOT_OFFERED") from None


def _sign_in(client: _Client, user: str, password: str) -> None:
    if not isinstance(client.socket(), ssl.SSLSocket):
        raise PickupTrouble("TLS_NOT_OFFERED")
    _bounded(client).allow()
    try:
        (client.plain_login if client.has_capability("AUTH=PLAIN") else client.login)(user, password)
    except UnicodeError:  # LOGIN knows letters without accents alone
        raise PickupTrouble("PICKUP_LOGIN_REFUSED") from None
    except LoginError as error:
        if isinstance(error.__context__, imaplib.IMAP4.abort):
            raise error.__context__ from None
        later = "[UNAVAILABLE]" in str(error)  # RFC 5530: the server's own trouble
        raise PickupTrouble("PICKUP_TROUBLE" if later else "PICKUP_LOGIN_REFUSED") from None


def _opened(client: _Client, folder: str) -> dict[bytes, Any]:
    _bounded(client).allow()
    try:
        return cast("dict[bytes, Any]", client.select_folder(folder))
    except imaplib.IMAP4.readonly:
        raise PickupTrouble("PICKUP_CANNOT_MARK") from None
    except imaplib.IMAP4.abort:
        raise
    except IMAPClientError:
        raise PickupTrouble("PICKUP_NO_FOLDER") from None


def _mark(opened: dict[bytes, Any]) -> bytes:
    """Choose the mark, of those the server says it keeps."""
    lasting = {bytes(flag).lower() for flag in opened.get(b"PERMANENTFLAGS", ())}
    if lasting & {ANY_KEYWORD, KEYWORD.lower()}:
        return KEYWORD
    if ANSWERED.lower() in lasting:
        return ANSWERED
    raise PickupTrouble("PICKUP_CANNOT_MARK")


def _bounded(client: _Client) -> _Bounded:
    return cast("_Bounded", client._imap)  # noqa: SLF001 - made above


def _body(told: dict[bytes, Any]) -> bytes | None:
    """Find what was asked for by BODY.PEEK: servers differ in how they name it."""
    return next((value or b"" for name, value in told.items() if name.startswith(b"BODY[")), None)


def code_of(error: Exception) -> str:
    """Name the trouble without quoting the server."""
    if isinstance(error, PickupTrouble):
        return error.code
    if isinstance(error, imaplib.IMAP4.abort) and "unexpected" in str(error):  # the library has one kind for both
        return "PICKUP_MISUNDERSTOOD"
    return next((code for kind, code in _CODES if isinstance(error, kind)), "PICKUP_TROUBLE")


_CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ssl.SSLCertVerificationError, "TLS_NOT_TRUSTED"),
    (ssl.SSLEOFError, "PICKUP_HUNG_UP"),
    (ssl.SSLError, "TLS_FAILED"),
    (TimeoutError, "PICKUP_SILENT"),
    (ConnectionRefusedError, "PICKUP_NOT_REACHED"),
    (ConnectionError, "PICKUP_HUNG_UP"),
    (OSError, "PICKUP_NOT_REACHED"),
    (imaplib.IMAP4.abort, "PICKUP_HUNG_UP"),
    (CapabilityError, "PICKUP_MISUNDERSTOOD"),
    (IMAPClientError, "PICKUP_MISUNDERSTOOD"),
    (ValueError, "PICKUP_MISUNDERSTOOD"),
    (LookupError, "PICKUP_MISUNDERSTOOD"),
    (TypeError, "PICKUP_MISUNDERSTOOD"),
    (AttributeError, "PICKUP_MISUNDERSTOOD"),
    (AssertionError, "PICKUP_MISUNDERSTOOD"),
)
"""What each kind of trouble is called; the first that fits. The library raises the last five over what is no IMAP."""
