"""A real referral as it goes on the wire, spoiled in each way, and what a person finds inside."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import cached_property
from pathlib import Path

import sites

from gateway.station import Station
from gateway.wire import envelope as wire
from gateway.wire.letter_text import letter_text
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.text_lines import WIDTH
from keys.fingerprint import Fingerprint
from keys.sealing import open_sealed
from tests.inbox_site import referral

STORY = (
    "Åge er faldet for tredje gang på en uge, og naboen hørte ham råbe gennem væggen, uden at nogen kom. Da vi nåede "
    "frem, sad han på køkkengulvet i gårsdagens tøj, rolig og klar, men flov over at have ringet igen. »A ka it mier,« "
    "siger han, »det æ it te å holl ud i det her hul.«"
)
LINK = (
    "https://borger.example/en-meget-lang-adresse/som-ingen-kan-bryde-uden-at-den-bliver-ubrugelig-for-den-som-vil-se"
)
TEXT = f"""\
{STORY}

- Køleskabet er tomt, og der er ikke købt ind siden fredag.
- Medicinen ligger i bunker på bordet; han ved ikke, hvad der er taget.
- Regningerne er uåbnede. Han tror, at strømmen bliver lukket på mandag.

• Han vil gerne have besøg.
• Han vil IKKE have, at datteren får besked – de taler ikke sammen.

> Han gentog selv: »Bare der kommer nogen.«
From now on han står op, når det ringer på.
{LINK}

