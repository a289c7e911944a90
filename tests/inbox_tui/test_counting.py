"""What a municipality counts of its own cases, and what it may choose to tell (section H)."""

import dataclasses
from datetime import timedelta

import pytest
from inbox_site import ANNE, NOW, InboxSite, arrived, referral

from gateway.statistics.aggregate import Aggregate, aggregate
from gateway.statistics.figures import Base, Coverage, Extent, Topic
from gateway.statistics.observed import Milestone
from gateway.statistics.period import Period
from gateway.statistics.suppression import fit_to_share
from gateway.wire.answers import Elsewhere
from gateway.wire.letters import Kind
from inbox_tui.counting import Counting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBERS = tuple(f"2026-{n:04}" for n in range(1, 7))


@pytest.fixture
def site(tmp_path):
    made = InboxSite(tmp_path / "inbox.db")
    yield made
    made.db.close()


def receive(site, number="2026-0001", key="R02", **changes):
    return site.receive(arrived(referral(key, **changes), number))


def count(site, now=NOW):
    with site.db.reading() as session:
        return Counting(session, site.vault, "730")(Period.around(now.date()), now)


def test_the_municipality_has_one_row_its_own(site):
    receive(site)
    figures = count(site)

    assert (figures.volume.rows, figures.volume.total, figures.referrals) == (("730",), 1, 1)


def test_times_run_from_arrival_to_each_milestone_and_an_attempt_is_enough_for_contact(site):
    """E1: the first attempt counts, reached or not; when the citizen was reached is told beside it."""
    case = receive(site)
    site.store.acknowledge(case, ANNE, NOW + HOUR)
    site.acts.assess(case, acute=False, why="Ingen akut fare.", person=ANNE, now=NOW + 2 * HOUR)
    site.acts.contact(case, reached=False, remark="", person=ANNE, now=NOW + 9 * HOUR, at=NOW + 3 * HOUR)
    site.acts.contact(case, reached=True, remark="", person=ANNE, now=NOW + DAY)
    site.store.forward(case, "hjemmepleje", ANNE, "", NOW + 5 * HOUR)
    site.store.take_over(case, ANNE, NOW + 6 * HOUR, "Hanne Testdal")
    figures = count(site, NOW + DAY)

    medians = {spread.milestone: spread.quartiles.median for spread in figures.spreads}
    assert medians == {
        Milestone.ACKNOWLEDGEMENT: HOUR,
        Milestone.ASSESSMENT: 2 * HOUR,
        Milestone.FIRST_CONTACT: 3 * HOUR,
        Milestone.REACHED: DAY,
        Milestone.TAKEN_OVER: 6 * HOUR,
    }


def test_the_share_known_says_how_many_it_was_asked_of(site):
    """A10, G3."""
    for number, known in zip(NUMBERS, (True, True, False, None, None, None), strict=True):
        case = receive(site, number)
        if known is not None:
            site.store.acknowledge(case, ANNE, NOW)
            site.acts.familiar(case, "", ANNE, NOW, known=known)
    share = count(site).share(Topic.KNOWN)

    assert (share.part, share.ratio) == (2, pytest.approx(2 / 3))
    assert share.coverage == Coverage(3, 6, Base.REFERRALS, Extent.PART)


def test_a_case_is_late_only_when_its_fifth_working_day_has_passed(site):
    """E1: NOW is a Friday; a target that has not come yet says nothing."""
    receive(site)
    assert count(site, NOW + 7 * DAY).share(Topic.ASSESSED_IN_TIME) is None

    assert count(site, NOW + 8 * DAY).share(Topic.ASSESSED_IN_TIME).ratio == 0


def test_a_citizen_who_is_not_ours_is_nobody_s_delay(site):
    """O7."""
    case = receive(site)
    site.store.acknowledge(case, ANNE, NOW)
    site.acts.not_ours(case, Elsewhere.MOVED, "", ANNE, NOW)

    assert count(site, NOW + 30 * DAY).share(Topic.ASSESSED_IN_TIME) is None


