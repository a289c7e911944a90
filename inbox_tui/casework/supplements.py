"""What Præhospitalet has added since (G1, O23): the first letter stands unchanged, and the later word is used."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.wire.referral import Referral, says_something
from gateway.wire.supplement import Supplement
from keys.fingerprint import Fingerprint

OF_CITIZEN: Final = ("name", "cpr", "phone", "address", "how_to_reach", "safety_note", "interpreter")
OF_CALLS: Final = ("calls_today", "calls_last_30_days")


@dataclass(frozen=True)
class Supplemented:
    """One supplement, and what was proved of its letter."""

    letter_id: str
    received_at: datetime
    signed_by: Fingerprint
    supplement: Supplement = field(repr=False)


def in_force(referral: Referral, supplements: Iterable[Supplemented]) -> Referral:
    """Tell what holds now: the referral, with what was said later in place of what was said before."""
    for one in supplements:
        told = {name: getattr(one.supplement, name) for name in OF_CITIZEN}
        citizen = {name: value for name, value in told.items() if says_something(value)}
        calls = {name: getattr(one.supplement, name) for name in OF_CALLS}
        said = {name: value for name, value in calls.items() if value is not None}
        referral = referral.model_copy(update={"citizen": referral.citizen.model_copy(update=citizen), **said})
    return referral


def source(field_name: str, supplements: Iterable[Supplemented]) -> Supplemented | None:
    """Find the supplement that what holds now of a field comes from; None when it stands in the referral itself."""
    told = [one for one in supplements if says_something(str(getattr(one.supplement, field_name) or ""))]
    return told[-1] if told else None
