"""Letters that cannot be trusted: why, in words, and what to do. Their content is never shown, nor opened."""

from dataclasses import dataclass
from datetime import datetime

from gateway.terminal import quarantine_words
from gateway.terminal.quarantine_words import AT_MUNICIPALITY, Explanation


@dataclass(frozen=True)
class QuarantineLine:
    """One letter that was kept but not believed: when it came, the stable code of why, and its size in bytes."""

    arrived_at: datetime
    reason_code: str
    size: int


def explain(code: str) -> Explanation:
    """Put a reason code into words; one we do not know is still explained."""
    return quarantine_words.explain(code, AT_MUNICIPALITY)
