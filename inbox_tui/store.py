"""Where cases lie: who reads them, who takes them and who moves them on, each by a named person and noted.

What is personal is locked before it is written (the citizen's name, the letter, names of staff, notes, reasons). In
clear lie only ids, numbers, states, times and department names. Each act is one transaction, and is conditional, so
that of two people the second is told who was first and nothing is overwritten.

Every question is asked by a person, and answered within what that person sees; who may not ask is refused (MayNot,
PersonGone).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Update
from sqlmodel import Session, col, func, select, update

from directory.model import Contact
from gateway.access.act import act, admitted, looking, noted
from gateway.access.actions import Action
from gateway.exchange.ports import Post
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Sessions
from gateway.wire.errors import LetterOutOfTurn
from inbox_tui import signs
from inbox_tui.cases import Cases, as_department
from inbox_tui.casework import actions
from inbox_tui.casework.case import Case, CaseLine, Forwarded
from inbox_tui.casework.departments import DEFAULTS, Department
from inbox_tui.casework.errors import AlreadyAcknowledged, CaseNotFound, DepartmentUnknown, ForwardedMeanwhile
from inbox_tui.locked import Locked
from inbox_tui.sight import EVERYTHING, sight_of
from inbox_tui.tables import CaseRow, DepartmentRow, EventKind, EventRow


class CaseStore:
    """The municipality's cases. Every method opens its own short transaction, except `keep`, which joins one."""

    def __init__(self, db: Sessions, vault: Vault, post: Post, unit: Callable[[], Contact]) -> None:
        self._db = db
        self._vault = vault
        self._locked = Locked(vault)
        self._post = post
        self._unit = unit

    # What there is

    def unit(self) -> Contact:
        """Name our own unit as Præhospitalet knows it."""
        return self._unit()

    @contextmanager
    def looking(self, person: Person, now: datetime) -> Iterator[Cases]:
        """Let `person` look at the list, as a screen does every few seconds; only a refusal is noted."""
        with looking(self._db, person, Action.LIST_CASES, now) as session:
            yield self._seen(session, person)

    def listed(self, limit: int, today: date, person: Person, now: datetime) -> tuple[CaseLine, ...]:
        """Give `person` the list, what needs somebody first; it is noted how many there were."""
        with act(self._db, person, Action.LIST_CASES, now) as deed:
            lines = self._seen(deed.session, person).page(0, limit, today)
            deed.detail["found"] = len(lines)
            return lines

    def get(self, case_id: str, person: Person, now: datetime) -> Case | None:
        """Read a case anew before something is done with it; the doing is noted, or was the opening."""
        with looking(self._db, person, Action.OPEN_CASE, now) as session:
            return self._seen(session, person).get(case_id)

    def open(self, case_id: str, person: Person, now: datetime) -> Case:
        """Give `person` a case to read, and note that they have; raises CaseNotFound."""
        with self.doing(case_id, person, Action.OPEN_CASE, now) as cases:
            case = cases.known(case_id)
            cases.session.add(EventRow(case_id=case_id, kind=EventKind.OPENED, person_id=person.id, at=now))
            return case

    def find(self, text: str, person: Person, now: datetime, wanted: Action = Action.SEARCH) -> Case | None:
        """Find a case by its number, or by the beginning of its id when that fits one case only.

        Who may not do what the case is `wanted` for is not told whether it is there.
        """
        with admitted(self._db, person, wanted, now) as session:
            case = self._seen(session, person).named(text)
            by = "number" if case and case.number == text.strip() else "id"
            told: dict[str, str | int] = {"by": by, "found": 1} if case else {"found": 0}
            noted(session, person, Action.SEARCH, now, case.id if case else "", detail=told)
            return case

    # What is done

    def keep(self, session: Session, case: Case) -> None:
        """Write a new case down in the caller's transaction; raises LetterOutOfTurn when the conversation has one."""
        if session.get(CaseRow, case.id):
            raise LetterOutOfTurn
        session.add(self._locked.row(case))
        session.flush()
        session.add(self._locked.content(case))
        signs.keep(session, self._vault, case.id, case.referral.citizen.cpr, case.referral.citizen.phone)
        session.add(EventRow(case_id=case.id, kind=EventKind.RECEIVED, at=case.received_at))

    def acknowledge(self, case_id: str, person: Person, now: datetime) -> Case:
        """Let `person` take the case, and post the acknowledgement in the same transaction.

        Raises CaseNotFound, AlreadyEnded, or AlreadyAcknowledged with the name of who was first.
        """
        with self.doing(case_id, person, Action.ACKNOWLEDGE, now) as cases:
            case = actions.acknowledge(cases.known(case_id), person, now)
            claim = (
                update(CaseRow)
                .where(col(CaseRow.id) == case_id, col(CaseRow.acknowledged_at).is_(None))
                .values(
                    state=case.state,
                    acknowledged_at=now,
                    acknowledged_by=self._locked.name(case_id, person.name),
                )
            )
            if not changed(cases.session, claim):
                raise _beaten(cases.known(case_id))
            cases.session.add(EventRow(case_id=case_id, kind=EventKind.ACKNOWLEDGED, person_id=person.id, at=now))
            self._post(cases.session, actions.acknowledgement(case, self._unit()))
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

        Raises CaseNotFound, DepartmentUnknown, AlreadyEnded, ConsentWithdrawn (O10), NotAcknowledgedYet,
        ConfirmationNeeded (C4) or ForwardedMeanwhile.
        """
        with self.doing(case_id, person, Action.FORWARD, now, to=department_id) as cases:
            case = cases.known(case_id)
            move = Forwarded(_department(cases.session, department_id), person.name, now, note, reason)
            moved = actions.forward(case, move)
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
            if not changed(cases.session, claim):
                raise ForwardedMeanwhile(case.responsible.name if case.responsible else "")
            cases.session.add(self._locked.forward(case_id, person, move))
            cases.session.add(EventRow(case_id=case_id, kind=EventKind.FORWARDED, person_id=person.id, at=now))
            return moved

    # Departments

    def departments(self) -> tuple[Department, ...]:
        """List the departments a case can be forwarded to, in the municipality's own order."""
        with self._db.reading() as session:
            rows = session.exec(select(DepartmentRow).order_by(col(DepartmentRow.position), col(DepartmentRow.name)))
            return tuple(map(as_department, rows))

    def department(self, text: str) -> Department | None:
        """Find a department by its id or its name, however it is capitalised."""
        wanted = text.strip().casefold()
        return next((one for one in self.departments() if wanted in {one.id, one.name.casefold()}), None)

    def ensure_departments(self) -> None:
        """Give a new municipality the six it can start from (E8); one that has any keeps its own."""
        with self._db.session() as session:
            if session.exec(select(DepartmentRow.id)).first() is None:
                session.add_all(
                    DepartmentRow(id=one.id, name=one.name, kind=one.kind, position=position)
                    for position, one in enumerate(DEFAULTS)
                )

    # Sessions

    @contextmanager
    def doing(self, case_id: str, person: Person, action: Action, now: datetime, **detail: str) -> Iterator[Cases]:
        """Open the transaction in which `person` does something with a case; gives the cases they see."""
        with act(self._db, person, action, now, case_id) as deed:
            deed.detail.update(detail)
            yield self._seen(deed.session, person)

    def everything(self, session: Session) -> Cases:
        """Give all cases in the caller's transaction: what the daemon sees, and no person."""
        return Cases(session, self._vault, EVERYTHING)

    def _seen(self, session: Session, person: Person) -> Cases:
        return Cases(session, self._vault, sight_of(session, person))


def changed(session: Session, claim: Update) -> bool:
    """Carry an update of one case out; False when its condition no longer holds: somebody else was first."""
    return session.exec(claim.execution_options(synchronize_session=False)).rowcount == 1


def _beaten(case: Case) -> Exception:
    """Tell who was first, when another transaction came in between."""
    return AlreadyAcknowledged(case.acknowledged.by, case.acknowledged.at) if case.acknowledged else CaseNotFound()


def _department(session: Session, department_id: str) -> Department:
    row = session.get(DepartmentRow, department_id)
    if row is None:
        raise DepartmentUnknown
    return as_department(row)
