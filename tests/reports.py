"""Reports about a letter as mail servers write them, each about the envelope whose id is given."""

import base64
import quopri
from collections.abc import Callable

ENVELOPE = "5f0c1a34-9d1e-4b7a-8a55-0c9f5d6e7b80"
"""An id no site has given."""
OURS, THEIRS = "henvendelser@region.example", "sikkerpost@randers.example"

Report = Callable[[str], bytes]


def mail(head: str, body: str) -> bytes:
    return (head.strip() + "\n\n" + body.lstrip("\n")).replace("\n", "\r\n").encode()


def our_headers(envelope: str) -> str:
    return f"""From: {OURS}
To: {THEIRS}
Date: Sun, 22 Nov 2026 07:14:09 +0000
Message-ID: <{envelope}@region.example>
Subject: [...]
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";
 boundary="b1"
"""


def our_letter(envelope: str) -> str:
    return f"""{our_headers(envelope)}
--b1
Content-Type: application/pgp-encrypted

Version: 1

--b1
Content-Type: application/octet-stream

-----BEGIN PGP MESSAGE-----

hQIMA0
-----END PGP MESSAGE-----
--b1--
"""


HEAD = f"""
Return-Path: <>
Received: from mx.example (mx.example [192.0.2.1]) by mail.region.example; Sun, 22 Nov 2026 07:15:09 +0000
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {OURS}
Subject: Undelivered Mail Returned to Sender
Date: Sun, 22 Nov 2026 07:15:09 +0000
Message-ID: <20261122071509.1@mx.example>
MIME-Version: 1.0
"""


def report(envelope: str, fields: str, *, back: str = "", text: str = "", kind: str = "delivery-status") -> bytes:
    """Write a report by the book (RFC 3462 and 3464)."""
    return mail(
        HEAD + f'Content-Type: multipart/report; report-type={kind}; boundary="r1"',
        f"""
This is a MIME-encapsulated message.

--r1
Content-Type: text/plain; charset=us-ascii

{text}

--r1
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example

{fields}

--r1
{back or "Content-Type: text/rfc822-headers" + chr(10) * 2 + our_headers(envelope)}
--r1--
""",
    )


def recipient(action: str, status: str, more: str = "") -> str:
    return f"Final-Recipient: rfc822; {THEIRS}\nAction: {action}\nStatus: {status}\n{more}".rstrip()


def by_the_book(envelope: str) -> bytes:
    return report(envelope, recipient("failed", "5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 User unknown"))


def by_postfix(envelope: str) -> bytes:
    """Postfix, with the whole message."""
    text = f"""This is the mail system at host mx.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{THEIRS}>: host mail.randers.example[192.0.2.2] said: 552 5.2.2 mailbox full"""
    whole = f"Content-Description: Undelivered Message\nContent-Type: message/rfc822\n\n{our_letter(envelope)}"
    return report(envelope, recipient("failed", "5.2.2"), back=whole, text=text)


def by_sendmail(envelope: str) -> bytes:
    whole = f"Content-Type: message/rfc822\n\n{our_letter(envelope)}"
    text = f"""   ----- The following addresses had permanent fatal errors -----
<{THEIRS}>
    (reason: 550 5.7.1 Access denied)"""
    return report(envelope, recipient("failed", "5.7.1"), back=whole, text=text)


def by_exchange(envelope: str) -> bytes:
    """Exchange, whose parts are encoded, and which names our letter in a header of its own."""
    words = f"""<html><body>Levering til disse modtagere mislykkedes:<br>{THEIRS}<br>
Diagnosticeringsoplysninger for administratorer: #550 5.1.10 RESOLVER.ADR.RecipientNotFound ##</body></html>"""
    fields = "Reporting-MTA: dns;exch.example\n\n" + recipient("failed", "5.1.10")
    return mail(
        f"""From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@randers.example>
To: {OURS}
Subject: Ikke leveret: [...]
In-Reply-To: <{envelope}@region.example>
References: <{envelope}@region.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r1"
""",
        f"""
--r1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

{quopri.encodestring(words.encode()).decode()}

--r1
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

{base64.encodebytes(fields.encode()).decode()}
--r1--
""",
    )


def by_exim(envelope: str) -> bytes:
    """Exim, in plain text."""
    return mail(
        f"""X-Failed-Recipients: {THEIRS}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: {OURS}
Subject: Mail delivery failed: returning message to sender
""",
        f"""
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {THEIRS}
    host mail.randers.example [192.0.2.2]
    SMTP error from remote mail server after RCPT TO:<{THEIRS}>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

{our_letter(envelope)}
""",
    )