Gødstrup, Ærø, Øster Ålum. Ünal, Åström, Łódź. 100 % sikkert, 5 km væk, ½ time.
"""
"""Long lines, lists, dialect, a quotation, what mail has a meaning for, and letters that are not ASCII."""
FULL = {
    "text": TEXT,
    "urgency_remark": "Gerne i dag: der er ingen mad i huset.",
    "citizen": {"safety_note": "Stor hund i gården.", "interpreter": "tegnsprog", "how_to_reach": "Ring efter kl. 11."},
    "re_referral": {"previous_id": "R01", "kind": "ongoing", "reason": "Han ringer stadig hver nat."},
    "children_in_home": True,
    "intoxicated": True,
    "called_from": "Busterminalen, 8700 Horsens",
    "known_by": "Hjemmeplejen i Randers",
}
SUBJECT = f"Bekymringshenvendelse {sites.NUMBER}"


@dataclass(frozen=True)
class Party:
    """One end."""

    station: Station = field(repr=False)

    @property
    def name(self) -> str:
        return sites.UNITS[self.station.own.party][0]

    @property
    def address(self) -> str:
        return self.station.own.address

    @property
    def key(self) -> Fingerprint:
        return self.station.own.fingerprint

    @property
    def certificate(self) -> bytes:
        return self.station.keyring.export_public(self.key)

    @cached_property
    def secret(self) -> bytes:
        """Give its key without the passphrase, which only the site knows, for programs that cannot be handed one."""
        ring = self.station.keyring
        locked = ring.gpg.export_keys(self.key, secret=True, armor=False, passphrase=ring.passphrase)
        answers = f"{ring.passphrase}\n\n\n".encode()
        with gpg_home(locked) as home:
            gpg(home, "--no-tty", "--command-fd", "0", "--passwd", self.key, data=answers)
            return gpg(home, "--armor", "--export-secret-keys", self.key)


@dataclass(frozen=True)
class Post:
    """A referral from the region to Randers: the mail, what is encrypted in it, and what was sealed, byte for byte."""

    region: Party
    unit: Party
    stranger: Party
    stations: Mapping[str, Station] = field(repr=False)
    mail: bytes = field(repr=False)
    content: bytes = field(repr=False)
    text: str = field(repr=False)

    @property
    def sealed(self) -> bytes:
        """Give what is encrypted, in ASCII armour."""
        return sealed_in_mail(self.mail)

    @property
    def spoiled(self) -> dict[str, bytes]:
        """Give what nobody may take for the region's letter, in ASCII armour."""
        lines = self.sealed.splitlines()
        middle = len(lines) // 2
        flipped = [*lines[:middle], lines[middle].swapcase(), *without_checksum(lines[middle + 1 :])]
        truncated = [*lines[: middle - middle // 4], *lines[-1:]]
        return {
            "flipped": b"\n".join(flipped) + b"\n",
            "truncated": b"\n".join(truncated) + b"\n",
            "by somebody else": self.sealed_by(self.stranger),
            "unsigned": self.sealed_by(None),
        }

    @property
    def spoiled_mails(self) -> dict[str, bytes]:
        """Give the same as mails, each from the region's address."""
        return {why: self.wrapped(sealed) for why, sealed in self.spoiled.items()}

    def sealed_by(self, signer: Party | None) -> bytes:
        """Encrypt the same content to Randers, signed by somebody or by nobody."""
        with gpg_home(self.unit.certificate, *([signer.secret] if signer else [])) as home:
            signing = ("--local-user", signer.key, "--sign") if signer else ()
            how = ("--armor", "--compress-algo", "none", "--recipient", self.unit.key, "--encrypt")
            return gpg(home, *signing, *how, data=self.content)

    def wrapped(self, sealed: bytes) -> bytes:
        """Put other armour into the same mail."""
        mail = wire.unwrap(self.mail)
        outside = wire.Outside(self.region.address, self.unit.address, new_id(), sites.utc_now())
        return wire.wrap(sealed, outside).replace(outside.message_id.encode(), mail.message_id.encode())


def make_post(stations: Mapping[str, Station], folder: Path) -> Post:
    """Let the region write to Randers as its daemon does."""
    with sites.line(stations, folder) as line:
        body = {"referral": referral("R02", **FULL)}
        letter = Letter(Kind.REFERRAL, new_id(), sites.RANDERS, sites.NUMBER, body)
        line.region.post(letter)
        (mail,) = line.region.send()
        station = line.randers.station
        who = {"reader": line.randers.key, "signers": {line.region.key}}
        content = open_sealed(station.keyring, sealed_in_mail(mail), **who, now=line.clock()).content
    region, unit, stranger = (Party(stations[one]) for one in sites.UNITS)
    return Post(region, unit, stranger, stations, mail, content, letter_text(letter))


def sealed_in_mail(mail: bytes) -> bytes:
    """Give the encrypted part of a mail, as any program finds it (RFC 3156, section 4)."""
    found = message_from_bytes(mail, policy=policy.default)
    assert found.get_content_type() == "multipart/encrypted"
    content = list(found.iter_parts())[1].get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def without_checksum(lines: list[bytes]) -> list[bytes]:
    """Leave out what armour says about itself, so that it is the seal that must notice."""
    return [line for line in lines if not (line.startswith(b"=") and len(line) == 5)]


@contextmanager
def gpg_home(*keys: bytes) -> Iterator[Path]:
    """Make a GnuPG home with these keys, and end its agent."""
    with sites.short_folder() as home:
        (home / "gpg-agent.conf").write_text("s2k-count 65536\n")
        try:
            for key in keys:
                gpg(home, "--import", data=key)
            yield home
        finally:
            end_agent(home)


def gpg(home: Path, *options: str, data: bytes = b"") -> bytes:
    fixed = ("--quiet", "--yes", "--trust-model", "always", "--pinentry-mode", "loopback")
    unattended = () if "--passwd" in options else ("--batch", "--passphrase", "")
    line = ["gpg", "--homedir", str(home), *fixed, *unattended, *options]
    done = subprocess.run(line, input=data, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def compared(home: Path, *, own: Fingerprint, other: Fingerprint) -> None:
    """Tell GnuPG what a person does who has compared a fingerprint on the phone: the key is whose it says it is."""
    trusting = ("--trust-model", "pgp")
    gpg(home, *trusting, "--import-ownertrust", data=f"{own}:6:\n".encode())
    gpg(home, *trusting, "--local-user", own, "--quick-lsign-key", other)


def reads_well(post: Post, shown: str) -> None:
    """Demand that a program shows the whole letter, every letter of it right, and broken only where we broke it."""
    lines = [line.rstrip() for line in shown.splitlines()]
    start = lines.index("=" * len(SUBJECT)) - 1
    expected = [line for line in post.text.splitlines() if LINK not in line]
    seen = [line for line in lines[start:] if line in set(expected)]
    assert seen[: len(expected)] == expected
    assert "Gødstrup, Ærø, Øster Ålum. Ünal, Åström, Łódź." in shown
    assert [line for line in expected if len(line) > WIDTH] == []


def end_agent(home: Path) -> None:
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
