"""Whether the citizen has consented to this, themselves, now (section C)."""

from datetime import datetime, timedelta
from typing import Final

from gateway.consents.model import AGREEMENT_BEGAN, CLOCKS_DIFFER, from_citizen
from gateway.referring.refusals import Reason, Refused, SaidNo
from gateway.wire.referral import Consent, says_something

SAME_CONVERSATION: Final = timedelta(hours=24)
SILENT: Final = frozenset({"", "stiltiende", "tavst", "formodet", "antaget", "implied"})
"""Forms that are no consent: it is spoken or written, in whatever words the sender has for that (C1)."""


def check(
    consent: Consent, *, submitted_at: datetime, now: datetime, again: bool, previous: datetime | None = None
) -> None:
    """Let a valid consent pass. `again` is a re-referral, `previous` is when the earlier one was submitted, if known.

    Raises Refused: CONSENT_REFUSED (C3), CONSENT_NOT_FROM_CITIZEN (A12), CONSENT_NOT_SPECIFIC (C1, C2),
    CONSENT_DATE_IMPLAUSIBLE (D19), CONSENT_TOO_OLD (C4) or CONSENT_NOT_RENEWED (C6).
    """
    if consent.given is False:
        raise SaidNo
    if consent.given is None:
        raise Refused(Reason.CONSENT_REFUSED)
    if not from_citizen(consent.given_by):
        raise Refused(Reason.CONSENT_NOT_FROM_CITIZEN)
    if not is_specific(consent):
        raise Refused(Reason.CONSENT_NOT_SPECIFIC)
    obtained = consent.obtained_at
    if obtained is None or not AGREEMENT_BEGAN <= obtained <= min(submitted_at, now + CLOCKS_DIFFER):
        raise Refused(Reason.CONSENT_DATE_IMPLAUSIBLE)
    if again and previous is not None and obtained <= previous:
        raise Refused(Reason.CONSENT_NOT_RENEWED)
    if now - obtained > SAME_CONVERSATION:
        raise Refused(Reason.CONSENT_NOT_RENEWED if again else Reason.CONSENT_TOO_OLD)


def is_specific(consent: Consent) -> bool:
    """Tell whether it says what was agreed to, what was told, and whether it was oral or written."""
    told = says_something(consent.scope) and says_something(consent.information_given)
    return told and _word(consent.form) not in SILENT


def _word(text: str | None) -> str:
    return (text or "").strip().casefold()
