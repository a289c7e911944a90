"""A citizen who was referred before is recognised, suggested and never merged."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing_site import FAVRSKOV, NOW, RANDERS, writing_site

from gateway.audit.rows import EntryRow
from gateway.referring.recognise import Sign
from gateway.referring.rows import ReferralRow

CPR, PHONE = "190668-7074", "+45 95 00 01 02"
OTHER = {"cpr": None, "phone": "+45 95 00 99 99"}


def test_the_same_cpr_is_recognised_however_it_is_written(site):
    """F1, G9."""
    sent = site.send(citizen={"phone": None})

    for written in (CPR, "1906687074", " 190668 7074 "):
        (seen,) = site.recognise(written, None, site.mette, set())
        assert (seen.referral_id, seen.number, seen.municipality, seen.by) == (
            *(sent.referral_id, sent.number, RANDERS, Sign.CPR),
        )


@pytest.mark.parametrize("written", [PHONE, "95000102", "95 00 01 02", "0045 95000102", "+4595000102"])
def test_the_same_phone_is_recognised_however_it_is_written(site, written):
    """G2: without CPR."""
    site.send(citizen={"cpr": None})

    (seen,) = site.recognise(None, written, site.mette, set())

    assert seen.by is Sign.PHONE


def test_cpr_is_the_stronger_sign_and_each_referral_comes_once(site):
    both = site.send()
    site.later(hours=1)
    phone_only = site.send(citizen={"cpr": None})
    site.send(citizen=OTHER)

    seen = site.recognise(CPR, PHONE, site.mette, set())

    assert [(one.referral_id, one.by) for one in seen] == [
        (phone_only.referral_id, Sign.PHONE),
        (both.referral_id, Sign.CPR),
    ]


def test_two_with_the_same_phone_are_suggested_and_stay_two(site):
    """G2: possibly the same citizen, never merged."""
    site.send(citizen={"cpr": None})
    site.send(citizen={"cpr": None})

    assert len(site.recognise(None, PHONE, site.mette, set())) == 2
    assert len({row.citizen_id for row in site.rows(ReferralRow)}) == 2


@pytest.mark.parametrize(
    ("cpr", "phone"),
    [(None, None), ("", ""), ("190668", "9500"), ("310265-5128", "x"), ("190668-7075", "95000103"), ("��", "🦊")],
)
def test_half_a_number_or_none_finds_nobody(site, cpr, phone):
    site.send()
    site.send(citizen=OTHER | {"phone": None})

    assert site.recognise(cpr, phone, site.mette, set()) == ()


def test_a_replacement_number_two_people_may_share_recognises_nobody(site):
    """G2."""
    site.send(citizen={"cpr": "790385-5127", "phone": None})

    assert site.recognise("790385-5127", None, site.mette, set()) == ()


def test_within_a_day_adding_to_the_first_is_the_better_way(site):
    """G9, O22."""
    site.send()

    site.later(hours=24)
    assert site.recognise(CPR, None, site.mette, set())[0].within_a_day
    site.later(seconds=1)
    assert not site.recognise(CPR, None, site.mette, set())[0].within_a_day


@pytest.mark.parametrize(
    ("columns", "state", "is_open"),
    [
        ({}, "parked", True),
        ({"acknowledged_at": NOW}, "acknowledged", True),
        ({"acknowledged_at": NOW, "closed_at": NOW}, "closed", False),
        ({"answered_at": NOW}, "not-ours", False),
        ({"acknowledged_at": NOW, "withdrawn_at": NOW}, "withdrawn", False),
    ],
)
def test_where_the_earlier_one_stands_is_told_in_a_word_of_status(site, columns, state, is_open):
    """L4, G9: an open one can be added to."""
    site.mark(site.send(), **columns)

    (seen,) = site.recognise(CPR, None, site.mette, set())

    assert (seen.state, seen.open) == (state, is_open)


def test_what_was_taken_back_before_it_was_sent_is_not_brought_up(site):
    """O10: it told nobody anything."""
    site.mark(site.send(), cancelled_at=NOW, withdrawn_at=NOW)

    assert site.recognise(CPR, PHONE, site.mette, set()) == ()


def test_ten_calls_in_a_day_can_each_be_sent_and_each_is_recognised(site):
    """G9."""
    for count in range(10):
        assert len(site.recognise(CPR, PHONE, site.mette, set())) == count
        site.send()
        site.later(minutes=20)

    seen = site.recognise(CPR, PHONE, site.mette, set())
    assert len({one.number for one in seen}) == 10
    assert all(one.within_a_day and one.open for one in seen)
    assert [one.submitted_at for one in seen] == sorted((one.submitted_at for one in seen), reverse=True)


def test_a_referral_to_another_municipality_is_recognised_too(site):
    site.send(FAVRSKOV)

    assert site.recognise(CPR, None, site.mette, set())[0].municipality == FAVRSKOV


def test_no_number_stands_in_the_rows(site):
    """O20."""
    site.send()

    assert all(trace not in site.bytes() for trace in (b"190668", b"9500 0102", b"95000102", b"95 00 01 02"))


@given(digits=st.integers(min_value=20_000_000, max_value=99_999_999), gaps=st.lists(st.integers(0, 8), max_size=4))
def test_spaces_never_hide_a_phone_number(tmp_path_factory, digits, gaps):
    written = list(str(digits))
    for gap in gaps:
        written.insert(gap, " ")
    with writing_site(tmp_path_factory.mktemp("r") / "site") as site:
        site.send(citizen={"cpr": None, "phone": f"+45 {digits}"})
        assert len(site.recognise(None, "".join(written), site.mette, set())) == 1


def test_a_number_is_noted_once_while_it_is_being_written_and_half_a_number_never(site):
    """S30."""
    first, noted = site.send(), set()
    site.send(citizen={"cpr": None})

    for cpr, phone in (("1906", None), (CPR, None), ("1906687074", "9500"), (CPR, PHONE), (CPR, PHONE)):
        site.recognise(cpr, phone, site.mette, noted)

    searches = [entry for entry in site.rows(EntryRow) if entry.action == "search"]
    assert [json.loads(entry.detail) for entry in searches] == [
        {"by": "recognise", "found": 1},
        *[{"by": "recognise", "found": 2}] * 2,
    ]
    assert searches[0].about == site.row(first).conversation_id
    assert {entry.about for entry in searches} == {row.conversation_id for row in site.rows(ReferralRow)}


def test_newest_first_means_the_day_it_was_written(site):
    first = site.send()
    site.now += timedelta(days=40)
    second = site.send()

    assert [one.referral_id for one in site.recognise(CPR, None, site.mette, set())] == [
        second.referral_id,
        first.referral_id,
    ]
