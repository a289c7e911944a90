"""A referral in the municipality's hands: what is known about it, its state, and what needs a person first."""

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.exchange.delivery import State
from gateway.wire.referral import Referral
from gateway.wire.warnings import Notice
from inbox_tui.casework.departments import Department
from keys.fingerprint import Fingerprint


class CaseState(enum.StrEnum):
    """How far a case has come."""

    NEW = "new"
    """It has arrived, and nobody has taken it yet."""
    ACKNOWLEDGED = "acknowledged"
    """A named person has taken it and Præhospitalet has been told; it waits for a department."""
    FORWARDED = "forwarded"
    """One department is responsible for it."""


@dataclass(frozen=True)
class Seal:
    """Who sealed the letter, as the signature and the pinned key say."""

    from_party: str
    signed_by: Fingerprint
    signed_at: datetime


@dataclass(frozen=True)
class Previous:
    """The earlier letter a re-referral follows (F4): `position` is 2 for the second about the same citizen."""

    number: str
    sent_at: datetime
    position: int
    first_sent_at: datetime


@dataclass(frozen=True)
class Taken:
    """Who acknowledged a case, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Forwarded:
    """One move of responsibility: to which department, by whom, and the words that went along."""

    department: Department
    by: str
    at: datetime
    note: str = field(default="", repr=False)
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CaseLine:
    """What one row of the list needs, and no more."""

    id: str
    number: str
    citizen: str = field(repr=False)
    received_at: datetime
    target_date: date
    state: CaseState
    position: int
    notices: tuple[Notice, ...]
    acknowledged_by: str | None
    responsible: str | None

    @property
    def re_referral(self) -> bool:
        """Tell whether Præhospitalet has written about the citizen before."""
        return self.position > 1


@dataclass(frozen=True)
class Case:
    """Everything about one case. Its id is the conversation's, so both ends can name it alike.

    `told` is how far the acknowledgement has come on its way to Præhospitalet. `history` holds every move of
    responsibility in order, of which the last one counts (E7). `earlier` is the case this one follows, when it is here.
    """

    id: str
    letter_id: str
    number: str
    seal: Seal
    referral: Referral = field(repr=False)
    notices: tuple[Notice, ...]
    previous: Previous | None
    received_at: datetime
    target_date: date
    state: CaseState = CaseState.NEW
    acknowledged: Taken | None = None
    told: State | None = None
    history: tuple[Forwarded, ...] = ()
    earlier: CaseLine | None = None

    @property
    def responsible(self) -> Department | None:
        """Name the one department that is responsible, if any is."""
        return self.history[-1].department if self.history else None


class Rank(enum.IntEnum):
    """What needs a person first: the order of the list."""

    OVERDUE = 0
    """No department is responsible, and the target of five working days has passed (E1)."""
    NEW = 1
    """Nobody has taken it yet."""
    WAITING = 2
    """Taken by a person, waiting to be forwarded."""
    HANDED_OVER = 3
    """A department has it."""


def needs_person_rank(state: CaseState, target: date, today: date) -> Rank:
    """Tell how soon a case needs a person; among equals the one that arrived first comes first."""
    if state is CaseState.FORWARDED:
        return Rank.HANDED_OVER
    if target < today:
        return Rank.OVERDUE
    return Rank.NEW if state is CaseState.NEW else Rank.WAITING
