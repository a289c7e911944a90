"""What the desk's screens tell the application: which screen the person wants next."""

from textual.message import Message

from gateway.desk.content import Place
from gateway.desk.pad import Pad
from gateway.referring.submit import Submitted


class StepWanted(Message):
    """Go to a step of the referral that is being written."""

    def __init__(self, pad: Pad, place: Place) -> None:
        super().__init__()
        self.pad = pad
        self.place = place


class ReferralWanted(Message):
    """Show one referral that was sent, by its id."""

    def __init__(self, referral_id: str) -> None:
        super().__init__()
        self.referral_id = referral_id


class BoardWanted(Message):
    """Go to the board, whatever lies between."""


class SupplementWanted(Message):
    """Add what stands on the pad to a referral that was sent, instead of sending a new one (G9, O22)."""

    def __init__(self, referral_id: str, pad: Pad) -> None:
        super().__init__()
        self.referral_id = referral_id
        self.pad = pad


class Sent(Message):
    """A referral was sent; tell what comes now."""

    def __init__(self, submitted: Submitted) -> None:
        super().__init__()
        self.submitted = submitted