def by_qmail(envelope: str) -> bytes:
    return mail(
        f"From: MAILER-DAEMON@mx.example\nTo: {OURS}\nSubject: failure notice",
        f"""
Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{THEIRS}>:
192.0.2.2 does not like recipient.
Remote host said: 554 no thanks
Giving up on 192.0.2.2.

--- Below this line is a copy of the message.

Return-Path: <{OURS}>
{our_letter(envelope)}
""",
    )


def by_words_alone(envelope: str) -> bytes:
    """Some appliance that names nothing but our Message-ID, in a charset of its own and in Danish."""
    words = f"Meddelelsen <{envelope}@region.example> kunne ikke afleveres: postkassen findes ikke længere."
    return mail(
        f"""From: postmaster@randers.example
To: {OURS}
Subject: =?iso-8859-1?Q?Fejl?=
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: base64
""",
        base64.encodebytes(words.encode("iso-8859-1")).decode(),
    )


def by_somebody_in_klingon(envelope: str) -> bytes:
    return by_words_alone(envelope).replace(b"charset=iso-8859-1", b"charset=klingon")


def by_envelope_id(envelope: str) -> bytes:
    """A report that brings nothing back but the id we asked for (RFC 3461)."""
    fields = f"Original-Envelope-Id: {envelope}\n\n" + recipient("failed", "5.3.4")
    return report(envelope, fields, back="Content-Type: text/plain\n\nThe message was not returned.")


def internationalised(envelope: str) -> bytes:
    """A report after RFC 6533."""
    return report(envelope, recipient("failed", "5.1.1"), kind="global-delivery-status").replace(
        b"report-type=global-delivery-status", b"report-type=delivery-status"
    )


def late_by_the_book(envelope: str) -> bytes:
    fields = recipient("delayed", "4.4.1", "Will-Retry-Until: Fri, 27 Nov 2026 07:15:09 +0000")
    return report(envelope, fields, text="Your message could not be delivered for more than 4 hour(s).")


def late_by_postfix(envelope: str) -> bytes:
    text = """THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old."""
    return mail(HEAD, text + "\n\n" + our_headers(envelope))


def late_by_exim(envelope: str) -> bytes:
    return mail(
        f"From: Mailer-Daemon@mx.example\nTo: {OURS}\nSubject: Warning: message 1kAbCd-0001 delayed 24 hours",
        f"""
This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.
The message identifier is: 1kAbCd-0001
No action is required on your part. Delivery attempts will continue for some time.
{our_headers(envelope)}
""",
    )


CAME_BACK: dict[str, tuple[Report, str]] = {
    "by the book": (by_the_book, "5.1.1"),
    "postfix with the whole letter": (by_postfix, "5.2.2"),
    "sendmail": (by_sendmail, "5.7.1"),
    "exchange": (by_exchange, "5.1.10"),
    "exim": (by_exim, "5.1.1"),
    "qmail": (by_qmail, ""),
    "words alone": (by_words_alone, ""),
    "an unknown charset": (by_somebody_in_klingon, ""),
    "the envelope id alone": (by_envelope_id, "5.3.4"),
    "internationalised": (internationalised, "5.1.1"),
}
LATE: dict[str, Report] = {
    "by the book": late_by_the_book,
    "postfix": late_by_postfix,
    "exim": late_by_exim,
}


def vacation(envelope: str) -> bytes:
    return mail(
        f"""From: Birgit <{THEIRS}>
To: {OURS}
Subject: Automatisk svar: [...]
Auto-Submitted: auto-replied
In-Reply-To: <{envelope}@region.example>
""",
        "Jeg er ikke på kontoret før mandag.",
    )


def mailing_list(_envelope: str) -> bytes:
    return mail(
        f"From: liste@randers.example\nTo: {OURS}\nSubject: Nyt\nList-Id: <nyt.randers.example>\nPrecedence: list",
        "Hej",
    )


def read_receipt(envelope: str) -> bytes:
    """A note that a mail was read (RFC 8098), which comes from nobody too."""
    fields = f"Original-Message-ID: <{envelope}@region.example>\nDisposition: manual-action/MDN-sent; displayed"
    return report(envelope, fields, kind="disposition-notification")


def bulk(_envelope: str) -> bytes:
    return mail(f"From: nyheder@else.example\nTo: {OURS}\nSubject: Tilbud\nPrecedence: bulk", "Køb nu")


AUTOMATIC: dict[str, Report] = {
    "vacation": vacation,
    "mailing list": mailing_list,
    "read receipt": read_receipt,
    "bulk": bulk,
}
