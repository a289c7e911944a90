"""What Præhospitalet has added since (G1, O23): the first letter stands unchanged, and the later word is used."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from gateway.wire.referral import Referral, says_something
from gateway.wire.supplement import Supplement
from gateway.wire.supplement import in_force as after
from keys.fingerprint import Fingerprint


@dataclass(frozen=True)
class Supplemented:
    """One supplement, and what was proved of its letter."""

    letter_id: str
    received_at: datetime
    signed_by: Fingerprint
    supplement: Supplement = field(repr=False)


def in_force(referral: Referral, supplements: Iterable[Supplemented]) -> Referral:
    """Tell what holds now: the referral, with what was said later in place of what was said before."""
    return after(referral, (one.supplement for one in supplements))


def source(field_name: str, supplements: Iterable[Supplemented]) -> Supplemented | None:
    """Find the supplement that what holds now of a field comes from; None when it stands in the referral itself."""
    told = [one for one in supplements if says_something(str(getattr(one.supplement, field_name) or ""))]
    return told[-1] if told else None
