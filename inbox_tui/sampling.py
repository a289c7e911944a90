"""A random sample of closed cases for a joint review of what was done (H12).

Anybody who knows the seed can draw it again and find the same cases: they are those with the smallest SHA-256 of the
seed and the case's id. Every draw is noted on every case it names, with its legal basis.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from gateway.access.act import act, noted
from gateway.access.actions import Action
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Sessions
from gateway.statistics.period import Period
from inbox_tui.casework.case import CaseState
from inbox_tui.casework.errors import WordsMissing
from inbox_tui.casework.notes import Sampled
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow, EventKind, EventRow


@dataclass(frozen=True)
class Draw:
    """What is drawn: at most `count` cases that were closed in `period`. `basis` is the law or consent it rests on."""

    period: Period
    count: int
    seed: str
    basis: str = field(repr=False)


@dataclass(frozen=True)
class Sampling:
    """Draws from the cases of one site."""

    sessions: Sessions
    vault: Vault

    def __call__(self, draw: Draw, person: Person, now: datetime) -> tuple[str, ...]:
        """Give the numbers of the cases drawn, and note the draw on each.

        Raises MayNot, PersonGone, and WordsMissing without a basis.
        """
        with act(self.sessions, person, Action.SAMPLE_CASES, now) as deed:
            drawn = self._drawn(deed.session, draw, person, now)
            deed.detail["found"] = len(drawn)
            return drawn

    def _drawn(self, session: Session, draw: Draw, person: Person, now: datetime) -> tuple[str, ...]:
        if not draw.basis.strip():
            raise WordsMissing("reason")
        closed = session.exec(select(CaseRow).where(CaseRow.state == CaseState.CLOSED)).all()
        in_time = [row for row in closed if row.closed_at is not None and row.closed_at in draw.period]
        drawn = sorted(in_time, key=lambda row: _place(draw.seed, row.id))[: draw.count]
        note = Sampled(by=person.name, at=now, seed=draw.seed, basis=draw.basis.strip())
        for row in drawn:
            words = Locked(self.vault).words(row.id, note)
            session.add(EventRow(case_id=row.id, kind=EventKind.SAMPLED, person_id=person.id, at=now, words=words))
            noted(session, person, Action.SAMPLE_CASES, now, row.id)
        return tuple(row.number for row in drawn)


def _place(seed: str, case_id: str) -> str:
    return hashlib.sha256(f"{seed}:{case_id}".encode()).hexdigest()
