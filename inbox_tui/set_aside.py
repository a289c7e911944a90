"""The letters that cannot be trusted, for those who receive: how many there are, and what is known of each."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from gateway.access.act import act, looking
from gateway.access.actions import MAY, Action
from gateway.exchange import arrivals
from gateway.site.people import Person
from gateway.site.ports import Sessions
from inbox_tui.quarantine import QuarantineLine


@dataclass(frozen=True)
class SetAside:
    """Reads what was set aside; a letter's content is never among it."""

    sessions: Sessions

    def count(self, person: Person, now: datetime) -> int:
        """Count them, as a screen does every few seconds; for who may not see them there are none."""
        if person.role not in MAY[Action.SEE_QUARANTINE]:
            return 0
        with looking(self.sessions, person, Action.SEE_QUARANTINE, now) as session:
            return len(_lines(session))

    def __call__(self, person: Person, now: datetime) -> tuple[QuarantineLine, ...]:
        """List them, the newest first; raises MayNot and PersonGone."""
        with act(self.sessions, person, Action.SEE_QUARANTINE, now) as deed:
            lines = _lines(deed.session)
            deed.detail["found"] = len(lines)
            return lines


def _lines(session: Session) -> tuple[QuarantineLine, ...]:
    return tuple(QuarantineLine(mail.arrived_at, mail.reason, mail.size) for mail in arrivals.quarantine(session))
