"""Why a step that needs the citizen's consent is not taken.

    ConsentError                 never raised itself
    ├── ConsentIncomplete        what is to be written down lacks something; names the field
    └── NoConsent                the step needs a consent that is not there; names the step
        ├── ConsentWithdrawn     the citizen has withdrawn it
        ├── ConsentLapsed        it is more than a year old (sundhedsloven § 44(2), O11)
        └── PartyNotCovered      somebody is to come whom the citizen has not said yes to (C7)

None of them holds anything about the citizen.
"""

from typing import ClassVar


class ConsentError(Exception):
    """A consent cannot be written down, or is missing; `code` names why."""

    code: ClassVar[str]


class ConsentIncomplete(ConsentError):
    """What is to be written down lacks something, or says something that cannot be: `field` names it (C1, C2)."""

    code = "CONSENT_INCOMPLETE"

    def __init__(self, field: str) -> None:
        super().__init__(f"{self.code}: {field}")
        self.field = field


class NoConsent(ConsentError):
    """The step `act` needs a consent that is not there."""

    code = "NO_CONSENT"

    def __init__(self, act: str) -> None:
        super().__init__(f"{self.code}: {act}")
        self.act = act


class ConsentWithdrawn(NoConsent):
    """The citizen has withdrawn it (O10)."""

    code = "CONSENT_WITHDRAWN"


class ConsentLapsed(NoConsent):
    """It is more than a year old (O11)."""

    code = "CONSENT_LAPSED"


class PartyNotCovered(NoConsent):
    """Somebody is to come whom the citizen has not said yes to (C7)."""

    code = "PARTY_NOT_COVERED"
