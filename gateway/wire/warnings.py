"""What a reader should notice about a referral. A notice never blocks, and comes from a field, never from prose."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from gateway.wire.cpr import IdentifierKind, kind_of
from gateway.wire.referral import Referral

NOT_FIXED: Final = frozenset({"hjemløs", "midlertidigt_hos_andre"})
_REPLACEMENTS: Final = frozenset({IdentifierKind.D_ECPR, IdentifierKind.X_ECPR, IdentifierKind.ERSTATNING_60})


class Notice(StrEnum):
    """Everything there is to notice, in the order it is shown."""

    CPR_MISSING = "CPR_MISSING"
    """No CPR number was given; a supplement may bring it (G1)."""

    REPLACEMENT_CPR = "REPLACEMENT_CPR"
    """The number is a replacement for a CPR number."""

    NO_FIXED_ADDRESS = "NO_FIXED_ADDRESS"
    """The citizen has no home, or stays with others for a time (G5)."""

    ADDRESS_MISSING = "ADDRESS_MISSING"
    """No address was given, though the citizen has a fixed one as far as anyone knows."""

    PROTECTED_ADDRESS = "PROTECTED_ADDRESS"
    """Name and address are protected (O20)."""

    SAFETY_NOTE = "SAFETY_NOTE"
    """There is a remark about staff safety (G8)."""

    INTERPRETER_NEEDED = "INTERPRETER_NEEDED"
    """The citizen needs an interpreter."""

    INTOXICATED = "INTOXICATED"
    """The citizen seemed under the influence; was the consent understood (A8, O12)? Never a reason to refuse."""

    CHILD_CONCERN_SEPARATE_CHANNEL = "CHILD_CONCERN_SEPARATE_CHANNEL"
    """There are children in the home: underretning is a duty of its own and does not go this way (O9)."""

    SENDER_URGENCY_REMARK = "SENDER_URGENCY_REMARK"
    """The sender remarked on urgency; only the municipality decides it (E2)."""

    PHONE_FOLLOW_UP = "PHONE_FOLLOW_UP"
    """What cannot wait is also said by phone (O4)."""

    PRIOR_REFERRAL_OTHER_MUNICIPALITY = "PRIOR_REFERRAL_OTHER_MUNICIPALITY"
    """The citizen was referred to another municipality before. Only the region knows, and no municipality is told."""


def notices(referral: Referral) -> tuple[Notice, ...]:
    """List what the referral's own fields give to notice, in the order of `Notice`."""
    return tuple(notice for notice in Notice if notice in _SEEN and _SEEN[notice](referral))


def no_fixed_address(referral: Referral) -> bool:
    """Tell whether the citizen has no address of their own."""
    return _word(referral.citizen.residence) in NOT_FIXED


def _word(text: str | None) -> str:
    return (text or "").strip().casefold()


_SEEN: Final[Mapping[Notice, Callable[[Referral], bool]]] = {
    Notice.CPR_MISSING: lambda r: kind_of(r.citizen.cpr) is IdentifierKind.MISSING,
    Notice.REPLACEMENT_CPR: lambda r: kind_of(r.citizen.cpr) in _REPLACEMENTS,
    Notice.NO_FIXED_ADDRESS: no_fixed_address,
    Notice.ADDRESS_MISSING: lambda r: not _word(r.citizen.address) and not no_fixed_address(r),
    Notice.PROTECTED_ADDRESS: lambda r: r.citizen.address_protected,
    Notice.SAFETY_NOTE: lambda r: bool(_word(r.citizen.safety_note)),
    Notice.INTERPRETER_NEEDED: lambda r: bool(_word(r.citizen.interpreter)),
    Notice.INTOXICATED: lambda r: r.intoxicated,
    Notice.CHILD_CONCERN_SEPARATE_CHANNEL: lambda r: r.children_in_home,
    Notice.SENDER_URGENCY_REMARK: lambda r: bool(_word(r.urgency_remark)),
    Notice.PHONE_FOLLOW_UP: lambda r: bool(_word(r.urgency_remark)),
}
