"""What is typed about a joint meeting, read as a proposal and the citizen's yes to it (F5, C7, O15). Pure."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from directory.calendar import COPENHAGEN
from gateway.consents.model import Form
from gateway.desk.widgets.fields import Spec
from gateway.language import danish, mark
from gateway.meetings.errors import MeetingIncomplete
from gateway.meetings.flow import Proposal
from gateway.referring.correspond import Yes
from gateway.referring.disclosure import why_not_in_writing
from gateway.referring.writing import THE_CITIZEN
from gateway.wire.meeting import Party
from gateway.wire.referral import Origin

DATE: Final = Spec("date", mark("Day"), mark("Day, month and year: 3-12-2026."), mark("3-12-2026"))
BEGINS: Final = Spec("begins", mark("Begins"), mark("Hours and minutes, Danish time: 10.30."), mark("10.30"))
ENDS: Final = Spec("ends", mark("Ends"), mark("An hour after it begins, if nothing is written."), mark("11.30"))
PLACE: Final = Spec("place", mark("Where"), mark("An address, or «by phone»."))
PHONE: Final = Spec(
    "phone", mark("Phone"), mark("Where you are reached about it. Your unit's own number if it is empty.")
)
PARTIES: Final = Spec(
    "parties", mark("Who comes"), mark("The number keys choose. The citizen must have said yes to each.")
)
OTHERS: Final = Spec(
    "others", mark("Others"), mark("By their part, not by name, with commas between: contact person, sister.")
)
CONSENT: Final = Spec(
    "consent",
    mark("The citizen's yes"),
    mark("To this meeting and to everybody who comes. You who convene ask for it."),
)
LINES: Final = (DATE, BEGINS, ENDS, PLACE, PHONE)
ROLES: Final = (
    ("borgeren", mark("the citizen")),
    ("kommunen", mark("the municipality")),
    ("Præhospitalet", mark("Præhospitalet")),
    ("egen læge", mark("own doctor")),
    ("bostøtte", mark("home support")),
    ("pårørende", mark("a relative")),
)
FORMS: Final = ((Form.SPOKEN.value, mark("yes, spoken")), (Form.WRITTEN.value, mark("yes, in writing")))
SCOPE: Final = mark("A joint meeting with: {parties}.")
TOLD: Final = mark(
    "Told what the meeting is about, who comes, that it is voluntary, and that the consent can be withdrawn at any "
    "time."
)
_DATE: Final = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Typed:
    """What stands in the form."""

    lines: dict[str, str] = field(default_factory=dict, repr=False)
    parties: tuple[str, ...] = ()
    others: str = field(default="", repr=False)
    form: str = ""

    def with_(self, path: str, value: object) -> "Typed":
        """Take what was typed or chosen in one field."""
        if path == PARTIES.path:
            return replace(self, parties=tuple(value) if isinstance(value, tuple) else ())
        if path == CONSENT.path:
            return replace(self, form=str(value[0]) if isinstance(value, tuple) and value else "")
        if path == OTHERS.path:
            return replace(self, others=str(value))
        return replace(self, lines={**self.lines, path: str(value)})

    def proposal(self) -> Proposal:
        """Read when, where and who; raises MeetingIncomplete naming the field that cannot be read."""
        starts = self._moment(BEGINS.path)
        ends = self._moment(ENDS.path) if self.lines.get(ENDS.path, "").strip() else starts + HOUR
        parties = tuple(Party(role=role) for role in self._roles())
        if not parties:
            raise MeetingIncomplete(PARTIES.path)
        place, phone = (self.lines.get(spec.path, "").strip() for spec in (PLACE, PHONE))
        return Proposal(starts, ends, parties, place, phone)

    def consent(self, taken_by: str, now: datetime) -> Yes:
        """Write the citizen's yes down; raises MeetingIncomplete when it was not said that there is one."""
        if not self.form:
            raise MeetingIncomplete(CONSENT.path)
        form = Form(self.form)
        return Yes(
            given_by=THE_CITIZEN,
            taken_by=taken_by,
            obtained_at=now,
            form=form,
            scope=danish(SCOPE).format(parties=", ".join(self._roles())),
            information_given=danish(TOLD),
            writing_waived_because=why_not_in_writing(Origin.AMK_CALL) if form is Form.SPOKEN else "",
        )

    def _roles(self) -> tuple[str, ...]:
        return (*self.parties, *filter(None, (one.strip() for one in self.others.split(","))))

    def _moment(self, clock: str) -> datetime:
        day = _DATE.fullmatch(self.lines.get(DATE.path, "").strip())
        time = _CLOCK.fullmatch(self.lines.get(clock, "").strip())
        if not day:
            raise MeetingIncomplete(DATE.path)
        if not time:
            raise MeetingIncomplete(clock)
        try:
            here = datetime(int(day[3]), int(day[2]), int(day[1]), int(time[1]), int(time[2] or 0), tzinfo=COPENHAGEN)
        except ValueError:
            raise MeetingIncomplete(clock) from None
        return here.astimezone(UTC)
