"""Which municipality somebody means by what they have typed so far. Nothing is chosen for them (D15, O6). Pure."""

from dataclasses import dataclass

from directory import municipalities
from directory.municipalities import Municipality


@dataclass(frozen=True)
class Found:
    """What was typed: which of the 19 it may be the beginning of, and what else it is known to be.

    `asks`: an abolished name, and the one it belongs to now; to be asked about. `outside`: a municipality of another
    region (G7, O8).
    """

    matches: tuple[Municipality, ...]
    asks: Municipality | None = None
    outside: Municipality | None = None


def find(typed: str) -> Found:
    """Find municipalities by the beginning of a name, then by any part of it; all 19 when nothing was typed."""
    wanted = _fold(typed)
    everyone = municipalities.in_agreement()
    first = tuple(one for one in everyone if _fold(one.name).startswith(wanted))
    then = tuple(one for one in everyone if wanted in _fold(one.name) and one not in first)
    named, asks = municipalities.named(typed), municipalities.hint(typed)
    outside = named or asks
    if outside and not outside.in_agreement:
        return Found((), outside=outside)
    if asks and asks not in (*first, *then):
        return Found((asks,), asks=asks)
    return Found((*first, *then))


def _fold(name: str) -> str:
    return name.strip().casefold().replace("å", "aa").removesuffix(" kommune")
