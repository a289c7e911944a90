"""The tables of a report, one function each."""

from collections.abc import Iterable, Iterator

from directory import municipalities
from directory.model import REGION
from gateway.language import gettext as _
from gateway.statistics import numbers
from gateway.statistics.baselines import BASELINES, EXPECTED_CITIZENS_A_YEAR, ByHand
from gateway.statistics.figures import Base, Coverage, Extent, Figures, Joined, Number, Quartiles, Split, Topic
from gateway.statistics.observed import AgeBand, Milestone, Residence, Sex
from gateway.statistics.period import A_YEAR
from gateway.statistics.report import Cell, Row, Table, Unit
from gateway.statistics.words import AGES, BY_HAND, MILESTONES, PHASES, SEXES, TOPICS, part_name, place_name


def tables(figures: Figures) -> Iterator[Table]:
    """Give the tables that have something to tell, in the order they are read."""
    yield volume(figures)
    yield times(figures)
    for topic in (Topic.PROMISE, Topic.REMINDERS, Topic.AGAIN, Topic.ENDINGS):
        yield from _split(figures, topic)
    if figures.shares:
        yield shares(figures)
    if figures.phases:
        yield calls(figures)
    if figures.party == REGION:
        yield from (against_the_project(figures), from_municipalities(figures))
    yield from _split(figures, Topic.RESIDENCE)
    yield people(figures)
    yield from _split(figures, Topic.REFUSALS)


def volume(figures: Figures) -> Table:
    """Months by municipality, zeros and all (H3); the region's beside what was expected."""
    grid, spans = figures.volume, figures.period.spans
    heads = [numbers.span(span) for span in spans]
    several = len(grid.rows) > 1
    rows = [
        _counts(place_name(code), (*cells, total))
        for code, cells, total in zip(grid.rows, grid.cells, grid.row_totals, strict=True)
    ]
    if several:
        rows.append(_counts(_("All"), (*grid.column_totals, grid.total), summed=True))
        expected = [EXPECTED_CITIZENS_A_YEAR * len(span.months) / A_YEAR for span in (*spans, figures.period)]
        rows.append(Row(_("Expected"), tuple(Cell(round(one)) for one in expected), summed=True))
    return Table(
        name=Topic.VOLUME,
        title=_(TOPICS[Topic.VOLUME]),
        columns=(_("Municipality"), *heads, _("All")),
        rows=tuple(rows),
        coverage=_whole(grid.total, Base.REFERRALS),
        notes=(_expectation(),) if several else (),
    )


def times(figures: Figures) -> Table:
    """How long each step took: quartiles, and what they rest on."""
    start = _("Counted from when the referral was submitted.")
    arrival = _("Counted from when the referral arrived here.")
    minimum = any(spread.coverage.minimum for spread in figures.spreads)
    return Table(
        name="times",
        title=_("How long it took"),
        columns=(_("Until"), _("a quarter"), _("half (median)"), _("three quarters"), _("based on")),
        rows=tuple(
            Row(
                _(MILESTONES[spread.milestone]),
                (
                    *_quartiles(spread.quartiles, empty=spread.coverage.nothing),
                    Cell(numbers.rests_on(spread.coverage), Unit.TEXT),
                ),
            )
            for spread in figures.spreads
        ),
        notes=((start if figures.party == REGION else arrival), *_minimum(minimum=minimum)),
    )


def shares(figures: Figures) -> Table:
    """Show what the municipality knows of its own work (A10, E1)."""
    return Table(
        name="shares",
        title=_("Shares"),
        columns=(_("Share"), _("number"), _("share"), _("based on")),
        rows=tuple(
            Row(
                _(TOPICS[share.topic]),
                (Cell(share.part), Cell(share.ratio, Unit.SHARE), Cell(numbers.rests_on(share.coverage), Unit.TEXT)),
            )
            for share in figures.shares
        ),
        notes=(
            _("The agreement estimates that 90 % are known already, to the municipality or to others."),
            *_minimum(minimum=any(share.coverage.minimum for share in figures.shares)),
        ),
    )


