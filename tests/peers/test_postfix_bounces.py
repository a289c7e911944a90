"""What a real Postfix sends back, and what becomes of the letter: read as the hint it is, and told to the desk."""

import asyncio
import re

import pytest
import sites
from lmtp_sink import lmtp_sink
from peer_tls import Authorities
from postfix import HERE, Postfix, free_port, postfix_folder, until
from sites import MINUTE, RANDERS, UNITS
from sqlmodel import select

from directory.book import AddressBook
from directory.model import REGION
from gateway.adapters.smtp_out import SmtpRelay
from gateway.doctor import traffic
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import LONGEST_RETRY, RETURNS
from gateway.exchange.rows import EnvelopeRow
from gateway.referring.words import why_waiting
from gateway.site.settings import RelaySettings

pytestmark = pytest.mark.peers

OURS = UNITS[REGION][1]
KEPT_BACK = {
    "ingen@randers.example": ("BOUNCED_5.1.1", "adresse"),
    "fuld@randers.example": ("BOUNCED_5.2.2", "fuld"),
    "lukket@randers.example": ("BOUNCED_5.2.1", "tager ikke imod mail"),
    "sikkerpost@fremmed.example": ("BOUNCED_5.7.1", "afviser"),
    "lille@lille.example": ("BOUNCED_5.3.4", "større"),
}
"""Where a letter goes that comes back: the code it is parked with, and a word of what the desk reads."""
ABSENT = "sikkerpost@borte.example"


class Post:
    """The region's server, which reports by LMTP; a municipality's, which refuses; and one that takes small mail."""

    def __init__(self, folder):
        self.region, self.unit, self.small = (Postfix(folder / name) for name in ("region", "unit", "small"))
        self.authorities, self.door = Authorities(folder), free_port()

    def set_up(self):
        shown = self.authorities.issue(HERE)
        certificate = {"CERTIFICATE": shown.certificate, "KEY": shown.key}
        for post in (self.region, self.unit, self.small):
            post.make()
        self.unit.set("relay_domains=randers.example", "relay_recipient_maps=")
        said = self.unit.table(
            "said",
            "ingen@randers.example 550 5.1.1 No such mailbox here",
            "fuld@randers.example 552 5.2.2 Mailbox full",
            "lukket@randers.example 550 5.2.1 Mailbox disabled",
        )
        self.unit.set(f"smtpd_recipient_restrictions=check_recipient_access {said}")
        self.unit.set("smtpd_relay_restrictions=permit_auth_destination, reject", "relay_domains=randers.example")
        self.small.set("relay_domains=lille.example", "message_size_limit=2000")
        self.region.set(
            "mynetworks=127.0.0.0/8",
            "virtual_mailbox_domains=region.example",
            "delay_warning_time=1s",
            f"smtpd_tls_cert_file={shown.certificate}",
            f"smtpd_tls_key_file={shown.key}",
        )
        self.region.script("letters-in.sh", ADDRESS=OURS, DOOR=f"{HERE}:{self.door}", **certificate)
        to = {"randers.example": self.unit.port, "fremmed.example": self.unit.port, "lille.example": self.small.port}
        routes = [f"{domain} smtp:[{HERE}]:{port}" for domain, port in (to | {"borte.example": 1}).items()]
        before = self.region.command("postconf", "-h", "transport_maps").strip()
        self.region.set(f"transport_maps={before}, {self.region.table('elsewhere', *routes)}")

    @property
    def relay(self):
        return SmtpRelay(RelaySettings(host=HERE, port=self.region.port, ca_file=self.authorities.ca_file))


@pytest.fixture(scope="module")
def post():
    with postfix_folder() as folder:
        made = Post(folder)
        made.set_up()
        with made.region.running(), made.unit.running(), made.small.running():
            yield made


@pytest.fixture
def reports(post):
    with lmtp_sink(post.door, OURS) as sink:
        yield sink


def write_to(region, address, letter):
    """Let the municipality's contact be `address`, and give a letter to the region's mail server."""
    with region.database.session() as session:
        AddressBook(session).set_contact(sites.contact_of(RANDERS, email=address))
    return region.post(letter)


def goes_out(region, post):
    region.relay = post.relay
    asyncio.run(region.deliver())


def takes(region, reports, count, told):
    """Let the last of so many reports arrive; gives what became of it."""
    reports.has(count, told)
    raw, from_nobody = reports.kept[count - 1]
    return region.receive(region.store(raw, from_nobody=from_nobody))


@pytest.mark.parametrize(("address", "code", "word"), [(to, *told) for to, told in KEPT_BACK.items()])
def test_a_letter_that_postfix_sends_back_is_parked_and_the_desk_says_why(post, reports, region, address, code, word):
    letter = write_to(region, address, sites.referral())
    goes_out(region, post)
    assert region.outgoing(letter).state == "sent"

    assert takes(region, reports, 1, lambda: post.region.log[-3000:]) is Outcome.BOUNCE
    row = region.outgoing(letter)
    assert (row.state, row.reason) == ("parked", code)
    raw, from_nobody = reports.kept[0]
    assert from_nobody
    assert b"BEGIN PGP" not in raw, "asked for with RET=HDRS: the letter itself does not travel once more"
    with region.database.session() as session:
        (finding,) = traffic.letters(session)
    assert (finding.code, finding.told["reason"]) == ("LETTERS_PARKED", code)
    assert word in why_waiting(code)[0]


def test_no_such_mailbox_three_times_is_given_up_and_doctor_and_desk_say_so(post, reports, region):
    letter = write_to(region, "ingen@randers.example", sites.referral())
    for count in range(RETURNS):
        goes_out(region, post)
        takes(region, reports, count + 1, lambda: post.region.log[-3000:])
        region.clock.go(LONGEST_RETRY + MINUTE)
    row = region.outgoing(letter)
    assert (row.state, row.reason, row.next_at) == ("given-up", "RETURNED_5.1.1", None)
    with region.database.session() as session:
        (finding,) = traffic.letters(session)
        sealings = session.exec(select(EnvelopeRow)).all()
    assert finding.code == "LETTERS_RETURNED"
    assert [one.bounced for one in sealings] == ["BOUNCED_5.1.1"] * RETURNS
    assert "hver time" not in " ".join(why_waiting(row.reason))


def test_a_letter_that_is_late_is_said_to_be_and_stays_on_its_way(post, reports, region):
    """Postfix warns, because the gateway asks for it (RFC 3461, NOTIFY=DELAY)."""
    letter = write_to(region, ABSENT, sites.referral())
    goes_out(region, post)
    until(lambda: post.region.flush() or reports.kept, lambda: post.region.log[-3000:])
    assert takes(region, reports, 1, lambda: post.region.log[-3000:]) is Outcome.BOUNCE
    row = region.outgoing(letter)
    assert (row.state, row.reason) == ("sent", "DELAYED")
    assert re.search(r"status=deferred .*Connection refused", post.region.log)
    post.region.command("postsuper", "-d", "ALL")
