"""«Nej tak», or a stop: nothing is sent. One more in a tally without names, and nothing else is kept (C9, B3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from directory.calendar import local_day
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.referring.drafts import erase
from gateway.referring.refusals import Reason
from gateway.referring.rows import TallyRow
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions


@dataclass(frozen=True)
class Decline:
    """Ends what was begun, whatever had been written by then. `clock` is the rules' clock."""

    sessions: Sessions
    clock: Clock

    def __call__(self, person: Person, draft_id: str | None = None, reason: Reason = Reason.CONSENT_REFUSED) -> None:
        """Erase the draft, if there is one, and count one refusal for `reason`; raises MayNot or PersonGone.

        The trail says that `person` did so, and at most which draft is no more: nothing leads to the citizen (C9).
        """
        with act(self.sessions, person, Action.NOTE_REFUSAL, self.clock(), draft_id or "") as deed:
            if draft_id is not None:
                erase(deed.session, draft_id)
            count(deed.session, reason, self.clock())
        self.sessions.forget()


def count(session: Session, reason: Reason, now: datetime) -> None:
    """Add one to the day's tally of refusals for `reason`."""
    key = (local_day(now), reason.value)
    row = session.get(TallyRow, key) or TallyRow(day=key[0], reason=key[1])
    row.count += 1
    session.add(row)
