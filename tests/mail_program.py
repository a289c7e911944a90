"""A person's mail program: GnuPG in a home of its own, and answers composed as Thunderbird and neomutt do."""

import base64
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import sites

from keys.fingerprint import Fingerprint

ADDRESS = "Hjemmepleje.Randers@omsorg.example"
UNIT = "sikkerpost@randers.example"
NAME = '"Hjemmepleje, Randers Øst"'
"""A comma, quotation marks and a letter of ours: a name as people give one."""


@dataclass(frozen=True)
class MailProgram:
    """One person's program: whose address it writes from, under which name, and whom it answers."""

    home: Path
    key: Fingerprint
    certificate: bytes
    address: str = ADDRESS
    name: str = NAME
    writes_to: str = UNIT

    def gpg(self, *options: str, data: bytes = b"") -> bytes:
        fixed = ("--batch", "--quiet", "--yes", "--trust-model", "always", "--pinentry-mode", "loopback")
        command = ["gpg", "--homedir", str(self.home), *fixed, "--passphrase", "", *options]
        done = subprocess.run(command, input=data, capture_output=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def knows(self, certificate: bytes) -> None:
        self.gpg("--import", data=certificate)

    def reads(self, raw: bytes) -> EmailMessage:
        """Open a mail, and prove who signed it."""
        mail = message_from_bytes(raw, policy=policy.default)
        return message_from_bytes(self.gpg("--decrypt", data=sealed_in(mail)), policy=policy.default)

    def text(self, raw: bytes) -> str:
        body = self.reads(raw).get_body(("plain",))
        assert body is not None
        return body.get_content()

    def sealed(self, content: bytes, *options: str, to: Fingerprint, sign: bool = True) -> bytes:
        signing = ("--local-user", self.key, "--sign") if sign else ()
        return self.gpg("--armor", *options, *signing, "--recipient", to, "--encrypt", data=content)

    def by_thunderbird(self, to: Fingerprint, words: str, subject: str = "", options: tuple[str, ...] = ()) -> bytes:
        """Protected headers, text as base64, the own key attached, sealed to oneself as well."""
        sender = f"{self.name} <{self.address}>"
        content = thunderbird_content(words, subject, sender=sender, key=self.certificate, to=self.writes_to)
        return self.wrapped(self.sealed(content, "--recipient", self.key, *options, to=to), "...")

    def by_neomutt(self, to: Fingerprint, words: str, options: tuple[str, ...] = ("--textmode",)) -> bytes:
        """No protected headers, plain lines, signed as text."""
        head = "Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline\nContent-Transfer-Encoding: 8bit\n"
        return self.wrapped(self.sealed(f"{head}\n{words}\n".encode(), *options, to=to), "Re: [...]")

    def wrapped(self, ciphertext: bytes, subject: str = "...", *, sender: str = "") -> bytes:
        lines = [
            f"From: {sender or f'{self.name} <{self.address}>'}",
            f'To: "Den sociale indgang, Randers Kommune" <{self.writes_to}>',
            "Date: Mon, 23 Nov 2026 08:02:11 +0100",
            "Message-ID: <0c1d8ac1-3f2a@omsorg.example>",
            "In-Reply-To: <5a1c1a52@randers.example>",
            f"Subject: {subject}",
            "MIME-Version: 1.0",
            "User-Agent: Mozilla Thunderbird",
            'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
            ' boundary="------------0Ew1"',
            "",
            "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)",
            "--------------0Ew1",
            "Content-Type: application/pgp-encrypted",
            "Content-Description: PGP/MIME version identification",
            "",
            "Version: 1",
            "",
            "--------------0Ew1",
            'Content-Type: application/octet-stream; name="encrypted.asc"',
            "Content-Description: OpenPGP encrypted message",
            'Content-Disposition: inline; filename="encrypted.asc"',
            "",
            *ciphertext.decode("ascii").splitlines(),
            "",
            "--------------0Ew1--",
            "",
        ]
        return "\r\n".join(lines).encode()


def thunderbird_content(words: str, subject: str, *, sender: str, key: bytes = b"", to: str = "") -> bytes:
    """Give what Thunderbird seals."""
    signed = [f"From: {sender}", f"To: {to or UNIT}", "Message-ID: <0c1d@omsorg.example>"]
    lines = [
        'Content-Type: multipart/mixed; boundary="------------a"; protected-headers="v1"',
        *signed,
        *([f"Subject: {subject}"] if subject else []),
        "",
        "--------------a",
        'Content-Type: multipart/mixed; boundary="------------b"',
        "",
        "--------------b",
        "Content-Type: text/plain; charset=UTF-8; format=flowed",
        "Content-Transfer-Encoding: base64",
        "",
        *base64.encodebytes(words.encode()).decode().splitlines(),
        "--------------b",
        'Content-Type: application/pgp-keys; name="OpenPGP_0x5F.asc"',
        'Content-Disposition: attachment; filename="OpenPGP_0x5F.asc"',
        "Content-Transfer-Encoding: base64",
        "",
        *base64.encodebytes(key).decode().splitlines(),
        "--------------b--",
        "",
        "--------------a--",
        "",
    ]
    return "\r\n".join(lines).encode()


def quoted(text: str) -> str:
    """Quote a mail as answers do."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def sealed_in(mail: EmailMessage) -> bytes:
    content = mail.get_payload(1).get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@contextmanager
def mail_program(name: str = "Hjemmepleje") -> Iterator[MailProgram]:
    """Make a program with a key of its own, and end its agent."""
    with sites.short_folder() as home:
        program = MailProgram(home, Fingerprint("0" * 40), b"")
        try:
            program.gpg("--quick-generate-key", f"{name} <{ADDRESS}>", "ed25519", "sign", "2y")
            listed = program.gpg("--with-colons", "--list-keys").decode()
            key = next(Fingerprint(row.split(":")[9]) for row in listed.splitlines() if row.startswith("fpr:"))
            program.gpg("--quick-add-key", key, "cv25519", "encr", "2y")
            yield MailProgram(home, key, program.gpg("--export", key))
        finally:
            subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
