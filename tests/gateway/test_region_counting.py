"""What the region counts: its own rows, each once, with their coverage (section H)."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from databases import everything_in
from region_counting_site import NOVEMBER, NOW, CountingSite

from directory.municipalities import in_agreement
from gateway.exchange.ports import Arrived
from gateway.referring.figures import Outside, TakeFigures
from gateway.referring.rows import CallRow, DraftRow, FiguresRow, ReminderRow, TallyRow
from gateway.site.people import Person, Role
from gateway.statistics.baselines import ByHand
from gateway.statistics.figures import Base, Coverage, Entered, Extent, Phase, Topic
from gateway.statistics.observed import AgeBand, Milestone
from gateway.statistics.period import Month, Period
from gateway.statistics.suppression import fit_to_share
from gateway.wire.errors import LetterUnreadable
from gateway.wire.letters import Kind, new_id
from keys.fingerprint import Fingerprint

HOUR = timedelta(hours=1)
METTE = Person("mette", "Mette Testgaard", Role.ADMIN)


@pytest.fixture
def site(tmp_path):
    made = CountingSite(tmp_path)
    yield made
    made.database.close()


def cell(figures, code, month):
    grid = figures.volume
    return grid.cells[grid.rows.index(code)][grid.columns.index(month)]


def test_a_report_has_every_month_and_all_nineteen_municipalities_zeros_and_all(site):
    """H3, H6."""
    site.referral("730")
    site.referral("751", datetime(2026, 2, 3, tzinfo=UTC))
    figures = site.count()

    assert figures.volume.rows == tuple(place.code for place in in_agreement())
    assert (len(figures.volume.rows), len(figures.volume.columns)) == (19, 12)
    assert cell(figures, "730", "2026-11") == cell(figures, "751", "2026-02") == 1
    assert sum(map(sum, figures.volume.cells)) == figures.volume.total == figures.referrals == 2


def test_a_month_begins_at_danish_midnight(site):
    site.referral("730", datetime(2026, 10, 31, 23, 30, tzinfo=UTC))

    assert cell(site.count(), "730", "2026-11") == 1


def test_what_was_cancelled_before_it_was_sent_and_what_was_only_drafted_is_not_counted(site):
    """O25: tests and heartbeats have no row at all; nothing is read of a cancelled one, for it was erased."""
    site.referral(cancelled_at=NOVEMBER, locked=b"")
    site.add(DraftRow(id="d", author_id="m", started_at=NOVEMBER, saved_at=NOVEMBER, locked=b"x"))

    assert site.count().referrals == 0


def test_times_to_receipt_and_acknowledgement_have_their_quartiles_and_their_coverage(site):
    for hours in (1, 2, 3, 4, 5):
        letter = site.referral(acknowledged_at=NOVEMBER + hours * HOUR)
        site.received(letter, NOVEMBER, timedelta(minutes=hours))
    site.referral()
    receipt, taken = (site.count().spread(one) for one in (Milestone.RECEIPT, Milestone.ACKNOWLEDGEMENT))

    assert (taken.quartiles.lower, taken.quartiles.median, taken.quartiles.upper) == (2 * HOUR, 3 * HOUR, 4 * HOUR)
    assert receipt.quartiles.median == timedelta(minutes=3), "the first receipt counts, not the last"
    assert taken.coverage == receipt.coverage == Coverage(5, 6, Base.REFERRALS, Extent.PART)


def test_a_clock_that_went_backwards_between_the_ends_tells_nothing(site):
    site.referral(acknowledged_at=NOVEMBER - HOUR)

    assert site.count().spread(Milestone.ACKNOWLEDGEMENT).coverage.measured == 0


def test_re_referrals_are_counted_by_kind_and_sending_anew_is_none(site):
    """H8."""
    for kind in ("ongoing", "relapse", "relapse"):
        site.referral(written={"re_referral": {"previous_id": "x", "kind": kind}})
    site.referral(anew_of="letter-0", written={"re_referral": {"previous_id": "x", "kind": "ongoing"}})
    site.referral()

    assert site.count().split(Topic.AGAIN).parts == {"first": 1, "ongoing": 1, "relapse": 2, "anew": 1}


def test_every_promise_ends_in_exactly_one_way(site):
    site.referral(acknowledged_at=NOVEMBER)
    site.referral(acknowledged_at=NOVEMBER, answered_at=NOVEMBER + HOUR)
    site.referral(withdrawn_at=NOVEMBER)
    site.referral()
    for outcome in ("promised", "no-answer"):
        called = {"person_id": "mette", "called_at": NOVEMBER, "outcome": outcome, "locked": b""}
        site.add(CallRow(referral_id=site.referral(), **called))
    split = site.count().split(Topic.PROMISE)

    assert split.parts == {"acknowledged": 1, "not-ours": 1, "phoned": 1, "withdrawn": 1, "waiting": 2}
    assert split.total == 6


def test_a_call_about_a_withdrawal_is_not_how_the_promise_was_kept(site):
    """O10: nobody took the referral over; the unit heard that it was not to."""
    late, kept = site.referral(withdrawn_at=NOVEMBER), site.referral(withdrawn_at=NOVEMBER + HOUR)
    for referral in (late, kept):
        called = {"person_id": "mette", "called_at": NOVEMBER + HOUR, "outcome": "taken", "locked": b""}
        site.add(CallRow(referral_id=referral, **called))
    parts = site.count().split(Topic.PROMISE).parts

    assert (parts["withdrawn"], parts["phoned"]) == (1, 1)


def test_reminders_are_counted_by_step_and_those_that_never_fired_are_zero(site):
    letter, earlier = site.referral(), datetime(2025, 1, 8, tzinfo=UTC)
    site.add(ReminderRow(referral_id=letter, step="remind", due_at=NOVEMBER, fired_at=NOVEMBER))
    site.add(ReminderRow(referral_id=letter, step="phone", due_at=earlier, fired_at=earlier))

    assert site.count().split(Topic.REMINDERS).parts == {"receipt": 0, "remind": 1, "phone": 0}


def test_refusals_are_counted_by_reason_and_nothing_else_is_known_of_them(site):
    """C9."""
    for day, reason, count in (
        (date(2026, 11, 1), "CONSENT_REFUSED", 3),
        (date(2026, 10, 30), "CONSENT_REFUSED", 2),
        (date(2026, 11, 30), "MINOR", 1),
        (date(2025, 11, 30), "MINOR", 7),
    ):
        site.add(TallyRow(day=day, reason=reason, count=count))

    assert site.count().split(Topic.REFUSALS).parts == {"CONSENT_REFUSED": 5, "MINOR": 1}


def test_a_citizen_is_counted_once_with_what_the_latest_letter_knows(site):
    """H7, G6: an age that was written goes before the number, whose century can be long gone."""
    young = {"cpr": "190668-7074", "approx_age": 44, "gender": "M"}
    site.referral(written={"citizen": young | {"residence": "hjemløs"}}, citizen_id="one")
    later = {"cpr": "190668-7074", "approx_age": 46, "residence": "egen bolig"}
    site.referral(at=NOVEMBER + HOUR, written={"citizen": later}, citizen_id="one")
    site.referral(written={"citizen": {"name": "B"}}, citizen_id="two")
    figures = site.count()

    assert (figures.citizens, figures.referrals) == (2, 3)
    assert figures.people.row_totals[figures.people.rows.index(AgeBand.FROM_45)] == 1
    assert figures.split(Topic.RESIDENCE).parts["egen_bolig"] == figures.split(Topic.RESIDENCE).parts["ukendt"] == 1


def test_calls_are_counted_in_the_phase_they_were_made_in_with_the_time_they_cover(site):
    """H4, H9, H10."""
    opened = datetime(2026, 3, 2, 9, tzinfo=UTC)
    letter = site.referral(
        at=opened, written={"calls_last_30_days": 20, "calls_today": 3}, closed_at=opened + 60 * 24 * HOUR
    )
    site.supplement(letter, opened + 24 * HOUR, calls_last_30_days=21, calls_today=1)
    site.supplement(letter, opened + 40 * 24 * HOUR, calls_last_30_days=6)
    site.referral(
        at=opened + 100 * 24 * HOUR,
        citizen_id=f"citizen {letter}",
        written={"calls_last_30_days": 2, "calls_today": None},
    )
    before, under, after = site.count().phases

    assert [one.phase for one in (before, under, after)] == list(Phase)
    assert (before.calls, before.weeks) == (20, pytest.approx(30 / 7))
    assert (under.calls, under.weeks) == (1 + 6, pytest.approx(31 / 7)), (
        "one day of the first supplement, 30 of the next"
    )
    assert (after.calls, after.per_citizen) == (2, 2)
    assert under.per_week == pytest.approx(7 / (31 / 7))


def test_nothing_personal_is_in_the_figures(site):
    site.referral(written={"citizen": {"name": "Karen Testdal", "phone": "+45 95 00 01 02"}, "text": "Kvasterblomme"})
    everything = repr(dataclasses.asdict(site.count()))

    assert not any(word in everything for word in ("Karen", "95 00", "Kvaster", "citizen letter"))


# What comes from outside


def told(**changes):
    rests = {"measured": 40, "whole": 40, "extent": "all"}
    took = {"assessment": {"lower": 600, "median": 1500, "upper": 2900, "rests": rests}}
    body = {"first": "2026-09", "last": "2026-11", "shared_by": "Birgit Prøvegaard", "referrals": 40, "took": took}
    return {**body, "parts": {"known": {"percent": 87, "rests": rests}}, **changes}


def arrived(body, party="730"):
    return Arrived(
        letter_id=new_id(),
        conversation_id=new_id(),
        kind=Kind.FIGURES,
        from_party=party,
        number="",
        body=body,
        received_at=NOW,
        signed_by=Fingerprint("A" * 40),
        signed_at=NOW,
    )


def take(site, body, party="730"):
    with site.database.session() as session:
        TakeFigures(site.vault)(session, arrived(body, party))


def test_a_municipality_s_figures_join_the_region_s_report(site):
    take(site, told())
    take(site, told(first="2026-01"), party="751")
    figures = site.count()

    assert [one.municipality for one in figures.joined] == ["730", "751"]
    assert figures.joined[0].spreads[Milestone.ASSESSMENT].median == 25 * HOUR
    assert figures.joined[0].ratios == {Topic.KNOWN: 0.87}


def test_figures_told_again_replace_the_earlier_and_the_longest_within_the_period_is_used(site):
    take(site, told())
    take(site, told(parts={}))
    take(site, told(first="2026-08"))
    take(site, told(first="2024-01", last="2025-01"))

    (joined,) = site.count().joined
    assert joined.period == Period(Month(2026, 8), Month(2026, 11))
    with site.database.reading() as session:
        assert session.get(FiguresRow, ("730", "2026-09", "2026-11")) is not None
    assert b"Birgit" not in everything_in(site.folder / "region.db")


@pytest.mark.parametrize(
    "body",
    [
        told(referrals=3),
        told(referrals=-1),
        told(first="2026-12"),
        told(last="2026-12"),
        told(first="2026-13"),
        told(took={"assessment": {"lower": 1, "median": 2, "upper": 3, "rests": {"measured": 4, "extent": "part"}}}),
        told(parts={"known": {"percent": 87, "rests": {"measured": 38, "whole": 40, "extent": "part"}}}),
        told(parts={"known": {"percent": 101, "rests": {"extent": "few"}}}),
        told(parts={"cpr": {"percent": 1, "rests": {"extent": "few"}}}),
        {},
    ],
)
def test_figures_that_hold_a_small_count_or_make_no_sense_are_refused(site, body):
    """H7: the region will not hold what a municipality should have kept back."""
    with pytest.raises(LetterUnreadable):
        take(site, body)


def test_what_a_person_enters_by_hand_is_kept_by_name_and_year(site):
    """H5."""
    for value in ("2.7", "2.9"):
        with site.database.session() as session:
            Outside(session, site.vault).enter(Entered(ByHand.AMBULANCE_A, 2026, Decimal(value)), METTE, NOW)

    assert site.count().entered == (Entered(ByHand.AMBULANCE_A, 2026, Decimal("2.9")),)


def test_what_leaves_the_region_is_made_fit_of_what_it_counts(site):
    for _each in range(3):
        site.referral()
    fit = fit_to_share(site.count())

    assert fit.referrals is None
    assert fit.citizens is None
    assert cell(fit, "730", "2026-11") is None
    assert cell(fit, "751", "2026-11") == 0
