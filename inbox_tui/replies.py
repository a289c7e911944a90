"""A department's signed answer by mail takes a case over (E7, S19): judged by signature, referral number and age.

That it was signed by the department's pinned key is proved before it comes here. What it says is not kept: it may say
anything, and a person who has more to say than yes rings.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, select

from directory.departments import department_of
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.exchange.replies import Answered
from gateway.site.ports import Clock
from gateway.wire.errors import ReplyOutOfTime, ReplyUnmatched
from inbox_tui import mailed
from inbox_tui.casework.case import Case
from inbox_tui.casework.errors import CaseworkError
from inbox_tui.store import CaseStore
from inbox_tui.tables import CaseRow

LATEST: Final = timedelta(days=30)
"""How long after the forward an answer still takes the case over."""
CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
"""How far behind ours the clock of a department's machine may be, while it has one letter of a case to answer.

Once it has been asked anew, an answer to what it was asked before might pass by that.
"""


@dataclass(frozen=True)
class TakeReplies:
    """Takes answers. `clock` is the machine's, for the log."""

    store: CaseStore
    clock: Clock

    def __call__(self, session: Session, answered: Answered) -> bool:
        """Take the case over that an answer is about; False when the department has it already.

        Raises ReplyWithoutNumber, ReplyNamesSeveral, ReplyUnmatched or ReplyOutOfTime.
        """
        department, cases = department_of(answered.party), self.store.everything(session)
        case = cases.known(_named(session, answered.said.number, department))
        _require_in_time(session, case, department, answered)
        if case.taken_over:
            return False
        who = case.responsible.name if case.responsible else ""
        try:
            self.store.taken_over(cases, case, who, answered.when.received_at)
        except CaseworkError:
            raise ReplyUnmatched from None
        detail = {"department": department, "how": "mail"}
        noted_by_daemon(session, Action.TAKE_OVER, self.clock(), case.id, detail=detail)
        return True


def _named(session: Session, number: str, department: str) -> str:
    """Find the one case with that number which the department is responsible for."""
    wanted = select(CaseRow.id).where(CaseRow.number == number, CaseRow.department_id == department)
    found = session.exec(wanted).all()
    if len(found) != 1:
        raise ReplyUnmatched
    return found[0]


def _require_in_time(session: Session, case: Case, department: str, answered: Answered) -> None:
    """Refuse what was signed before the last forward by mail, such as an old answer sent anew, or came too late."""
    posted = mailed.posted(session, case.id, department)
    if not posted or case.ended:
        raise ReplyUnmatched
    earliest = posted[-1] if len(posted) > 1 else posted[-1] - CLOCKS_MAY_DIFFER
    if answered.signed_at < earliest or answered.when.arrived_at > posted[-1] + LATEST:
        raise ReplyOutOfTime
