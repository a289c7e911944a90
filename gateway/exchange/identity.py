"""Who a site is when it writes and reads letters."""

from dataclasses import dataclass

from gateway.wire.payload import Address, address
from keys.fingerprint import Fingerprint


@dataclass(frozen=True)
class Identity:
    """This site as others know it: its party code, its one mail address and its key."""

    party: str
    address: str
    fingerprint: Fingerprint

    @property
    def on_the_wire(self) -> Address:
        """Give the name a letter carries."""
        return address(self.party, self.address, self.fingerprint)
