"""Put figures into a report: title, the few figures that matter, tables and notes."""

from collections.abc import Iterator
from typing import Final

from directory.model import REGION
from gateway.language import gettext as _
from gateway.statistics import numbers
from gateway.statistics.baselines import BASELINES, ESTIMATED_KNOWN, EXPECTED_CITIZENS_A_YEAR, ByHand
from gateway.statistics.figures import Base, Coverage, Extent, Figures, Phase, Topic
from gateway.statistics.observed import Again, Milestone, Outcome
from gateway.statistics.period import A_YEAR
from gateway.statistics.report import Cell, Headline, Report, Unit
from gateway.statistics.tables import tables
from gateway.statistics.words import TOPICS, place_name

NOTHING: Final = "–"


def report(figures: Figures) -> Report:
    """Say everything there is to say."""
    return Report(
        title=_("Citizens who call 1-1-2 with social problems"),
        whose=_whose(figures.party),
        period=numbers.period(figures.period),
        counted=numbers.day(figures.counted_at),
        headlines=tuple(_headlines(figures)),
        tables=tuple(tables(figures)),
        notes=tuple(_notes(figures)),
    )


def _whose(party: str) -> str:
    if party == REGION:
        return _("Counted by Præhospitalet, of what it holds itself")
    return _("Counted by {municipality}, of what it holds itself").format(municipality=place_name(party))


def _headlines(figures: Figures) -> Iterator[Headline]:
    yield _referrals(figures)
    if figures.party == REGION:
        yield _promise(figures)
    yield from _time(figures)
    yield from _shares(figures)
    yield from _again(figures)
    yield from _calls(figures)


def _referrals(figures: Figures) -> Headline:
    citizens = _("about {count} citizens").format(count=numbers.count(figures.citizens))
    expected = EXPECTED_CITIZENS_A_YEAR * len(figures.period.months) / A_YEAR
    if figures.party == REGION:
        citizens = _("{citizens}; {expected} expected").format(
            citizens=citizens, expected=numbers.count(round(expected))
        )
    return Headline(_("Referrals"), numbers.count(figures.referrals), citizens, _all(figures))


def _promise(figures: Figures) -> Headline:
    split = figures.split(Topic.PROMISE)
    taken = split.part(Outcome.ACKNOWLEDGED) if split else 0
    waiting = split.part(Outcome.WAITING) if split else 0
    ratio = taken / figures.referrals if taken is not None and figures.referrals else None
    return Headline(
        _("Taken over by a person"),
        Cell(ratio, Unit.SHARE).text if figures.referrals != 0 else NOTHING,
        _("{count} still waiting").format(count=numbers.count(waiting)),
        _all(figures),
    )


def _time(figures: Figures) -> Iterator[Headline]:
    milestone = Milestone.ACKNOWLEDGEMENT if figures.party == REGION else Milestone.FIRST_CONTACT
    label = _("Time until a person has taken over") if figures.party == REGION else _("Time until first contact")
    spread = figures.spread(milestone)
    if spread is None:
        return
    found = spread.quartiles
    beside = _("three quarters within {time}").format(time=numbers.duration(found.upper)) if found else ""
    value = numbers.duration(found.median) if found else _without(spread.coverage)
    yield Headline(label, value, beside, numbers.coverage_sentence(spread.coverage))


def _shares(figures: Figures) -> Iterator[Headline]:
    for share in figures.shares:
        beside = ""
        if share.topic is Topic.KNOWN:
            beside = _("{percent} estimated in the agreement").format(percent=numbers.percent(ESTIMATED_KNOWN))
        value = Cell(share.ratio, Unit.SHARE).text
        yield Headline(_(TOPICS[share.topic]), value, beside, numbers.coverage_sentence(share.coverage))


def _again(figures: Figures) -> Iterator[Headline]:
    split = figures.split(Topic.AGAIN)
    if split is None:
        return
    first, anew = split.part(Again.FIRST), split.part(Again.ANEW)
    ratio = None
    if split.total and first is not None and anew is not None:
        ratio = (split.total - first - anew) / split.total
    beside = _("{ongoing} go on calling, {relapse} began again").format(
        ongoing=numbers.count(split.part(Again.ONGOING)), relapse=numbers.count(split.part(Again.RELAPSE))
    )
    value = Cell(ratio, Unit.SHARE).text if figures.referrals != 0 else NOTHING
    yield Headline(_("Referred again"), value, beside, _all(figures))


def _calls(figures: Figures) -> Iterator[Headline]:
    before = next((phase for phase in figures.phases if phase.phase is Phase.BEFORE), None)
    if before is None or before.per_citizen is None:
        return
    baseline = BASELINES[ByHand.CALLS]
    beside = _("earlier: {everybody} for everybody who called, {project} in the project").format(
        everybody=numbers.decimal(float(baseline.everybody)), project=numbers.decimal(float(baseline.project))
    )
    yield Headline(
        _("Calls per citizen in the 30 days before"),
        numbers.decimal(before.per_citizen),
        beside,
        numbers.coverage_sentence(before.coverage),
    )


def _without(coverage: Coverage) -> str:
    """Say that there is no figure, or that it is kept back."""
    return NOTHING if coverage.nothing else numbers.HIDDEN


def _all(figures: Figures) -> str:
    return numbers.coverage_sentence(Coverage(figures.referrals, figures.referrals, Base.REFERRALS, Extent.ALL))


def _notes(figures: Figures) -> Iterator[str]:
    if figures.shared:
        yield _(
            "“..” is a number that is kept back: it is under 5, or a number under 5 could be worked out from it. "
            "Zeros are shown."
        )
    else:
        yield _("INTERNAL: small numbers are shown. For this unit's own screen only; do not pass it on.")
    yield _("Counted by whole months, Danish time. Compare only reports about the same months.")
    if figures.party == REGION:
        yield _(
            "Counted: referrals that were sent. Not counted: tests, drafts, those cancelled before they were sent. "
            "What the municipality did afterwards is not known here, except what a municipality has chosen to tell."
        )
        yield _("A referral that was sent anew to the right municipality counts at both municipalities.")
    else:
        yield _("Counted: referrals that arrived here. Not counted: tests, and letters whose seal did not hold.")
