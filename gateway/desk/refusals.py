"""Why something was not done, in words for the person at the desk, and what to do instead."""

from collections.abc import Mapping
from typing import Final, Protocol

from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.drafts import DraftError
from gateway.referring.refusals import Refused
from gateway.referring.words import why_refused
from gateway.site.errors import MayNot

DRAFTS: Final[Mapping[str, str]] = {
    "DRAFT_TAKEN": mark("A colleague has gone on with the draft in the meantime. Nothing was overwritten."),
    "DRAFT_GONE": mark("The draft has been sent or deleted in the meantime."),
}


NOT_YOUR_ROLE: Final = mark(
    "Your role here does not allow this. Nothing was sent or changed. Ask a colleague who may, or ask your "
    "administrator for the role you need."
)


class Coded(Protocol):
    """An error that names its reason."""

    code: str


def of_a_referral(refused: Refused) -> str:
    """Say why a referral may not be sent, and the next step."""
    return f"{refused.what()} {refused.next_step()}"


def of_a_role(_refused: MayNot) -> str:
    """Say that somebody in this role may not."""
    return _(NOT_YOUR_ROLE)


def of_a_draft(error: DraftError) -> str:
    """Say why a draft was not saved."""
    return _(DRAFTS[error.code])


def by_code(error: Coded) -> str:
    """Say why an act on a referral that was sent was not carried out."""
    return " ".join(why_refused(error.code))
