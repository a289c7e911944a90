"""Cases as they are read: put together from their rows, in one session, and only as far as who reads can see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, true
from sqlalchemy import case as choose
from sqlmodel import Session, col, func, or_, select

from directory.book import AddressBook
from directory.calendar import is_working_day
from directory.model import REGION
from gateway.consents.book import ConsentBook
from gateway.exchange import outbox
from gateway.exchange.delivery import State
from gateway.exchange.erasing import GONE
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.meetings.book import MeetingBook
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.wire.letters import Kind
from inbox_tui import mailed
from inbox_tui.casework.case import (
    BEFORE_A_DEPARTMENT_HAS_IT,
    BY_STATE,
    ENDED,
    STUCK,
    Case,
    CaseLine,
    CaseState,
    HeldUp,
    Rank,
)
from inbox_tui.casework.departments import Department, DepartmentKind
from inbox_tui.casework.errors import CaseNotFound
from inbox_tui.casework.notes import Note
from inbox_tui.casework.reader import Reader
from inbox_tui.casework.supplements import Supplemented
from inbox_tui.casework.view import EVERY_CASE, Only, Order, View
from inbox_tui.locked import Locked, frame
from inbox_tui.sight import EVERYTHING, Sight, department_of
from inbox_tui.tables import (
    CaseDepartmentRow,
    CaseRow,
    ContentRow,
    DepartmentRow,
    EventRow,
    ForwardRow,
    SupplementRow,
)

SHORTEST_PREFIX: Final = 4
"""Characters of a case's id that must be typed before it is looked for."""

OPEN: Final = tuple(state for state in CaseState if state not in ENDED)

ENDINGS: Final = (Kind.CLOSED, Kind.NOT_OURS, Kind.WITHDRAWAL)
"""The letters that end a case or its consent; the first of them that was sent tells how far its ending has come."""

BY_PLACE: Final = {state.value: place for place, state in enumerate(CaseState)}
"""How far a case has come, for a list in that order."""


