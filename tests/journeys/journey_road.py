"""A region and one municipality, joined by hand as the README shows: with the commands people type."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from journey_sites import Site, until

from gateway.referring.example import example
from gateway.station import utc_now

CODE = "751"
REGION_MAIL = "henvendelser@praehospitalet.example"
UNIT_MAIL = "sikkerpost@aarhus.example"
REGION_PHONE, UNIT_PHONE = "+45 84 11 20 00", "+45 95 00 07 51"
UNIT_NAME = "Den sociale indgang"
SENDER, WORKER = "Mette Testgaard", "Birgit Prøvegaard"
ANY_DOOR = ("--listen", "127.0.0.1:0")


@dataclass(frozen=True)
class Road:
    """Both ends."""

    region: Site
    unit: Site

    def make(self, region_relay, unit_relay, region_door=ANY_DOOR, unit_door=ANY_DOOR):
        """Make the two sites; each is told which mail server its letters leave by, and how to trust it."""
        own = ("--alone", "--new-password-file", os.environ["STAFET_PASSWORD_FILE"])
        self.region(
            *("init", "--address", REGION_MAIL, "--phone", REGION_PHONE, "--person", SENDER, *own),
            *door_and(region_relay, region_door),
        )
        self.unit(
            *("init", "--municipality", CODE, "--address", UNIT_MAIL, "--phone", UNIT_PHONE, *own),
            *("--name", UNIT_NAME, "--person", WORKER, *door_and(unit_relay, unit_door)),
        )
        self.hurry()

    def hurry(self):
        """Let both daemons do their chores every second."""
        for site in (self.region, self.unit):
            settings = site.home / "settings.toml"
            settings.write_text(settings.read_text("utf-8").replace("chore_seconds = 30", "chore_seconds = 1"), "utf-8")

    def trust(self, region_relay, unit_relay):
        """Choose the mail servers: HOST:PORT and the certificate of each."""
        for site, (server, certificate) in ((self.region, region_relay), (self.unit, unit_relay)):
            site("relay", server, "--ca", certificate)

    def join(self):
        """Propose each other's contact and key, and confirm them by the fingerprint that was read aloud."""
        unit = ("--email", UNIT_MAIL, "--phone", UNIT_PHONE, "--name", UNIT_NAME, "--hours", "man-tor 8-15, fre 8-13")
        region = ("--email", REGION_MAIL, "--phone", REGION_PHONE, "--name", "AMK-vagtcentralen")
        self._enrol(self.region, ("directory", CODE), unit, self._exported(self.unit), (UNIT_PHONE, WORKER))
        self._enrol(self.unit, ("contact",), region, self._exported(self.region), (REGION_PHONE, SENDER))

    def _enrol(self, site, where, contact, key, call):
        command, *code = where
        file, fingerprint = key
        site(command, "propose", *code, *contact, "--key", file, "--fingerprint", fingerprint)
        rung = ("--called", call[0], "--spoken-with", call[1], "--switchboard")
        site(command, "confirm", *code, *rung, "--fingerprint", fingerprint)

    def known(self):
        """Wait until each end's TEST was answered, and its contact is in use; both daemons run."""
        for site in (self.region, self.unit):
            site.change("UPDATE outgoing SET next_at = posted_at WHERE next_at IS NOT NULL")
        for site in (self.region, self.unit):
            until(lambda site=site: site.ask("SELECT count(*) FROM contact")[0][0])

    def _exported(self, site) -> tuple[Path, str]:
        file = site.home.with_suffix(".asc")
        said = site("keys", "export", "--output", file)
        return file, re.search(r"(?:[0-9A-F]{4}\s+){9}[0-9A-F]{4}", said.err)[0]

    def refer(self, **changes):
        """Hand an invented referral in at the region, on standard input; give its id."""
        referral = example(CODE, utc_now()) | {"reference": None} | changes
        return self.region("refer", "-", "--json", typed=json.dumps(referral)).json["referral_id"]

    def state(self, letter):
        """Tell where a letter stands at the region."""
        return self.region.ask("SELECT state FROM outgoing WHERE letter_id = ?", letter)[0][0]

    def cases(self, letter):
        """Count the cases a letter became at the municipality."""
        return self.unit.ask("SELECT count(*) FROM cases WHERE letter_id = ?", letter)[0][0]

    def receipted(self, letter):
        """Wait until the region holds the receipt."""
        until(lambda: self.state(letter) == "received")

    def end(self):
        """Leave nothing running."""
        self.region.end()
        self.unit.end()


def door_and(relay, door=ANY_DOOR):
    """Give the options for a door, on any free port if nothing else is said, and a relay."""
    return *door, "--relay", relay
