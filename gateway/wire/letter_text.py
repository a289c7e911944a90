"""The letter in plain Danish, as it stands inside the seal beside the payload.

Complete, so that a person with nothing but an OpenPGP mail client can act on it. Always Danish. What to do first comes
first.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.language import danish as _
from gateway.wire import conversation_text, forward_text, keeping_text, meeting_text
from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import HEADINGS, Kind, Letter
from gateway.wire.referral import MalformedReferral
from gateway.wire.referral_text import referral_lines
from gateway.wire.text_lines import Lines, broken, fact

UNREADABLE: Final = (LetterUnreadable, MalformedReferral, KeyError, ValueError, TypeError)


def letter_text(letter: Letter) -> str:
    """Write any letter in plain Danish; a body that does not parse gives the heading alone."""
    heading = f"{_(HEADINGS[letter.kind])} {letter.number}".strip()
    try:
        lines = list(_WRITERS[letter.kind](letter.body))
    except UNREADABLE:
        lines = []
    return "\n".join([heading, "=" * len(heading), "", *broken(lines), ""])


def _receipt(body: Mapping[str, Any]) -> Lines:
    good = body["verdict"] == "ok"
    yield _("Your letter has been received and opened.") if good else _("Your letter could not be taken.")
    if body.get("reason"):
        yield fact(_("Reason"), body["reason"]) or ""
    yield _("This receipt was made by a machine and needs no answer.")


def _figures(_body: Mapping[str, Any]) -> Lines:
    yield _("The municipality shares figures about its own work. No citizen is in them, and small counts are left out.")
    yield _("They are for Præhospitalet's statistics, which read them by machine. Nothing needs to be done.")


_WRITERS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], Lines]]] = {
    Kind.REFERRAL: referral_lines,
    Kind.RECEIPT: _receipt,
    Kind.FIGURES: _figures,
    **conversation_text.WRITERS,
    **meeting_text.WRITERS,
    **keeping_text.WRITERS,
    Kind.FORWARD: forward_text.forward_lines,
}
