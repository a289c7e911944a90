"""What one end tells the other, and the fixed heading each letter carries (E9)."""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.language import mark

SCHEMA: Final = 1
"""The version of the payload's shape; a reader ignores fields it does not know (E20)."""


class Kind(enum.StrEnum):
    """The kinds of letter."""

    REFERRAL = "referral"
    """The region passes a citizen's request for help on to the municipality."""
    RECEIPT = "receipt"
    """The other gateway says by itself that a letter arrived, and what it held. Nobody answers a receipt."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """A named person at the municipality has taken the referral."""
    SUPPLEMENT = "supplement"
    """The region adds to a referral or corrects it; what was sent stands unchanged (G1, O23)."""
    REMINDER = "reminder"
    """The region asks whether anybody has taken the referral (O3)."""
    NOT_OURS = "not-ours"
    """The municipality answers that the citizen is not its citizen («ikke vores borger», O7)."""
    WITHDRAWAL = "withdrawal"
    """The citizen has withdrawn the consent, and said so to the sender of this letter (O10)."""
    CLOSED = "closed"
    """The municipality has ended the case; nothing is said of how (O16)."""
    MEETING = "meeting"
    """Either side proposes a joint meeting, or another time or place for one it has proposed (F5)."""
    MEETING_ANSWER = "meeting-answer"
    """The other side says whether it comes."""
    MEETING_CANCELLED = "meeting-cancelled"
    """Whoever proposed the meeting calls it off."""
    FORWARD = "forward"
    """The municipality passes a referral on to one of its own departments, which answers by mail (E7)."""
    FIGURES = "figures"
    """A municipality shares suppressed figures about its own work; no citizen is in them (section H)."""
    HEARTBEAT = "heartbeat"
    """A TEST from one gateway to the other: its signed receipt shows that the line is alive (D12). Never counted."""
    DRILL = "drill"
    """A TEST referral without a citizen: a person at the unit acknowledges it by hand (D13). Never counted."""
    KEY_CHANGE = "key-change"
    """The sender has a new key: sealed by the old one, proved by the new one, with the old one's last day."""
    CONTACT_CHANGE = "contact-change"
    """The sender's unit gets another address, phone, name or hours; people at the other end confirm it (D5, D9)."""
    RESEND = "resend"
    """The sender was restored from a backup, and asks to be sent again what it may have lost."""


TESTS: Final = (Kind.HEARTBEAT, Kind.DRILL)
"""What is about no citizen and counted nowhere (O25)."""
ABOUT_THE_CITIZEN: Final = (Kind.REFERRAL, Kind.SUPPLEMENT, Kind.MEETING, Kind.FORWARD)
"""What tells the reader more than it knew; a withdrawal holds it back. The others name people at work, and times."""
ABOUT_MEETINGS: Final = (Kind.MEETING, Kind.MEETING_ANSWER, Kind.MEETING_CANCELLED)

HEADINGS: Final[Mapping[Kind, str]] = {
    Kind.REFERRAL: mark("Concern referral"),
    Kind.RECEIPT: mark("Technical receipt"),
    Kind.ACKNOWLEDGEMENT: mark("Acknowledgement"),
    Kind.SUPPLEMENT: mark("Supplement to a concern referral"),
    Kind.REMINDER: mark("Reminder about a concern referral"),
    Kind.NOT_OURS: mark("Not our citizen"),
    Kind.WITHDRAWAL: mark("Withdrawal of consent"),
    Kind.CLOSED: mark("The referral is closed"),
    Kind.MEETING: mark("Joint meeting"),
    Kind.MEETING_ANSWER: mark("Answer about a joint meeting"),
    Kind.MEETING_CANCELLED: mark("The joint meeting is called off"),
    Kind.FORWARD: mark("Forwarded concern referral"),
    Kind.FIGURES: mark("Figures"),
    Kind.HEARTBEAT: mark("TEST: is the line alive?"),
    Kind.DRILL: mark("TEST: please acknowledge by hand"),
    Kind.KEY_CHANGE: mark("New key"),
    Kind.CONTACT_CHANGE: mark("New contact details"),
    Kind.RESEND: mark("Please send again"),
}


def new_id() -> str:
    """Make the id of a letter, an envelope or a case: a random UUID, as MedCom wants them."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Letter:
    """One letter before it is sealed: who it is for and what it says.

    `number` is the referral's number that people quote on the phone ("2026-0042"). `body` is JSON, and personal.
    """

    kind: Kind
    conversation_id: str
    to_party: str
    number: str
    body: Mapping[str, Any] = field(repr=False)
    letter_id: str = field(default_factory=new_id)
    to_address: str = ""
    """Where it goes instead of to the party's registered address: only a TEST that proves a new address does."""
