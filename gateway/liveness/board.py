"""The board: how each party is doing, what is wrong, and the order they are shown in. Pure rules (S22, D12, D13).

Every fact is judged by itself; a row is as bad as the worst of it. Older is never better.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from directory.calendar import local_day, working_days_since
from directory.changes import Stand
from directory.model import REGION, Contact, UnitKind
from gateway.site.settings import KeepingSettings, PromiseSettings
from keys.fingerprint import Fingerprint


class Grade(enum.StrEnum):
    """How bad it is, the worst first; on a screen always a word and a sign, never a colour alone."""

    RED = "red"
    """Something does not work, or nobody is there: act today."""
    AMBER = "amber"
    """Somebody should see to it soon."""
    GREEN = "green"
    """Nothing to do."""


WORST_FIRST: Final[Mapping[Grade, int]] = {grade: place for place, grade in enumerate(Grade)}


class Reason(enum.StrEnum):
    """Why a row is not green, or what is worth knowing about it."""

    NO_CONTACT = "NO_CONTACT"
    """No receiver is registered; nothing can be sent (D6)."""
    NO_KEY = "NO_KEY"
    """No key is pinned; letters are parked."""
    KEY_UNREADABLE = "KEY_UNREADABLE"
    """The pinned key cannot be read."""
    KEY_REVOKED = "KEY_REVOKED"
    """Its owner has withdrawn the key."""
    KEY_ENDED = "KEY_ENDED"
    """The key has expired; letters are parked."""
    KEY_ENDS = "KEY_ENDS"
    """The key expires soon."""
    SILENT = "SILENT"
    """Nothing was heard for longer than the settings allow (D12)."""
    NOT_ANSWERED = "NOT_ANSWERED"
    """The last nightly TEST was not answered yet."""
    NOT_HEARD = "NOT_HEARD"
    """Nothing was heard lately, and we have not listened for long ourselves."""
    ONLY_PEOPLE = "ONLY_PEOPLE"
    """A mail program: only people answer there."""
    WAITING = "WAITING"
    """A referral that nobody has taken yet (E13)."""
    DRILL_UNANSWERED = "DRILL_UNANSWERED"
    """Nobody has acknowledged the TEST referral (D13)."""
    DRILL_WAITS = "DRILL_WAITS"
    """A TEST referral waits for somebody here (at a municipality)."""
    NO_PERSON = "NO_PERSON"
    """No person there has acknowledged anything for more than a quarter (D13)."""
    NOT_VERIFIED = "NOT_VERIFIED"
    """The contact has never been confirmed by a signed answer (D11)."""
    VERIFIED_LONG_AGO = "VERIFIED_LONG_AGO"
    """It is long since the contact was confirmed (D4)."""
    BOUNCES = "BOUNCES"
    """Mail servers gave letters back."""
    CHANGE_WAITS = "CHANGE_WAITS"
    """A change waits for a second person."""
    CHANGE_LATE = "CHANGE_LATE"
    """The day of a change has passed, and it is not confirmed or not proved."""
    CHANGE_COMING = "CHANGE_COMING"
    """A confirmed change takes effect on its day."""
    OWN_KEY_PENDING = "OWN_KEY_PENDING"
    """They are not known to use our new key yet."""


STEPS: Final = (3, 14, 30, 60)
"""Days before a key's end at which people are told of it."""
NIGHTLY: Final = timedelta(hours=26)
"""The nightly TEST has been answered by then: a day, the hour they are spread over, and some."""
DRILL_LATE: Final = 5
DRILL_TOO_LATE: Final = 10
"""Working days."""
QUARTER_AND_SOME: Final = 28
"""Days beyond a quarter in which some person should have acknowledged something."""
SOME_BOUNCE, MANY_BOUNCE = 2, 20
"""Per cent of the envelopes of `BOUNCES_OVER`."""
BOUNCES_OVER: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a party's key; `fingerprint` alone when it cannot be read."""

    fingerprint: Fingerprint
    made_at: datetime | None = None
    ends_at: datetime | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A change of contact or key that is under way."""

    stand: Stand
    proposed_at: datetime
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class Attention:
    """What a party's people have done about referrals: when somebody last answered one, the oldest nobody has."""

    person_at: datetime | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one party. Moments are the machine's; None: it has not been, or there is none.

    `known_since` is since when contact and key are there; `listened_since` and `listened_until` bound the time in which
    we would have heard them. `heartbeat_at` is the last TEST answered, `heard_at` the last sign of life of any kind.
    `drill_at` is when a TEST referral was asked that nobody has acknowledged. `own_key_ends_at` is when our old key
    ends, if they are not known to use the new one.
    """

    party: str
    name: str
    contact: Contact | None = None
    key: Key | None = None
    known_since: datetime | None = None
    listened_since: datetime | None = None
    listened_until: datetime | None = None
    heartbeat_at: datetime | None = None
    heard_at: datetime | None = None
    person_at: datetime | None = None
    waiting_since: datetime | None = None
    drill_at: datetime | None = None
    envelopes: int = 0
    bounced: int = 0
    change: Change | None = None
    own_key_pending: bool = False
    own_key_ends_at: datetime | None = None

    @property
    def phone(self) -> str:
        """Give the number to ring; empty when none is known."""
        return self.contact.phone if self.contact else ""

    @property
    def answers_by_itself(self) -> bool:
        """Tell whether a gateway stands there, which answers at night."""
        return self.contact is not None and self.contact.kind is UnitKind.GATEWAY and self.key is not None

    @property
    def quiet(self) -> timedelta | None:
        """Tell how long we have listened in vain; None when there was no reason to expect anything yet."""
        if self.listened_since is None or self.listened_until is None:
            return None
        return self.listened_until - max(filter(None, (self.listened_since, self.heard_at)))


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a party. `told` fills in its words; `step` is the threshold it has crossed, where it has some."""

    reason: Reason
    grade: Grade
    told: Mapping[str, int | datetime] = field(default_factory=dict)
    step: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One party on the board, with what is to be said about it, the worst first."""

    facts: Facts
    remarks: tuple[Remark, ...]

    @property
    def grade(self) -> Grade:
        """Give the worst of the grades."""
        return self.remarks[0].grade if self.remarks else Grade.GREEN


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is amber or red."""

    keeping: KeepingSettings
    promise: PromiseSettings


