"""The road to a mail server, looked at without sending anything: where it ends, by name and by step.

What a server says is kept as its codes alone (RFC 5321, RFC 3463): its words may hold addresses, and are a stranger's.
Nothing here waits for ever: each step has its time, and all of them together have theirs.
"""

import enum
import errno
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

STEP_SECONDS: Final = 5.0
ROAD_SECONDS: Final = 60.0
ENHANCED: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


class Step(enum.StrEnum):
    """How far one has come."""

    CONNECT = "connect"
    """The name is looked up, and the port knocked at."""
    GREETING = "greeting"
    """The server says who it is."""
    TLS = "tls"
    """The connection is sealed, and the server proves its name."""
    SIGN_IN = "sign-in"
    """Our name and password are given."""
    SENDER = "sender"
    """It is said whom mail would come from."""
    RECIPIENT = "recipient"
    """It is said whom mail would go to."""
    FOLDER = "folder"
    """The mailbox is opened."""


class Wrong(enum.StrEnum):
    """What ends the road."""

    NAME_UNKNOWN = "NAME_UNKNOWN"
    """No machine is found by that name."""
    NOBODY_THERE = "NOBODY_THERE"
    """The machine answers, and no program listens at that port."""
    NO_WAY = "NO_WAY"
    """The network knows no way there."""
    SILENT = "SILENT"
    """Nothing was said within the time."""
    HUNG_UP = "HUNG_UP"
    """The connection was cut."""
    NO_MAIL_SERVER = "NO_MAIL_SERVER"
    """Something answers, and speaks another language."""
    TURNED_AWAY = "TURNED_AWAY"
    """The server wants nothing to do with this machine."""
    LATER = "LATER"
    """The server is busy, or lets strangers wait."""
    TLS_NOT_OFFERED = "TLS_NOT_OFFERED"
    """The server would only speak in clear."""
    TLS_OTHER_KIND = "TLS_OTHER_KIND"
    """The server begins in clear, and we with TLS."""
    TLS_TOO_OLD = "TLS_TOO_OLD"
    """The server knows no TLS of 1.2 or newer."""
    TLS_FAILED = "TLS_FAILED"
    """The two cannot agree on how to seal the connection."""
    CERTIFICATE_NAME = "CERTIFICATE_NAME"
    """The certificate is another machine's."""
    CERTIFICATE_ENDED = "CERTIFICATE_ENDED"
    """The certificate has ended, by our clock."""
    CERTIFICATE_NOT_YET = "CERTIFICATE_NOT_YET"
    """The certificate begins later, by our clock."""
    CERTIFICATE_UNKNOWN = "CERTIFICATE_UNKNOWN"
    """Nobody we trust has issued the certificate."""
    SIGN_IN_NOT_OFFERED = "SIGN_IN_NOT_OFFERED"
    """The server lets nobody sign in, in a way we know."""
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    """The server does not accept our name and password."""
    SIGN_IN_WANTED = "SIGN_IN_WANTED"
    """The server takes mail only from those who sign in, and we do not."""
    SENDER_REFUSED = "SENDER_REFUSED"
    """The server takes no mail from our address."""
    NOT_PASSED_ON = "NOT_PASSED_ON"
    """The server does not pass our mail on."""
    RECIPIENT_UNKNOWN = "RECIPIENT_UNKNOWN"
    """The server knows no such address."""
    FOLDER_MISSING = "FOLDER_MISSING"
    """The mailbox has no folder of that name, or we may not open it."""
    FOLDER_FOR_READING = "FOLDER_FOR_READING"
    """The folder may be read, and nothing in it marked."""


class Trouble(Exception):
    """The road ends here. `answer` is the server's codes, like "554 5.7.1", where it gave any."""

    def __init__(self, wrong: Wrong, step: Step, answer: str = "") -> None:
        super().__init__(wrong.value)
        self.wrong, self.step, self.answer = wrong, step, answer


