"""Debian's own Dovecot, started in a folder of its own on free ports of the loopback, and ended for certain.

    with dovecot(folder, {"sikkerpost@randers.example": "password"}) as server:
        server.imap_port      # STARTTLS required
        server.imaps_port     # TLS from the first byte
        server.lmtp_port      # mail in, for any of the users
        server.auth_port      # SASL over TCP, for Postfix: smtpd_sasl_type=dovecot, smtpd_sasl_path=inet:127.0.0.1:PORT
        server.ca_file        # whom to trust; its certificate is for 127.0.0.1 and localhost
        server.deliver(raw, to="sikkerpost@randers.example", sender="henvendelser@region.example")
        server.add("anna@randers.example", "password")
        server.stop(); server.start()                # the same ports, the same mail

`folder` must be short and begin with /tmp/st- (`sites.short_folder()`); the process must be root's, as Dovecot asks.
`certificate=` shows another one: `issued(folder, name, ...)` makes those with a wrong name, expired, or of an authority
nobody knows. Beside what stands here it reads what the guide tells the administrator to lay down: `deploy/dovecot/`.
"""

import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import trustme
from imapclient import IMAPClient

HERE: Final = "127.0.0.1"
DEPLOY: Final = Path(__file__).parents[2] / "deploy" / "dovecot"
LONG: Final = 60.0
PROGRAM: Final = shutil.which("dovecot") or "/usr/sbin/dovecot"
OWNER: Final = "nobody"
"""Whom mail belongs to on disk: Dovecot gives none to root."""

CONFIG: Final = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
mail_location = maildir:{base}/mail/%u
auth_mechanisms = plain login
auth_username_format = %Lu
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid=nogroup home={base}/mail/%u
}}
!include {deploy}/stafet.conf
!include {deploy}/postfix.conf
listen = {here}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener stafet-lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener stafet-sasl {{
    port = {auth}
  }}
}}
{more}
"""


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


@dataclass
class Dovecot:
    """A Dovecot; see the top of the file."""

    folder: Path
    users: Mapping[str, str]
    ca_file: Path
    imap_port: int
    imaps_port: int
    lmtp_port: int
    auth_port: int
    authority: trustme.CA
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def log(self) -> str:
        """Tell what it has logged."""
        file = self.folder / "log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def start(self) -> None:
        """Start it; it may be restarted."""
        command = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(command, start_new_session=True)
        for port in (self.imap_port, self.lmtp_port, self.auth_port):
            _wait_for(port, self)

    def stop(self) -> None:
        """End it, and all that it has started: one that serves somebody who is signed in lives on for a while."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LONG)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LONG)
        self.process = None

    def add(self, user: str, password: str) -> None:
        """Give one more user a mailbox, while it runs; it looks once a second who they are."""
        self.users = {**self.users, user: password}
        self.write_users()
        asked, deadline = ["doveadm", "-c", str(self.folder / "dovecot.conf"), "user", user], time.monotonic() + LONG
        while subprocess.run(asked, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def write_users(self) -> None:
        """Write down who they are, where Dovecot looks at every sign-in."""
        _write(self.folder / "users", "".join(f"{user}:{word}\n" for user, word in self.users.items()), "dovecot")

    def deliver(self, raw: bytes, *, to: str, sender: str = "nogen@andre.example") -> None:
        """Put a mail into the mailbox of `to` by LMTP, as Postfix does."""
        with smtplib.LMTP(HERE, self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [to], raw)

    @contextmanager
    def mailbox(self, user: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """Look into a mailbox as a person's mail program does, without marking anything by looking."""
        context = ssl.create_default_context(cafile=self.ca_file)
        with IMAPClient(HERE, self.imaps_port, ssl_context=context, timeout=LONG) as client:
            client.plain_login(user, self.users[user])
            client.select_folder(folder)
            yield client

    def flags(self, user: str) -> dict[int, tuple[bytes, ...]]:
        """Tell how each mail in a mailbox is marked, by UID; \\Recent is the server's own and left out."""
        with self.mailbox(user) as client:
            found = client.get_flags(client.search("ALL"))
        return {uid: tuple(sorted(flag for flag in flags if flag != rb"\Recent")) for uid, flags in found.items()}


@contextmanager
def dovecot(
    folder: Path, users: Mapping[str, str], *, certificate: Certificate | None = None, more: str = ""
) -> Iterator[Dovecot]:
    """Start a Dovecot in `folder`, and end it; `more` is configuration that comes last."""
    base, authority = folder / "dovecot", trustme.CA()
    base.mkdir(parents=True, mode=0o755)
    for above in (base, base.parent):
        above.chmod(0o755)  # its own users pass through
    ca_file = base / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    shown = certificate or issued(base, "good", authority=authority)
    server = Dovecot(base, users, ca_file, *free_ports(4), authority)
    (base / "mail").mkdir(mode=0o700)
    shutil.chown(base / "mail", OWNER, "nogroup")
    server.write_users()
    written = CONFIG.format(
        base=base,
        certificate=shown.certificate,
        key=shown.key,
        owner=OWNER,
        deploy=DEPLOY,
        here=HERE,
        imap=server.imap_port,
        imaps=server.imaps_port,
        lmtp=server.lmtp_port,
        auth=server.auth_port,
        more=more,
    )
    _write(base / "dovecot.conf", written, None)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def issued(
    folder: Path, file: str, *names: str, authority: trustme.CA | None = None, expired: bool = False
) -> Certificate:
    """Make a certificate for `names` (127.0.0.1 and localhost, if none are given) by an authority, or by a new one."""
    now = datetime.now(UTC)
    made = (authority or trustme.CA()).issue_cert(
        *(names or (HERE, "localhost")),
        not_before=now - timedelta(days=9),
        not_after=now - timedelta(days=1) if expired else now + timedelta(days=9),
    )
    certificate, key = folder / f"{file}.pem", folder / f"{file}.key"
    certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    _write(key, made.private_key_pem.bytes().decode(), None)
    return Certificate(certificate, key)


def free_ports(count: int) -> list[int]:
    """Ask the kernel for ports that are free, all at once so that each is another."""
    taken = [socket.socket() for _ in range(count)]
    try:
        for one in taken:
            one.bind((HERE, 0))
        return [one.getsockname()[1] for one in taken]
    finally:
        for one in taken:
            one.close()


def _write(path: Path, text: str, owner: str | None) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    if owner:
        shutil.chown(path, owner)


def _wait_for(port: int, server: Dovecot) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        assert server.process, "it was stopped"
        assert server.process.poll() is None, server.log
        with suppress(OSError), socket.create_connection((HERE, port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens\n{server.log}")
