"""What either end keeps for a time; what only one end keeps comes from that end."""

from collections.abc import Sequence

from gateway.audit.erasing import EraseEntries
from gateway.audit.statements import Notary
from gateway.consents.erasing import EraseConsents
from gateway.exchange.erasing import EraseArrivals, EraseLetters, EraseProof, EraseQuarantine
from gateway.site.erasing import Eraser


def at_either_end(notary: Notary) -> Sequence[Eraser]:
    """List the erasers of what both ends keep; the trail comes last, for it tells of all that went before."""
    return (
        EraseLetters(),
        EraseArrivals(),
        EraseQuarantine(),
        EraseProof(),
        EraseConsents(),
        EraseEntries(notary),
    )