@dataclass(frozen=True)
class Seen:
    """What a server showed before the road ended, or all the way.

    `room`: the longest mail it takes, in bytes, where it says so. `unknown`: the parties whose address it does not
    know, and its answer.
    """

    trouble: Trouble | None = None
    greeting: str = ""
    tls: str = ""
    ends: datetime | None = None
    room: int | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)


def in_time(look: Callable[[], Seen], seconds: float = ROAD_SECONDS, waits_for: Step = Step.CONNECT) -> Seen:
    """Look in a thread of its own, which is left behind when it takes too long: a name server may be silent too."""
    found: list[Seen] = []
    looking = threading.Thread(target=lambda: found.append(look()), daemon=True)
    looking.start()
    looking.join(seconds)
    return found[0] if found else Seen(Trouble(Wrong.SILENT, waits_for))


def knock(host: str, port: int) -> socket.socket:
    """Connect; raises Trouble."""
    try:
        return socket.create_connection((host, port), STEP_SECONDS)
    except (OSError, UnicodeError) as error:  # a name with an empty or an endless part is none
        raise Trouble(named(error), Step.CONNECT) from None


def shown(connection: ssl.SSLObject | ssl.SSLSocket) -> tuple[str, datetime | None]:
    """Tell the version of TLS, and when the server's certificate ends."""
    ends = (connection.getpeercert() or {}).get("notAfter")
    return connection.version() or "", datetime.fromtimestamp(
        ssl.cert_time_to_seconds(str(ends)), UTC
    ) if ends else None


def codes(code: int | str, said: str = "") -> str:
    """Keep of an answer its code and, where it begins with one, its enhanced code (RFC 3463)."""
    enhanced = ENHANCED.match(said)
    return f"{code} {enhanced[1]}" if enhanced else str(code)


def named(error: BaseException) -> Wrong:
    """Name what went wrong on the way to a server, or in the middle of talking to it."""
    causes = tuple(_causes(error))
    return next(
        (wrong for kind, name in _KINDS for one in causes if isinstance(one, kind) and (wrong := name(one))),
        Wrong.HUNG_UP,
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_certificate(error: BaseException) -> Wrong:
    return _CERTIFICATES.get(getattr(error, "verify_code", 0), Wrong.CERTIFICATE_UNKNOWN)


def _of_tls(error: BaseException) -> Wrong:
    return _TLS.get(getattr(error, "reason", None) or "", Wrong.TLS_FAILED)


def _of_network(error: BaseException) -> Wrong | None:
    return Wrong.NO_WAY if getattr(error, "errno", None) in _UNREACHABLE else None


_CERTIFICATES: Final = {
    9: Wrong.CERTIFICATE_NOT_YET,
    10: Wrong.CERTIFICATE_ENDED,
    62: Wrong.CERTIFICATE_NAME,
    64: Wrong.CERTIFICATE_NAME,
}
"""OpenSSL's numbers (X509_V_ERR_…); 62 is about a name, 64 about an address."""
_TLS: Final = {
    "WRONG_VERSION_NUMBER": Wrong.TLS_OTHER_KIND,
    "UNSUPPORTED_PROTOCOL": Wrong.TLS_TOO_OLD,
    "TLSV1_ALERT_PROTOCOL_VERSION": Wrong.TLS_TOO_OLD,
    "UNEXPECTED_EOF_WHILE_READING": Wrong.HUNG_UP,
}
_UNREACHABLE: Final = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM})
_KINDS: Final[tuple[tuple[type[BaseException], Callable[[BaseException], Wrong | None]], ...]] = (
    (ssl.SSLCertVerificationError, _of_certificate),
    (ssl.SSLError, _of_tls),
    (socket.gaierror, lambda _error: Wrong.NAME_UNKNOWN),
    (UnicodeError, lambda _error: Wrong.NAME_UNKNOWN),
    (ConnectionRefusedError, lambda _error: Wrong.NOBODY_THERE),
    (TimeoutError, lambda _error: Wrong.SILENT),
    (OSError, _of_network),
)
"""What each kind of trouble is called; the first that fits the error or what caused it. All else is a cut line."""
