import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from directory.calendar import target_date
from gateway import language
from gateway.referring.judge import Earlier, judge
from gateway.referring.refusals import Reason, Refused
from gateway.wire.cpr import IdentifierKind
from gateway.wire.referral import Referral
from gateway.wire.warnings import Notice

FIXTURES = json.loads((Path(__file__).parents[1] / "data" / "referrals.json").read_text("utf-8"))["referrals"]
PLAIN = next(f["input"] for f in FIXTURES if f["id"] == "R02")
NOW = datetime.fromisoformat(PLAIN["submitted_at"])
GENERAL = (
    "Hjælp borgeren med selv at kontakte sin bopælskommune. Send ikke til en anden kommune, fordi opkaldet kom derfra."
)


class Sent:
    """What has been sent so far, in a list."""

    def __init__(self, *sent, answered=None):
        self.sent = list(sent)
        self.answered = answered or {}

    def add(self, referral, judgement):
        letter = Earlier(
            f"letter-{len(self.sent)}", referral.submitted_at, judgement.recipient.code, referral.reference
        )
        self.sent.append((letter, judgement.citizen_number.value))

    def earlier(self, previous_id):
        return next((e for e, _ in self.sent if previous_id in (e.letter_id, e.reference)), None)

    def not_ours(self, first_id):
        return self.answered.get(first_id)

    def municipalities_of(self, cpr):
        return frozenset(e.municipality for e, number in self.sent if number == cpr)


@pytest.fixture(autouse=True)
def _danish(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")


@pytest.fixture(scope="module")
def a_year():
    """Judge all referrals in the order they were submitted, each by the clock of its own moment."""
    history, outcomes = Sent(), {}
    for fixture in sorted(FIXTURES, key=lambda f: datetime.fromisoformat(f["input"]["submitted_at"])):
        referral = Referral.parse(fixture["input"])
        try:
            judgement = judge(referral, now=referral.submitted_at, history=history)
        except Refused as refused:
            outcomes[fixture["id"]] = refused
        else:
            history.add(referral, judgement)
            outcomes[fixture["id"]] = judgement
    return outcomes


def test_every_agreed_referral_is_there():
    assert len(FIXTURES) == 22


@pytest.mark.parametrize(
    "fixture", [f for f in FIXTURES if f["expected"]["reason_code"] is None], ids=lambda f: f["id"]
)
def test_what_may_be_sent_goes_to_the_right_municipality(a_year, fixture):
    judgement, expected = a_year[fixture["id"]], fixture["expected"]
    assert judgement.recipient.code == expected["recipient_code"]
    assert list(judgement.notices) == expected["warnings"]
    assert str(target_date(datetime.fromisoformat(fixture["input"]["submitted_at"]))) == expected["target_date"]


@pytest.mark.parametrize("fixture", [f for f in FIXTURES if f["expected"]["reason_code"]], ids=lambda f: f["id"])
def test_what_may_not_be_sent_is_refused_in_the_agreed_words(a_year, fixture):
    refused, expected = a_year[fixture["id"]], fixture["expected"]
    assert refused.reason == expected["reason_code"]
    assert refused.what() == expected["reason_da"]
    # R26 names the place of the call, which no field holds
    assert refused.next_step() == (GENERAL if fixture["id"] == "R26" else expected["next_step"])


PARTS = {part: {*PLAIN[part]} for part in ("citizen", "consent", "screening")}
PARTS["consent"].add("for_municipality")


def decide(*, now=NOW, history=None, **changes):
    parts = {p: {k: changes.pop(k) for k in list(changes) if k in fields} for p, fields in PARTS.items()}
    parts = {name: PLAIN[name] | part for name, part in parts.items()}
    return judge(Referral.parse(PLAIN | parts | changes), now=now, history=history or Sent())


def reason(**changes):
    try:
        decide(**changes)
    except Refused as refused:
        return refused.reason
    return None


BROKEN = [
    (Reason.ACUTE_SOMATIC, {"acute_somatic": True}),
    (Reason.ELEVATED_SUICIDE_RISK, {"suicidal_thoughts": True}),
    (Reason.MINOR, {"approx_age": 17}),
    (Reason.CONSENT_REFUSED, {"given": False}),
    (Reason.UNKNOWN_MUNICIPALITY, {"home_municipality_code": None, "home_municipality_text": "Galten Kommune"}),
    (Reason.CONSENT_FOR_OTHER_MUNICIPALITY, {"for_municipality": "751"}),
    (Reason.NOTHING_TO_SEND_ANEW, {"anew_of": "2026-0007"}),
    (Reason.INVALID_CPR, {"cpr": "310265-5128"}),
    (Reason.NOT_REACHABLE, {"phone": " ", "address": None, "how_to_reach": ""}),
    (Reason.TEXT_MISSING, {"text": " \n"}),
    (Reason.PROBLEM_NOT_STATED, {"problem_types": [" "]}),
    (Reason.SUBMITTED_IN_FUTURE, {"submitted_at": (NOW + timedelta(minutes=6)).isoformat()}),
]


@pytest.mark.parametrize("first", range(len(BROKEN)), ids=[r for r, _ in BROKEN])
def test_when_much_is_wrong_the_first_in_the_order_of_safety_is_said(first):
    # DOMAIN 5
    changes = {}
    for _, broken in BROKEN[first:]:
        changes |= broken
    assert reason(**changes) is BROKEN[first][0]
    assert reason(**BROKEN[first][1]) is BROKEN[first][0]


def test_thoughts_with_clear_distance_may_be_sent():
    # B4
    assert reason(suicidal_thoughts=True, distances_from_thoughts=True) is None


def test_a_referral_without_consent_and_screening_is_stopped_by_the_screening_first():
    # A7
    bare = {k: v for k, v in PLAIN.items() if k not in ("consent", "screening")}
    with pytest.raises(Refused, match="SCREENING_UNANSWERED"):
        judge(Referral.parse(bare), now=NOW, history=Sent())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cpr": "020308-5001"}, None),
        ({"cpr": "030308-5001"}, Reason.MINOR),
        ({"cpr": "030308-5001", "approx_age": 40}, Reason.MINOR),
        ({"cpr": None, "approx_age": 17}, Reason.MINOR),
        ({"cpr": None, "approx_age": 18}, None),
        ({"cpr": None, "approx_age": None}, None),
        ({"cpr": "310210-5128", "approx_age": None}, Reason.INVALID_CPR),
    ],
    ids=str,
)
def test_a_minor_goes_another_way(change, expected):
    # A9
    assert reason(**change) is expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("730", "Randers Kommune", "730"),
        ("0730", None, "730"),
        ("730", "noget utydeligt", "730"),
        (None, "randers", "730"),
        ("", "Århus Kommune", "751"),
        ("751", "Randers Kommune", Reason.MUNICIPALITY_NAME_DIFFERS),
        ("630", "Randers Kommune", Reason.MUNICIPALITY_NAME_DIFFERS),
        ("630", "Vejle", Reason.OUTSIDE_REGION),
        (None, "Københavns Kommune", Reason.OUTSIDE_REGION),
        ("999", "Randers Kommune", Reason.UNKNOWN_MUNICIPALITY),
        ("Randers", "Randers", Reason.UNKNOWN_MUNICIPALITY),
        (None, "Galten Kommune", Reason.UNKNOWN_MUNICIPALITY),
        ("751", "Galten Kommune", Reason.MUNICIPALITY_NAME_DIFFERS),
        (None, None, Reason.UNKNOWN_MUNICIPALITY),
        (" ", " ", Reason.UNKNOWN_MUNICIPALITY),
    ],
)
def test_the_home_municipality_is_found_and_never_guessed(code, text, expected):
    # B2, D15, G5, G7
    try:
        found = decide(home_municipality_code=code, home_municipality_text=text).recipient.code
    except Refused as refused:
        found = refused.reason
    assert found == expected


