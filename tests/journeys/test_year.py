"""A year of the agreement: 200 citizens, 400 referrals, 19 municipalities, and a clock that jumps.

Units that answer at once, late, only on the phone, or that it is not theirs; citizens who change their mind; mail that
is down over Easter, swallows letters, loses receipts; a unit that has no contact until March. What came of each
referral is told by the product's rows, and held against what was lived.
"""

import random
from collections import Counter
from datetime import timedelta

import pytest
from effort import effort
from sqlmodel import select
from year_life import Year
from year_plan import BEGINS, CITIZENS, LATE_TO_JOIN, REFERRALS, REFUSALS, Fate, plan
from year_town import HOURS, SEALED, open_town

from directory.calendar import is_working_day, local_day, next_working_day
from directory.hours import OpeningHours
from directory.model import REGION
from gateway import bootstrap as region_end
from gateway.consents.book import ConsentBook
from gateway.consents.model import Purpose
from gateway.exchange import arrivals
from gateway.exchange.delivery import State
from gateway.exchange.rows import ArrivalRow, OutgoingRow, StepRow, TakenRow
from gateway.referring.correspond import Ended
from gateway.referring.promise import CallOutcome, Step
from gateway.referring.rows import CallRow, ReferralRow, ReminderRow, TallyRow
from gateway.statistics.figures import Base, Topic
from gateway.statistics.observed import Milestone
from gateway.statistics.period import Month, Period
from gateway.statistics.suppression import fit_to_share
from gateway.wire.letters import Kind
from inbox_tui import bootstrap as municipal_end
from inbox_tui.casework.case import CaseState
from inbox_tui.casework.outcomes import Outcome
from inbox_tui.tables import CaseRow

SEED = 11
THE_YEAR = Period(Month(2026, 1), Month(2026, 12))
A_YEAR_OF_WEEKENDS = 60
LITTLE = 60
A_DAY, LONG_WAIT = 1, 5
"""Working days by which the clock has been looked at and the unit phoned, though it is looked at once a day."""


@pytest.fixture(scope="module")
def year(opened):
    with open_town(opened, BEGINS) as town:
        lived = Year(town, SEED)
        lived.live()
        yield lived


def rows(year, table, party=REGION):
    with year.town.ends[party].station.database.reading() as session:
        return session.exec(select(table)).all()


@pytest.fixture(scope="module")
def referrals(year):
    return {row.number: row for row in rows(year, ReferralRow)}


@pytest.fixture(scope="module")
def cases(year):
    """Every case of every municipality, by its code."""
    return {code: rows(year, CaseRow, code) for code in year.town.ends if code != REGION}


@pytest.fixture(scope="module")
def calls(year):
    return [row for row in rows(year, CallRow) if row.outcome == CallOutcome.TAKEN]


def sent(year):
    return [story for story in year.stories.values() if story.ended is not Ended.CANCELLED]


def test_the_year_is_the_same_each_time_and_holds_what_it_should():
    one, other = (plan(random.Random(SEED)) for _ in range(2))  # noqa: S311 - the same year each time

    assert [(call.at, call.citizen.index, call.fate) for call in one] == [
        (call.at, call.citizen.index, call.fate) for call in other
    ]
    assert len(one) == REFERRALS
    assert len({call.citizen.index for call in one}) == CITIZENS
    assert {call.kind for call in one} == {None, "ongoing", "relapse"}
    assert {call.fate for call in one} == set(Fate)


def test_the_year_had_its_troubles(year):
    """Else the rest proves little: letters were lost, came twice, waited, were cancelled; real seals were among them.

    The clock of the reminders was looked at by night and on days off as well, and went back now and then.
    """
    outcomes = Counter(outcome for end in year.town.ends.values() for outcome in end.outcomes)

    assert year.town.line.lost
    assert outcomes[arrivals.Outcome.DUPLICATE]
    assert year.went_back
    assert {story.ended for story in year.stories.values()} == {None, *Ended}
    assert any(row.state == State.GIVEN_UP for row in rows(year, StepRow))
    assert any(row.reason == "NO_CONTACT" for row in rows(year, StepRow))
    assert any(story.municipality == SEALED for story in year.stories.values())
    assert sum(not is_working_day(local_day(at)) for at in year.looked) > A_YEAR_OF_WEEKENDS
    assert any(at.hour in (22, 23, 0, 1, 2) for at in year.looked)