@dataclass(frozen=True)
class Cases:
    """The cases within `sight`, in one session; the others are not there."""

    session: Session
    vault: Vault
    sight: Sight

    # One case

    def get(self, case_id: str) -> Case | None:
        """Read a case with its letter and its history."""
        wanted = select(CaseRow).where(CaseRow.id == case_id, self.sight)
        return self._case(self.session.exec(wanted, execution_options={"populate_existing": True}).first())

    def known(self, case_id: str) -> Case:
        """Read a case that must be there; raises CaseNotFound."""
        case = self.get(case_id)
        if case is None:
            raise CaseNotFound
        return case

    def has(self, case_id: str) -> bool:
        """Tell whether a case is there."""
        return self.session.exec(select(CaseRow.id).where(CaseRow.id == case_id, self.sight)).first() is not None

    def named(self, text: str) -> Case | None:
        """Find a case by its number, or by the beginning of its id when that fits one case only."""
        return self._case(self._numbered(text.strip()) or self._beginning(text.strip().lower()))

    # The list

    def tally(self, today: date) -> dict[Rank, int]:
        """Count the cases by how soon they need a person."""
        rank = _rank(today)
        counts = select(rank, func.count()).where(self.sight).group_by(rank)
        return {Rank(value): count for value, count in self.session.exec(counts)}

    def reminders(self, reader: Reader) -> int:
        """Count the cases somebody should look at today for another reason than their deadline (E13)."""
        if not is_working_day(reader.today):
            return 0
        return sum(reader.reminder(line) is not None for line in self.frames(reader.today))

    def frames(self, today: date) -> Iterator[CaseLine]:
        """Go through the open cases without opening anything that is locked: no name comes out of it."""
        open_ones = select(CaseRow, DepartmentRow.name).where(self.sight, *_shown(today, View()))
        for row, department in self.session.exec(open_ones.join(DepartmentRow, isouter=True)):
            yield frame(row, department)

    def department_of(self, person: Person) -> str | None:
        """Name the department a person speaks for now; None for those who receive, who speak for all of them."""
        row = self.session.get(DepartmentRow, department_of(self.session, person))
        return row.name if row else None

    def count(self, today: date, view: View = EVERY_CASE) -> int:
        """Count the cases in a view."""
        wanted = select(func.count()).select_from(CaseRow).where(self.sight, *_shown(today, view))
        return self.session.exec(wanted).one()

    def page(self, offset: int, limit: int, today: date, view: View = EVERY_CASE) -> tuple[CaseLine, ...]:
        """Read some rows of a view in its order."""
        order = _order(today, view.order)
        wanted = select(CaseRow.id).where(self.sight, *_shown(today, view))
        found = self.session.exec(
            select(CaseRow, DepartmentRow.name)
            .join(DepartmentRow, col(CaseRow.department_id) == DepartmentRow.id, isouter=True)
            .where(col(CaseRow.id).in_(wanted.order_by(*order).offset(offset).limit(limit)))
            .order_by(*order),
        ).all()
        held_up = {one.case_id for one in self._held_up(col(CaseRow.id).in_([row.id for row, _department in found]))}
        lines = (self._locked.line(row, department) for row, department in found)
        return tuple(replace(line, held_up=line.id in held_up) for line in lines)

    def position(self, case_id: str, today: date, view: View = EVERY_CASE) -> int | None:
        """Tell where in a view a case stands, counted from 0; None when it is not in it."""
        order, shown = _order(today, view.order), (self.sight, *_shown(today, view))
        places = select(CaseRow.id, func.row_number().over(order_by=order).label("place")).where(*shown).subquery()
        place = self.session.exec(select(places.c.place).where(places.c.id == case_id)).first()
        return None if place is None else place - 1

    def revision(self) -> tuple[int, ...]:
        """Give numbers that change whenever something the list shows has changed, and with nothing else."""
        if self.sight is EVERYTHING:
            return self._latest(select(func.max(EventRow.id))), self._latest(select(func.max(StepRow.id)))
        ids = select(CaseRow.id).where(self.sight)
        letters = select(OutgoingRow.letter_id).where(col(OutgoingRow.conversation_id).in_(ids))
        return (
            self._latest(select(func.count()).select_from(CaseRow).where(self.sight)),
            self._latest(select(func.max(EventRow.id)).where(col(EventRow.case_id).in_(ids))),
            self._latest(select(func.max(StepRow.id)).where(col(StepRow.letter_id).in_(letters))),
        )

    def held_up(self, since: datetime) -> tuple[HeldUp, ...]:
        """List what waits to get through, and what did not since then: to Præhospitalet first, then to departments."""
        waits = OutgoingRow.state == State.PARKED
        return self._held_up(and_(self.sight, or_(waits, col(OutgoingRow.posted_at) >= since)))

    def region_phone(self) -> str:
        """Give the number Præhospitalet is reached on; empty when no contact is registered."""
        contact = AddressBook(self.session).contact(REGION)
        return contact.phone if contact else ""

    # From rows

    def _case(self, row: CaseRow | None) -> Case | None:
        content = self.session.get(ContentRow, row.id) if row else None
        if row is None or content is None:
            return None
        departments = {one.id: as_department(one) for one in self.session.exec(select(DepartmentRow))}
        moves = select(ForwardRow).where(ForwardRow.case_id == row.id).order_by(col(ForwardRow.id))
        beside = select(CaseDepartmentRow.department_id).where(CaseDepartmentRow.case_id == row.id)
        case = replace(
            self._locked.case(row, content),
            history=tuple(self._locked.move(move, departments) for move in self.session.exec(moves)),
            also=tuple(departments[one] for one in self.session.exec(beside.order_by(CaseDepartmentRow.department_id))),
            supplements=self._supplements(row.id),
            notes=self._notes(row.id),
        )
        return self._with_neighbours(case)

    def _with_neighbours(self, case: Case) -> Case:
        """Add what lies in other tables: letters on their way, the case before, consents and meetings."""
        endings = (outbox.last_sent(self.session, case.id, kind) for kind in ENDINGS)
        held_up = self._held_up(col(CaseRow.id) == case.id)
        return replace(
            case,
            told=outbox.last_sent(self.session, case.id, Kind.ACKNOWLEDGEMENT),
            ending_told=next(filter(None, endings), None),
            held_up=held_up,
            mailed=mailed.of(self.session, case.id),
            region_phone=self.region_phone() if held_up else "",
            earlier=self._earlier(case) if case.previous else None,
            consents=ConsentBook(self.session, self.vault).history(case.id),
            meetings=MeetingBook(self.session, self.vault).of(case.id),
        )

    def _supplements(self, case_id: str) -> tuple[Supplemented, ...]:
        rows = select(SupplementRow).where(SupplementRow.case_id == case_id, SupplementRow.content != GONE)
        return tuple(map(self._locked.supplemented, self.session.exec(rows.order_by(col(SupplementRow.id)))))

    def _notes(self, case_id: str) -> tuple[Note, ...]:
        rows = select(EventRow).where(EventRow.case_id == case_id, col(EventRow.words).is_not(None))
        found = map(self._locked.note, self.session.exec(rows.order_by(col(EventRow.id))))
        return tuple(note for note in found if note is not None)

    def _earlier(self, case: Case) -> CaseLine | None:
        row = self._numbered(case.previous.number) if case.previous else None
        if row is None or row.id == case.id:
            return None
        department = self.session.get(DepartmentRow, row.department_id) if row.department_id else None
        return self._locked.line(row, department.name if department else None)

    def _held_up(self, which: Sight) -> tuple[HeldUp, ...]:
        stuck = (
            select(OutgoingRow, CaseRow.number)
            .join(CaseRow, col(CaseRow.id) == OutgoingRow.conversation_id)
            .where(col(OutgoingRow.state).in_(STUCK), OutgoingRow.kind != Kind.RECEIPT, which)
            .order_by(col(OutgoingRow.posted_at))
        )
        to_region = (
            HeldUp(row.conversation_id, number, Kind(row.kind), State(row.state), row.reason)
            for row, number in self.session.exec(stuck)
        )
        return *to_region, *mailed.held_up(self.session, which)

    def _numbered(self, number: str) -> CaseRow | None:
        wanted = select(CaseRow).where(CaseRow.number == number, self.sight)
        return self.session.exec(wanted.order_by(col(CaseRow.received_at))).first()

    def _beginning(self, prefix: str) -> CaseRow | None:
        if len(prefix) < SHORTEST_PREFIX:
            return None
        wanted = select(CaseRow).where(col(CaseRow.id).startswith(prefix, autoescape=True), self.sight)
        found = self.session.exec(wanted.limit(2)).all()
        return found[0] if len(found) == 1 else None

    def _latest(self, of: Select[Any]) -> int:
        return self.session.execute(of).scalar() or 0

    @property
    def _locked(self) -> Locked:
        return Locked(self.vault)