@pytest.mark.parametrize(
    ("code", "text", "name"), [(None, "Galten", "Skanderborg"), ("999", "Randers Kommune", "Randers")]
)
def test_what_was_probably_meant_is_only_asked(code, text, name):
    # G5
    with pytest.raises(Refused) as refused:
        decide(home_municipality_code=code, home_municipality_text=text)
    assert refused.value.next_step().startswith(f"Kan det være {name} Kommune?")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        *[(code, None) for code in ("730", "0730", " 730", None)],
        *[(code, Reason.CONSENT_FOR_OTHER_MUNICIPALITY) for code in ("751", "630", "Randers", "", "999")],
    ],
    ids=str,
)
def test_a_consent_counts_for_the_municipality_the_citizen_was_told_of_and_no_other(told, expected):
    # C1
    assert reason(for_municipality=told) is expected


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ({"2026-0007": "751"}, None),
        ({"2026-0007": "730"}, Reason.SAME_MUNICIPALITY_AGAIN),
        ({"2026-0008": "751"}, Reason.NOTHING_TO_SEND_ANEW),
        ({}, Reason.NOTHING_TO_SEND_ANEW),
    ],
    ids=str,
)
def test_only_what_another_municipality_answered_is_not_its_own_is_sent_anew(answered, expected):
    # O7
    assert reason(anew_of="2026-0007", history=Sent(answered=answered)) is expected


@pytest.mark.parametrize(
    ("hours", "told", "expected"),
    [
        (1, None, None),
        (0, None, Reason.CONSENT_FOR_OTHER_MUNICIPALITY),
        (-1, None, Reason.CONSENT_FOR_OTHER_MUNICIPALITY),
        (0, "730", None),
    ],
)
def test_what_is_sent_anew_rests_on_a_yes_given_after_the_first_was_sent_or_to_this_one_by_name(hours, told, expected):
    # C1, O7
    obtained = datetime.fromisoformat(PLAIN["consent"]["obtained_at"])
    history = Sent(answered={"R-1": "751"})
    history.sent.append((Earlier("letter-0", obtained - timedelta(hours=hours), "751", "R-1"), ""))
    assert reason(anew_of="R-1", for_municipality=told, history=history) is expected