def test_every_referral_ends_taken_answered_withdrawn_cancelled_or_phoned(year, referrals, calls):
    """E13, L6: nobody is left waiting, and the rows tell what was lived."""
    phoned = {row.referral_id for row in calls}

    for story in year.stories.values():
        row = referrals[story.number]
        told = {
            "acknowledged": row.acknowledged_at is not None,
            "not ours": row.answered_at is not None,
            "cancelled": row.cancelled_at is not None,
            "withdrawn": row.withdrawn_at is not None,
            "phoned": row.letter_id in phoned,
        }
        assert any(told.values()), story
        assert told == {
            "acknowledged": story.acknowledged,
            "not ours": story.not_ours,
            "cancelled": story.ended is Ended.CANCELLED,
            "withdrawn": story.ended is Ended.WITHDRAWN or story.withdrawn_there,
            "phoned": story.taken_by_phone,
        }, story
        assert (row.closed_at is not None) == story.closed


def test_nothing_is_lost_and_nothing_doubled(year, referrals, cases):
    """Every referral that left is one case, at its municipality and nowhere else; every letter came to rest."""
    for code, there in cases.items():
        assert sorted(case.number for case in there) == sorted(
            story.number for story in sent(year) if story.municipality == code
        )
    assert set(referrals) == set(year.stories)
    letters = rows(year, OutgoingRow)
    added = Counter(row.number for row in letters if row.kind == Kind.SUPPLEMENT and row.state == State.RECEIVED)
    assert added
    assert added == Counter({case.number: case.supplements for there in cases.values() for case in there})
    for party in year.town.ends:
        assert {row.outcome for row in rows(year, ArrivalRow, party)} <= {
            arrivals.Outcome.TAKEN,
            arrivals.Outcome.DUPLICATE,
        }
        for row in rows(year, OutgoingRow, party):
            assert row.state in (State.RECEIVED, State.CANCELLED) or (row.kind == Kind.RECEIPT and row.next_at is None)


def test_what_each_municipality_had_adds_up(year, referrals, cases):
    """A1, H6: two places have half of it."""
    by_region = Counter(row.municipality for row in referrals.values() if not row.cancelled_at)

    assert by_region == Counter({code: len(there) for code, there in cases.items() if there})
    assert by_region.total() == len(sent(year))
    assert {code for code, _count in by_region.most_common(2)} == {"751", "730"}


def test_nobody_waits_when_the_year_is_over(year):
    """L5: the desk's list is empty, and so is the duty officer's."""
    station = year.town.region.station
    with station.database.reading() as session:
        follow = region_end.follow(station, session)
        assert follow.active() == []
    assert region_end.duty(station).due(year.town.region.person) == ()


def test_each_reminder_fired_once_on_a_working_day_while_the_unit_was_open(year, referrals):
    """E13, O3, rule by rule: within the unit's own hours, or from 8 to 15 where none are known."""
    fired, by_id = rows(year, ReminderRow), {row.letter_id: row for row in referrals.values()}
    letters = Counter(row.conversation_id for row in rows(year, OutgoingRow) if row.kind == Kind.REMINDER)
    asked = {by_id[row.referral_id].conversation_id for row in fired if row.step == Step.REMIND}

    assert {row.step for row in fired} >= {Step.REMIND, Step.PHONE}
    assert len({(row.referral_id, row.step) for row in fired}) == len(fired)
    for row in fired:
        hours = OpeningHours.parse(HOURS[int(by_id[row.referral_id].municipality) % len(HOURS)] or "man-fre 8-15")
        assert is_working_day(local_day(row.fired_at))
        assert hours.is_open(row.fired_at)
        assert row.due_at <= row.fired_at
    assert dict(letters) == dict.fromkeys(asked, 1)


def test_nobody_was_reminded_of_what_the_region_knew_somebody_had_taken(year, referrals):
    """E13: the reminder stops by itself."""
    knew = {}
    for taken in rows(year, TakenRow):
        if taken.kind in (Kind.ACKNOWLEDGEMENT, Kind.NOT_OURS, Kind.WITHDRAWAL):
            knew.setdefault(taken.conversation_id, taken.taken_at)
    by_id = {row.letter_id: row for row in referrals.values()}

    for row in rows(year, ReminderRow):
        known_at = knew.get(by_id[row.referral_id].conversation_id)
        assert known_at is None or row.fired_at <= known_at + timedelta(minutes=5)  # the clock is set right at times


