"""Four different consents, not one, and which step needs which (C8). Pure rules."""

import enum
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from directory.calendar import COPENHAGEN
from gateway.consents.errors import ConsentIncomplete
from gateway.wire.referral import says_something

CLOCKS_DIFFER: Final = timedelta(minutes=5)
AGREEMENT_BEGAN: Final = datetime(2020, 3, 31, 22, tzinfo=UTC)
"""1 April 2020, midnight Danish time (A3): no consent under the agreement is older (D19)."""
CITIZEN: Final = re.compile(r"(?:borgeren|citizen)(?: selv)?(?:[ ,(].*tolk.*)?")
"""The citizen, perhaps through an interpreter: what is said through one is still the citizen's own."""


class Purpose(enum.StrEnum):
    """What the citizen says yes to."""

    DISCLOSURE = "disclosure"
    """Præhospitalet may tell the municipality (C3); obtained by Præhospitalet."""
    RENEWED_DISCLOSURE = "renewed-disclosure"
    """Præhospitalet may tell the municipality again (C6); obtained by Præhospitalet, after the earlier referral."""
    OWN_GP = "own-gp"
    """The municipality may involve the citizen's own GP (C5); obtained by the municipality."""
    JOINT_MEETING = "joint-meeting"
    """A meeting with named parties (C7); obtained by whoever convenes it (O15)."""


class Form(enum.StrEnum):
    """How the consent was given."""

    SPOKEN = "spoken"
    """Spoken; writing was waived, and why is written down (sundhedsloven § 44(1))."""
    WRITTEN = "written"
    """Signed by the citizen."""


class Act(enum.StrEnum):
    """A step that needs the citizen's consent."""

    REFER = "refer"
    REFER_AGAIN = "refer-again"
    SUPPLEMENT = "supplement"
    INVOLVE_GP = "involve-gp"
    CALL_MEETING = "call-meeting"


NEEDS: Final[Mapping[Act, frozenset[Purpose]]] = {
    Act.REFER: frozenset({Purpose.DISCLOSURE}),
    Act.REFER_AGAIN: frozenset({Purpose.RENEWED_DISCLOSURE}),
    Act.SUPPLEMENT: frozenset({Purpose.DISCLOSURE, Purpose.RENEWED_DISCLOSURE}),
    Act.INVOLVE_GP: frozenset({Purpose.OWN_GP}),
    Act.CALL_MEETING: frozenset({Purpose.JOINT_MEETING}),
}
"""Any one of the purposes is enough."""


@dataclass(frozen=True)
class Consent:
    """One consent as it was obtained. Build one with `checked`.

    `parties` are the roles a joint meeting was agreed with; empty for the other purposes.
    """

    conversation_id: str
    purpose: Purpose
    given_by: str
    taken_by: str
    obtained_at: datetime
    form: Form
    scope: str = field(repr=False)
    information_given: str = field(repr=False)
    expires_at: datetime
    writing_waived_because: str = field(default="", repr=False)
    municipality: str = ""
    journal_ref: str = ""
    parties: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @classmethod
    def checked(  # noqa: PLR0913 - one argument for each thing that must be written down (C2)
        cls,
        *,
        conversation_id: str,
        purpose: Purpose,
        given_by: str,
        taken_by: str,
        obtained_at: datetime,
        form: Form,
        scope: str,
        information_given: str,
        now: datetime,
        writing_waived_because: str = "",
        municipality: str = "",
        journal_ref: str = "",
        parties: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> Self:
        """Build a consent that says all it must; raises ConsentIncomplete naming the field that does not."""
        consent = cls(
            conversation_id=conversation_id,
            purpose=purpose,
            given_by=given_by,
            taken_by=taken_by,
            obtained_at=obtained_at,
            form=form,
            scope=scope,
            information_given=information_given,
            expires_at=min(expires_at or latest_expiry(obtained_at), latest_expiry(obtained_at)),
            writing_waived_because=writing_waived_because,
            municipality=municipality,
            journal_ref=journal_ref,
            parties=tuple(parties),
        )
        for name, holds in consent._requirements(now):
            if not holds:
                raise ConsentIncomplete(name)
        return consent

    def in_force(self, now: datetime) -> bool:
        """Tell whether it still holds; withdrawal is not seen from here."""
        return now < self.expires_at

    def _requirements(self, now: datetime) -> Iterable[tuple[str, bool]]:
        yield "obtained_at", AGREEMENT_BEGAN <= self.obtained_at <= now + CLOCKS_DIFFER
        yield "given_by", from_citizen(self.given_by)
        for name in ("taken_by", "scope", "information_given"):
            yield name, says_something(getattr(self, name))
        yield "writing_waived_because", self.form is Form.WRITTEN or says_something(self.writing_waived_because)
        yield "parties", (self.purpose is Purpose.JOINT_MEETING) == bool(self.parties)
        yield "parties", all(map(says_something, self.parties))


def from_citizen(given_by: str | None) -> bool:
    """Tell whether it was the citizen who said yes, and nobody on their behalf (A12)."""
    return CITIZEN.fullmatch((given_by or "").strip().casefold()) is not None


def latest_expiry(obtained_at: datetime) -> datetime:
    """Tell when a consent lapses at the latest: one year on, Danish time (sundhedsloven § 44(2), O11)."""
    local = obtained_at.astimezone(COPENHAGEN)
    leap_day = (local.month, local.day) == (2, 29)
    return local.replace(year=local.year + 1, day=28 if leap_day else local.day).astimezone(UTC)
