"""Where cases lie: their tables, and every question and act the screens and commands have.

What is personal is locked before it is written (the citizen's name, the letter, names of staff, notes, reasons). In
clear lie only ids, numbers, states, times and department names. Each act is one transaction, and is conditional, so
that of two people the second is told who was first and nothing is overwritten.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Update, literal, tuple_
from sqlalchemy import case as choose
from sqlmodel import Session, col, func, or_, select, update

from directory.columns import UtcDateTime
from directory.model import Contact
from gateway.adapters.database import Database
from gateway.consents.book import ConsentBook
from gateway.exchange import outbox
from gateway.exchange.ports import Post
from gateway.exchange.rows import StepRow
from gateway.meetings.book import MeetingBook
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind
from inbox_tui.casework import actions
from inbox_tui.casework.case import ENDED, Case, CaseLine, CaseState, Forwarded, Rank, needs_person_rank
from inbox_tui.casework.departments import DEFAULTS, Department, DepartmentKind
from inbox_tui.casework.errors import AlreadyAcknowledged, CaseNotFound, DepartmentUnknown, ForwardedMeanwhile
from inbox_tui.casework.notes import Note
from inbox_tui.casework.supplements import Supplemented
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow, ContentRow, DepartmentRow, EventKind, EventRow, ForwardRow, SupplementRow

SHORTEST_PREFIX: Final = 4
"""Characters of a case's id that must be typed before it is looked for."""

ENDINGS: Final = (Kind.CLOSED, Kind.NOT_OURS, Kind.WITHDRAWAL)
"""The letters that end a case or its consent; the first of them that was sent tells how far its ending has come."""


