"""A referral in the municipality's hands: what is known about it, its state, and what needs a person first."""

import enum
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

from gateway.consents.model import Consent
from gateway.exchange.delivery import State
from gateway.meetings.book import MeetingState
from gateway.site.erasing import Erased
from gateway.wire.letters import Kind
from gateway.wire.referral import Referral
from gateway.wire.warnings import Notice
from inbox_tui.casework.departments import Department
from inbox_tui.casework.notes import Assessment, Closing, Familiar, Note, NotOurCitizen, Reminded, Withdrawn
from inbox_tui.casework.supplements import Supplemented, in_force
from keys.fingerprint import Fingerprint

NoteT = TypeVar("NoteT", bound=Note)


class CaseState(enum.StrEnum):
    """How far a case has come."""

    NEW = "new"
    """It has arrived, and nobody has taken it yet."""
    ACKNOWLEDGED = "acknowledged"
    """A named person has taken it and Præhospitalet has been told; it waits for a department."""
    FORWARDED = "forwarded"
    """One department is responsible for it."""
    NOT_OURS = "not-ours"
    """Answered «ikke vores borger»; the citizen's case is not here (O7)."""
    CLOSED = "closed"
    """Ended, with outcome and reason kept here (H11)."""


ENDED: Final = frozenset({CaseState.NOT_OURS, CaseState.CLOSED})
"""Nothing more is done with the case."""

STUCK: Final = frozenset({State.PARKED, State.REFUSED, State.GIVEN_UP})
"""How a letter stands that a person must help along."""


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
class HeldUp:
    """A letter of ours that does not get through to Præhospitalet: about which case, how it stands, why (a code)."""

    case_id: str
    number: str
    kind: Kind
    state: State
    reason: str


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
    acute: bool | None = None
    supplements: int = 0
    asked: bool = False
    reminded: bool = False
    withdrawn: bool = False
    held_up: bool = False
    erased: bool = False

    @property
    def re_referral(self) -> bool:
        """Tell whether Præhospitalet has written about the citizen before."""
        return self.position > 1

    def rank(self, today: date) -> "Rank":
        """Tell how soon the case needs a person."""
        return needs_person_rank(self.state, self.target_date, today, withdrawn=self.withdrawn)


@dataclass(frozen=True)
class Case:
    """Everything about one case. Its id is the conversation's, so both ends can name it alike.

    `told` is how far the acknowledgement has come on its way to Præhospitalet, `ending_told` how far the letter that
    ended the case or its consent has; `held_up` is what does not get through by itself, and `region_phone` whom to call
    then. `history` holds every move of responsibility in order; the last one counts (E7).
    `earlier` is the case this one follows, when it is here. `referral` is the first letter, unchanged; what holds after
    the `supplements` is `in_force`. `consents` are those obtained here (C5, C7). Once its content is `erased`,
    nothing of the letter is left, nor of what anybody wrote about the case (O18).
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
    ending_told: State | None = None
    held_up: tuple[HeldUp, ...] = ()
    region_phone: str = ""
    history: tuple[Forwarded, ...] = ()
    earlier: CaseLine | None = None
    supplements: tuple[Supplemented, ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = field(default=(), repr=False)
    consents: tuple[Consent, ...] = field(default=(), repr=False)
    meetings: tuple[MeetingState, ...] = field(default=(), repr=False)
    erased: Erased | None = None

    @property
    def responsible(self) -> Department | None:
        """Name the one department that is responsible, if any is."""
        return self.history[-1].department if self.history else None

    @property
    def in_force(self) -> Referral:
        """Tell what holds now, after what was added or corrected (O23)."""
        return in_force(self.referral, self.supplements)

    @property
    def ended(self) -> bool:
        """Tell whether nothing more is done with it."""
        return self.state in ENDED or self.erased is not None

    def rank(self, today: date) -> "Rank":
        """Tell how soon it needs a person."""
        stopped = self.withdrawn is not None or self.erased is not None
        return needs_person_rank(self.state, self.target_date, today, withdrawn=stopped)

    @property
    def assessment(self) -> Assessment | None:
        """Give the assessment that counts."""
        return self._last(Assessment)

    @property
    def familiar(self) -> Familiar | None:
        """Tell whether the citizen is known here (A10), if anybody has said."""
        return self._last(Familiar)

    @property
    def withdrawn(self) -> Withdrawn | None:
        """Give the citizen's withdrawal, if there is one (O10)."""
        return self._last(Withdrawn)

    @property
    def ending(self) -> NotOurCitizen | Closing | None:
        """Tell how it ended."""
        return self._last(Closing) or self._last(NotOurCitizen)

    @property
    def reminder(self) -> Reminded | None:
        """Give Præhospitalet's last reminder while it stands unanswered: nobody has acknowledged."""
        return None if self.acknowledged or self.ended else self._last(Reminded)

    def of(self, kind: type[NoteT]) -> tuple[NoteT, ...]:
        """List the notes of one kind, the earliest first."""
        return tuple(note for note in self.notes if isinstance(note, kind))

    def _last(self, kind: type[NoteT]) -> NoteT | None:
        found = self.of(kind)
        return found[-1] if found else None


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
    ENDED = 4
    """It is closed, not this municipality's, or the citizen has withdrawn the consent."""


def needs_person_rank(state: CaseState, target: date, today: date, *, withdrawn: bool = False) -> Rank:
    """Tell how soon a case needs a person; among equals the one that arrived first comes first."""
    if withdrawn or state in ENDED:
        return Rank.ENDED
    if state is CaseState.FORWARDED:
        return Rank.HANDED_OVER
    if target < today:
        return Rank.OVERDUE
    return Rank.NEW if state is CaseState.NEW else Rank.WAITING
