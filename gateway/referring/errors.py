"""Why something cannot be done with a referral that was sent.

    ReferralError                never raised itself
    ├── ReferralNotFound         there is none of that name
    ├── ReferralEnded            the municipality has closed it, or answered that the citizen is not its own
    ├── AlreadyWithdrawn         the citizen's withdrawal has been passed on already
    ├── AnswersByLetter          the municipality's gateway says that itself, and nobody notes it by hand
    └── NotAnswered              nobody has answered «ikke vores borger», or it was sent anew already

None of them holds anything about the citizen. That a consent is missing is told by `gateway.consents.errors`.
"""

from typing import ClassVar


class ReferralError(Exception):
    """Something cannot be done with a referral; `code` names why."""

    code: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.code)


class ReferralNotFound(ReferralError):
    """There is no referral of that name."""

    code = "NOT_FOUND"


class ReferralEnded(ReferralError):
    """The municipality has closed the case, or answered that the citizen is not its own: nothing more goes there."""

    code = "REFERRAL_ENDED"


class AlreadyWithdrawn(ReferralError):
    """The withdrawal has been passed on already, or came from the municipality."""

    code = "ALREADY_WITHDRAWN"


class AnswersByLetter(ReferralError):
    """The municipality has a gateway, which says so itself: only where people answer by hand is it noted by hand."""

    code = "ANSWERS_BY_LETTER"


class NotAnswered(ReferralError):
    """There is no «ikke vores borger» to act on, or it was sent anew already."""

    code = "NOT_ANSWERED"
