"""A citizen who has been referred before, by CPR or phone: suggested to the person at the desk, never merged (F1, G2).

Two people may share a phone, so what is found is a question and no answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, or_, select

from directory.calendar import local_day
from gateway.access.act import act, looking, permit
from gateway.access.actions import Action
from gateway.exchange.rows import OutgoingRow
from gateway.referring.follow import ACKNOWLEDGED, CLOSED, NOT_OURS, WITHDRAWN
from gateway.referring.past import cpr_index_of, phone_index, with_phone
from gateway.referring.rows import ReferralRow
from gateway.referring.search import tell_of_search
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions

SAME_DAY: Final = timedelta(hours=24)
"""Within it a second referral is rather a supplement to the first (G9, O22)."""


class Sign(StrEnum):
    """What a citizen was recognised by."""

    CPR = "cpr"
    """The same number, of a kind that names one person."""
    PHONE = "phone"
    """The same phone; perhaps somebody else's who lives or stays there."""


@dataclass(frozen=True)
class Seen:
    """An earlier referral that may be about the same citizen.

    `open`: its municipality still has it or may get it, so that a supplement can go to it. `state` is a code of status.
    """

    referral_id: str
    conversation_id: str
    number: str
    municipality: str
    submitted_at: datetime
    by: Sign
    open: bool
    within_a_day: bool
    state: str


@dataclass(frozen=True)
class Recognise:
    """Looks for earlier referrals by keyed hash; no content is read. It looks while somebody types."""

    sessions: Sessions
    vault: Vault
    clock: Clock

    def __call__(self, cpr: str | None, phone: str | None, person: Person, noted: set[str]) -> tuple[Seen, ...]:
        """List the earlier referrals of this CPR or phone, newest first; half a number finds nothing.

        `noted` is what this writing has asked about already, as keyed hashes: a number is noted when it comes to that.
        Raises MayNot or PersonGone.
        """
        now = self.clock()
        by_cpr, by_phone = cpr_index_of(self.vault, cpr, local_day(now)), phone_index(self.vault, phone)
        asked = {index for index in (by_cpr, by_phone) if index}
        if asked <= noted:
            with looking(self.sessions, person, Action.OPEN_REFERRAL, now) as session:
                return self._seen(session, by_cpr, by_phone, now) if asked else ()
        with act(self.sessions, person, Action.SEARCH, now) as deed:
            permit(deed.session, person, Action.OPEN_REFERRAL)
            found = self._seen(deed.session, by_cpr, by_phone, now)
            tell_of_search(deed, "recognise", [one.conversation_id for one in found])
        noted |= asked
        return found

    @staticmethod
    def _seen(session: Session, by_cpr: str | None, by_phone: str | None, now: datetime) -> tuple[Seen, ...]:
        same = or_(
            *(col(ReferralRow.cpr_index) == index for index in (by_cpr,) if index),
            *(with_phone(index) for index in (by_phone,) if index),
        )
        sent = select(ReferralRow).where(same, col(ReferralRow.cancelled_at).is_(None))
        rows = session.exec(sent.order_by(col(ReferralRow.submitted_at).desc())).all()
        return tuple(_seen(session, row, by_cpr, now) for row in rows)


def _seen(session: Session, row: ReferralRow, by_cpr: str | None, now: datetime) -> Seen:
    ended = next((state for state, at in _endings(row).items() if at), None)
    return Seen(
        referral_id=row.letter_id,
        conversation_id=row.conversation_id,
        number=row.number,
        municipality=row.municipality,
        submitted_at=row.submitted_at,
        by=Sign.CPR if by_cpr and row.cpr_index == by_cpr else Sign.PHONE,
        open=ended is None,
        within_a_day=now - row.submitted_at <= SAME_DAY,
        state=ended or _standing(session, row),
    )


def _endings(row: ReferralRow) -> Mapping[str, datetime | None]:
    return {WITHDRAWN: row.withdrawn_at, CLOSED: row.closed_at, NOT_OURS: row.answered_at}


def _standing(session: Session, row: ReferralRow) -> str:
    return ACKNOWLEDGED if row.acknowledged_at else session.get_one(OutgoingRow, row.letter_id).state
