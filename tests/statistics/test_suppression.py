"""What leaves the unit tells of nobody: attacked as whoever reads it would (H7)."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.statistics.counting import Frame, counted
from gateway.statistics.figures import Base, Coverage, Extent, Grid, Split, Topic
from gateway.statistics.network import SMALLEST
from gateway.statistics.observed import Again, AgeBand, Milestone, Observed, Outcome, Person, Residence, Sex, Told
from gateway.statistics.period import Month, Period
from gateway.statistics.suppression import fit_to_share

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FIRST = Month(2026, 9)
PERIOD = Period(FIRST, Month(2026, 11))
PLACES = ("730", "751", "741")
counts = st.integers(0, 12)
tables = st.lists(st.lists(counts, min_size=3, max_size=3), min_size=3, max_size=3)


def referrals(table, **what):
    """As many referrals as the table says, for each municipality and month."""
    found = []
    for place, row in zip(PLACES, table, strict=True):
        for months, count in enumerate(row):
            began = datetime(2026, 9 + months, 10, 9, tzinfo=UTC)
            found += [Observed(f"{place}-{months}-{n}", place, began, **what) for n in range(count)]
    return found


def frame(**changes):
    return replace(Frame("region", PLACES, PERIOD, NOW, (Milestone.RECEIPT, Milestone.ACKNOWLEDGEMENT)), **changes)


def shared(every, **changes):
    return fit_to_share(counted(every, frame(**changes)))


def lines(grid: Grid) -> Iterator[tuple[list, object]]:
    """Every sum a reader can check: its parts, and the sum itself."""
    yield from zip(grid.cells, grid.row_totals, strict=True)
    yield from zip(zip(*grid.cells, strict=True), grid.column_totals, strict=True)
    yield grid.row_totals, grid.total
    yield grid.column_totals, grid.total


def numbers(grid: Grid):
    return [*itertools.chain(*grid.cells), *grid.row_totals, *grid.column_totals, grid.total]


@given(tables)
def test_no_small_count_is_shown_and_every_zero_is(table):
    raw = counted(referrals(table), frame()).volume
    shown = fit_to_share(counted(referrals(table), frame())).volume

    for told, true in zip(numbers(shown), numbers(raw), strict=True):
        assert told in {None, true}
        if 0 < true < SMALLEST:
            assert told is None
        if true == 0:
            assert told == 0, "H3: zeros are shown"


@given(tables)
def test_no_hidden_count_follows_from_its_row_or_column_by_subtraction(table):
    for parts, total in lines(shared(referrals(table)).volume):
        missing = [*parts, total].count(None)
        assert missing != 1


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=3), min_size=2, max_size=3))
def test_every_hidden_count_could_be_another_for_one_who_tries_every_table_there_is(table):
    """The attack is complete: all tables that agree with what is shown are tried, and sums are not left out."""
    places, width = PLACES[: len(table)], min(map(len, table))
    table = [row[:width] for row in table]
    period = Period(FIRST, FIRST.plus(width - 1))
    every = [one for one in referrals([*table, *[[]] * (3 - len(table))]) if one.began in period]
    shown = shared(every, municipalities=places, period=period).volume

    could_be = [set() for _number in numbers(shown)]
    for guess in agreeing(shown):
        for at, value in enumerate(numbers(guess)):
            could_be[at].add(value)
    assert all(len(could) > 1 for could, told in zip(could_be, numbers(shown), strict=True) if told is None)


def agreeing(shown: Grid) -> Iterator[Grid]:
    """All tables whose shown numbers are these; hidden ones lie from 1 to 6."""
    places = [(r, c) for r, row in enumerate(shown.cells) for c, told in enumerate(row) if told is None]
    for guess in around(shown, places):
        cells = {(r, c): told for r, row in enumerate(shown.cells) for c, told in enumerate(row)}
        cells |= dict(zip(places, guess, strict=True))
        names = {(shown.rows[r], shown.columns[c]): value for (r, c), value in cells.items()}
        table = Grid.of(Topic.VOLUME, Base.REFERRALS, shown.rows, shown.columns, names)
        if all(told in {None, true} for told, true in zip(numbers(shown), numbers(table), strict=True)):
            yield table


def around(shown: Grid, places):
    """Row by row, so that sums that are shown cut the search short."""
    by_row = [[place for place in places if place[0] == r] for r in range(len(shown.rows))]
    choices = []
    for r, theirs in enumerate(by_row):
        known = sum(told for told in shown.cells[r] if told is not None)
        total = shown.row_totals[r]
        options = [
            guess
            for guess in itertools.product(range(1, 7), repeat=len(theirs))
            if total is None or known + sum(guess) == total
        ]
        choices.append(options)
    return (tuple(itertools.chain(*rows)) for rows in itertools.product(*choices))


parts = st.lists(st.sampled_from(tuple(Again)), max_size=40)


@given(parts)
def test_a_whole_divided_into_parts_tells_of_none_that_is_small(kinds):
    every = [Observed(str(n), "730", NOW, again=kind) for n, kind in enumerate(kinds)]
    shown = shared(every).split(Topic.AGAIN)
    true = Counter(kinds)

    assert all(shown.parts[kind] in {None, true[kind]} for kind in Again)
    assert not any(0 < (count or 0) < SMALLEST for count in (*shown.parts.values(), shown.total))
    assert [*shown.parts.values(), shown.total].count(None) != 1


counted_things = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.booleans(),
        st.booleans(),
        st.sampled_from((None, True, False)),
        st.sampled_from(tuple(Outcome)),
        st.sampled_from(tuple(Residence)),
        st.integers(0, 25),
    ),
    max_size=40,
)


def observed(facts):
    place, receipt, told, known, outcome, residence, citizen = facts
    times = {Milestone.RECEIPT: timedelta(minutes=3)} if receipt else {}
    times |= {Milestone.ACKNOWLEDGEMENT: timedelta(hours=3)} if outcome is Outcome.ACKNOWLEDGED else {}
    calls = (Told(NOW, 9, 1),) if told else ()
    return Observed(
        f"c{citizen}", place, NOW, Person(residence=residence), outcome=outcome, known=known, times=times, told=calls
    )


@given(counted_things)
def test_the_numbers_beside_the_tables_tell_of_no_small_group_either(facts):
    """Differencing: how many a figure rests on, taken from how many there are, or from another such number."""
    shown = shared([observed(one) for one in facts])
    promise = shown.split(Topic.PROMISE)
    beside = [spread.coverage.measured for spread in shown.spreads] + [
        share.coverage.measured for share in shown.shares
    ]
    beside += [0, shown.referrals]
    beside += list(promise.parts.values()) if promise else []
    single = [*[spread.coverage.measured for spread in shown.spreads], *[s.coverage.measured for s in shown.shares]]

    for share in shown.shares:
        if share.part is not None:
            assert not any(0 < number < SMALLEST for number in (share.part, share.coverage.measured - share.part))
    for one, other in itertools.product(single, beside):
        if one is not None and other is not None:
            assert not 0 < abs(one - other) < SMALLEST


@given(counted_things)
def test_a_whole_that_is_hidden_in_one_place_is_hidden_in_all(facts):
    shown = shared([observed(one) for one in facts])
    tables = (shown.volume, shown.people, *shown.splits)

    for base, whole in ((Base.REFERRALS, shown.referrals), (Base.CITIZENS, shown.citizens)):
        assert {table.total for table in tables if table.base is base} == {whole}
    for table in (shown.volume, shown.people):
        for summed, total in lines(table):
            assert [*summed, total].count(None) != 1
    for split in shown.splits:
        assert [*split.parts.values(), split.total].count(None) != 1


@given(counted_things)
def test_citizens_and_referrals_are_never_told_so_close_that_the_difference_tells(facts):
    shown = shared([observed(one) for one in facts])

    if shown.referrals is not None and shown.citizens is not None:
        assert not 0 < shown.referrals - shown.citizens < SMALLEST


@pytest.mark.parametrize(("measured", "told"), [(0, True), (1, False), (4, False), (5, True)])
def test_quartiles_are_told_from_five_upwards(measured, told):
    every = [
        Observed(str(n), "730", NOW, times={Milestone.RECEIPT: timedelta(minutes=n)} if n < measured else {})
        for n in range(30)
    ]
    spread = shared(every).spread(Milestone.RECEIPT)

    assert (spread.quartiles is not None) == (told and measured > 0)
    assert spread.coverage.measured == (measured if told else None)
    assert spread.coverage.extent is {0: Extent.NONE, 5: Extent.PART}.get(measured, Extent.FEW)


@pytest.mark.parametrize(("part", "told"), [(0, True), (3, False), (6, True), (17, False), (20, True)])
def test_a_share_is_told_when_neither_those_in_it_nor_those_outside_are_few(part, told):
    every = [Observed(str(n), "730", NOW, known=n < part) for n in range(20)]
    share = shared(every).share(Topic.KNOWN)

    assert (share.ratio is not None) == told
    assert (share.part is not None) == told


def test_nearly_all_is_said_without_the_number_that_would_tell_how_few_are_missing():
    every = [Observed(str(n), "730", NOW, known=True if n else None) for n in range(20)]

    assert shared(every).share(Topic.KNOWN).coverage == Coverage(None, 20, Base.REFERRALS, Extent.NEARLY_ALL)


def test_five_municipal_months_with_one_each_hide_even_their_sum():
    """All that is hidden is at least one, so a sum of five would tell that each is exactly one."""
    grid = shared(
        [Observed(str(n), "730", datetime(2026, 7 + n, 1, tzinfo=UTC)) for n in range(5)],
        municipalities=("730",),
        period=Period(Month(2026, 7), Month(2026, 11)),
    ).volume

    assert grid.total is None
    assert set(grid.cells[0]) == {None}


def test_two_numbers_about_the_same_whole_are_not_both_told_when_they_are_nearly_equal():
    """Differencing: those who were taken and those who were received, taken from each other, would be two."""
    received, taken = {Milestone.RECEIPT: timedelta(minutes=2)}, {Milestone.ACKNOWLEDGEMENT: timedelta(hours=2)}
    both = {**received, **taken}
    every = [Observed(str(n), "730", NOW, times=both if n < 20 else received if n < 22 else {}) for n in range(60)]
    receipt, acknowledgement = shared(every).spreads

    assert (receipt.coverage.measured, acknowledgement.coverage.measured) == (22, None)
    assert acknowledgement.quartiles is not None


def test_a_whole_that_would_tell_in_one_table_is_kept_back_in_the_others():
    """Five homes with one citizen each, and one group of five by age: five in all would tell that each home has one."""
    homes = list(Residence)[:5]
    every = [Observed(str(n), "730", NOW, Person(AgeBand.FROM_45, Sex.MALE, home)) for n, home in enumerate(homes)]
    shown = shared(every)

    assert shown.citizens is None
    assert shown.people.total is None


def test_what_was_divided_is_rounded_so_that_its_decimals_do_not_tell_by_what():
    every = [
        Observed(str(n), "730", NOW, known=n < 40 if n < 57 else None, told=(Told(NOW, n % 9, 1),)) for n in range(60)
    ]
    shown = shared(every)

    assert shown.share(Topic.KNOWN).ratio == 0.7
    assert all(phase.per_citizen == round(phase.per_citizen, 1) for phase in shown.phases if phase.per_citizen)


def test_reminders_have_no_sum_and_each_stands_for_itself():
    shown = shared([], reminders={"remind": 7, "phone": 2, "receipt": 0})

    assert shown.split(Topic.REMINDERS) == Split(
        Topic.REMINDERS, Base.EVENTS, {"remind": 7, "phone": None, "receipt": 0}, None
    )


def test_what_was_made_fit_is_not_made_fit_again():
    once = shared(referrals([[9, 2, 0], [1, 7, 8], [0, 0, 0]]))

    assert fit_to_share(once) is once