def calls(figures: Figures) -> Table:
    """Show calls in each phase: per citizen, and per citizen and week (H9)."""
    return Table(
        name="calls",
        title=_("Calls to 1-1-2"),
        columns=(_("Phase"), _("calls"), _("weeks"), _("per citizen"), _("per week"), _("based on")),
        rows=tuple(
            Row(
                _(PHASES[phase.phase]),
                (
                    Cell(phase.calls),
                    Cell(phase.weeks, Unit.RATE),
                    Cell(phase.per_citizen, Unit.RATE, empty=phase.coverage.nothing),
                    Cell(phase.per_week, Unit.FINE, empty=phase.coverage.nothing),
                    Cell(numbers.rests_on(phase.coverage), Unit.TEXT),
                ),
            )
            for phase in figures.phases
        ),
        notes=(
            _(
                "A letter may say how many times the citizen has called in the last 30 days and today. Each such "
                "number counts for the time it tells of: in a phase when all of that time lies there, and no day "
                "twice. Weeks are that time, for all citizens together; “per week” is per citizen and week."
            ),
            _(
                "This is a minimum: only calls somebody wrote down are there. Letters are written when somebody has "
                "just called, so the rate tells how it was around a letter, and not how it was on average."
            ),
        ),
    )


def against_the_project(figures: Figures) -> Table:
    """Beside the earlier project: what only a person can enter (H4, H5)."""
    years = sorted({entered.year for entered in figures.entered})
    entered = {(one.name, one.year): float(one.value) for one in figures.entered}
    return Table(
        name="baselines",
        title=_("Beside the earlier project"),
        columns=(_("Per citizen"), _("everybody"), _("the project"), *map(str, years)),
        rows=tuple(
            Row(
                _(BY_HAND[name]),
                (
                    Cell(float(BASELINES[name].everybody), Unit.RATE),
                    Cell(float(BASELINES[name].project), Unit.RATE),
                    *(Cell(entered.get((name, year)), Unit.RATE, empty=(name, year) not in entered) for year in years),
                ),
            )
            for name in ByHand
        ),
        notes=(
            _("“Everybody” is all in the region who called 1-1-2; “the project” is those in the earlier project."),
            _("Years are entered by hand (stats enter): Stafet has no register of calls or ambulances."),
        ),
    )


def from_municipalities(figures: Figures) -> Table:
    """Show what municipalities chose to tell, without counts: those could be held against the region's own."""
    everyone = len(municipalities.in_agreement())
    return Table(
        name="municipal",
        title=_("What municipalities have told"),
        columns=(
            _("Municipality"),
            _("months"),
            _("assessed"),
            _("contact"),
            _("ass. in time"),
            _("con. in time"),
            _("known"),
            _("covers"),
        ),
        rows=tuple(_joined(one) for one in figures.joined),
        coverage=_("figures from {count} of {everyone} municipalities").format(
            count=len(figures.joined), everyone=everyone
        )
        + _minimum_after(minimum=len(figures.joined) < everyone),
        notes=(
            _(
                "Medians and shares, suppressed where they were counted. “Assessed” and “contact” run from the "
                "referral's arrival; “in time” is within 5 working days. “Covers” is the smallest share of its own "
                "referrals that one of the figures rests on."
            ),
        )
        if figures.joined
        else (),
    )


def people(figures: Figures) -> Table:
    """Age bands by sex (H7)."""
    grid = figures.people
    rows = [
        _counts(_(AGES[AgeBand(code)]), (*cells, total))
        for code, cells, total in zip(grid.rows, grid.cells, grid.row_totals, strict=True)
    ]
    return Table(
        name=Topic.PEOPLE,
        title=_(TOPICS[Topic.PEOPLE]),
        columns=(_("Age"), *(_(SEXES[Sex(code)]) for code in grid.columns), _("All")),
        rows=(*rows, _counts(_("All"), (*grid.column_totals, grid.total), summed=True)),
        coverage=_known(grid.total, grid.row_totals[grid.rows.index(AgeBand.UNKNOWN)]),
    )


