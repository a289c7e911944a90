"""What the doctor says of a real Postfix and a real Dovecot, each set up wrongly on purpose: what it is, and no more.

Between the site and the server stands a tap that hears what a wire-tapper would: before TLS nothing but hellos.
"""

import io
import json
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import sites
from dovecot import dovecot, issued
from peer_tls import Authorities
from postfix import HERE, Postfix, free_port, postfix_folder

from directory.book import AddressBook
from directory.model import REGION
from gateway import __main__ as gateway_command
from gateway import bootstrap as gateway_bootstrap
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import DoorSettings, PickupSettings, RelaySettings, UnitSettings
from gateway.station import open_station
from inbox_tui import __main__ as inbox_command
from inbox_tui import bootstrap as inbox_bootstrap

pytestmark = pytest.mark.peers

LOGIN, SECRET = "stafet", "Kragerne flyver hjem"
USER, KEY_WORD = "sikkerpost@randers.example", "Lyngen blomstrer nu"
NO_PENALTY = "auth_failure_delay = 0\nservice anvil {\n unix_listener anvil-auth-penalty {\n mode = 0\n }\n}\n"
COMMANDS = {REGION: gateway_command, sites.RANDERS: inbox_command}
BRANCHES = {REGION: gateway_bootstrap.BRANCH, sites.RANDERS: inbox_bootstrap.BRANCH}
HELLOS = {"EHLO", "STARTTLS", "QUIT", "CAPABILITY", "LOGOUT"}
REGION_MAIL = sites.UNITS[REGION][1]


class Tap:
    """Stands before a port, hands everything on, and keeps what the site said."""

    def __init__(self, target):
        self.target, self.heard = target, bytearray()
        self.listening = socket.create_server((HERE, 0))
        self.port = self.listening.getsockname()[1]
        self.serving = threading.Thread(target=self._serve, daemon=True)
        self.serving.start()

    def _serve(self):
        with suppress(OSError):
            while True:
                near, _address = self.listening.accept()
                try:
                    far = socket.create_connection((HERE, self.target), 60)
                except OSError:
                    near.close()
                    continue
                there = threading.Thread(target=self._carry, args=(near, far, self.heard), daemon=True)
                there.start()
                self._carry(far, near, bytearray())
                there.join()
                near.close()
                far.close()

    @staticmethod
    def _carry(one, other, kept):
        with suppress(OSError):
            while said := one.recv(65536):
                kept += said
                other.sendall(said)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.serving.join()
        self.listening.close()

    @property
    def in_clear(self):
        """Every line before the first TLS record."""
        return [line.upper().split()[:2] for line in bytes(self.heard).partition(b"\x16\x03")[0].decode().splitlines()]


@dataclass
class Servers:
    """A Postfix with a port for each thing that can be wrong, and a Dovecot."""

    post: Postfix
    dovecot: object
    authorities: Authorities
    ports: dict[str, int] = field(default_factory=dict)

    def port(self, name, *settings):
        """Let the same Postfix listen at one more port, with settings of its own."""
        self.ports[name] = port = free_port()
        place = f"{HERE}:{port}"
        self.post.command("postconf", "-Me", f"{place}/inet={place} inet n - n - - smtpd")
        for setting in ("smtpd_tls_security_level=may", *settings):
            self.post.command("postconf", "-Pe", f"{place}/inet/{setting}")


def shows(shown):
    return f"smtpd_tls_cert_file={shown.certificate}", f"smtpd_tls_key_file={shown.key}"


def begins_later(authorities):
    """A certificate whose time has not come, as every new one looks to a clock that is behind."""
    made = authorities.trusted.issue_cert(HERE, not_before=datetime.now(UTC) + timedelta(days=2))
    shown = authorities.issue("later.example")
    shown.certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    shown.key.write_bytes(made.private_key_pem.bytes())
    return shown


@pytest.fixture(scope="module")
def servers():
    with ExitStack() as ending:
        folder = ending.enter_context(postfix_folder())
        authorities = Authorities(folder)
        expired = issued(folder, "expired", authority=authorities.trusted, expired=True)
        for file in (expired.certificate, expired.key):
            file.chmod(0o644)
        more = (
            NO_PENALTY + f"local_name localhost {{\n ssl_cert = <{expired.certificate}\n ssl_key = <{expired.key}\n}}\n"
        )
        users, shown = {LOGIN: SECRET, USER: KEY_WORD}, authorities.issue(HERE)
        mailboxes = ending.enter_context(dovecot(folder, users, certificate=shown, more=more))
        both = Servers(Postfix(folder / "relay"), mailboxes, authorities)
        _set_up(both, expired)
        ending.enter_context(both.post.running())
        yield both