def test_what_nobody_took_in_time_was_asked_about_and_then_phoned(year, referrals):
    """O3, O4: a letter after one working day, a call after two; with a remark on urgency the call comes first."""
    reminded = {row.referral_id for row in rows(year, ReminderRow)}
    phoned = {row.referral_id for row in rows(year, CallRow)}
    for story in year.stories.values():
        row = referrals[story.number]
        ended = [at for at in (row.acknowledged_at, row.answered_at, row.withdrawn_at, row.cancelled_at) if at]
        long = bool(ended) and waited(row.submitted_at, min(ended)) > (A_DAY if story.urgent else LONG_WAIT)
        never = story.fate is Fate.BY_PHONE and story.ended is None
        if story.municipality != LATE_TO_JOIN and (long or never):
            assert row.letter_id in phoned, story
            assert row.letter_id in reminded or story.urgent, story


def waited(begun, ended):
    """Count the working days after the day it began."""
    day, count = local_day(begun), 0
    while (day := next_working_day(day)) <= local_day(ended):
        count += 1
    return count


def test_a_unit_is_only_phoned_while_it_answers_but_for_what_is_urgent(year, referrals):
    """D17, O4."""
    urgent = {referrals[story.number].letter_id for story in year.stories.values() if story.urgent}
    by_id = {row.letter_id: row for row in referrals.values()}
    for call in rows(year, CallRow):
        hours = OpeningHours.parse(HOURS[int(by_id[call.referral_id].municipality) % len(HOURS)] or "man-fre 8-15")
        assert hours.is_open(call.called_at) or call.referral_id in urgent


def test_a_re_referral_is_known_for_one_at_the_same_municipality_and_nowhere_else(year, referrals):
    """F1 to F4: both kinds, linked to the one before; another municipality is told nothing of it."""
    again = [story for story in sent(year) if story.kind]

    assert {story.kind for story in again} == {"ongoing", "relapse"}
    for story in again:
        row = referrals[story.number]
        before = next(one for one in referrals.values() if one.letter_id == row.previous_id)
        case = year.town.ends[story.municipality].case(story.number)
        assert row.citizen_id == before.citizen_id
        assert row.position == before.position + 1
        assert (case.previous.number if case.previous else None) == (
            before.number if before.municipality == row.municipality else None
        )


def test_a_citizen_who_wanted_no_help_then_can_be_referred_again(year, referrals):
    """L11: an ending like any other."""
    not_then = {referrals[one.number].letter_id for one in year.stories.values() if one.outcome is Outcome.NOT_NOW}

    assert not_then & {referrals[story.number].previous_id for story in sent(year)}


def test_what_was_not_ours_is_sent_anew_once_and_the_new_municipality_is_told_nothing(year, referrals):
    """O7."""
    turned_away = [story for story in year.stories.values() if story.not_ours]

    assert turned_away
    for story in turned_away:
        first = referrals[story.number]
        (anew,) = [row for row in referrals.values() if row.anew_of == first.letter_id]
        case = year.town.ends[anew.municipality].case(anew.number)
        assert anew.municipality != first.municipality
        assert anew.citizen_id == first.citizen_id
        assert case.previous is None
        assert first.number not in case.referral.model_dump_json()


def test_every_disclosure_rests_on_a_consent_of_its_own(year, referrals):
    """C6, C8: renewed where it is a re-referral; ended where the citizen has withdrawn."""
    station = year.town.region.station
    with station.database.reading() as session:
        book = ConsentBook(session, station.vault)
        for story in year.stories.values():
            row = referrals[story.number]
            first = year.stories[story.anew_of] if story.anew_of else story
            (consent,) = book.history(row.conversation_id)
            assert consent.purpose is (Purpose.RENEWED_DISCLOSURE if first.kind else Purpose.DISCLOSURE)
            ended = row.withdrawn_at or row.cancelled_at
            assert (book.withdrawn_at(row.conversation_id) is None) == (ended is None)


def test_a_no_is_in_the_tally_and_nowhere_else(year):
    """C9."""
    assert {row.reason for row in rows(year, TallyRow)} == {"CONSENT_REFUSED"}
    assert sum(row.count for row in rows(year, TallyRow)) == REFUSALS == year.refusals


