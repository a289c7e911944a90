"""What the audit trail is told of a search: by what kind of number, and which referrals it led to (S30).

Never what was typed, nor any name.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from gateway.access.act import Deed
from gateway.referring.past import cpr_index_of, phone_index
from gateway.site.cipher import Vault

NUMBER: Final = re.compile(r"\d{4}-\d{4,}")
"""How this region numbers its referrals."""


def tell_of_search(deed: Deed, by: str, found: Sequence[str]) -> None:
    """Note each conversation that was found, in an entry of its own; one entry when there is none."""
    first, *others = found or [""]
    deed.about, deed.also = first, tuple(others)
    deed.detail |= {"by": by, "found": len(found)}


def kind_of(vault: Vault, text: str, today: date) -> str:
    """Tell what was typed: a referral's number (or a sender's reference), a CPR number, or a phone number."""
    if NUMBER.fullmatch(text.strip()):
        return "number"
    if cpr_index_of(vault, text, today):
        return "cpr"
    return "phone" if phone_index(vault, text) else "number"
