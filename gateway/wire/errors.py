"""What can be wrong with a letter once its seal has been found good, and with the envelope around it.

    WireError                    never raised itself
    ├── NotAnEnvelope            the mail is not one encrypted part and nothing else, or is too large or too deep
    ├── EnvelopeDisagrees        the outside says something else than the sealed inside
    ├── NotForThisUnit           the letter names another unit, address or key (somebody passed it on)
    ├── ForFormerKey             the letter is sealed to a key of ours that no longer holds
    ├── SenderDiffers            the letter names another sender than the one who signed it
    ├── LetterUnreadable         signed by the right one, but not a letter we can read
    ├── LetterOutOfTurn          a letter that cannot come now in this conversation
    ├── ReplyUnreadable          a department's mail that holds no text of a person's
    ├── ReplyAutomatic           a department's mail that says a machine has answered
    ├── ReplyWithoutNumber       a department's mail that names no referral
    ├── ReplyNamesSeveral        a department's mail that names more than one referral
    ├── ReplyUnmatched           a department's mail about a referral that is not with it
    └── ReplyOutOfTime           a department's mail of before the referral was forwarded to it, or long after

The first five end in quarantine without an answer, and so do the last five; the two between are answered with a
negative receipt (E14).
"""

from typing import ClassVar


class WireError(Exception):
    """A letter cannot be taken; `code` names why, and the text holds nothing personal."""

    code: ClassVar[str]


class NotAnEnvelope(WireError):
    """The mail is not one encrypted part and nothing else, or is too large or too deep."""

    code = "NOT_AN_ENVELOPE"


class EnvelopeDisagrees(WireError):
    """The outside says something else than the sealed inside."""

    code = "ENVELOPE_DISAGREES"


class NotForThisUnit(WireError):
    """The letter names another unit, address or key: somebody passed it on."""

    code = "NOT_FOR_THIS_UNIT"


class ForFormerKey(WireError):
    """The letter is sealed to a key of ours that has ended or was lost; its sender does not know the new one yet."""

    code = "FOR_FORMER_KEY"


class SenderDiffers(WireError):
    """The letter names another sender than the one who signed it."""

    code = "SENDER_DIFFERS"


class LetterUnreadable(WireError):
    """Signed by the right one, but not a letter we can read."""

    code = "UNREADABLE"


class LetterOutOfTurn(WireError):
    """A letter that cannot come now in this conversation."""

    code = "OUT_OF_TURN"


class ReplyUnreadable(WireError):
    """A department's mail that holds no text of a person's: something else, or too much."""

    code = "REPLY_UNREADABLE"


class ReplyAutomatic(WireError):
    """A department's mail that says a machine has answered, such as that somebody is away."""

    code = "REPLY_AUTOMATIC"


class ReplyWithoutNumber(WireError):
    """A department's mail that names no referral."""

    code = "REPLY_WITHOUT_NUMBER"


class ReplyNamesSeveral(WireError):
    """A department's mail that names more than one referral: which of them it answers is not for us to guess."""

    code = "REPLY_NAMES_SEVERAL"


class ReplyUnmatched(WireError):
    """A department's mail about a referral that is not with it: none, another department's, or one that has ended."""

    code = "REPLY_UNMATCHED"


class ReplyOutOfTime(WireError):
    """A department's mail that was signed before the referral was forwarded to it, or came long after."""

    code = "REPLY_OUT_OF_TIME"