Told = Mapping[str, int | datetime]
Rule = Callable[[Facts, Limits, datetime], Iterator[Remark]]


def judge(facts: Facts, limits: Limits, now: datetime) -> Row:
    """Grade one party."""
    remarks = [remark for rule in RULES for remark in rule(facts, limits, now)]
    return Row(facts, tuple(sorted(remarks, key=lambda remark: WORST_FIRST[remark.grade])))


def ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Put the worst first; what is alike stays in the order it came in."""
    return tuple(sorted(rows, key=lambda row: WORST_FIRST[row.grade]))


def step_of(days: int) -> int:
    """Tell which of the thresholds a number of days has passed: 60, 30, 14, 3; 0 when the day has come."""
    return 0 if days < 0 else next((step for step in STEPS if days <= step), 0)


def days_until(moment: datetime, now: datetime) -> int:
    """Count the whole days left; negative when it has passed."""
    return (moment - now).days


def _reached(facts: Facts, _limits: Limits, _now: datetime) -> Iterator[Remark]:
    if facts.contact is None:
        yield Remark(Reason.NO_CONTACT, Grade.RED)
    if facts.key is None:
        yield Remark(Reason.NO_KEY, Grade.RED)


def _key(facts: Facts, _limits: Limits, now: datetime) -> Iterator[Remark]:
    key = facts.key
    if key is None:
        return
    if key.made_at is None:
        yield Remark(Reason.KEY_UNREADABLE, Grade.RED)
    elif key.revoked:
        yield Remark(Reason.KEY_REVOKED, Grade.RED)
    elif key.ends_at is not None and (days := days_until(key.ends_at, now)) <= STEPS[-1]:
        step = step_of(days)
        told: Told = {"ends_at": key.ends_at, "days": days}
        if days < 0:
            yield Remark(Reason.KEY_ENDED, Grade.RED, told)
        else:
            yield Remark(Reason.KEY_ENDS, Grade.RED if step <= STEPS[1] else Grade.AMBER, told, step)


def _alive(facts: Facts, limits: Limits, now: datetime) -> Iterator[Remark]:
    if not facts.answers_by_itself:
        if facts.contact and facts.contact.by_hand:
            yield Remark(Reason.ONLY_PEOPLE, Grade.GREEN)
        return
    limit, quiet = timedelta(hours=limits.keeping.silent_hours), facts.quiet
    told = {"since": facts.heard_at or facts.listened_since or now}
    if quiet is not None and quiet > limit:
        yield Remark(Reason.SILENT, Grade.RED, told)
    elif quiet is not None and quiet > NIGHTLY:
        yield Remark(Reason.NOT_ANSWERED, Grade.AMBER, told)
    elif facts.heard_at is None or now - facts.heard_at > limit:
        yield Remark(Reason.NOT_HEARD, Grade.AMBER)


def _unread(facts: Facts, limits: Limits, now: datetime) -> Iterator[Remark]:
    if facts.waiting_since is None:
        return
    days = working_days_since(local_day(facts.waiting_since), local_day(now))
    if days >= limits.promise.remind_after_working_days:
        late = days >= limits.promise.phone_after_working_days
        yield Remark(Reason.WAITING, Grade.RED if late else Grade.AMBER, {"days": days})


def _people(facts: Facts, limits: Limits, now: datetime) -> Iterator[Remark]:
    if facts.drill_at is not None and not (facts.contact and facts.contact.by_hand):  # a mail program answers none
        days = working_days_since(local_day(facts.drill_at), local_day(now))
        reason = Reason.DRILL_WAITS if facts.party == REGION else Reason.DRILL_UNANSWERED
        if days >= DRILL_LATE:
            grade = Grade.RED if days >= DRILL_TOO_LATE else Grade.AMBER
            yield Remark(reason, grade, {"days": days}, step=DRILL_TOO_LATE * (grade is Grade.RED))
        return
    since = max(filter(None, (facts.person_at, facts.known_since)), default=None)
    drills = 0 if facts.party == REGION else limits.keeping.drill_days
    if drills and since is not None and now - since > timedelta(days=drills + QUARTER_AND_SOME):
        yield Remark(Reason.NO_PERSON, Grade.AMBER, {"since": since})


def _verified(facts: Facts, limits: Limits, now: datetime) -> Iterator[Remark]:
    if facts.contact is None:
        return
    at = facts.contact.verified_at
    if at is None:
        yield Remark(Reason.NOT_VERIFIED, Grade.AMBER)
    elif now - at > timedelta(days=limits.keeping.verify_days):
        yield Remark(Reason.VERIFIED_LONG_AGO, Grade.AMBER, {"since": at})


def _bounces(facts: Facts, _limits: Limits, _now: datetime) -> Iterator[Remark]:
    part, told = 100 * facts.bounced, {"bounced": facts.bounced, "envelopes": facts.envelopes}
    if part > SOME_BOUNCE * facts.envelopes:
        many = part > MANY_BOUNCE * facts.envelopes
        yield Remark(Reason.BOUNCES, Grade.RED if many else Grade.AMBER, told, step=int(many))


def _change(facts: Facts, _limits: Limits, now: datetime) -> Iterator[Remark]:
    change = facts.change
    if change is None:
        return
    told = {"day": change.valid_from, "since": change.proposed_at}
    if change.stand is Stand.PROVED:
        yield Remark(Reason.CHANGE_COMING, Grade.GREEN, told)
    elif local_day(change.valid_from) < local_day(now):
        yield Remark(Reason.CHANGE_LATE, Grade.RED, told)
    elif change.stand is Stand.PROPOSED:
        yield Remark(Reason.CHANGE_WAITS, Grade.AMBER, told)
    else:
        yield Remark(Reason.CHANGE_COMING, Grade.GREEN, told)


def _own_key(facts: Facts, _limits: Limits, now: datetime) -> Iterator[Remark]:
    if not facts.own_key_pending:
        return
    days = days_until(facts.own_key_ends_at, now) if facts.own_key_ends_at else STEPS[-1]
    yield Remark(Reason.OWN_KEY_PENDING, Grade.RED if days <= STEPS[0] else Grade.AMBER, step=step_of(days))


RULES: Final[tuple[Rule, ...]] = (
    _reached,
    _key,
    _alive,
    _unread,
    _people,
    _change,
    _bounces,
    _own_key,
    _verified,
)
"""In the order remarks of one grade are told."""
