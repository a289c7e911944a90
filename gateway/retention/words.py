"""What is erased, and why something is not, in words."""

from collections.abc import Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.erasing import What

WHAT: Final[Mapping[What, str]] = {
    What.REFERRAL: mark("what referrals said"),
    What.CASE: mark("what cases said"),
    What.LETTER: mark("letters that were received"),
    What.ARRIVAL: mark("mail as it came in"),
    What.QUARANTINE: mark("mail that cannot be trusted"),
    What.DRAFT: mark("drafts"),
    What.PROOF: mark("proof that letters were sent and received"),
    What.CONSENT: mark("consents and withdrawals"),
    What.ENTRY: mark("entries of the log"),
    What.CHANGE: mark("changes of contacts and keys that are over"),
    What.TEST: mark("TESTs of the line"),
}

WHY_KEPT: Final[Mapping[str, str]] = {
    "not-taken": mark("nobody has taken it: phone the municipality"),
    "to-be-sent-anew": mark("not their citizen, and not sent anew: ask the citizen where they live"),
    "under-way": mark("a letter about it has not got through yet"),
    "answer-not-read": mark("an answer to it was written in a mail program, and nobody has read it: open it"),
    "withdrawal-not-told": mark("the municipality has not heard that the consent is withdrawn: phone it"),
    "open": mark("the case is open"),
    "waiting": mark("a mail that could not be looked at yet"),
    "queued": mark("a letter that has not left yet"),
    "sent": mark("a letter that was not confirmed yet"),
    "parked": mark("a letter that cannot be sent now"),
    "refused": mark("a letter that the other end could not take"),
    "given-up": mark("a letter that was sent and never confirmed"),
    "trail-does-not-hold": mark("the log has been altered: run audit verify"),
}
"""By the reason codes of what is held."""


def what(one: What) -> str:
    """Name what is erased."""
    return _(WHAT[one])


def why_kept(reason: str) -> str:
    """Say why something old is kept, and what to do about it."""
    return _(WHY_KEPT[reason])