def test_two_referrals_of_one_number_are_one_citizen_and_so_is_a_chain_without_a_number(site):
    """G2: what belongs together is known by number, or because Præhospitalet says which letter it follows."""
    receive(site, "2026-0001", "R02")
    receive(site, "2026-0002", "R02")
    without = referral("R05", citizen={"cpr": None})
    again = {"number": "2026-0003", "sent_at": NOW.isoformat(), "position": 2, "first_sent_at": NOW.isoformat()}
    site.receive(arrived(without, "2026-0003"))
    site.receive(arrived(without, "2026-0004", NOW + HOUR, again))
    site.receive(arrived(without, "2026-0005", NOW + HOUR))
    figures = count(site)

    assert (figures.referrals, figures.citizens) == (5, 3)


def test_what_was_arranged_is_counted_when_cases_are_closed(site):
    """H11: several may hold at once, and what never happened is a zero."""
    for number, outcomes in zip(NUMBERS, (("own-gp", "not-now"), ("own-gp",)), strict=False):
        case = receive(site, number)
        site.store.acknowledge(case, ANNE, NOW)
        site.acts.assess(case, acute=False, why="Ingen akut fare.", person=ANNE, now=NOW)
        site.acts.close(case, outcomes, "Aftalt med borgeren.", ANNE, NOW + HOUR)
    split = count(site).split(Topic.ENDINGS)

    assert (split.parts["own-gp"], split.parts["not-now"], split.parts["housing"], split.total) == (2, 1, 0, None)


def test_a_citizen_who_withdrew_before_the_letter_came_was_never_under_way(site):
    """Nor does a contact that was made before it tell how long the first one took."""
    for number in NUMBERS:
        case = receive(site, number)
        site.store.acknowledge(case, ANNE, NOW)
        site.acts.contact(case, reached=True, remark="", person=ANNE, now=NOW + HOUR, at=NOW - DAY)
        site.acts.withdraw(case, ANNE, NOW + HOUR, at=NOW - DAY)
    figures = count(site)
    reached = next(spread for spread in figures.spreads if spread.milestone is Milestone.REACHED)
    assert reached.quartiles is None
    with site.db.reading() as session:
        cases = Counting(session, site.vault, "730")._cases(NOW + HOUR)
        assert {one.closed_at for one in cases} == {NOW}


def test_a_supplement_tells_of_calls_and_of_the_citizen(site):
    case = receive(site, citizen={"approx_age": None, "cpr": None}, calls_last_30_days=4, calls_today=0)
    assert case
    later = NOW + 40 * DAY
    body = {"written_at": later.isoformat(), "written_by": "Mette Testgaard", "calls_last_30_days": 9}
    site.hear(Kind.SUPPLEMENT, body, received_at=later)
    before, under, _after = count(site).phases

    assert (before.calls, under.calls) == (4, 9)


def test_nothing_personal_is_in_the_figures(site):
    receive(site)
    everything = repr(dataclasses.asdict(count(site)))

    name = referral("R02")["citizen"]["name"]
    assert name.split()[0] not in everything


def test_what_is_told_the_region_is_read_back_as_it_was_written(site):
    for number in NUMBERS:
        site.store.acknowledge(receive(site, number), ANNE, NOW + HOUR)
    told = aggregate(fit_to_share(count(site)), ANNE.name)

    assert Aggregate.read(told.written()) == told
    assert told.referrals == 6
    assert told.took[Milestone.ACKNOWLEDGEMENT].median == 60


def test_few_cases_tell_nothing_but_that_there_are_few(site):
    """H7."""
    for number in NUMBERS[:3]:
        site.store.acknowledge(receive(site, number), ANNE, NOW + HOUR)
    told = aggregate(fit_to_share(count(site)), ANNE.name)

    assert (told.referrals, told.took, told.parts) == (None, {}, {})


def test_figures_that_were_not_made_fit_are_not_told(site):
    with pytest.raises(ValueError, match="suppressed"):
        aggregate(count(site), ANNE.name)
