"""A forward («videresendelse»): the whole referral, passed on to a department that works in a mail program (E7)."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from gateway.wire.body import Body, Name, Phone, Short
from gateway.wire.referral import Moment, Prose
from gateway.wire.supplement import Supplement


class Added(Body):
    """One supplement that came since, and when (O23)."""

    received_at: Moment
    said: Supplement


class Forward(Body):
    """Who passes what on, to which department, and who is responsible: that may be another one beside it.

    `referral` and `previous` are as they came. `acute_by`: it was assessed as acute, and by the end of that day the
    citizen should be reached.
    """

    department: Short
    responsible: Short
    forwarded_by: Name
    forwarded_at: Moment
    unit: Short
    phone: Phone
    received_at: Moment
    note: Prose = ""
    acute_by: date | None = None
    referral: dict[str, Any] = Field(repr=False)
    previous: dict[str, Any] | None = Field(default=None, repr=False)
    added: Annotated[tuple[Added, ...], Field(repr=False)] = ()

    @property
    def is_theirs(self) -> bool:
        """Tell whether the department that reads it is the responsible one."""
        return self.department == self.responsible