def _split(figures: Figures, topic: Topic) -> Iterator[Table]:
    split = figures.split(topic)
    if split is None:
        return
    rows = [_part(split, code) for code in split.parts]
    if split.base is not Base.EVENTS:
        whole = Cell(1.0 if split.total else None, Unit.SHARE, empty=split.total == 0)
        rows.append(Row(_("All"), (Cell(split.total), whole), summed=True))
    yield Table(
        name=topic,
        title=_(TOPICS[topic]),
        columns=("", _("number"), _("share"))[: 2 if split.base is Base.EVENTS else 3],
        rows=tuple(rows),
        coverage=_split_coverage(split),
        notes=(_("Several may hold for one case; cases closed in the period."),) if topic is Topic.ENDINGS else (),
    )


def _part(split: Split, code: str) -> Row:
    number = split.parts[code]
    if split.base is Base.EVENTS:
        return Row(part_name(split.topic, code, split.names), (Cell(number),))
    ratio = number / split.total if number is not None and split.total else None
    share = Cell(ratio, Unit.SHARE, empty=split.total == 0)
    return Row(part_name(split.topic, code, split.names), (Cell(number), share))


def _split_coverage(split: Split) -> str:
    if split.topic is Topic.RESIDENCE:
        return _known(split.total, split.parts[Residence.UNKNOWN])
    return _whole(split.total, split.base) if split.base in {Base.REFERRALS, Base.CITIZENS} else ""


def _known(total: Number, unknown: Number) -> str:
    """Say for how many citizens something is known."""
    if total is None:
        return numbers.coverage_sentence(Coverage(None, None, Base.CITIZENS, Extent.HIDDEN))
    if unknown is None:
        return numbers.coverage_sentence(Coverage(None, total, Base.CITIZENS, Extent.PART))
    return numbers.coverage_sentence(Coverage.of(total - unknown, total, Base.CITIZENS))


def _whole(total: Number, base: Base) -> str:
    return numbers.coverage_sentence(Coverage(total, total, base, Extent.ALL))


def _counts(label: str, found: Iterable[Number], *, summed: bool = False) -> Row:
    return Row(label, tuple(Cell(number) for number in found), summed)


def _quartiles(found: Quartiles | None, *, empty: bool) -> tuple[Cell, ...]:
    cuts = (found.lower, found.median, found.upper) if found else (None,) * 3
    return tuple(Cell(cut, Unit.TIME, empty) for cut in cuts)


def _joined(one: Joined) -> Row:
    medians = [one.spreads.get(milestone) for milestone in (Milestone.ASSESSMENT, Milestone.FIRST_CONTACT)]
    ratios = [one.ratios.get(t) for t in (Topic.ASSESSED_IN_TIME, Topic.CONTACTED_IN_TIME, Topic.KNOWN)]
    covers = [cover for cover in one.covers.values() if isinstance(cover, float)]
    told = covers and len(covers) == len(one.covers)
    return Row(
        place_name(one.municipality),
        (
            Cell(f"{one.period.first}–{one.period.last}", Unit.TEXT),
            *(Cell(median.median if median else None, Unit.TIME) for median in medians),
            *(Cell(ratio, Unit.SHARE) for ratio in ratios),
            Cell(min(covers) if told else None, Unit.SHARE),
        ),
    )


def _expectation() -> str:
    return _(
        "Expected: {citizens} citizens a year, about as many as in the earlier project's first year. Referrals of the "
        "same citizen again count among the referrals."
    ).format(citizens=EXPECTED_CITIZENS_A_YEAR)


def _minimum(*, minimum: bool) -> tuple[str, ...]:
    return (_("A minimum, where a figure does not rest on all of them."),) if minimum else ()


def _minimum_after(*, minimum: bool) -> str:
    return " " + _("(a minimum)") if minimum else ""
