"""Why a key is not changed now.

RotationError          never raised itself
├── RotationRuns       our key is being changed already: the old one still holds
├── NoRotation         no old key of ours still holds
├── OwnKeyEnded        our key has expired, so that it can announce no other
├── StragglersLeft     some party is not known to use the new key yet; its text is how many
└── NotToBeTold        that party has no pinned key here, or is known to use our newest key already
"""

from gateway.site.errors import SiteError


class RotationError(SiteError):
    """A key cannot be changed as asked."""


class RotationRuns(RotationError):
    """Our key is being changed already."""

    code = "ROTATION_RUNS"


class NoRotation(RotationError):
    """No old key of ours still holds."""

    code = "NO_ROTATION"


class OwnKeyEnded(RotationError):
    """Our key has expired, so that it can announce no other."""

    code = "OWN_KEY_ENDED"


class StragglersLeft(RotationError):
    """Some party is not known to use the new key yet."""

    code = "STRAGGLERS_LEFT"


class NotToBeTold(RotationError):
    """The party has no pinned key here, or is known to use our newest key already."""

    code = "NOT_TO_BE_TOLD"
