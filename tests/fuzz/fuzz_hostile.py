"""Mails that have burned somebody (RFC 3156, RFC 2046, RFC 2231): each named for what it tries."""

import mails
from fuzz_watch import CANARY

OUTER, INNER = mails.outer(), mails.inner()
_HEAD, _, _BODY = OUTER.partition(b"\r\n\r\n")
PLAIN = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: " + CANARY.encode() + b"\r\n\r\n" + CANARY.encode() + b"\r\n"


def multiparts(deep: int) -> bytes:
    """Nest parts: the standard library's parser recurses."""
    lines = [b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (at, at) for at in range(deep)]
    return mails.with_header(b"".join(lines), b"From: a@b.example")


def parts(wide: int) -> bytes:
    """Set very many parts beside each other."""
    return b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n\r\n" * wide + b"--x--\r\n"


def parameters(many: int) -> bytes:
    """Continue a parameter very often (RFC 2231, section 3)."""
    return b"Content-Type: text/plain" + b"".join(b";\r\n a*%d=b" % at for at in range(many)) + b"\r\n\r\n"


def two_seals() -> bytes:
    """Show a second encrypted part beside the first."""
    boundary = OUTER.partition(b'boundary="')[2].partition(b'"')[0]
    end = b"--" + boundary + b"--"
    second = b"--" + boundary + b"\r\nContent-Type: application/octet-stream\r\n\r\n" + mails.ARMOR
    return OUTER.replace(end, second + end)


def wrapped() -> bytes:
    """Put the envelope into another mail."""
    return (
        b'Content-Type: multipart/mixed; boundary="w"\r\n'
        + PLAIN.partition(b"\r\n\r\n")[0]
        + (b"\r\n\r\n--w\r\nContent-Type: message/rfc822\r\n\r\n" + OUTER + b"\r\n--w--\r\n")
    )


def report(name: str, status: str, *, message: bytes = _HEAD, text: str = "The mail was not delivered.") -> bytes:
    """Write a non-delivery report (RFC 3464)."""
    said = f"Reporting-MTA: dns; mx.{name}.example\r\n\r\nFinal-Recipient: rfc822; sikkerpost@randers.example\r\n"
    delivery = f"{said}Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 {CANARY}\r\n"
    head = (
        f"From: MAILER-DAEMON@mx.{name}.example\r\nTo: henvendelser@region.example\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n'
    )
    pieces = (
        ("text/plain", text.encode()),
        ("message/delivery-status", delivery.encode()),
        ("message/rfc822", message),
    )
    body = b"".join(b"--r\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + what + b"\r\n" for kind, what in pieces)
    return head.encode() + body + b"--r--\r\n"


REPORTS = (
    report("postfix", "5.1.1"),
    report("delayed", "4.4.7"),
    report("whole", "5.2.2", message=OUTER),
    report("odd", "5.99999999999999999999.1"),
    report("empty", ""),
    b"X-Failed-Recipients: sikkerpost@randers.example\r\nFrom: Mailer-Daemon@x.example\r\nSubject: Mail delivery failed"
    b"\r\n\r\nA message could not be delivered.\r\n  sikkerpost@randers.example\r\n    550 " + CANARY.encode() + _HEAD,
    b"From: MAILER-DAEMON@q.example\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program at q.example."
    b"\r\n<sikkerpost@randers.example>:\r\n550 no such user\r\n--- Below this line is a copy of the message.\r\n"
    + OUTER,
    b"From: a@b.example\r\nSubject: Autosvar: [...]\r\nAuto-Submitted: auto-replied\r\n\r\nJeg holder ferie. "
    + CANARY.encode(),
)

MAILS = (
    *(OUTER, INNER, PLAIN, two_seals(), wrapped(), *REPORTS),
    *(multiparts(55), multiparts(3000), parts(20), parts(20_000), parameters(150), parameters(5000)),
    mails.with_header(OUTER, b"From: mallory@else.example"),
    mails.with_header(OUTER, b"From: " + b"(" * 3000 + b"a@b.example"),
    mails.with_header(OUTER, b"X-Long: " + b"x" * 20_000),
    mails.changed(OUTER, b"multipart/encrypted;", b"multipart/encrypted; charset=x-nosuch;"),
    mails.changed(OUTER, b"Subject: [...]", b"Subject: =?x-nosuch?Q?=FF?= \xff"),
    mails.changed(OUTER, b"application/octet-stream;", b"application/octet-stream; x*0*=utf-8''%FF; x*1=a;"),
    OUTER.replace(b"\r\n", b"\n"),
    OUTER.replace(b"\r\n", b"\r"),
    OUTER.replace(b"Version: 1", b"Version: 1\r\nVersion: 1"),
    OUTER.replace(b'name="encrypted.asc"', b'name="encrypted.asc"\r\nContent-Transfer-Encoding: x-uuencode'),
    OUTER.replace(b'name="encrypted.asc"', b'name="encrypted.asc"\r\nContent-Transfer-Encoding: base64'),
    OUTER[: len(OUTER) // 2],
    b"",
    b"\r\n\r\n",
    bytes(range(256)),
)

INSIDES = (
    INNER,
    mails.inner(automatic=True),
    mails.with_header(INNER, b"Subject: " + CANARY.encode()),
    INNER.replace(b'hp="cipher"', b'hp="clear"'),
    INNER.replace(b"application/json", b"text/html"),
    INNER.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 8bit"),
    INNER.replace(b"multipart/mixed", b"multipart/alternative"),
    multiparts(55),
)