class CaseStore:
    """The municipality's cases. Every method opens its own short transaction, except `keep`, which joins one."""

    def __init__(self, db: Database, vault: Vault, post: Post, unit: Callable[[], Contact]) -> None:
        self._db = db
        self._vault = vault
        self._locked = Locked(vault)
        self._post = post
        self._unit = unit

    # What there is

    def unit(self) -> Contact:
        """Name our own unit as Præhospitalet knows it."""
        return self._unit()

    def count(self) -> int:
        """Count the cases."""
        with self._reading() as session:
            return session.exec(select(func.count()).select_from(CaseRow)).one()

    def tally(self, today: date) -> dict[Rank, int]:
        """Count the cases by how soon they need a person."""
        rank = _order(today)[0]
        with self._reading() as session:
            return {Rank(value): count for value, count in session.exec(select(rank, func.count()).group_by(rank))}

    def revision(self) -> int:
        """Give a number that changes whenever something the list shows has changed."""
        with self._reading() as session:
            events, steps = (session.exec(select(func.max(of))).one() or 0 for of in (EventRow.id, StepRow.id))
            return events + steps

    def page(self, offset: int, limit: int, today: date) -> tuple[CaseLine, ...]:
        """Read some rows of the list in its order: what needs a person first."""
        with self._reading() as session:
            wanted = select(CaseRow.id).order_by(*_order(today)).offset(offset).limit(limit)
            found = session.exec(
                select(CaseRow, DepartmentRow.name)
                .join(DepartmentRow, col(CaseRow.department_id) == DepartmentRow.id, isouter=True)
                .where(col(CaseRow.id).in_(wanted))
                .order_by(*_order(today)),
            )
            return tuple(self._locked.line(row, department) for row, department in found)

    def position(self, case_id: str, today: date) -> int | None:
        """Tell where in the list a case stands, counted from 0."""
        with self._reading() as session:
            row = session.get(CaseRow, case_id)
            if row is None:
                return None
            withdrawn = row.withdrawn_at is not None
            rank = needs_person_rank(CaseState(row.state), row.target_date, today, withdrawn=withdrawn)
            here = tuple_(literal(int(rank)), literal(row.received_at, UtcDateTime()), literal(row.id))
            return session.exec(select(func.count()).select_from(CaseRow).where(tuple_(*_order(today)) < here)).one()

    def get(self, case_id: str) -> Case | None:
        """Read a case with its letter and its history."""
        with self._reading() as session:
            return self._case(session, session.get(CaseRow, case_id))

    def find(self, text: str) -> Case | None:
        """Find a case by its number, or by the beginning of its id when that fits one case only."""
        with self._reading() as session:
            return self._case(session, _numbered(session, text.strip()) or _beginning(session, text.strip().lower()))

    # What is done

    def keep(self, session: Session, case: Case) -> None:
        """Write a new case down in the caller's transaction; raises LetterOutOfTurn when the conversation has one."""
        if session.get(CaseRow, case.id):
            raise LetterOutOfTurn
        session.add(self._locked.row(case))
        session.flush()
        session.add(self._locked.content(case))
        session.add(EventRow(case_id=case.id, kind=EventKind.RECEIVED, at=case.received_at))

    def opened(self, case_id: str, person: Person, now: datetime) -> None:
        """Note that `person` has read the case."""
        with self.session() as session:
            session.add(EventRow(case_id=case_id, kind=EventKind.OPENED, person_id=person.id, at=now))

    def acknowledge(self, case_id: str, person: Person, now: datetime) -> Case:
        """Let `person` take the case, and post the acknowledgement in the same transaction.

        Raises CaseNotFound, MayNotAct, AlreadyEnded, or AlreadyAcknowledged with the name of who was first.
        """
        with self.session() as session:
            case = actions.acknowledge(self.known(session, case_id), person, now)
            claim = (
                update(CaseRow)
                .where(col(CaseRow.id) == case_id, col(CaseRow.acknowledged_at).is_(None))
                .values(
                    state=case.state,
                    acknowledged_at=now,
                    acknowledged_by=self._locked.name(case_id, person.name),
                )
            )
            if not changed(session, claim):
                raise _beaten(self.known(session, case_id))
            session.add(EventRow(case_id=case_id, kind=EventKind.ACKNOWLEDGED, person_id=person.id, at=now))
            self._post(session, actions.acknowledgement(case, self._unit()))
            return case

    def forward(  # noqa: PLR0913, PLR0917 - an act is who, what, where, when and why
        self,
        case_id: str,
        department_id: str,
        person: Person,
        note: str,
        now: datetime,
        reason: str | None = None,
        seen: int | None = None,
    ) -> Case:
        """Make a department responsible (E7). `seen` is how many moves the person knew of, when that matters.

        Raises CaseNotFound, DepartmentUnknown, MayNotAct, AlreadyEnded, ConsentWithdrawn (O10), NotAcknowledgedYet,
        ConfirmationNeeded (C4) or ForwardedMeanwhile.
        """
        with self.session() as session:
            case = self.known(session, case_id)
            move = Forwarded(_department(session, department_id), person.name, now, note, reason)
            moved = actions.forward(case, move, person)
            known = len(case.history) if seen is None else seen
            claim = (
                update(CaseRow)
                .where(col(CaseRow.id) == case_id, col(CaseRow.forwards) == known)
                .values(
                    state=moved.state,
                    department_id=department_id,
                    forwards=known + 1,
                    forwarded_at=func.coalesce(CaseRow.forwarded_at, now),
                )
            )
            if not changed(session, claim):
                raise ForwardedMeanwhile(case.responsible.name if case.responsible else "")
            session.add(self._locked.forward(case_id, person, move))
            session.add(EventRow(case_id=case_id, kind=EventKind.FORWARDED, person_id=person.id, at=now))
            return moved

    # Departments

    def departments(self) -> tuple[Department, ...]:
        """List the departments a case can be forwarded to, in the municipality's own order."""
        with self._reading() as session:
            rows = session.exec(select(DepartmentRow).order_by(col(DepartmentRow.position), col(DepartmentRow.name)))
            return tuple(map(_as_department, rows))

    def department(self, text: str) -> Department | None:
        """Find a department by its id or its name, however it is capitalised."""
        wanted = text.strip().casefold()
        return next((one for one in self.departments() if wanted in {one.id, one.name.casefold()}), None)

    def ensure_departments(self) -> None:
        """Give a new municipality the six it can start from (E8); one that has any keeps its own."""
        with self.session() as session:
            if session.exec(select(DepartmentRow.id)).first() is None:
                session.add_all(
                    DepartmentRow(id=one.id, name=one.name, kind=one.kind, position=position)
                    for position, one in enumerate(DEFAULTS)
                )

    # Reading rows

    def session(self) -> AbstractContextManager[Session]:
        """Open a transaction for one act."""
        return self._db.session()

    def _reading(self) -> AbstractContextManager[Session]:
        return self._db.reading()

    def known(self, session: Session, case_id: str) -> Case:
        """Read a case in the caller's transaction; raises CaseNotFound."""
        case = self._case(session, session.get(CaseRow, case_id, populate_existing=True))
        if case is None:
            raise CaseNotFound
        return case

    def _case(self, session: Session, row: CaseRow | None) -> Case | None:
        content = session.get(ContentRow, row.id) if row else None
        if row is None or content is None:
            return None
        moves = session.exec(
            select(ForwardRow, DepartmentRow)
            .join(DepartmentRow, col(ForwardRow.department_id) == DepartmentRow.id)
            .where(ForwardRow.case_id == row.id)
            .order_by(col(ForwardRow.id)),
        )
        case = replace(
            self._locked.case(row, content),
            history=tuple(self._locked.move(move, _as_department(department)) for move, department in moves),
            supplements=self._supplements(session, row.id),
            notes=self._notes(session, row.id),
        )
        return self._with_neighbours(session, case)

    def _with_neighbours(self, session: Session, case: Case) -> Case:
        """Add what lies in other tables: letters on their way, the case before, consents and meetings."""
        endings = (outbox.last_sent(session, case.id, kind) for kind in ENDINGS)
        return replace(
            case,
            told=outbox.last_sent(session, case.id, Kind.ACKNOWLEDGEMENT),
            ending_told=next(filter(None, endings), None),
            earlier=self._earlier(session, case) if case.previous else None,
            consents=ConsentBook(session, self._vault).history(case.id),
            meetings=MeetingBook(session, self._vault).of(case.id),
        )

    def _supplements(self, session: Session, case_id: str) -> tuple[Supplemented, ...]:
        rows = select(SupplementRow).where(SupplementRow.case_id == case_id)
        return tuple(map(self._locked.supplemented, session.exec(rows.order_by(col(SupplementRow.id)))))

    def _notes(self, session: Session, case_id: str) -> tuple[Note, ...]:
        rows = select(EventRow).where(EventRow.case_id == case_id, col(EventRow.words).is_not(None))
        found = map(self._locked.note, session.exec(rows.order_by(col(EventRow.id))))
        return tuple(note for note in found if note is not None)

    def _earlier(self, session: Session, case: Case) -> CaseLine | None:
        row = _numbered(session, case.previous.number) if case.previous else None
        if row is None or row.id == case.id:
            return None
        department = session.get(DepartmentRow, row.department_id) if row.department_id else None
        return self._locked.line(row, department.name if department else None)


