"""neomutt in a terminal, set up for somebody who seals all they write; it is driven by the keys of the keyboard."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.journey_sites import until
from tests.journeys.journey_terminal import ENTER, Desk, Typed, room

SETTINGS = """\
set crypt_use_gpgme = yes
set crypt_autosign = yes
set crypt_autoencrypt = yes
set pgp_sign_as = "{key}"
set crypt_protected_headers_read = yes
set crypt_protected_headers_write = yes
set from = "{address}"
set realname = "Hjemmepleje, Randers Øst"
set mbox_type = Maildir
set spoolfile = "{folder}/mail"
set folder = "{folder}"
set record = ""
set postponed = ""
set sendmail = "{folder}/hand-in"
set editor = "{folder}/write"
set include = yes
set send_charset = "us-ascii:utf-8"
set mail_check = 0
set wait_key = no
set pager_index_lines = 0
set help = no
set markers = no
set mailcap_path = "/dev/null"
"""
HAND_IN = '#!/bin/sh\ncat > "{folder}/coming"\nmv "{folder}/coming" "{folder}/sent"\n'
WRITE = '#!/bin/sh\ncat "{folder}/words" "$1" > "{folder}/written"\ncat "{folder}/written" > "$1"\n'


@dataclass(frozen=True)
class Neomutt:
    """One person at neomutt, with one mail before them."""

    folder: Path
    desk: Desk

    def opens(self) -> None:
        """Open the mail."""
        self.desk.see("Msgs:1")
        self.desk.press(ENTER)

    def answers(self, words: str) -> bytes:
        """Write above what is quoted, and send; gives the mail as it goes to the mail server."""
        (self.folder / "words").write_text(f"{words}\n\n", "utf-8")
        self.desk.press(Typed("r"))
        self.desk.see("To:")
        self.desk.press(ENTER)
        self.desk.see("Subject:")
        self.desk.press(ENTER)
        self.desk.see("Security:", "Sign, Encrypt")
        self.desk.press(Typed("y"))
        until((self.folder / "sent").exists)
        return (self.folder / "sent").read_bytes().replace(b"\n", b"\r\n")


@contextmanager
def neomutt(folder: Path, keys: Path, raw: bytes, *, key: str, address: str) -> Iterator[Neomutt]:
    """Start it over a mailbox with one mail, in a terminal high enough to hold the whole letter."""
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    (folder / "mail" / "cur" / "1:2,S").write_bytes(raw.replace(b"\r\n", b"\n"))
    (folder / "settings").write_text(SETTINGS.format(folder=folder, key=key, address=address), "utf-8")
    for name, script in (("hand-in", HAND_IN), ("write", WRITE)):
        (folder / name).write_text(script.format(folder=folder))
        (folder / name).chmod(0o700)
    told = {"HOME": str(folder), "GNUPGHOME": str(keys), "PATH": os.environ["PATH"]}
    with room(folder, told) as terminals:
        line = ["neomutt", "-n", "-F", str(folder / "settings")]
        yield Neomutt(folder, terminals.desk("mail", line, size=(100, 150)))


def version() -> str:
    done = subprocess.run(["neomutt", "-v"], capture_output=True, text=True, check=True)
    return done.stdout.split()[1]
