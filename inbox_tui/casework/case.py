"""A referral in the municipality's hands: what is known about it, its state, and what needs a person first."""

import enum
from collections.abc import Mapping
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
from inbox_tui.casework.notes import (
    Assessment,
    Closing,
    Familiar,
    Note,
    NotOurCitizen,
    Reminded,
    SentBack,
    TakenOver,
    Withdrawn,
)
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
    """One department is responsible for it; nobody there has taken it over yet."""
    TAKEN_OVER = "taken-over"
    """A person in the responsible department has taken it over (S19)."""
    NOT_OURS = "not-ours"
    """Answered «ikke vores borger»; the citizen's case is not here (O7)."""
    CLOSED = "closed"
    """Ended, with outcome and reason kept here (H11)."""


ENDED: Final = frozenset({CaseState.NOT_OURS, CaseState.CLOSED})
"""Nothing more is done with the case."""

BEFORE_A_DEPARTMENT_HAS_IT: Final = frozenset({CaseState.NEW, CaseState.ACKNOWLEDGED, CaseState.FORWARDED})
"""The target is not met yet by anybody in a department."""

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

    def written(self) -> dict[str, str | int]:
        """Write it as the letter names it."""
        return {
            "number": self.number,
            "sent_at": self.sent_at.isoformat(),
            "position": self.position,
            "first_sent_at": self.first_sent_at.isoformat(),
        }


@dataclass(frozen=True)
class Taken:
    """Who acknowledged a case, and when; `contact_by` is by which day they said that the citizen is contacted (E15)."""

    by: str
    at: datetime
    contact_by: date | None = None


@dataclass(frozen=True)
class Forwarded:
    """One move of responsibility: to which department, by whom, and the words that went along.

    `also` are the departments that were brought in beside the one responsible (E7).
    """

    department: Department
    by: str
    at: datetime
    note: str = field(default="", repr=False)
    reason: str | None = field(default=None, repr=False)
    also: tuple[Department, ...] = ()


@dataclass(frozen=True)
class Mailed:
    """The case as sealed mail to a department: how far it has come, since when, and why no farther (a code)."""

    department: str
    state: State
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class HeldUp:
    """A letter of ours that does not get through: about which case, how it stands, why (a code).

    It is for Præhospitalet, or for the `department` that is named.
    """

    case_id: str
    number: str
    kind: Kind
    state: State
    reason: str
    department: str = ""


@dataclass(frozen=True)
class CaseLine:
    """What one row of the list needs, and no more.

    `acute_by` is set while the acute clock runs: by the end of that day the citizen should be reached (E3). `unread`:
    nobody here has opened it. `also` counts the departments beside the responsible one.
    """

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
    acknowledged_at: datetime | None = None
    forwarded_at: datetime | None = None
    taken_over_by: str | None = None
    also: int = 0
    unread: bool = False
    sent_back: bool = False
    assessed: bool = False
    acute: bool | None = None
    acute_by: date | None = None
    supplements: int = 0
    asked: bool = False
    reminded: bool = False
    withdrawn: bool = False
    held_up: bool = False
    erased: bool = False

    @property
    def ended(self) -> bool:
        """Tell whether nothing more is done with it."""
        return self.state in ENDED or self.erased

    @property
    def re_referral(self) -> bool:
        """Tell whether Præhospitalet has written about the citizen before."""
        return self.position > 1

    def rank(self, today: date) -> "Rank":
        """Tell how soon the case needs a person."""
        acute = self.acute_by is not None
        return needs_person_rank(self.state, self.target_date, today, acute=acute, withdrawn=self.withdrawn)


@dataclass(frozen=True)
class Case:
    """Everything about one case. Its id is the conversation's, so both ends can name it alike.

    `told` is how far the acknowledgement has come on its way to Præhospitalet, `ending_told` how far the letter that
    ended the case or its consent has; `held_up` is what does not get through by itself, and `region_phone` whom to call
    then. `history` holds every move of responsibility in order; the last one counts (E7), until it is sent back. `also`
    are the departments beside the responsible one, `mailed` what went to departments as sealed mail. `acute_by` is set
    while the acute clock runs (E3).
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
    mailed: tuple[Mailed, ...] = ()
    region_phone: str = ""
    history: tuple[Forwarded, ...] = ()
    also: tuple[Department, ...] = ()
    acute_by: date | None = None
    came_back: bool = False
    earlier: CaseLine | None = None
    supplements: tuple[Supplemented, ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = field(default=(), repr=False)
    consents: tuple[Consent, ...] = field(default=(), repr=False)
    meetings: tuple[MeetingState, ...] = field(default=(), repr=False)
    erased: Erased | None = None

    @property
    def responsible(self) -> Department | None:
        """Name the one department that is responsible, if any is; of an erased case `came_back` alone tells."""
        back = self.came_back or self.sent_back is not None
        return self.history[-1].department if self.history and not back else None

    @property
    def handovers(self) -> int:
        """Count how often somebody was made responsible for it, or took it over."""
        return len(self.history) + len(self.of(TakenOver))

    @property
    def sent_back(self) -> SentBack | None:
        """Tell that the department which was responsible last has sent it back, until it is forwarded anew."""
        back = self._last(SentBack)
        return back if back and back.moves == len(self.history) else None

    @property
    def taken_over(self) -> TakenOver | None:
        """Tell who in the responsible department has taken it over, if anybody has."""
        return self._last(TakenOver) if self.state is CaseState.TAKEN_OVER else None

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
        stopped, acute = self.withdrawn is not None or self.erased is not None, self.acute_by is not None
        return needs_person_rank(self.state, self.target_date, today, acute=acute, withdrawn=stopped)

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

    ACUTE = 0
    """Assessed as acute, and the citizen has not been reached since (E3)."""
    OVERDUE = 1
    """Nobody has taken it over in a department, and the target of five working days has passed (E1)."""
    NEW = 2
    """Nobody has taken it yet."""
    WAITING = 3
    """Taken by a person, waiting to be forwarded."""
    ON_ITS_WAY = 4
    """A department is responsible, and nobody there has taken it over yet."""
    HANDED_OVER = 5
    """A person in a department has it."""
    ENDED = 6
    """It is closed, not this municipality's, or the citizen has withdrawn the consent."""


BY_STATE: Final[Mapping[CaseState, Rank]] = {
    CaseState.NEW: Rank.NEW,
    CaseState.ACKNOWLEDGED: Rank.WAITING,
    CaseState.FORWARDED: Rank.ON_ITS_WAY,
    CaseState.TAKEN_OVER: Rank.HANDED_OVER,
    CaseState.NOT_OURS: Rank.ENDED,
    CaseState.CLOSED: Rank.ENDED,
}
"""How soon a case of each state needs a person, when nothing else presses."""


def needs_person_rank(
    state: CaseState, target: date, today: date, *, acute: bool = False, withdrawn: bool = False
) -> Rank:
    """Tell how soon a case needs a person; among equals the one that arrived first comes first.

    `acute` says that the acute clock runs.
    """
    if withdrawn or state in ENDED:
        return Rank.ENDED
    if acute:
        return Rank.ACUTE
    return Rank.OVERDUE if target < today and state in BEFORE_A_DEPARTMENT_HAS_IT else BY_STATE[state]
