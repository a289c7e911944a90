"""Two organisations' mail servers, each a Postfix that was set up by the scripts of deploy/postfix, and one Dovecot.

The region's is the way out and in for `REGION_MAIL`, the municipality's for `UNIT_MAIL`, which is handed on by LMTP.
Dovecot checks the passwords of both, and keeps the municipality's other mail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dovecot import Dovecot, dovecot
from peer_tls import Authorities
from postfix import HERE, Postfix, free_port

REGION_MAIL, UNIT_MAIL = "henvendelser@praehospitalet.example", "sikkerpost@aarhus.example"
COLLEAGUE = "anna@aarhus.example"
"""Somebody else at the municipality, whose mail has nothing to do with Stafet."""
PASSWORDS = {"stafet-region": "Muslinger paa Molsbjerg", "stafet-unit": "Tagdryp og tjaerepap", COLLEAGUE: "Havtorn"}


@dataclass(frozen=True)
class Office:
    """One organisation: its Postfix, the port its own site sends by, and the port of that site's door."""

    post: Postfix
    name: str
    address: str
    login: str
    out: int
    door: int

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]

    @property
    def host(self) -> str:
        """Where other mail servers bring mail for it."""
        return f"[{HERE}]:{self.post.port}"


@dataclass(frozen=True)
class Offices:
    """Both, and what they share here."""

    region: Office
    unit: Office
    dovecot: Dovecot
    authorities: Authorities

    def each(self) -> tuple[tuple[Office, Office], ...]:
        return (self.region, self.unit), (self.unit, self.region)


@contextmanager
def offices(folder: Path) -> Iterator[Offices]:
    """Start both, as two administrators would with the scripts. `folder` is Postfix's own (`postfix_folder`)."""
    authorities = Authorities(folder)
    region = _office(folder, "mx.praehospitalet", REGION_MAIL, "stafet-region")
    unit = _office(folder, "mx.aarhus", UNIT_MAIL, "stafet-unit")
    with dovecot(folder, PASSWORDS) as mailboxes:
        both = Offices(region, unit, mailboxes, authorities)
        for office, other in both.each():
            _set_up(office, other, both)
        with region.post.running(), unit.post.running():
            yield both


def _office(folder: Path, name: str, address: str, login: str) -> Office:
    return Office(Postfix(folder / name), f"{name}.example", address, login, free_port(), free_port())


def _set_up(office: Office, other: Office, both: Offices) -> None:
    post, shown = office.post, both.authorities.issue(HERE, office.name)
    certificate = {"CERTIFICATE": shown.certificate, "KEY": shown.key}
    post.make()
    people = post.table("people", f"{COLLEAGUE} there")
    post.set(
        f"virtual_mailbox_domains={office.domain}",
        f"virtual_mailbox_maps={people}",
        f"virtual_transport=lmtp:inet:{HERE}:{both.dovecot.lmtp_port}",
    )
    auth = f"{HERE}:{both.dovecot.auth_port}"
    way_out = {"ADDRESS": office.address, "LOGIN": office.login, "AUTH": auth, "LISTEN": f"{HERE}:{office.out}"}
    post.script("letters-out.sh", **way_out, **certificate)
    post.script("letters-in.sh", ADDRESS=office.address, DOOR=f"{HERE}:{office.door}", **certificate)
    post.script("partner.sh", DOMAIN=other.domain, HOST=other.host, NAME=other.name, AUTHORITY=both.authorities.ca_file)
