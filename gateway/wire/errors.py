"""What can be wrong with a letter once its seal has been found good, and with the envelope around it.

    WireError                    never raised itself
    ├── NotAnEnvelope            the mail is not one encrypted part and nothing else, or is too large or too deep
    ├── EnvelopeDisagrees        the outside says something else than the sealed inside
    ├── NotForThisUnit           the letter names another unit, address or key (somebody passed it on)
    ├── ForFormerKey             the letter is sealed to a key of ours that no longer holds
    ├── SenderDiffers            the letter names another sender than the one who signed it
    ├── LetterUnreadable         signed by the right one, but not a letter we can read
    ├── LetterOutOfTurn          a letter that cannot come now in this conversation
    ├── ReplyUnreadable          an answer by hand that holds no text of a person's
    ├── ReplyAutomatic           an answer by hand that says a machine has answered
    ├── ReplyWithoutNumber       an answer by hand that names no referral
    ├── ReplyNamesSeveral        an answer by hand that names more than one referral
    ├── ReplyFromGateway         an answer by hand from where a gateway stands, which answers by letters
    ├── ReplyUnmatched           an answer by hand about a referral that is not with its writer
    └── ReplyOutOfTime           an answer by hand from before its referral was sent, or long after

The first five end in quarantine without an answer, and so do the last seven; the two between are answered with a
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
    """An answer by hand that holds no text of a person's: something else, or too much."""

    code = "REPLY_UNREADABLE"


class ReplyAutomatic(WireError):
    """An answer by hand that says a machine has answered, such as that somebody is away."""

    code = "REPLY_AUTOMATIC"


class ReplyWithoutNumber(WireError):
    """An answer by hand that names no referral."""

    code = "REPLY_WITHOUT_NUMBER"


class ReplyNamesSeveral(WireError):
    """An answer by hand that names more than one referral: which of them it answers is not for us to guess."""

    code = "REPLY_NAMES_SEVERAL"


class ReplyFromGateway(WireError):
    """An answer by hand from where a gateway stands: what counts from there are its letters alone."""

    code = "REPLY_FROM_GATEWAY"


class ReplyUnmatched(WireError):
    """An answer by hand about a referral that is not with its writer: none, another's, or one that has ended."""

    code = "REPLY_UNMATCHED"


class ReplyOutOfTime(WireError):
    """An answer by hand that was signed before its referral was sent there, or came long after."""

    code = "REPLY_OUT_OF_TIME"
