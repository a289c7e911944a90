from datetime import UTC, datetime, timedelta

import pytest

from gateway.referring import consent
from gateway.referring.refusals import Reason, Refused, SaidNo
from gateway.wire.referral import Consent

NOW = datetime(2026, 3, 19, 8, 5, tzinfo=UTC)
GIVEN = Consent(
    given=True,
    form="mundtligt",
    obtained_at=NOW - timedelta(minutes=6),
    obtained_by="Mette Testgaard",
    given_by="borgeren selv",
    scope="Præhospitalet må videregive til Randers Kommune …",
    information_given="Oplyst, at det er frivilligt …",
    journal_ref="PJ-2026-04102",
)


def outcome(*, submitted_at=NOW, now=NOW, again=False, previous=None, **changes):
    said = GIVEN.model_copy(update=changes)
    try:
        consent.check(said, submitted_at=submitted_at, now=now, again=again, previous=previous)
    except Refused as refused:
        return refused.reason
    return None


def test_a_concrete_consent_from_the_citizen_is_enough():
    # C1, C2
    assert outcome() is None
    assert outcome(form="Skriftligt", given_by=" Borgeren ") is None


@pytest.mark.parametrize(
    "by", ["borgeren selv via tolk", "Borgeren (gennem telefontolk)", "borgeren selv, med en tolk"]
)
def test_what_the_citizen_says_through_an_interpreter_is_their_own(by):
    assert outcome(given_by=by, form="mundtligt via tolk") is None


@pytest.mark.parametrize("given", [False, None])
def test_without_a_yes_nothing_is_sent(given):
    # C3
    assert outcome(given=given) is Reason.CONSENT_REFUSED


def test_a_no_is_something_else_than_not_having_been_asked():
    # C9: only a no erases what was written
    with pytest.raises(SaidNo):
        consent.check(GIVEN.model_copy(update={"given": False}), submitted_at=NOW, now=NOW, again=False)
    with pytest.raises(Refused) as unasked:
        consent.check(GIVEN.model_copy(update={"given": None}), submitted_at=NOW, now=NOW, again=False)
    assert not isinstance(unasked.value, SaidNo)


@pytest.mark.parametrize("by", ["datteren", "nabo", "politiet", "", None, "borgerens søn", "tolk", "datteren via tolk"])
def test_nobody_else_can_say_yes(by):
    # A12
    assert outcome(given_by=by) is Reason.CONSENT_NOT_FROM_CITIZEN


@pytest.mark.parametrize(
    "change",
    [
        *({"scope": ""}, {"scope": None}, {"scope": " \n"}, {"information_given": ""}, {"information_given": None}),
        *({"form": None}, {"form": "stiltiende"}, {"form": ""}),
    ],
    ids=str,
)
def test_a_consent_says_what_to_and_on_what_information_and_is_never_tacit(change):
    # C1, C2
    assert outcome(**change) is Reason.CONSENT_NOT_SPECIFIC


@pytest.mark.parametrize(
    "obtained",
    [
        None,
        datetime(2919, 3, 19, 8, tzinfo=UTC),
        datetime(2062, 3, 19, 8, tzinfo=UTC),
        datetime(2020, 3, 31, 21, 59, tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        NOW + timedelta(seconds=1),
    ],
    ids=str,
)
def test_a_mistyped_time_is_refused(obtained):
    # D19, C4: before it is sent
    assert outcome(obtained_at=obtained) is Reason.CONSENT_DATE_IMPLAUSIBLE


def test_the_agreement_began_at_midnight_danish_time():
    # A3
    began = datetime(2020, 3, 31, 22, tzinfo=UTC)
    assert outcome(obtained_at=began, submitted_at=began, now=began) is None


def test_a_sender_whose_clock_is_a_little_ahead_is_not_turned_away():
    ahead = NOW + timedelta(minutes=4)
    assert outcome(obtained_at=ahead, submitted_at=ahead) is None
    ahead = NOW + timedelta(minutes=6)
    assert outcome(obtained_at=ahead, submitted_at=ahead) is Reason.CONSENT_DATE_IMPLAUSIBLE


def test_a_consent_lasts_for_one_conversation():
    # C4
    day_old = NOW - timedelta(hours=24)
    assert outcome(obtained_at=day_old) is None
    assert outcome(obtained_at=day_old - timedelta(seconds=1)) is Reason.CONSENT_TOO_OLD


def test_a_consent_ages_by_the_rules_own_clock():
    # C4: an old submission does not keep its consent fresh
    assert outcome(now=NOW + timedelta(days=2)) is Reason.CONSENT_TOO_OLD


def test_a_re_referral_needs_a_consent_given_after_the_earlier_one():
    # C6
    assert outcome(again=True, previous=NOW - timedelta(hours=1)) is None
    assert outcome(again=True, previous=GIVEN.obtained_at) is Reason.CONSENT_NOT_RENEWED
    assert outcome(again=True, previous=NOW - timedelta(minutes=1)) is Reason.CONSENT_NOT_RENEWED


def test_a_re_referral_with_an_old_consent_is_told_to_renew_it_even_if_the_earlier_one_is_unknown():
    # C6
    assert outcome(again=True) is None
    assert outcome(again=True, obtained_at=NOW - timedelta(days=26)) is Reason.CONSENT_NOT_RENEWED


def test_a_no_comes_before_every_other_fault():
    assert outcome(given=False, given_by=None, scope="", obtained_at=None, again=True) is Reason.CONSENT_REFUSED
    assert outcome(given_by="datteren", scope="", obtained_at=None) is Reason.CONSENT_NOT_FROM_CITIZEN
    assert outcome(scope="", obtained_at=None) is Reason.CONSENT_NOT_SPECIFIC


@pytest.mark.parametrize(
    "by", ["borgeren selv via polsk tolk", "Borgeren (telefontolk)", "borgeren, ved tolk", "citizen"]
)
def test_an_interpreter_may_be_named_in_any_words(by):
    assert outcome(given_by=by) is None


@pytest.mark.parametrize("by", ["borgerens datter via tolk", "tolken", "borgeren og datter"])
def test_naming_an_interpreter_makes_nobody_else_the_citizen(by):
    assert outcome(given_by=by) is Reason.CONSENT_NOT_FROM_CITIZEN


@pytest.mark.parametrize(
    ("form", "is_one"), [("mundtlig", True), ("telefonisk", True), ("stiltiende", False), ("", False)]
)
def test_a_consent_is_spoken_or_written_in_any_words_and_never_silent(form, is_one):
    # C1: there is no silent consent
    assert outcome(form=form) is (None if is_one else Reason.CONSENT_NOT_SPECIFIC)
