"""The promise to the citizen: no referral lies unseen (E13). Which step is due, since when, and what comes next.

A referral's clock starts when it was submitted, or at the unit's next opening. A unit whose hours are not known is
taken to answer its phone from 8 to 15 on working days. A step falls due while the unit is open and on a working day, so
that there is somebody to ring; only a sender's remark on urgency is never put off (O4). Pure rules.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from directory.calendar import COPENHAGEN, add_working_days
from directory.hours import OpeningHours, on_working_days
from directory.model import Contact
from gateway.exchange.delivery import FAILED, State
from gateway.site.settings import PromiseSettings


class Step(enum.StrEnum):
    """What the desk is asked to do, or told of; the most pressing first."""

    PHONE_AT_ONCE = "phone-at-once"
    """The sender remarked on urgency: the unit is phoned now, whatever the hour (O4)."""
    WITHDRAWAL = "withdrawal"
    """The citizen has withdrawn the consent, and word of it has not come through: the unit is phoned (O10)."""
    READ = "read"
    """An answer has come that was written in a mail program: a person here reads what it says."""
    PHONE = "phone"
    """Nobody has taken it within two working days, or the letter never came through: the unit is phoned."""
    CALL_AGAIN = "call-again"
    """The last call reached nobody: the unit is phoned again."""
    RECEIPT = "receipt"
    """The municipality's gateway has not confirmed the letter; the mail goes again by itself."""
    REMIND = "remind"
    """Nobody has taken it within one working day: the municipality is reminded by letter."""

    @property
    def asks_for_call(self) -> bool:
        """Tell whether a person is to phone; the other steps are not for the phone."""
        return self not in (Step.READ, Step.RECEIPT, Step.REMIND)


class CallOutcome(enum.StrEnum):
    """How a call to a unit ended."""

    TAKEN = "taken"
    """A person there has the referral now; nothing more is asked of the desk."""
    PROMISED = "promised"
    """It will be taken up; the desk looks again after one working day."""
    NO_ANSWER = "no-answer"
    """Nobody answered."""
    WRONG_NUMBER = "wrong-number"
    """The number is not the unit's: use the municipality's main number, and tell the administrator."""
    CLOSED = "closed"
    """The unit had closed."""
    NOT_OURS = "not-ours"
    """The citizen is not theirs: the same as their letter would say, from a unit whose mail program writes none."""
    ENDED = "ended"
    """They have ended the case; likewise."""


PRESSING: Final[Mapping[Step, int]] = {step: place for place, step in enumerate(Step)}
"""The smaller, the more pressing."""

BY_HAND: Final = frozenset({CallOutcome.NOT_OURS, CallOutcome.ENDED})
"""What a unit without a gateway says on the phone; a gateway says it by letter."""

HEARD: Final = BY_HAND | {CallOutcome.TAKEN, CallOutcome.PROMISED}
"""Calls that reached somebody at the unit."""

ARRIVED: Final = frozenset({State.RECEIVED, State.HANDED_OVER})
"""Where a letter is that waits for a person alone; from a mail program no receipt is awaited."""

NOT_KNOWN: Final = OpeningHours()


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a unit about a referral: when, by whom, how it went."""

    called_at: datetime
    outcome: CallOutcome
    person: str = ""
    remark: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What the promise needs to know of one referral.

    `ended` says that the municipality has answered or the citizen has withdrawn; `calls` are the calls, oldest first.
    `untold` is where our letter of the citizen's withdrawal is, as long as the municipality has not confirmed it.
    `unread_since`: an answer that was written by hand waits to be read at the desk.
    """

    submitted_at: datetime
    delivery: State
    hours: OpeningHours = NOT_KNOWN
    urgent: bool = False
    ended: bool = False
    calls: tuple[Call, ...] = ()
    withdrawn_at: datetime | None = None
    untold: State | None = None
    unread_since: datetime | None = None

    @property
    def acted(self) -> bool:
        """Tell whether somebody has acted, so that the desk no longer waits."""
        return self.ended or any(call.outcome is CallOutcome.TAKEN for call in self.calls)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step and when it falls due."""

    step: Step
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """How the clock of one referral stands: the step that is due, if one is, and the one that falls due next."""

    due: Rung | None
    coming: Rung | None


@dataclass(frozen=True, slots=True)
class Due:
    """One referral the desk is asked about: why, since when, and whom to phone.

    `open_now` and `opens_at` are about the unit's phone; `last_call` is how the latest call went, if there was one.
    """

    referral_id: str
    number: str
    municipality: str
    submitted_at: datetime
    step: Step
    due_at: datetime
    contact: Contact | None
    open_now: bool
    opens_at: datetime | None
    last_call: CallOutcome | None = None

    @property
    def cannot_wait(self) -> bool:
        """Tell whether the call is for now: somebody answers the phone, or the sender's remark allows no waiting."""
        return self.open_now or self.opens_at is None or self.step is Step.PHONE_AT_ONCE


