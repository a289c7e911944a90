"""Changes to a referral that is being written, as `refer` takes it but with gaps. Pure: content in, content out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from directory.calendar import COPENHAGEN
from directory.municipalities import Municipality
from gateway.consents.model import Form
from gateway.referring.disclosure import why_not_in_writing
from gateway.referring.read_aloud import read_aloud
from gateway.wire.referral import Origin, Referral, ReReferralKind

Content = Mapping[str, Any]

FORMS: Final[Mapping[Form, str]] = {Form.SPOKEN: "mundtligt", Form.WRITTEN: "skriftligt"}
"""As it stands in the referral and in the letter: always Danish."""
THE_CITIZEN: Final = "borgeren selv"
ASKED_EVERY_TIME: Final = frozenset({"consent", "screening"})
"""Never taken from an earlier referral (B5, C6)."""
ABOUT_THE_CITIZEN: Final = frozenset({"citizen", "known_by"})
"""What may be taken over into a re-referral, for a person to look at; the rest is of the day it was written."""
OF_ITS_OWN_TIME: Final = frozenset({"reference", "submitted_at", "sender"})
"""What belongs to one sending, and not to what it says."""


def with_municipality(content: Content, municipality: Municipality) -> dict[str, Any]:
    """Choose the citizen's home municipality; a consent was given for one by name, so another clears it (C1)."""
    citizen = content.get("citizen", {})
    named = {
        "home_municipality_code": municipality.code,
        "home_municipality_text": municipality.official_name,
    }
    changed = {**content, "citizen": {**citizen, **named}}
    if citizen.get("home_municipality_code") != municipality.code:
        changed.pop("consent", None)
    return changed


def with_consent(  # noqa: PLR0913 - one argument for each thing that must be written down (C2)
    content: Content,
    *,
    municipality: Municipality,
    taken_by: str,
    at: datetime,
    form: Form,
    waived_because: str = "",
    remark: str = "",
) -> dict[str, Any]:
    """Write down the citizen's yes to what `read_aloud` says for this municipality, and nothing it did not say."""
    told = read_aloud(municipality)
    said = {
        "given": True,
        "form": FORMS[form],
        "obtained_at": at.astimezone(COPENHAGEN).isoformat(timespec="seconds"),
        "obtained_by": taken_by,
        "given_by": THE_CITIZEN,
        "scope": told.scope,
        "information_given": told.information,
        "for_municipality": municipality.code,
    }
    if form is Form.SPOKEN:
        said["writing_waived_because"] = waived_because.strip() or why_not_in_writing(_origin(content))
    if remark.strip():
        said["remark"] = remark.strip()
    kept = {name: value for name, value in content.get("consent", {}).items() if name == "journal_ref"}
    return {**content, "consent": {**kept, **said}}


def again(referral: Referral, *, previous_id: str, kind: ReReferralKind) -> dict[str, Any]:
    """Begin a re-referral: who the citizen is is known, what happens now is asked anew (F1, B5, C6)."""
    known = {name: said for name, said in _said(referral).items() if name in ABOUT_THE_CITIZEN}
    return {**known, "re_referral": {"previous_id": previous_id, "kind": kind.value}}


def anew(referral: Referral, *, first_id: str) -> dict[str, Any]:
    """Begin again what its municipality answered «ikke vores borger»: as it was, for the citizen to place (O7).

    Screening, consent and municipality are blank. `first_id` names the first referral; nobody is told of it.
    """
    before = _said(referral)
    citizen = {name: value for name, value in before["citizen"].items() if not name.startswith("home_municipality")}
    kept = {name: value for name, value in before.items() if name not in ASKED_EVERY_TIME | OF_ITS_OWN_TIME}
    return {**kept, "citizen": citizen, "anew_of": first_id}


def _said(referral: Referral) -> dict[str, Any]:
    """Give what a referral says, without what it leaves open."""
    return referral.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def _origin(content: Content) -> Origin:
    return Origin.AMBULANCE_ON_SCENE if content.get("origin") == Origin.AMBULANCE_ON_SCENE else Origin.AMK_CALL
