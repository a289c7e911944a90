"""Which cases a person sees. Those who receive see all of them; a department those it is part of now.

It is part of a case when it is responsible for it, or was brought in beside the one that is (E7). Of the rest there is
no trace for it: what is not its own is not there. When a case is moved on, it is gone.
"""

from typing import Final

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, select

from gateway.access.actions import INTAKE
from gateway.site.people import Person, PersonRow, Role
from inbox_tui.tables import CaseDepartmentRow, CaseRow

Sight = ColumnElement[bool]
"""A condition on a case; every question about cases is asked under one."""

EVERYTHING: Final[Sight] = true()
"""What the daemon sees."""
NOTHING: Final[Sight] = false()


def sight_of(session: Session, person: Person) -> Sight:
    """Tell what `person` sees, by the role and the department they have now."""
    row = session.get_one(PersonRow, person.id)
    if Role(row.role) in INTAKE:
        return EVERYTHING
    if Role(row.role) is not Role.DEPARTMENT or not row.department:
        return NOTHING
    beside = select(CaseDepartmentRow.case_id).where(CaseDepartmentRow.department_id == row.department)
    return or_(col(CaseRow.department_id) == row.department, col(CaseRow.id).in_(beside))


def department_of(session: Session, person: Person) -> str:
    """Name the department `person` speaks for now, by its id; "" for those who receive, who speak for all of them."""
    row = session.get_one(PersonRow, person.id)
    return "" if Role(row.role) in INTAKE else row.department
