"""Drills: TEST referrals from Præhospitalet that a person here acknowledges by hand (D13).

A drill is never a case: it stands in a table of its own, is counted nowhere (O25), and says TEST wherever it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select, update

from directory.model import REGION, Contact
from gateway.access.act import act, looking
from gateway.access.actions import Action
from gateway.exchange.ports import Arrived, Post
from gateway.exchange.rows import ConversationRow
from gateway.liveness.drills import open_drills, place
from gateway.liveness.errors import DrillAnswered, DrillUnknown
from gateway.liveness.heartbeats import require_fresh
from gateway.liveness.rows import DrillRow
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.wire.answers import Acknowledgement
from gateway.wire.keeping import Drill
from gateway.wire.letters import Kind, Letter


@dataclass(frozen=True)
class OpenDrill:
    """A drill that waits for a person here: since when, and who asks: `unit` and `phone` as the letter says."""

    id: str
    asked_at: datetime
    unit: str
    phone: str


@dataclass(frozen=True)
class Drills:
    """The drills of this municipality; `unit` is our own, which the acknowledgement names."""

    sessions: Sessions
    vault: Vault
    post: Post
    unit: Callable[[], Contact]

    def open(self, person: Person, now: datetime) -> tuple[OpenDrill, ...]:
        """List those nobody has acknowledged, oldest first; raises MayNot, PersonGone."""
        with looking(self.sessions, person, Action.ACKNOWLEDGE_DRILL, now) as session:
            return tuple(map(self._read, open_drills(session, REGION)))

    def acknowledge(self, name: str, person: Person, now: datetime) -> OpenDrill:
        """Answer a drill, named by how its id begins, in a person's own name.

        Raises DrillUnknown, DrillAnswered when a colleague was first, MayNot, PersonGone.
        """
        unit = self.unit()
        with act(self.sessions, person, Action.ACKNOWLEDGE_DRILL, now) as deed:
            row = _named(deed.session, name)
            deed.about = row.id
            drill = self._read(row)
            said = Acknowledgement(
                acknowledged_by=person.name, unit=unit.unit_name, phone=unit.phone, acknowledged_at=now
            )
            self._claim(deed.session, row, said, now)
            number = deed.session.get_one(ConversationRow, row.id).number
            self.post(deed.session, Letter(Kind.ACKNOWLEDGEMENT, row.id, REGION, number, said.written()))
            return drill

    def _claim(self, session: Session, row: DrillRow, said: Acknowledgement, now: datetime) -> None:
        """Be the one who acknowledges it; of two at once the second is told."""
        locked = self.vault.lock(said.model_dump_json().encode(), place(row.id))
        claim = update(DrillRow).where(col(DrillRow.id) == row.id, col(DrillRow.acknowledged_at).is_(None))
        taken = session.execute(claim.values(acknowledged_at=now, locked=locked).returning(col(DrillRow.id)))
        if taken.first() is None:
            raise DrillAnswered

    def _read(self, row: DrillRow) -> OpenDrill:
        said = Drill.model_validate_json(self.vault.open(row.locked, place(row.id)))
        return OpenDrill(row.id, row.asked_at, said.unit, said.phone)


@dataclass(frozen=True)
class TakeDrill:
    """The municipality's handler for drills; `machine` is the machine's clock."""

    vault: Vault
    machine: Clock

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Keep it for a person; raises LetterUnreadable, or LetterOutOfTurn for one that was signed long ago."""
        said = Drill.read(arrived.body)
        require_fresh(arrived, self.machine())
        session.add(
            DrillRow(
                id=arrived.conversation_id,
                party=arrived.from_party,
                letter_id=arrived.letter_id,
                asked_at=min(said.asked_at, arrived.received_at),
                locked=self.vault.lock(said.model_dump_json().encode(), place(arrived.conversation_id)),
            )
        )


def _named(session: Session, name: str) -> DrillRow:
    """Find the one drill whose id begins so; what fits none or several is unknown."""
    begins = col(DrillRow.id).startswith(name.strip().lower(), autoescape=True)
    fitting = session.exec(select(DrillRow).where(begins)).all() if name.strip() else ()
    if len(fitting) != 1:
        raise DrillUnknown
    if fitting[0].acknowledged_at is not None:
        raise DrillAnswered
    return fitting[0]
