"""What the unit's ordinary mailbox is told of: what has come and nobody has opened, and what is due (E13, E16)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from directory.calendar import local_day
from gateway.mailbox.mail import Matter
from gateway.mailbox.tell import Standing
from gateway.site.cipher import Vault
from inbox_tui.cases import Cases
from inbox_tui.casework.case import CaseState
from inbox_tui.casework.due import Why, all_due
from inbox_tui.sight import EVERYTHING

ARRIVED: Final = "arrived"
DAILY: Final = frozenset({Why.ACUTE, Why.OVERDUE, Why.NOBODY})
"""What is told again each working day until somebody has acted: a citizen waits, and perhaps nobody has seen it."""


@dataclass(frozen=True)
class Waiting:
    """Lists what waits for a person here. Nothing but ids and codes comes out of it."""

    vault: Vault
    remind_days: int

    def __call__(self, session: Session, now: datetime) -> Iterator[Standing]:
        """Go through the open cases; `now` is the rules' clock."""
        today = local_day(now)
        for line in Cases(session, self.vault, EVERYTHING).frames(today):
            if line.state is CaseState.NEW and line.unread and not line.withdrawn:
                yield Standing(ARRIVED, line.id, Matter.ARRIVED)
            for one in all_due(line, today, self.remind_days):
                yield Standing(one.why, line.id, Matter.REMINDER, daily=one.why in DAILY)

    def run_out(self, session: Session, today: date) -> Mapping[str, int]:
        """Count the cases by each of their clocks that has run out; all are 0 while the offices are closed."""
        lines = Cases(session, self.vault, EVERYTHING).frames(today)
        counted = Counter(one.why for line in lines for one in all_due(line, today, self.remind_days))
        return {why: counted[why] for why in Why}
