"""Who the municipality forwards to: its departments, kept by its own administrator alone (D14, E8).

A department keeps its id for good, whatever it is called, so that what went there before is still found. One that is
retired takes nothing new; what it has stays with it, and its people go on seeing that.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from directory.book import AddressBook
from directory.departments import department_of
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.site.people import Person, PersonRow
from gateway.site.ports import Sessions
from inbox_tui.cases import as_department
from inbox_tui.casework.case import ENDED
from inbox_tui.casework.departments import Department, DepartmentKind, checked_name, may_retire, moved, new_id
from inbox_tui.casework.errors import DepartmentUnknown
from inbox_tui.tables import CaseRow, DepartmentRow

Change = Callable[[Session, DepartmentRow], None]


@dataclass(frozen=True)
class Listed:
    """A department as its keeper sees it: `mail` is where sealed mail to it goes, empty when it works in this inbox.

    `people` counts those who work in it here; `open` numbers the cases it is responsible for.
    """

    department: Department
    mail: str = ""
    people: int = 0
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Departments:
    """The departments and every change of them, each by a named administrator and noted.

    A department is named by its id or by what it is called. Every change raises MayNot, PersonGone and
    DepartmentUnknown beside what it says.
    """

    db: Sessions

    def listed(self, person: Person, now: datetime) -> tuple[Listed, ...]:
        """List them in the municipality's own order, those that are retired last."""
        with act(self.db, person, Action.LIST_DEPARTMENTS, now) as deed:
            rows = _in_order(deed.session)
            mail, people = by_mail(deed.session), _people(deed.session)
            return tuple(
                Listed(as_department(row), mail.get(row.id, ""), people.get(row.id, 0), _open(deed.session, row.id))
                for row in rows
            )

    def add(self, name: str, kind: DepartmentKind, person: Person, now: datetime) -> Department:
        """Let there be another department, offered last; raises BadDepartmentName or DepartmentTaken."""
        with act(self.db, person, Action.SET_DEPARTMENT, now) as deed:
            there = _in_order(deed.session)
            kept = checked_name(name, tuple(map(as_department, there)))
            row = DepartmentRow(id=new_id(kept, [one.id for one in there]), name=kept, kind=kind, position=len(there))
            deed.session.add(row)
            _arrange((*there, row))
            deed.about, deed.detail = row.id, {"change": "added", "kind": kind.value}
            return as_department(row)

    def rename(self, named: str, name: str, person: Person, now: datetime) -> Department:
        """Call a department something else; raises BadDepartmentName or DepartmentTaken."""

        def renamed(session: Session, row: DepartmentRow) -> None:
            others = [as_department(one) for one in _in_order(session) if one is not row]
            row.name = checked_name(name, others)

        return self._changed(named, "renamed", renamed, person, now)

    def change_kind(self, named: str, kind: DepartmentKind, person: Person, now: datetime) -> Department:
        """Say what its staff are, and thereby whether the citizen's consent names them (C4)."""

        def changed(_session: Session, row: DepartmentRow) -> None:
            row.kind = kind

        return self._changed(named, f"kind-{kind.value}", changed, person, now)

    def move(self, named: str, step: int, person: Person, now: datetime) -> Department:
        """Offer a department one place earlier (`step` -1) or later (1)."""

        def placed(session: Session, row: DepartmentRow) -> None:
            rows = {one.id: one for one in _in_order(session)}
            _arrange([rows[one] for one in moved(tuple(rows), row.id, step)])

        return self._changed(named, "moved", placed, person, now)

    def retire(self, named: str, person: Person, now: datetime) -> Listed:
        """Forward nothing more to a department; tells what it is still responsible for. Raises LastDepartment."""
        with self._changing(named, "retired", person, now) as (session, row):
            may_retire(row.id, [one.id for one in _in_order(session) if one.active])
            row.active = False
            _arrange(_in_order(session))
            return Listed(as_department(row), open=_open(session, row.id))

    def reopen(self, named: str, person: Person, now: datetime) -> Department:
        """Forward to a retired department again."""

        def reopened(session: Session, row: DepartmentRow) -> None:
            row.active = True
            _arrange(_in_order(session))

        return self._changed(named, "reopened", reopened, person, now)

    def _changed(self, named: str, what: str, change: Change, person: Person, now: datetime) -> Department:
        with self._changing(named, what, person, now) as (session, row):
            change(session, row)
            return as_department(row)

    @contextmanager
    def _changing(
        self, named: str, what: str, person: Person, now: datetime
    ) -> Iterator[tuple[Session, DepartmentRow]]:
        with act(self.db, person, Action.SET_DEPARTMENT, now) as deed:
            row = _found(deed.session, named)
            deed.about, deed.detail = row.id, {"change": what}
            yield deed.session, row


def by_mail(session: Session) -> dict[str, str]:
    """Tell which departments are reached by sealed mail: their ids, each with its address."""
    return {department_of(one.party): one.email for one in AddressBook(session).departments()}


def _found(session: Session, named: str) -> DepartmentRow:
    wanted = named.strip().casefold()
    rows = _in_order(session)
    found = next((row for row in rows if row.id == wanted), None)
    found = found or next((row for row in rows if row.name.casefold() == wanted), None)
    if found is None:
        raise DepartmentUnknown
    return found


def _in_order(session: Session) -> Sequence[DepartmentRow]:
    order = (col(DepartmentRow.active).desc(), col(DepartmentRow.position), col(DepartmentRow.name))
    return session.exec(select(DepartmentRow).order_by(*order)).all()


def _arrange(rows: Sequence[DepartmentRow]) -> None:
    """Give each department its place: as they stand here, those that are retired last."""
    for position, row in enumerate(sorted(rows, key=lambda one: not one.active)):
        row.position = position


def _open(session: Session, department_id: str) -> tuple[str, ...]:
    numbers = select(CaseRow.number).where(
        CaseRow.department_id == department_id, col(CaseRow.state).not_in(ENDED), col(CaseRow.erased_at).is_(None)
    )
    return tuple(session.exec(numbers.order_by(col(CaseRow.received_at))))


def _people(session: Session) -> dict[str, int]:
    counted = select(PersonRow.department, func.count()).where(col(PersonRow.active), PersonRow.department != "")
    return dict(session.exec(counted.group_by(PersonRow.department)).all())