def _order(today: date) -> tuple[ColumnElement[int], Any, Any]:
    """Say in SQL what `needs_person_rank` says: the two are compared by a test."""
    state = col(CaseRow.state)
    rank = choose(
        (or_(state.in_(ENDED), col(CaseRow.withdrawn_at).is_not(None)), int(Rank.ENDED)),
        (state == CaseState.FORWARDED, int(Rank.HANDED_OVER)),
        (col(CaseRow.target_date) < today, int(Rank.OVERDUE)),
        (state == CaseState.NEW, int(Rank.NEW)),
        else_=int(Rank.WAITING),
    )
    return rank, col(CaseRow.received_at), col(CaseRow.id)


def changed(session: Session, claim: Update) -> bool:
    """Carry an update of one case out; False when its condition no longer holds: somebody else was first."""
    return session.exec(claim.execution_options(synchronize_session=False)).rowcount == 1


def _beaten(case: Case) -> Exception:
    """Tell who was first, when another transaction came in between."""
    return AlreadyAcknowledged(case.acknowledged.by, case.acknowledged.at) if case.acknowledged else CaseNotFound()


def _numbered(session: Session, number: str) -> CaseRow | None:
    return session.exec(select(CaseRow).where(CaseRow.number == number).order_by(col(CaseRow.received_at))).first()


def _beginning(session: Session, prefix: str) -> CaseRow | None:
    if len(prefix) < SHORTEST_PREFIX:
        return None
    found = session.exec(select(CaseRow).where(col(CaseRow.id).startswith(prefix, autoescape=True)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _department(session: Session, department_id: str) -> Department:
    row = session.get(DepartmentRow, department_id)
    if row is None:
        raise DepartmentUnknown
    return _as_department(row)


def _as_department(row: DepartmentRow) -> Department:
    return Department(row.id, row.name, DepartmentKind(row.kind))
