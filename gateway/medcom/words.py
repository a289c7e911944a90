"""What must be seen to before a message may be sent, and why none can be made, in words."""

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark
from gateway.medcom.message import Lack

LACKS: Final[Mapping[Lack, str]] = {
    Lack.SENDER_SOR: mark("the sender's SOR code"),
    Lack.SENDER_EAN: mark("the sender's EAN number"),
    Lack.RECEIVER_SOR: mark("the receiver's SOR code"),
    Lack.RECEIVER_EAN: mark("the receiver's EAN number"),
    Lack.AUTHOR_ROLE: mark("the role of somebody who wrote in it"),
    Lack.AUTHOR_PHONE: mark("the phone number of somebody who wrote in it"),
}
"""What the message has not got, and MedCom asks for."""

CAUTIONS: Final[Mapping[Lack, str]] = {
    Lack.NUMBER_OF_NO_REGISTER: mark(
        "The replacement for the CPR number is not from a national register. Agree with the receiver that they take it."
    ),
    Lack.REMARK_ON_URGENCY: mark(
        "The sender has remarked on urgency. Read that first: MedCom's network must not be used for anything acute."
    ),
    Lack.NOT_ASSESSED: mark(
        "Nobody has assessed yet whether it is acute. Do that first: MedCom's network must not be used for it."
    ),
}
"""What a person must see to besides."""

NONE_MADE: Final = mark("No MedCom message has been made. The referral itself is where it was, and nothing is changed.")

REFUSALS: Final[Mapping[str, tuple[str, str, str]]] = {
    "MEDCOM_CPR_NEEDED": (
        mark("The citizen's CPR number is not known, and MedCom takes no message without one or a replacement for it."),
        NONE_MADE,
        mark("We make no number up. Save it as a PDF, text or JSON, or wait until the number comes in a supplement."),
    ),
    "MEDCOM_CPR_UNUSABLE": (
        mark("What stands as the CPR number is not one, and MedCom takes no message without one."),
        NONE_MADE,
        mark("Have the number corrected by a supplement from Præhospitalet, or save it as a PDF, text or JSON."),
    ),
    "MEDCOM_ACUTE": (
        mark("The referral is assessed as acute, and MedCom's network must not be used for anything acute."),
        NONE_MADE,
        mark("Ring whoever is to act. For your own case system, save it as JSON."),
    ),
    "MEDCOM_CONTENT_ERASED": (
        mark("What the referral said has been erased or taken back."),
        NONE_MADE,
        mark("There is nothing left to put in a message."),
    ),
    "MEDCOM_UNFIT": (
        mark("The message could not be made: the program that checks it refuses it."),
        NONE_MADE,
        mark("Save it as JSON or a PDF instead, and tell your administrator."),
    ),
}


def before_sending(lacks: Iterable[Lack]) -> tuple[str, ...]:
    """Say what must be seen to before the message may be sent; nothing when all is there."""
    seen = tuple(lacks)
    wanting = ", ".join(_(LACKS[lack]) for lack in seen if lack in LACKS)
    said = _("Before it may be sent on MedCom's network it lacks: {what}.").format(what=wanting) if wanting else ""
    return tuple(filter(None, (said, *(_(CAUTIONS[lack]) for lack in seen if lack in CAUTIONS))))


def refusal(code: str) -> str:
    """Say why no message can be made, what that means, and what to do."""
    return " ".join(map(_, REFUSALS[code]))
