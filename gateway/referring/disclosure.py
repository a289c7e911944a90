"""The consent a referral rests on, as it goes into the book of consents (C2, C8)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.consents.model import Consent, Form, Purpose
from gateway.language import danish as _
from gateway.language import mark
from gateway.wire.referral import Consent as Said
from gateway.wire.referral import Origin, Referral, says_something

WRITTEN: Final = re.compile(r"skrift|underskrev|written|signed", re.IGNORECASE)
SPOKEN: Final = re.compile(r"mundtlig|spoken|\boral|verbal|telefon|phone|\b(?:ikke|uden|not|without)\b", re.IGNORECASE)
"""Words that make a consent spoken even where writing is spoken of, as in «skriftlighed fraveget, mundtligt»."""

WAIVED: Final[Mapping[Origin, str]] = {
    Origin.AMK_CALL: mark("The citizen was on the phone in a 1-1-2 call and could not sign anything."),
    Origin.AMBULANCE_ON_SCENE: mark(
        "The consent was given to the ambulance crew on the scene, where nothing could be signed."
    ),
}
"""Why a consent was not taken in writing, where nobody wrote another reason (sundhedsloven § 44(1))."""


def disclosure(referral: Referral, conversation_id: str, municipality: str, taken_by: str, now: datetime) -> Consent:
    """Write the consent to one disclosure for the book.

    `taken_by` counts where the referral does not say who took it; the rest was judged already, so nothing is raised.
    """
    said = referral.consent
    form = form_of(said.form)
    return Consent.checked(
        conversation_id=conversation_id,
        purpose=Purpose.RENEWED_DISCLOSURE if referral.re_referral else Purpose.DISCLOSURE,
        given_by=said.given_by or "",
        taken_by=said.obtained_by if said.obtained_by and says_something(said.obtained_by) else taken_by,
        obtained_at=said.obtained_at or now,
        form=form,
        scope=said.scope or "",
        information_given=said.information_given or "",
        now=now,
        writing_waived_because="" if form is Form.WRITTEN else _waived(said, referral.origin),
        municipality=municipality,
        journal_ref=said.journal_ref or "",
    )


def form_of(text: str | None) -> Form:
    """Read the sender's own words for how the consent was given; in doubt it was spoken."""
    words = text or ""
    return Form.WRITTEN if WRITTEN.search(words) and not SPOKEN.search(words) else Form.SPOKEN


def why_not_in_writing(origin: Origin) -> str:
    """Give the usual reason, in Danish, for where the citizen was met."""
    return _(WAIVED[origin])


def _waived(said: Said, origin: Origin) -> str:
    reason = said.writing_waived_because
    return reason if reason and says_something(reason) else why_not_in_writing(origin)