def _set_up(both, expired):
    post, authorities = both.post, both.authorities
    good = authorities.issue(HERE)
    post.make()
    both.ports["good"] = free_port()
    post.script(
        "letters-out.sh",
        ADDRESS=REGION_MAIL,
        LOGIN=LOGIN,
        AUTH=f"{HERE}:{both.dovecot.auth_port}",
        LISTEN=f"{HERE}:{both.ports['good']}",
        CERTIFICATE=good.certificate,
        KEY=good.key,
    )
    post.set("notify_classes=", "relay_domains=randers.example")
    near = ("smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination", f"mynetworks={HERE}/32")
    signing_in = (
        *("smtpd_sasl_auth_enable=yes", "smtpd_sasl_type=dovecot"),
        *(f"smtpd_sasl_path=inet:{HERE}:{both.dovecot.auth_port}", "smtpd_tls_auth_only=yes"),
    )
    both.port("no TLS", "smtpd_tls_security_level=none")
    both.port("another name", *shows(authorities.issue("relay.example")))
    both.port("unknown", *shows(authorities.issue(HERE, known=False)))
    both.port("expired", *shows(expired))
    both.port("not yet", *shows(begins_later(authorities)))
    both.port("TLS at once", *shows(good), "smtpd_tls_wrappermode=yes")
    both.port("passes nothing on", *shows(good), "smtpd_relay_restrictions=reject_unauth_destination")
    both.port("not for now", *shows(good), "smtpd_relay_restrictions=defer_unauth_destination")
    both.port("nobody from here", *shows(good), *near, "smtpd_client_restrictions=reject")
    both.port("address unknown", *shows(good), *near, f"relay_recipient_maps={post.table('nobody', 'x@y.example x')}")
    both.port("nobody signs in", *shows(good), *near, "smtpd_sasl_auth_enable=no")
    theirs = f"smtpd_sender_login_maps={post.table('theirs', f'{REGION_MAIL} somebody-else')}"
    mismatch = "smtpd_sender_restrictions=reject_sender_login_mismatch"
    both.port("not from us", *shows(good), *signing_in, theirs, mismatch)
    both.port("small", *shows(good), *near, "message_size_limit=100000")
    both.port("full", *shows(good), *near, "queue_minfree=1000000000000", "message_size_limit=4194304")


@pytest.fixture(scope="module")
def ends():
    """Both ends, each with the other in its book."""
    with sites.short_folder() as folder:
        homes = {}
        for party, other in ((REGION, sites.RANDERS), (sites.RANDERS, REGION)):
            name, address, phone = sites.UNITS[party]
            homes[party] = Home(folder / party)
            unit = UnitSettings(party=party, name=name, address=address, phone=phone)
            plan = Plan(unit, "Mette Testgaard", Role.ADMIN, door=DoorSettings(port=0))
            make_station(homes[party], plan, BRANCHES[party])
            with open_station(homes[party], None, BRANCHES[party]) as station, station.database.session() as session:
                AddressBook(session).set_contact(sites.contact_of(other))
        yield homes


@pytest.fixture
def ask(ends, monkeypatch, capsys, tmp_path):
    """Ask the doctor of one end, over a road that is tapped; gives what it found of the road."""

    def asking(party, road, target, *, secret, **settings):
        file = tmp_path / "password"
        file.touch(mode=0o600)
        file.write_text(secret)
        with tapped(target) as tap:
            host = {"host": HERE, "port": tap.port}
            kind = RelaySettings if road == "relay" else PickupSettings
            signing_in = {"password_file": file} if settings.get("user") else {}
            set_up = kind(**{**host, **signing_in, **settings})
            home = ends[party]
            before = home.settings()
            home.write_settings(before.model_copy(update={road: set_up}))
            try:
                found = typed(home)
            finally:
                home.write_settings(before)
        return [one for one in found if one["check"] == ("relay" if road == "relay" else "way-in")], tap

    def typed(home):
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        capsys.readouterr()
        command = COMMANDS[home.settings().unit.party]
        with pytest.raises(SystemExit):
            command.main(["--home", str(home.path), "doctor", "--json"])
        return json.loads(capsys.readouterr().out)["findings"]

    return asking


@contextmanager
def tapped(target):
    tap = Tap(target)
    try:
        yield tap
    finally:
        tap.close()


