"""Mail that cannot be trusted, in words: why, and what a person does about it. Its content is never shown.

Why is the same at both ends; whom to phone is not.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark


class Advice(enum.Enum):
    """What there is to do about a mail that was kept apart."""

    IGNORE = enum.auto()
    """Nobody who may write here has written it."""
    CALL = enum.auto()
    """Somebody may have tampered with it: ask the sender by phone."""
    ADMIN = enum.auto()
    """A key, an address or a clock is out of order."""
    RESEND = enum.auto()
    """It was spoiled on its way, or came at the wrong moment."""
    WAIT = enum.auto()
    """It will be looked at by itself."""
    BY_HAND = enum.auto()
    """It was written by hand, or says so: ask there, and note what they have done."""
    TELL = enum.auto()
    """The sender lacks our new key, and its gateway sends the letter again once it has it."""


@dataclass(frozen=True)
class Explanation:
    """Why a letter is not believed, and what a person does about it."""

    why: str
    what_to_do: str


AT_MUNICIPALITY: Final[Mapping[Advice, str]] = {
    Advice.IGNORE: mark("You need do nothing: nobody at Præhospitalet has signed it."),
    Advice.CALL: mark("Phone Præhospitalet on the number you know, and ask whether they have sent anything."),
    Advice.ADMIN: mark("Tell your administrator. Præhospitalet's key or address may have changed."),
    Advice.RESEND: mark("Ask Præhospitalet to send it again."),
    Advice.WAIT: mark(
        "It is tried again by itself. Tell your administrator, and phone Præhospitalet if you wait for one."
    ),
    Advice.BY_HAND: mark(
        "Phone the department it may come from, and note in the case yourself if they have taken it over."
    ),
    Advice.TELL: mark("Tell your administrator: Præhospitalet must be told of the new key by phone (keys status)."),
}

AT_REGION: Final[Mapping[Advice, str]] = {
    Advice.IGNORE: mark("You need do nothing: no municipality has signed it."),
    Advice.CALL: mark("Phone the municipality that it may come from on the number you know, and ask what they sent."),
    Advice.ADMIN: mark("Tell the administrator. A municipality's key or address may have changed."),
    Advice.RESEND: mark("Phone the municipality that waits for an answer, and ask them to send it again."),
    Advice.WAIT: mark("It is tried again by itself. Tell the administrator if it goes on."),
    Advice.BY_HAND: mark(
        "Phone the municipality that it may come from, ask what they have answered, and log the call at the referral."
    ),
    Advice.TELL: mark("Tell the administrator: some municipality must be told of the new key by phone (keys status)."),
}

REASONS: Final[Mapping[str, tuple[str, Advice]]] = {
    "NOT_AN_ENVELOPE": (mark("The mail is not a sealed letter."), Advice.IGNORE),
    "NOT_ENCRYPTED": (mark("The mail has the form of a sealed letter, but nothing in it is encrypted."), Advice.IGNORE),
    "UNSIGNED": (mark("The letter is encrypted, but nobody has signed it."), Advice.IGNORE),
    "UNKNOWN_SIGNER": (mark("It is signed with a key that is not known here."), Advice.ADMIN),
    "WRONG_SIGNER": (mark("It is signed with a key that belongs to nobody who may write here."), Advice.ADMIN),
    "SENDER_DIFFERS": (mark("It gives another sender than the one who signed it."), Advice.CALL),
    "BAD_SIGNATURE": (
        mark("The signature does not match the letter: it has been changed on the way."),
        Advice.CALL,
    ),
    "DAMAGED": (mark("The letter is damaged or has been changed on the way."), Advice.RESEND),
    "NOT_INTEGRITY_PROTECTED": (
        mark("The letter lacks the protection that shows whether it was changed on the way."),
        Advice.CALL,
    ),
    "SEVERAL_SIGNATURES": (mark("More than one has signed the letter; only its sender may."), Advice.CALL),
    "SECOND_OPINION_DIFFERS": (mark("It is not certain who has signed the letter."), Advice.CALL),
    "SIGNER_REVOKED": (mark("It is signed with a key that its owner has withdrawn."), Advice.ADMIN),
    "SIGNER_EXPIRED": (mark("It is signed with a key that is no longer valid."), Advice.ADMIN),
    "SIGNATURE_EXPIRED": (mark("The signature was to hold for a time only, and that is over."), Advice.CALL),
    "SIGNED_IN_FUTURE": (mark("It is dated later than now: one of the two clocks is wrong."), Advice.ADMIN),
    "WEAK_DIGEST": (mark("The signature is of a kind that can be forged."), Advice.ADMIN),
    "NOT_FOR_US": (mark("The letter is sealed for somebody else's key."), Advice.CALL),
    "FOR_FORMER_KEY": (
        mark("The letter is sealed for an old key of yours: the sender does not know your new one yet."),
        Advice.TELL,
    ),
    "NOT_FOR_THIS_UNIT": (
        mark("The letter is sealed for somebody else and has been passed on to you."),
        Advice.CALL,
    ),
    "ENVELOPE_DISAGREES": (
        mark("The outside of the letter says something else than the sealed inside."),
        Advice.CALL,
    ),
    "COMPRESSED": (mark("The letter is packed in a way that can be misused, and that we refuse."), Advice.CALL),
    "TOO_LARGE": (mark("The letter is larger than a letter can be."), Advice.CALL),
    "UNREADABLE": (mark("It is signed by the right sender, but cannot be read as a letter."), Advice.RESEND),
    "OUT_OF_TURN": (mark("It is signed by the right sender, but is no letter that may come now."), Advice.RESEND),
    "REPLY_UNREADABLE": (mark("It is signed from a mail program, but it holds no text to read."), Advice.BY_HAND),
    "REPLY_AUTOMATIC": (
        mark("A mail program has answered by itself: somebody may be away. Nobody has taken the referral over."),
        Advice.BY_HAND,
    ),
    "REPLY_WITHOUT_NUMBER": (mark("It is signed from a mail program, but it names no referral."), Advice.BY_HAND),
    "REPLY_NAMES_SEVERAL": (mark("It is signed from a mail program, and it names several referrals."), Advice.BY_HAND),
    "REPLY_FROM_GATEWAY": (
        mark("It is signed from a mail program, by a unit that has Stafet: only what comes from there counts."),
        Advice.BY_HAND,
    ),
    "REPLY_UNMATCHED": (
        mark("It is signed from a mail program, about a referral that is not with whoever has signed it now."),
        Advice.BY_HAND,
    ),
    "REPLY_OUT_OF_TIME": (
        mark("It was signed in a mail program before the referral was sent there, or came more than 30 days after."),
        Advice.BY_HAND,
    ),
    "NOT_LOOKED_AT": (mark("The letter has come, but could not be looked at yet."), Advice.WAIT),
}
"""Each reason code in words, and what it calls for."""

AS_REPLY: Final = "REPLY_"
"""How a code begins of mail from where people write by hand; what follows may be any other code."""

OTHER: Final = (mark("The letter could not be trusted."), Advice.CALL)


def explain(code: str, advice: Mapping[Advice, str]) -> Explanation:
    """Put a reason code into words for one end; one we do not know is still explained."""
    base = code.removeprefix(AS_REPLY)
    if code not in REASONS and base != code:
        why, what = REASONS.get(base, OTHER)[0], Advice.BY_HAND
    else:
        why, what = REASONS.get(code, OTHER)
    return Explanation(_(why), _(advice[what]))
