"""Which letter may come next from whom: one table, which does not know at which end it is read.

A conversation is the letters about one referral. Its `Stage` is what has been said so far; `SEQUENCE` says for each
stage which kind may come from which side, and what stage that leads to. A receipt is no part of the table: it answers
one letter, changes nothing that was said, and is itself never answered (E14).
"""

import enum
from collections.abc import Mapping
from typing import Final

from directory.model import REGION
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind


class Stage(enum.StrEnum):
    """What has been said in a conversation."""

    SILENT = "silent"
    """Nothing yet."""
    REFERRED = "referred"
    """The region has passed the citizen's request on."""
    ACKNOWLEDGED = "acknowledged"
    """A named person at the municipality has taken it."""


class Side(enum.StrEnum):
    """Who speaks."""

    REGION = "region"
    """Præhospitalet, who opens every conversation about a citizen (E17)."""
    MUNICIPALITY = "municipality"
    """The intake unit of the one municipality the conversation is with."""


SEQUENCE: Final[Mapping[tuple[Stage, Side, Kind], Stage]] = {
    (Stage.SILENT, Side.REGION, Kind.REFERRAL): Stage.REFERRED,
    (Stage.REFERRED, Side.MUNICIPALITY, Kind.ACKNOWLEDGEMENT): Stage.ACKNOWLEDGED,
}


def side_of(party: str) -> Side:
    """Tell which side a party stands on."""
    return Side.REGION if party == REGION else Side.MUNICIPALITY


def next_stage(stage: Stage, side: Side, kind: Kind) -> Stage:
    """Tell where a letter of `kind` from `side` leads; raises LetterOutOfTurn when it cannot come now."""
    try:
        return SEQUENCE[stage, side, kind]
    except KeyError:
        raise LetterOutOfTurn from None
