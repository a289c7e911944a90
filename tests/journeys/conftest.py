"""Both ends on this machine, each worker's own; GnuPG homes lie under short paths, and nothing is left running."""

from dataclasses import dataclass

import pytest
from journey_gate import Gate
from journey_relay import LOOPBACK, Relay
from journey_road import REGION_MAIL, UNIT_MAIL, Road
from journey_sites import Site, workplace


@dataclass(frozen=True)
class GatedRoad(Road):
    """Two sites with a mail server between them, and a gate before the gpg of each daemon."""

    relay: Relay
    region_gpg: Gate
    unit_gpg: Gate

    def start(self, site):
        """Run a site's daemon, and tell the mail server where its door is now."""
        site.start()
        address = REGION_MAIL if site is self.region else UNIT_MAIL
        self.relay.knows(address, site.port, site.home / "door.pem")


@pytest.fixture(scope="module")
def road():
    with workplace() as folder, Relay(folder).running() as relay:
        gates = {name: Gate(folder / f"gate-{name}") for name in ("region", "unit")}
        region = Site("stafet-gateway", folder / "region", f"{gates['region'].folder}:{Site.path}")
        unit = Site("stafet-inbox", folder / "unit", f"{gates['unit'].folder}:{Site.path}")
        server = f"{LOOPBACK}:{relay.port}"
        road = GatedRoad(region, unit, relay, gates["region"], gates["unit"])
        road.make(server, server)
        road.trust((server, relay.certificate), (server, relay.certificate))
        road.join()
        try:
            road.start(region)
            road.start(unit)
            road.known()
            yield road
        finally:
            road.end()
