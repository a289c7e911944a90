"""What the earlier project found, to hold the figures against, and what can only be entered by hand (H3–H5, A10)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

EXPECTED_CITIZENS_A_YEAR: Final = 200
"""The earlier project included 196 citizens in its first year (H3); as many are expected here."""

ESTIMATED_KNOWN: Final = 0.90
"""The agreement's estimate of how many are known already, to the municipality or others (A10)."""


class ByHand(enum.StrEnum):
    """A yearly figure that is entered by hand: nothing here can count it."""

    CALLS = "calls"
    """Calls to 1-1-2 per citizen, from the emergency medical coordination centre's own register."""
    AMBULANCE_A = "ambulance-a"
    """Ambulances of urgency A per citizen."""
    AMBULANCE_B = "ambulance-b"
    """Ambulances of urgency B per citizen."""


@dataclass(frozen=True)
class Baseline:
    """Per citizen: everybody in the region who called 1-1-2, and those in the earlier project."""

    everybody: Decimal
    project: Decimal


BASELINES: Final[Mapping[ByHand, Baseline]] = {
    ByHand.CALLS: Baseline(Decimal("1.3"), Decimal("14.1")),
    ByHand.AMBULANCE_A: Baseline(Decimal("1.4"), Decimal("3.7")),
    ByHand.AMBULANCE_B: Baseline(Decimal("1.1"), Decimal("2.7")),
}