ME = {"user": LOGIN}
RELAY = {
    "everything is right": ("good", ME, "RELAY_WORKS"),
    "the password is wrong": ("good", ME | {"secret": "En anden"}, "RELAY_SIGN_IN_REFUSED"),
    "nobody signs in where all must": ("good", {}, "RELAY_SIGN_IN_WANTED"),
    "TLS from the first byte where it begins in clear": ("good", {"implicit_tls": True}, "RELAY_TLS_OTHER_KIND"),
    "in clear where it begins with TLS": ("TLS at once", {}, "RELAY_SILENT"),
    "no TLS": ("no TLS", ME, "RELAY_TLS_NOT_OFFERED"),
    "a certificate for another name": ("another name", ME, "RELAY_CERTIFICATE_NAME"),
    "an unknown authority": ("unknown", ME, "RELAY_CERTIFICATE_UNKNOWN"),
    "a certificate that has ended": ("expired", ME, "RELAY_CERTIFICATE_ENDED"),
    "a certificate that begins later": ("not yet", ME, "RELAY_CERTIFICATE_NOT_YET"),
    "no relaying": ("passes nothing on", {}, "RELAY_NOT_PASSED_ON"),
    "no relaying, said as if for now": ("not for now", {}, "RELAY_NOT_PASSED_ON"),
    "nobody from this machine": ("nobody from here", {}, "RELAY_NOT_PASSED_ON"),
    "an address nobody has": ("address unknown", {}, "RELAY_RECIPIENT_UNKNOWN"),
    "sign-in that is not there": ("nobody signs in", ME, "RELAY_SIGN_IN_NOT_OFFERED"),
    "an address that is another's": ("not from us", ME, "RELAY_SENDER_REFUSED"),
    "too little room for a letter": ("small", {}, "RELAY_ROOM_SMALL"),
    "a full disk": ("full", {}, "RELAY_LATER"),
}
AT_BOTH = {"no TLS", "another name", "unknown", "expired"}
TO_OTHERS = {"passes nothing on", "not for now"}
"""The server is one for randers.example, so it is the municipality whose mail it must pass on."""
CASES = [
    pytest.param((party, *case), id=f"{party}: {name}")
    for name, case in RELAY.items()
    for party in COMMANDS
    if case[0] in AT_BOTH or (party == REGION) is (case[0] not in TO_OTHERS)
]


@pytest.mark.parametrize("case", CASES)
def test_a_real_relay_that_is_set_up_wrongly_is_named_for_what_it_is(ask, servers, monkeypatch, case):
    party, port, settings, code = case
    monkeypatch.setattr("gateway.adapters.smtp_road.STEP_SECONDS", 1.0 if code == "RELAY_SILENT" else 60.0)
    settings = {"secret": SECRET, "ca_file": servers.authorities.ca_file, **settings}

    found, tap = ask(party, "relay", servers.ports[port], **settings)

    assert [one["code"] for one in found] == [code], found
    assert {line[0] for line in tap.in_clear if line} <= HELLOS
    assert SECRET.encode() not in tap.heard
    assert servers.post.queue() == []
    assert "message-id=" not in servers.post.log


PICKUP = {
    "everything is right": ({}, "PICKUP_WORKS"),
    "STARTTLS": ({"implicit_tls": False}, "PICKUP_WORKS"),
    "the password is wrong": ({"secret": "En anden"}, "PICKUP_SIGN_IN_REFUSED"),
    "the folder is not there": ({"folder": "Stafet"}, "PICKUP_FOLDER_MISSING"),
    "an unknown authority": ({"ca_file": None}, "PICKUP_CERTIFICATE_UNKNOWN"),
    "a certificate that has ended": ({"host": "localhost"}, "PICKUP_CERTIFICATE_ENDED"),
    "TLS from the first byte where it begins in clear": ({"at": "imap_port"}, "PICKUP_TLS_OTHER_KIND"),
    "the port mail is brought to": ({"at": "lmtp_port", "implicit_tls": False}, "PICKUP_NO_MAIL_SERVER"),
}


@pytest.mark.parametrize(("settings", "code"), PICKUP.values(), ids=PICKUP.keys())
def test_a_real_mailbox_that_cannot_be_picked_up_from_is_named_for_what_it_is(ask, servers, settings, code):
    settings = {"secret": KEY_WORD, "user": USER, "ca_file": servers.authorities.ca_file, **settings}
    usual = "imaps_port" if settings.get("implicit_tls", True) else "imap_port"
    port = getattr(servers.dovecot, settings.pop("at", usual))

    found, tap = ask(sites.RANDERS, "pickup", port, **settings)

    assert [one["code"] for one in found] == [code], found
    assert not {word for line in tap.in_clear for word in line} & {"LOGIN", "AUTHENTICATE", "SELECT"}
    assert KEY_WORD.encode() not in tap.heard


def test_the_relay_is_no_mailbox_and_the_mailbox_no_relay(ask, servers):
    shown = {"secret": SECRET, "ca_file": servers.authorities.ca_file}
    found, _tap = ask(REGION, "relay", servers.dovecot.imap_port, **shown)
    assert [one["code"] for one in found] == ["RELAY_NO_MAIL_SERVER"]
    found, _tap = ask(sites.RANDERS, "pickup", servers.ports["good"], user=USER, implicit_tls=False, **shown)
    assert [one["code"] for one in found] == ["PICKUP_NO_MAIL_SERVER"]