def watch(known: Known, terms: PromiseSettings, now: datetime) -> Watch:
    """Tell the most pressing step that is due at `now`, and the first that will be."""
    rungs = ladder(known, terms)
    due = [rung for rung in rungs if rung.due_at <= now]
    coming = [rung for rung in rungs if rung.due_at > now]
    return Watch(
        min(due, key=lambda rung: PRESSING[rung.step], default=None),
        min(coming, key=lambda rung: rung.due_at, default=None),
    )


def ladder(known: Known, terms: PromiseSettings) -> tuple[Rung, ...]:
    """List every step there is for a referral as it stands, and when each falls due.

    Once somebody has acted there is none but to read what was answered by hand.
    """
    reading = (Rung(Step.READ, known.unread_since),) if known.unread_since else ()
    return (*reading, *_waiting(known, terms))


def _waiting(known: Known, terms: PromiseSettings) -> Iterator[Rung]:
    """List the steps of waiting for the municipality."""
    if known.withdrawn_at and known.untold:
        yield from _word_of_withdrawal(known.withdrawn_at, known.untold, known, terms)
    elif not known.acted:
        yield from _after_call(known, terms) if known.calls else _in_silence(known, terms)


def _in_silence(known: Known, terms: PromiseSettings) -> Iterator[Rung]:
    """List the steps while nobody at the municipality has been spoken to."""
    hours = on_working_days(known.hours)
    start = _open_from(known.submitted_at, hours)
    if known.urgent:
        yield Rung(Step.PHONE_AT_ONCE, known.submitted_at)
    if known.delivery in FAILED:
        yield Rung(Step.PHONE, start)
        return
    if known.delivery in ARRIVED:
        yield _reminder(start, hours, terms)
    else:
        yield Rung(Step.RECEIPT, _open_from(start + timedelta(minutes=terms.receipt_minutes), hours))
    yield Rung(Step.PHONE, _working_days_after(start, terms.phone_after_working_days, hours))


def _after_call(known: Known, terms: PromiseSettings) -> Iterator[Rung]:
    """List the steps once the unit has been phoned; a letter reminds it all the same, unless it has promised."""
    hours, call = on_working_days(known.hours), known.calls[-1]
    if call.outcome is CallOutcome.PROMISED:
        yield Rung(Step.PHONE, _working_days_after(call.called_at, 1, hours))
        return
    if known.delivery in ARRIVED:
        yield _reminder(_open_from(known.submitted_at, hours), hours, terms)
    wait = timedelta(minutes=0 if call.outcome is CallOutcome.WRONG_NUMBER else terms.call_again_minutes)
    yield Rung(Step.CALL_AGAIN, _open_from(call.called_at + wait, hours))


def _word_of_withdrawal(at: datetime, letter: State, known: Known, terms: PromiseSettings) -> Iterator[Rung]:
    """Give the call about a withdrawal, until somebody there has heard of it by phone."""
    hours, start = on_working_days(known.hours), _open_from(at, on_working_days(known.hours))
    calls = [call for call in known.calls if call.called_at > at]
    if any(call.outcome in HEARD for call in calls):
        return
    if calls:
        again = calls[-1].called_at + timedelta(minutes=terms.call_again_minutes)
        yield Rung(Step.WITHDRAWAL, _open_from(again, hours))
    elif letter in FAILED:
        yield Rung(Step.WITHDRAWAL, start)
    else:
        yield Rung(Step.WITHDRAWAL, _working_days_after(start, terms.remind_after_working_days, hours))


def _reminder(start: datetime, hours: OpeningHours, terms: PromiseSettings) -> Rung:
    return Rung(Step.REMIND, _working_days_after(start, terms.remind_after_working_days, hours))


def _working_days_after(start: datetime, days: int, hours: OpeningHours) -> datetime:
    """Go to the same time of day `days` working days later, or to the opening after it."""
    here = start.astimezone(COPENHAGEN)
    then = datetime.combine(add_working_days(here.date(), days), here.time(), COPENHAGEN)
    return _open_from(then.astimezone(UTC), hours)


def _open_from(at: datetime, hours: OpeningHours) -> datetime:
    """Give the moment itself when the unit is open then, else its next opening."""
    return at if hours.is_open(at) else hours.next_opening(at) or at
