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
from gateway.wire.letters import ABOUT_MEETINGS, Kind


class Stage(enum.StrEnum):
    """What has been said in a conversation."""

    SILENT = "silent"
    """Nothing yet."""
    REFERRED = "referred"
    """The region has passed the citizen's request on."""
    ACKNOWLEDGED = "acknowledged"
    """A named person at the municipality has taken it."""
    NOT_OURS = "not-ours"
    """The municipality has answered that the citizen is not its own; the region asks the citizen and sends anew."""
    WITHDRAWN = "withdrawn"
    """The citizen has withdrawn the consent. Nothing leads out of here."""
    CLOSED = "closed"
    """The municipality has ended the case."""
    TOLD = "told"
    """Something between the two gateways: figures, a TEST, a change of key or contact. No citizen is in it."""
    DRILLED = "drilled"
    """A TEST referral was sent, for a person to acknowledge."""
    PASSED_ON = "passed-on"
    """The municipality has passed a referral on to a department of its own, which answers by mail, and by no letter."""


class Side(enum.StrEnum):
    """Who speaks."""

    REGION = "region"
    """Præhospitalet, who opens every conversation about a citizen (E17)."""
    MUNICIPALITY = "municipality"
    """The intake unit of the one municipality the conversation is with."""


WITHOUT_CITIZEN: Final = (Stage.TOLD, Stage.DRILLED)
"""Where a conversation about no citizen stands."""
_OPEN: Final = (Stage.REFERRED, Stage.ACKNOWLEDGED)
_LATE: Final = (Stage.NOT_OURS, Stage.CLOSED)
_BETWEEN_GATEWAYS: Final = (Kind.HEARTBEAT, Kind.KEY_CHANGE, Kind.CONTACT_CHANGE, Kind.RESEND)
_IN_BETWEEN: Final[Mapping[Side, tuple[Kind, ...]]] = {
    Side.REGION: (Kind.SUPPLEMENT, Kind.REMINDER, *ABOUT_MEETINGS),
    Side.MUNICIPALITY: ABOUT_MEETINGS,
}
"""What may be said without changing who has the citizen's case; it may also arrive after an ending it crossed."""

SEQUENCE: Final[Mapping[tuple[Stage, Side, Kind], Stage]] = {
    (Stage.SILENT, Side.REGION, Kind.REFERRAL): Stage.REFERRED,
    (Stage.SILENT, Side.MUNICIPALITY, Kind.FIGURES): Stage.TOLD,
    **{(Stage.SILENT, side, kind): Stage.TOLD for side in Side for kind in _BETWEEN_GATEWAYS},
    (Stage.SILENT, Side.REGION, Kind.DRILL): Stage.DRILLED,
    (Stage.DRILLED, Side.MUNICIPALITY, Kind.ACKNOWLEDGEMENT): Stage.DRILLED,
    # Never to or from anybody else than a department (exchange.conversations).
    (Stage.SILENT, Side.MUNICIPALITY, Kind.FORWARD): Stage.PASSED_ON,
    # What ends the region's waiting.
    (Stage.REFERRED, Side.MUNICIPALITY, Kind.ACKNOWLEDGEMENT): Stage.ACKNOWLEDGED,
    **{(stage, Side.MUNICIPALITY, Kind.NOT_OURS): Stage.NOT_OURS for stage in _OPEN},
    (Stage.ACKNOWLEDGED, Side.MUNICIPALITY, Kind.CLOSED): Stage.CLOSED,
    # A municipality that was restored from a backup may take the citizen once more; the first answer stands.
    (Stage.ACKNOWLEDGED, Side.MUNICIPALITY, Kind.ACKNOWLEDGEMENT): Stage.ACKNOWLEDGED,
    **{
        (stage, side, kind): stage
        for stage in (*_OPEN, *_LATE, Stage.WITHDRAWN)
        for side, kinds in _IN_BETWEEN.items()
        for kind in kinds
    },
    # A withdrawal reaches either side at any time, and is stronger than everything it crosses on the way.
    **{(stage, side, Kind.WITHDRAWAL): Stage.WITHDRAWN for stage in (*_OPEN, *_LATE, Stage.WITHDRAWN) for side in Side},
    **{
        (Stage.WITHDRAWN, Side.MUNICIPALITY, kind): Stage.WITHDRAWN
        for kind in (Kind.ACKNOWLEDGEMENT, Kind.NOT_OURS, Kind.CLOSED)
    },
}
"""Two letters that cross on the way lead to the same stage in whichever order each end hears them."""


def side_of(party: str) -> Side:
    """Tell which side a party stands on."""
    return Side.REGION if party == REGION else Side.MUNICIPALITY


def next_stage(stage: Stage, side: Side, kind: Kind) -> Stage:
    """Tell where a letter of `kind` from `side` leads; raises LetterOutOfTurn when it cannot come now."""
    try:
        return SEQUENCE[stage, side, kind]
    except KeyError:
        raise LetterOutOfTurn from None
