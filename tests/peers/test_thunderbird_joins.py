"""A municipality joins with nothing but Thunderbird: its own key, the region's by phone, a TEST, a referral, an answer.

As docs/mail-client.md has it; at the region every step is a command that people type, and the daemon runs (D11, E13).
"""

import asyncio
import json
import os
import re
from dataclasses import dataclass
from typing import Any

import pytest
from journey_sites import Site, until, workplace
from thunderbird import Seen, Thunderbird, thunderbird

from gateway.adapters.smtp_out import SmtpRelay
from gateway.exchange.ports import Passage
from gateway.referring.example import example
from gateway.site.settings import RelaySettings
from gateway.station import utc_now

pytestmark = pytest.mark.peers

HERE = "127.0.0.1"
CODE = "751"
REGION, UNIT = "henvendelser@praehospitalet.example", "sikkerpost@aarhus.example"
REGION_PHONE, UNIT_PHONE = "+45 84 11 20 00", "+45 95 00 07 51"
METTE, BIRGIT = "Mette Testgaard", "Birgit Prøvegaard"
WORDS = "Vi har taget over og ringer til borgeren i morgen kl. 11. Æøå."


@dataclass
class Journey:
    """The region's site and the unit's program, and what was seen on the way."""

    region: Site
    program: Thunderbird
    test: Seen | None = None
    letter: Seen | None = None
    status: Any = None

    def enrol(self) -> None:
        """Exchange keys; both read their fingerprint aloud."""
        key, certificate = self.program.makes_key(BIRGIT, UNIT)
        self.program.uses(key)
        file = self.region.home.with_suffix(".asc")
        self.region("keys", "export", "--output", file)
        self.program.accepts(file.read_bytes())
        file.write_bytes(certificate)
        unit = ("--email", UNIT, "--phone", UNIT_PHONE, "--name", "Den sociale indgang", "--hours", "man-fre 8-15")
        self.region("directory", "propose", CODE, *unit, "--kind", "mail-client", "--key", file, "--fingerprint", key)
        rung = ("--called", UNIT_PHONE, "--spoken-with", BIRGIT, "--switchboard")
        self.region("directory", "confirm", CODE, *rung, "--fingerprint", key)

    def prove(self) -> None:
        """Read the code of the TEST aloud."""
        self.test = self.program.opens(self.program.mail.next(UNIT))
        code = re.search(r"\b\d{3} \d{3}\b", self.test.text)
        assert code is not None
        self.region("directory", "proved", CODE, "--code", code[0])

    def refer(self) -> None:
        """Refer, and let the unit answer."""
        referral = json.dumps(example(CODE, utc_now()) | {"reference": None})
        number = self.region("refer", "-", "--json", typed=referral).json["number"]
        self.letter = self.program.opens(self.program.mail.next(UNIT))
        until(lambda: ("referral", "handed-over") in self.region.ask("SELECT kind, state FROM outgoing"))
        self.bring(self.program.answers(WORDS, REGION))
        until(lambda: self.region.ask("SELECT 1 FROM referrals WHERE acknowledged_at IS NOT NULL"))
        self.status = self.region("status", number, "--json").json

    def bring(self, mail: bytes) -> None:
        """Bring a mail to the region's door, as the mail servers between would."""
        door = RelaySettings(host=HERE, port=self.region.port, ca_file=self.region.home / "door.pem")
        attempt = asyncio.run(SmtpRelay(door).send(mail, UNIT, REGION))
        assert attempt.passage is Passage.ACCEPTED


def hurry(site: Site) -> None:
    """Let the daemon do its chores every second."""
    settings = site.home / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace("chore_seconds = 30", "chore_seconds = 1"), "utf-8")


@pytest.fixture(scope="module")
def journey():
    with workplace() as folder, thunderbird(BIRGIT, UNIT) as program:
        region = Site("stafet-gateway", folder / "region")
        own = ("--alone", "--new-password-file", os.environ["STAFET_PASSWORD_FILE"])
        relay = f"{HERE}:{program.mail.port}"
        who = ("--address", REGION, "--phone", REGION_PHONE, "--person", METTE)
        region("init", *who, *own, "--listen", f"{HERE}:0", "--relay", relay)
        hurry(region)
        region("relay", relay, "--ca", program.mail.certificate)
        made = Journey(region, program)
        try:
            made.enrol()
            region.start()
            made.prove()
            made.refer()
            yield made
        finally:
            region.end()


def test_the_test_and_the_referral_are_locked_and_signed(journey):
    for seen in (journey.test, journey.letter):
        assert (seen.encrypted, seen.signed) == ("ok", "verified")


def test_its_answer_is_the_acknowledgement_and_the_region_sees_by_whom(journey):
    assert journey.status["states"] == ["queued", "handed-over", "acknowledged"]
    assert journey.status["acknowledged_by"] == BIRGIT
    assert journey.status["acknowledged_phone"] == UNIT_PHONE
