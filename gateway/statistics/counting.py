"""From observed referrals to figures: the same at both ends, each with what it holds."""

import enum
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.statistics.calls import calls_by_phase
from gateway.statistics.figures import (
    Base,
    Coverage,
    Entered,
    Figures,
    Grid,
    Joined,
    Quartiles,
    Share,
    Split,
    Spread,
    Topic,
)
from gateway.statistics.observed import Again, AgeBand, Milestone, Observed, Outcome, Person, Residence, Sex
from gateway.statistics.period import Month, Period


@dataclass(frozen=True)
class Frame:
    """What the figures are about besides the referrals: whose they are, which rows a table has, what else was counted.

    `refusals`, `reminders` and `endings` are counts by reason, by step and by what was arranged. None names anybody.
    `ending_names` is what an end calls the endings of its own (E21).
    """

    party: str
    municipalities: tuple[str, ...]
    period: Period
    counted_at: datetime
    milestones: tuple[Milestone, ...]
    refusals: Mapping[str, int] = field(default_factory=dict)
    reminders: Mapping[str, int] = field(default_factory=dict)
    endings: Mapping[str, int] = field(default_factory=dict)
    ending_names: Mapping[str, str] = field(default_factory=dict)
    joined: tuple[Joined, ...] = ()
    entered: tuple[Entered, ...] = ()


def counted(every: Iterable[Observed], frame: Frame) -> Figures:
    """Count a period. `every` referral ever made is looked at, for the phases of those in the period."""
    known = tuple(every)
    inside = tuple(one for one in known if one.began in frame.period)
    people = _people(inside)
    return Figures(
        party=frame.party,
        period=frame.period,
        counted_at=frame.counted_at,
        referrals=len(inside),
        citizens=len(people),
        volume=_volume(inside, frame),
        people=_ages(people),
        splits=tuple(_splits(inside, people, frame)),
        spreads=tuple(_spread(inside, milestone) for milestone in frame.milestones),
        shares=tuple(_shares(inside)),
        phases=calls_by_phase(known, inside) if any(one.told for one in inside) else (),
        joined=frame.joined,
        entered=frame.entered,
    )


def _volume(inside: Sequence[Observed], frame: Frame) -> Grid:
    spans = frame.period.spans
    starts = {month: str(span.first) for span in spans for month in span.months}
    counts = Counter((one.municipality, starts[Month.of(one.began)]) for one in inside)
    return Grid.of(Topic.VOLUME, Base.REFERRALS, frame.municipalities, tuple(str(span.first) for span in spans), counts)


def _ages(people: Iterable[Person]) -> Grid:
    counts = Counter((str(one.age), str(one.sex)) for one in people)
    return Grid.of(Topic.PEOPLE, Base.CITIZENS, tuple(map(str, AgeBand)), tuple(map(str, Sex)), counts)


def _splits(inside: Sequence[Observed], people: Sequence[Person], frame: Frame) -> Iterable[Split]:
    yield _split(Topic.AGAIN, Base.REFERRALS, Again, (one.again for one in inside))
    if any(one.outcome for one in inside):
        yield _split(Topic.PROMISE, Base.REFERRALS, Outcome, (one.outcome for one in inside if one.outcome))
    if frame.reminders:
        yield Split(Topic.REMINDERS, Base.EVENTS, frame.reminders, None)
    if frame.endings:
        yield Split(Topic.ENDINGS, Base.EVENTS, frame.endings, None, frame.ending_names)
    yield _split(Topic.RESIDENCE, Base.CITIZENS, Residence, (person.residence for person in people))
    if frame.refusals:
        yield Split(Topic.REFUSALS, Base.REFUSED, frame.refusals, sum(frame.refusals.values()))


def _split(topic: Topic, base: Base, names: type[enum.StrEnum], found: Iterable[str]) -> Split:
    counts = Counter(map(str, found))
    parts = {str(name): counts[str(name)] for name in names}
    return Split(topic, base, parts, sum(parts.values()))


def _people(inside: Iterable[Observed]) -> tuple[Person, ...]:
    """Take each citizen once: what the latest letter that says so tells."""
    found: dict[str, Person] = {}
    for one in sorted(inside, key=lambda one: one.began):
        before, now = found.get(one.citizen, Person()), one.person
        found[one.citizen] = Person(
            age=before.age if now.age is AgeBand.UNKNOWN else now.age,
            sex=before.sex if now.sex is Sex.UNKNOWN else now.sex,
            residence=before.residence if now.residence is Residence.UNKNOWN else now.residence,
        )
    return tuple(found.values())


def _spread(inside: Sequence[Observed], milestone: Milestone) -> Spread:
    """Sum up how long it took; a clock that went backwards between the two ends tells nothing."""
    took = [one.times[milestone] for one in inside if one.times.get(milestone, -timedelta.resolution) >= timedelta(0)]
    return Spread(milestone, quartiles(took), Coverage.of(len(took), len(inside), Base.REFERRALS))


def quartiles(took: Sequence[timedelta]) -> Quartiles | None:
    """Find the median and the quartiles; None for nothing."""
    if not took:
        return None
    seconds = [one.total_seconds() for one in took]
    cut = statistics.quantiles(seconds, n=4, method="inclusive") if len(seconds) > 1 else seconds * 3
    return Quartiles(*(timedelta(seconds=at) for at in cut))


def _shares(inside: Sequence[Observed]) -> Iterable[Share]:
    answers = {
        Topic.KNOWN: [one.known for one in inside],
        Topic.ASSESSED_IN_TIME: [one.in_time.get(Milestone.ASSESSMENT) for one in inside],
        Topic.CONTACTED_IN_TIME: [one.in_time.get(Milestone.FIRST_CONTACT) for one in inside],
    }
    for topic, given in answers.items():
        told = [answer for answer in given if answer is not None]
        if told:
            part, whole = sum(told), len(told)
            yield Share(topic, part, part / whole, Coverage.of(whole, len(inside), Base.REFERRALS))
