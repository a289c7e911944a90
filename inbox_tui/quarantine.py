"""Letters that cannot be trusted: why, in words, and what to do. Their content is never shown, nor opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark


@dataclass(frozen=True)
class QuarantineLine:
    """One letter that was kept but not believed: when it came, the stable code of why, and its size in bytes."""

    arrived_at: datetime
    reason_code: str
    size: int


@dataclass(frozen=True)
class Explanation:
    """Why a letter is not believed, and what a person does about it."""

    why: str
    what_to_do: str


CALL: Final = mark("Phone Præhospitalet on the number you know, and ask whether they have sent anything.")
ADMIN: Final = mark("Tell your administrator. Præhospitalet's key or address may have changed.")
RESEND: Final = mark("Ask Præhospitalet to send it again.")
IGNORE: Final = mark("You need do nothing: nobody at Præhospitalet has signed it.")

_CODES: Final[Mapping[tuple[str, ...], tuple[str, str]]] = {
    ("NOT_AN_ENVELOPE", "NOT_ENCRYPTED"): (mark("The mail is not a sealed letter."), IGNORE),
    ("UNSIGNED",): (mark("The letter is encrypted, but nobody has signed it."), IGNORE),
    ("UNKNOWN_SIGNER",): (mark("It is signed with a key this inbox does not know."), ADMIN),
    ("WRONG_SIGNER",): (mark("It is signed with a key that is not Præhospitalet's."), ADMIN),
    ("SENDER_DIFFERS",): (mark("It gives another sender than the one who signed it."), CALL),
    ("BAD_SIGNATURE",): (mark("The signature does not match the letter: it has been changed on the way."), CALL),
    ("DAMAGED", "NOT_INTEGRITY_PROTECTED"): (mark("The letter is damaged or has been changed on the way."), RESEND),
    ("SEVERAL_SIGNATURES", "SECOND_OPINION_DIFFERS"): (mark("It is not certain who has signed the letter."), CALL),
    ("SIGNER_REVOKED", "SIGNER_EXPIRED", "SIGNATURE_EXPIRED"): (
        mark("It is signed with a key that is no longer valid."),
        ADMIN,
    ),
    ("SIGNED_IN_FUTURE",): (mark("It is dated later than now: one of the two clocks is wrong."), ADMIN),
    ("WEAK_DIGEST",): (mark("The signature is of a kind that can be forged."), ADMIN),
    ("NOT_FOR_US", "NOT_FOR_THIS_UNIT"): (
        mark("The letter is sealed for somebody else and has been passed on to you."),
        CALL,
    ),
    ("ENVELOPE_DISAGREES",): (mark("The outside of the letter says something else than the sealed inside."), CALL),
    ("COMPRESSED", "TOO_LARGE"): (
        mark("The letter is larger than a letter can be, or packed in a way we refuse."),
        CALL,
    ),
    ("UNREADABLE", "OUT_OF_TURN"): (
        mark("It is signed by the right sender, but cannot be read as a letter that may come now."),
        RESEND,
    ),
}
_OTHER: Final = (mark("The letter could not be trusted."), CALL)


def explain(code: str) -> Explanation:
    """Put a reason code into words; one we do not know is still explained."""
    why, what = next((words for codes, words in _CODES.items() if code in codes), _OTHER)
    return Explanation(_(why), _(what))
