"""Which cases a person sees. Those who receive see all of them; a department sees those it is responsible for now.

Of the rest there is no trace for a department: what is not its own is not there. When a case is moved on, it is gone.
"""

from typing import Final

from sqlalchemy import ColumnElement, false, true
from sqlmodel import Session, col

from gateway.access.actions import INTAKE
from gateway.site.people import Person, PersonRow, Role
from inbox_tui.tables import CaseRow

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
    return col(CaseRow.department_id) == row.department