def test_a_closed_case_is_told_as_closed_and_no_more(cases, referrals):
    """O16, L4."""
    closed = {case.number for there in cases.values() for case in there if case.state == CaseState.CLOSED}

    assert closed == {row.number for row in referrals.values() if row.closed_at} != set()


def test_a_whole_year_opens_at_once(year):
    """A1: at the desk and in the busiest inbox."""
    station, aarhus = year.town.region.station, year.town.ends["751"]

    with effort(station.database) as spent, station.database.reading() as session:
        follow = region_end.follow(station, session)
        assert follow.active() == []
        assert len(follow.finished(50)) == 50
    assert len(aarhus.page(50)) == 50
    assert spent.thousands < LITTLE


# The statistics of the year, counted by the product, against what was lived


@pytest.fixture(scope="module")
def figures(year):
    station = year.town.region.station
    with station.database.reading() as session:
        return region_end.figures(station, session, THE_YEAR, year.town.clock())


def split(figures, topic):
    (found,) = [one for one in figures.splits if one.topic is topic]
    return {name: count for name, count in found.parts.items() if count}


def test_the_statistics_count_every_referral_that_left_by_month_and_municipality(year, figures):
    """H3: with the zeros; what was cancelled is in no figure."""
    lived = Counter((one.municipality, str(Month.of(one.submitted_at))) for one in sent(year))
    cells = {
        (row, column): count
        for row, counts in zip(figures.volume.rows, figures.volume.cells, strict=True)
        for column, count in zip(figures.volume.columns, counts, strict=True)
    }

    assert figures.referrals == figures.volume.total == len(sent(year))
    assert figures.citizens == len({story.citizen.index for story in sent(year)})
    assert len(cells) == 19 * 12
    assert {where: count for where, count in cells.items() if count} == lived


def test_the_statistics_tell_re_referrals_by_kind_and_what_became_of_the_promise(year, figures):
    """H8, E13: nobody waits; a referral that was sent anew is no re-referral."""
    assert split(figures, Topic.AGAIN) == Counter(again(story) for story in sent(year))
    assert split(figures, Topic.PROMISE) == Counter(promise(story) for story in sent(year))


def again(story):
    return "anew" if story.anew_of else story.kind or "first"


def promise(story):
    if story.not_ours:
        return "not-ours"
    if story.acknowledged:
        return "acknowledged"
    return "phoned" if story.phoned[CallOutcome.TAKEN] + story.phoned[CallOutcome.PROMISED] else "withdrawn"


def test_the_statistics_tell_on_how_many_they_rest(year, figures):
    """G3, G4, H10: every referral that left has a receipt; not every one an acknowledgement."""
    rest_on = {spread.milestone: spread.coverage for spread in figures.spreads}

    assert rest_on[Milestone.RECEIPT].measured == len(sent(year))
    assert rest_on[Milestone.ACKNOWLEDGEMENT].measured == sum(story.acknowledged for story in sent(year))
    assert rest_on[Milestone.ACKNOWLEDGEMENT].minimum
    assert split(figures, Topic.REFUSALS) == {"CONSENT_REFUSED": REFUSALS}


def test_each_municipality_counts_its_own_and_together_they_are_the_region_s(year, cases):
    """H10, A10: how long it took to assess and to reach the citizen, and who was known, is theirs to count."""
    for code, there in cases.items():
        station = year.town.ends[code].station
        closed = [story for story in sent(year) if story.municipality == code and story.closed]
        with station.database.reading() as session:
            own = municipal_end.figures(station, session, THE_YEAR, year.town.clock())
        known = [share for share in own.shares if share.topic is Topic.KNOWN]
        assert own.referrals == len(there)
        assert {spread.milestone: spread.coverage.measured for spread in own.spreads}[Milestone.ASSESSMENT] == len(
            closed
        )
        assert [share.part for share in known] == [sum(story.citizen.index % 10 > 0 for story in closed) for _ in known]
        assert bool(known) == bool(closed)


def test_what_leaves_the_unit_has_no_number_under_five(figures):
    """H7."""
    shared = fit_to_share(figures)
    told = [count for row in shared.volume.cells for count in row] + [
        count for one in shared.splits if one.base is not Base.EVENTS for count in one.parts.values()
    ]

    assert None in told
    assert not {1, 2, 3, 4} & set(told)