def as_department(row: DepartmentRow) -> Department:
    """Read a department from its row."""
    return Department(row.id, row.name, DepartmentKind(row.kind), row.active)


def _rank(today: date) -> ColumnElement[int]:
    """Say in SQL what `needs_person_rank` says: the two are compared by a test."""
    return choose(
        (_ended(), int(Rank.ENDED)),
        (col(CaseRow.acute_by).is_not(None), int(Rank.ACUTE)),
        (_overdue(today), int(Rank.OVERDUE)),
        *((col(CaseRow.state) == state, int(rank)) for state, rank in BY_STATE.items()),
    )


def _ended() -> ColumnElement[bool]:
    return or_(col(CaseRow.state).in_(ENDED), col(CaseRow.withdrawn_at).is_not(None))


def _open() -> ColumnElement[bool]:
    """Say the opposite by naming the states: so an index finds them."""
    return and_(col(CaseRow.state).in_(OPEN), col(CaseRow.withdrawn_at).is_(None))


def _overdue(today: date) -> ColumnElement[bool]:
    return and_(col(CaseRow.target_date) < today, col(CaseRow.state).in_(BEFORE_A_DEPARTMENT_HAS_IT))


def _order(today: date, order: Order) -> tuple[Any, ...]:
    first: dict[Order, tuple[Any, ...]] = {
        Order.NEED: (_rank(today), col(CaseRow.received_at)),
        Order.NEWEST: (col(CaseRow.received_at).desc(),),
        Order.TARGET: (_ended(), col(CaseRow.target_date), col(CaseRow.received_at)),
        Order.STATE: (choose(BY_PLACE, value=col(CaseRow.state)), col(CaseRow.received_at)),
        Order.DEPARTMENT: (func.coalesce(col(CaseRow.department_id), ""), col(CaseRow.received_at)),
    }
    return *first[order], col(CaseRow.id)


def _shown(today: date, view: View) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which cases a view shows."""
    only: dict[Only, ColumnElement[bool]] = {
        Only.OPEN: _open(),
        Only.UNREAD: and_(_open(), col(CaseRow.opened_at).is_(None)),
        Only.ACUTE: and_(_open(), col(CaseRow.acute_by).is_not(None)),
        Only.OVERDUE: and_(_open(), _overdue(today)),
        Only.NEW: _open_as(CaseState.NEW),
        Only.WAITING: _open_as(CaseState.ACKNOWLEDGED),
        Only.ON_ITS_WAY: _open_as(CaseState.FORWARDED),
        Only.TAKEN_OVER: _open_as(CaseState.TAKEN_OVER),
        Only.AGAIN: and_(_open(), col(CaseRow.position) > 1),
        Only.ENDED: _ended(),
        Only.ALL: true(),
    }
    shown = [only[view.only]]
    if view.department is not None:
        shown.append(col(CaseRow.department_id) == view.department)
    if view.ids is not None:
        shown.append(col(CaseRow.id).in_(view.ids))
    return tuple(shown)


def _open_as(state: CaseState) -> ColumnElement[bool]:
    return and_(_open(), col(CaseRow.state) == state)
