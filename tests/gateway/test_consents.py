"""What is written down as a consent: four kinds, all that must be said, a year at most (C1–C8, O11)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.calendar import COPENHAGEN
from gateway.consents.errors import ConsentIncomplete
from gateway.consents.model import (
    AGREEMENT_BEGAN,
    CLOCKS_DIFFER,
    NEEDS,
    Act,
    Consent,
    Form,
    Purpose,
    latest_expiry,
)

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
SAID = {
    "conversation_id": "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11",
    "purpose": Purpose.DISCLOSURE,
    "given_by": "borgeren selv",
    "taken_by": "Mette Testgaard",
    "obtained_at": NOW - timedelta(minutes=5),
    "form": Form.SPOKEN,
    "scope": "Randers Kommune må få det at vide.",
    "information_given": "Det er frivilligt.",
    "writing_waived_because": "Givet i telefonen.",
    "now": NOW,
}
moments = st.datetimes(datetime(2020, 4, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given one
nothing_said = st.text(st.sampled_from(" \t\n\r\u00a0\u200b\u2028\u202e\x1b\x00"), max_size=9)


def consent(**changes):
    return Consent.checked(**{**SAID, **changes})


def local(moment):
    return moment.astimezone(COPENHAGEN)


def test_a_consent_that_says_all_it_must_is_kept_as_it_was_said():
    """C2."""
    made = consent(municipality="Randers Kommune", journal_ref="PJ-2026-1")
    assert (made.given_by, made.taken_by, made.scope) == ("borgeren selv", "Mette Testgaard", SAID["scope"])
    assert (made.municipality, made.journal_ref, made.parties) == ("Randers Kommune", "PJ-2026-1", ())
    assert made.in_force(NOW)


@pytest.mark.parametrize("field", ["given_by", "taken_by", "scope", "information_given", "writing_waived_because"])
@given(nothing_said)
def test_what_says_nothing_visible_is_not_said(field, text):
    """C1, C2: an empty box, spaces or invisible characters are no consent."""
    with pytest.raises(ConsentIncomplete) as refusal:
        consent(**{field: text})
    assert refusal.value.field == field
    assert refusal.value.code == "CONSENT_INCOMPLETE"


@pytest.mark.parametrize("given_by", ["borgerens søn", "datteren", "værge", "naboen, med borgeren ved siden af"])
@pytest.mark.parametrize("purpose", [Purpose.OWN_GP, Purpose.JOINT_MEETING])
def test_nobody_says_yes_on_the_citizens_behalf(given_by, purpose):
    """A12: not to the meeting or to the GP either."""
    with pytest.raises(ConsentIncomplete, match="given_by"):
        consent(given_by=given_by, purpose=purpose, parties=("egen læge",) * (purpose is Purpose.JOINT_MEETING))


@pytest.mark.parametrize("given_by", ["borgeren", " Borgeren selv ", "borgeren, gennem tolk"])
def test_what_the_citizen_says_through_an_interpreter_is_the_citizens_own(given_by):
    assert consent(given_by=given_by).given_by == given_by


def test_a_written_consent_needs_no_reason_why_it_was_not_written():
    assert consent(form=Form.WRITTEN, writing_waived_because="").form == "written"


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("parties", [(), ("borgeren", "egen læge")], ids=["nobody", "two"])
def test_a_joint_meeting_names_its_parties_and_nothing_else_does(purpose, parties):
    """C7."""
    if bool(parties) == (purpose is Purpose.JOINT_MEETING):
        assert consent(purpose=purpose, parties=parties).parties == parties
    else:
        with pytest.raises(ConsentIncomplete, match="parties"):
            consent(purpose=purpose, parties=parties)


@given(nothing_said)
def test_a_party_without_a_name_is_no_party(text):
    with pytest.raises(ConsentIncomplete, match="parties"):
        consent(purpose=Purpose.JOINT_MEETING, parties=("borgeren", text))


@pytest.mark.parametrize(
    ("obtained_at", "holds"),
    [
        (AGREEMENT_BEGAN - timedelta(seconds=1), False),
        (AGREEMENT_BEGAN, True),
        (NOW + CLOCKS_DIFFER, True),
        (NOW + CLOCKS_DIFFER + timedelta(seconds=1), False),
    ],
)
def test_no_consent_is_older_than_the_agreement_or_younger_than_now(obtained_at, holds):
    """D19; A3."""
    if holds:
        assert consent(obtained_at=obtained_at)
    else:
        with pytest.raises(ConsentIncomplete, match="obtained_at"):
            consent(obtained_at=obtained_at)


@given(moments)
def test_a_consent_lapses_a_year_later_at_the_same_danish_hour_and_never_after(obtained_at):
    """Sundhedsloven § 44(2), O11."""
    lapses = latest_expiry(obtained_at)
    before, after = local(obtained_at), local(lapses)
    assert obtained_at < lapses <= obtained_at + timedelta(days=366, hours=1)
    assert after.year == before.year + 1
    assert (after.month, after.day) == (
        (2, 28) if (before.month, before.day) == (2, 29) else (before.month, before.day)
    )
    gap = timedelta(hours=1) if before.replace(tzinfo=None).time() != after.replace(tzinfo=None).time() else timedelta()
    assert abs(after.replace(tzinfo=None) - before.replace(tzinfo=None, year=after.year, day=after.day)) == gap


def test_a_consent_of_a_leap_day_lapses_on_the_28th():
    assert local(latest_expiry(datetime(2028, 2, 29, 11, tzinfo=UTC))) == datetime(2029, 2, 28, 12, tzinfo=COPENHAGEN)


def test_a_leap_day_is_judged_by_the_danish_date():
    """23.30 UTC on 28 February is the 29th in Denmark."""
    assert local(latest_expiry(datetime(2028, 2, 28, 23, 30, tzinfo=UTC))).date().isoformat() == "2029-02-28"


@given(moments, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_a_consent_may_be_given_for_a_shorter_time_but_never_for_longer_than_a_year(obtained_at, wished):
    made = consent(obtained_at=obtained_at, now=obtained_at, expires_at=obtained_at + wished)
    assert made.expires_at == min(obtained_at + wished, latest_expiry(obtained_at))


def test_it_holds_until_the_moment_it_lapses_and_not_in_it():
    made = consent()
    assert made.in_force(made.expires_at - timedelta(microseconds=1))
    assert not made.in_force(made.expires_at)


def test_each_step_rests_on_the_consent_that_is_about_it():
    """C8: four consents, not one. Own GP and a meeting are never covered by the disclosure."""
    assert {act.value: {purpose.value for purpose in NEEDS[act]} for act in Act} == {
        "refer": {"disclosure"},
        "refer-again": {"renewed-disclosure"},
        "supplement": {"disclosure", "renewed-disclosure"},
        "involve-gp": {"own-gp"},
        "call-meeting": {"joint-meeting"},
    }


def test_a_consent_shows_nothing_of_what_was_said_when_it_is_printed():
    shown = repr(consent())
    assert not any(SAID[name] in shown for name in ("scope", "information_given", "writing_waived_because"))
