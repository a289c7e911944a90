"""What each municipality's people have done about referrals: when somebody last answered one, the oldest nobody has."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, func, select

from gateway.liveness.board import Attention
from gateway.referring.promise import CallOutcome
from gateway.referring.rows import CallRow, ReferralRow


def nobody_has_it() -> ColumnElement[bool]:
    """Find the referrals nobody has answered or taken by phone, and nobody has withdrawn."""
    ends = (
        ReferralRow.acknowledged_at,
        ReferralRow.answered_at,
        ReferralRow.closed_at,
        ReferralRow.withdrawn_at,
        ReferralRow.cancelled_at,
    )
    by_phone = (col(CallRow.referral_id) == ReferralRow.letter_id) & (col(CallRow.outcome) == CallOutcome.TAKEN)
    return and_(*(col(moment).is_(None) for moment in ends), ~exists().where(by_phone))


def attention(session: Session, ahead: timedelta) -> Mapping[str, Attention]:
    """Tell it by municipality, in the machine's time: `ahead` is how far that is ahead of the rules' clock."""
    place, persons = ReferralRow.municipality, dict[str, datetime | None]()
    for moment in (col(ReferralRow.acknowledged_at), col(ReferralRow.answered_at)):  # an index serves each
        last = select(place, func.max(moment)).where(moment.is_not(None)).group_by(place)
        for party, answered_at in session.exec(last):
            persons[party] = _latest((answered_at, persons.get(party)))
    waiting = select(place, func.min(ReferralRow.submitted_at)).where(nobody_has_it()).group_by(place)
    oldest = {party: since for party, since in session.exec(waiting) if since}
    return {
        party: Attention(_shifted(persons.get(party), ahead), _shifted(oldest.get(party), ahead))
        for party in persons.keys() | oldest.keys()
    }


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, moments), default=None)


def _shifted(moment: datetime | None, ahead: timedelta) -> datetime | None:
    return moment + ahead if moment else None