@pytest.mark.parametrize("problems", [[], [""], [" ", "\u200b"], None])
def test_a_social_problem_is_named(problems):
    # A5
    assert reason(problem_types=problems) is Reason.PROBLEM_NOT_STATED


@pytest.mark.parametrize("origin", ["amk_call", "ambulance_on_scene"])
def test_a_crew_on_the_scene_may_refer_as_well_as_the_dispatcher(origin):
    # B1
    assert reason(origin=origin) is None


@pytest.mark.parametrize(
    "remark",
    [
        {"intoxicated": True},
        {"called_from": "Hedensted"},
        {"known_by": "Forsorgshjemmet"},
        {"calls_today": 10, "calls_last_30_days": 60},
    ],
    ids=str,
)
def test_what_is_only_remarked_never_stands_in_the_way(remark):
    # A8, B2, G9, G10
    assert reason(**remark) is None


def test_that_the_citizen_seemed_under_the_influence_is_noticed():
    # A8, O12
    assert Notice.INTOXICATED in decide(intoxicated=True).notices


@pytest.mark.parametrize("way", [{"phone": "95000102"}, {"address": "Skinvej 1"}, {"how_to_reach": "Ved varmestuen"}])
def test_one_way_to_reach_the_citizen_is_enough(way):
    # B8
    assert reason(**{"phone": None, "address": None, "how_to_reach": None} | way) is None


def test_a_sender_whose_clock_is_a_little_ahead_is_not_turned_away():
    ahead = NOW + timedelta(minutes=5)
    assert reason(submitted_at=ahead.isoformat()) is None


def test_a_referral_that_does_not_say_when_is_judged_by_the_clock():
    assert reason(submitted_at=None) is None
    assert reason(submitted_at=None, now=NOW + timedelta(hours=25)) is Reason.CONSENT_TOO_OLD


def earlier(municipality, *, reference="R01", letter_id="letter-9", cpr=PLAIN["citizen"]["cpr"]):
    return (Earlier(letter_id, NOW - timedelta(minutes=1), municipality, reference), cpr)


@pytest.mark.parametrize("previous", ["R01", "letter-9"])
def test_a_re_referral_names_the_earlier_one_by_reference_or_by_letter(previous):
    # C6
    again = {"previous_id": previous, "kind": "ongoing"}
    assert reason(re_referral=again, history=Sent(earlier("730"))) is Reason.CONSENT_NOT_RENEWED


def test_a_re_referral_of_something_older_than_the_system_is_let_through():
    assert reason(re_referral={"previous_id": "brev fra 2019", "kind": "relapse"}) is None


def test_an_earlier_referral_to_another_municipality_is_noticed_last():
    judgement = decide(history=Sent(earlier("751"), earlier("730")), urgency_remark="Ring gerne")
    assert judgement.notices[-1] is Notice.PRIOR_REFERRAL_OTHER_MUNICIPALITY
    assert len(judgement.notices) == 3


@pytest.mark.parametrize(
    ("municipality", "cpr"), [("730", PLAIN["citizen"]["cpr"]), ("751", "140570-5480"), ("751", "")], ids=str
)
def test_the_same_municipality_or_another_citizen_is_nothing_to_notice(municipality, cpr):
    assert decide(history=Sent(earlier(municipality, cpr=cpr))).notices == ()


@pytest.mark.parametrize("number", [None, "720385-5127"])
def test_without_a_number_that_names_one_person_nobody_is_recognised(number):
    # G2: never merged by a number two people may have
    kept = "" if number is None else number
    judgement = decide(cpr=number, history=Sent(earlier("751", cpr=kept)))
    assert Notice.PRIOR_REFERRAL_OTHER_MUNICIPALITY not in judgement.notices


def test_the_citizens_number_comes_in_its_normal_form():
    assert decide(cpr="1906687074").citizen_number.value == "190668-7074"
    assert decide(cpr=None).citizen_number.kind is IdentifierKind.MISSING


def test_the_day_is_the_danish_one_when_an_age_is_judged():
    eve = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    consented = {"obtained_at": eve.isoformat(), "submitted_at": eve.isoformat(), "approx_age": None}
    assert reason(cpr="020308-5001", now=eve, **consented) is None


def test_a_refusal_holds_no_personal_data():
    # C9
    for _, broken in BROKEN:
        with pytest.raises(Refused) as refused:
            decide(**broken)
        said = f"{refused.value!r} {refused.value.what()} {refused.value.next_step()}"
        for secret in ("Karen", "Testdal", "190668", "310265", "5128", "95 00", "Eksempelvej"):
            assert secret not in said
