import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.wire.referral import MalformedReferral, Origin, Referral, ReReferralKind

INPUTS = {
    r["id"]: r["input"]
    for r in json.loads((Path(__file__).parents[1] / "data" / "referrals.json").read_text("utf-8"))["referrals"]
}
LEAST = {"origin": "amk_call", "sender": {"name": "Mette Testgaard"}, "citizen": {}}
PRIVATE = "140570-5480 Karen Testdal"


def in_full(said):
    """Add what those who wrote it could not say yet: nothing of it was said."""
    consent = dict.fromkeys(("writing_waived_because", "for_municipality", "remark")) | said["consent"]
    return {"intoxicated": False, "seen_by": None, "called_from": None, "known_by": None} | said | {"consent": consent}


@pytest.mark.parametrize("name", INPUTS)
def test_every_referral_comes_back_as_it_was_written(name):
    # E18, E20
    referral = Referral.parse(json.dumps(INPUTS[name]).encode())
    assert referral.as_json() == in_full(INPUTS[name])
    assert Referral.parse(referral.as_json()) == referral
    assert referral.text.encode() == INPUTS[name]["text"].encode()


def test_the_least_referral_is_not_consented_to_and_not_screened():
    referral = Referral.parse(LEAST | {"consent": None, "screening": None, "children_in_home": None})
    assert referral == Referral.parse(LEAST)
    assert referral.origin is Origin.AMK_CALL
    assert referral.consent.given is None
    assert referral.screening.acute_somatic is None
    assert (referral.text, referral.problem_types, referral.children_in_home) == ("", (), False)


@pytest.mark.parametrize("text", ["  æøå « » – •\r\n\tA æ u å\n\n ", "\u202etekst\u0000", "𝄞 Ayşe Żółć"])
def test_text_survives_to_the_byte(text):
    # E18
    assert Referral.parse(json.dumps(LEAST | {"text": text})).text == text


def test_unknown_fields_are_ignored_and_unknown_words_kept():
    # E20, A6
    referral = Referral.parse(LEAST | {"priority": {"x": [1]}, "problem_types": ["gæld", "noget helt andet"]})
    assert referral.problem_types == ("gæld", "noget helt andet")
    assert "priority" not in referral.as_json()


def test_a_re_referral_names_the_earlier_one():
    referral = Referral.parse(INPUTS["R03"])
    assert (referral.re_referral.previous_id, referral.re_referral.kind) == ("R02", ReReferralKind.ONGOING)
    assert Referral.parse(INPUTS["R18"]).re_referral.kind is ReReferralKind.RELAPSE


def test_the_moment_of_submission_is_filled_in_only_when_missing():
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert Referral.parse(LEAST).submitted(now).submitted_at == now
    written = Referral.parse(INPUTS["R01"])
    assert written.submitted(now) is written
    assert written.submitted_at.utcoffset() == timedelta(hours=1)


def test_a_referral_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Referral.parse(LEAST).text = "noget andet"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"origin": "police"}, "origin: enum"),  # A11
        ({"origin": None}, "origin: missing"),
        ({"submitted_at": "2026-02-10T15:42:00"}, "submitted_at: timezone_aware"),
        ({"submitted_at": "2026-02-10"}, "submitted_at: timezone_aware"),
        ({"submitted_at": 1770734520}, "submitted_at: value_error"),
        ({"submitted_at": PRIVATE}, "submitted_at: value_error"),
        ({"screening": {"acute_somatic": "nej"}}, "screening.acute_somatic: bool_type"),
        ({"screening": {"suicidal_thoughts": 0}}, "screening.suicidal_thoughts: bool_type"),
        ({"consent": {"given": PRIVATE}}, "consent.given: bool_type"),
        ({"consent": {"obtained_at": PRIVATE}}, "consent.obtained_at: value_error"),
        ({"consent": []}, "consent: model_type"),
        ({"children_in_home": "true"}, "children_in_home: bool_type"),
        ({"citizen": {"cpr": 1405705480}}, "citizen.cpr: string_type"),
        ({"citizen": {"approx_age": "70"}}, "citizen.approx_age: int_type"),
        ({"citizen": {"name": PRIVATE * 50}}, "citizen.name: string_too_long"),
        ({"text": PRIVATE * 1000}, "text: string_too_long"),
        ({"problem_types": ["x"] * 51}, "problem_types: too_long"),
        ({"problem_types": [PRIVATE, None]}, "problem_types.1: string_type"),
        ({"re_referral": {"kind": "ongoing"}}, "re_referral.previous_id: missing"),
        ({"calls_today": -1}, "calls_today: greater_than_equal"),
        ({"calls_today": 1.0}, "calls_today: int_type"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named_without_its_value(change, path):
    # C9: the answer is logged and shown
    with pytest.raises(MalformedReferral) as refused:
        Referral.parse(LEAST | change)
    assert refused.value.paths == (path,)
    assert "140570" not in f"{refused.value} {refused.value!r} {refused.value.__context__!r}"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xff\xfe{}", "$: not_utf8"),
        ('{"text": "\\ud800"}', "$: not_utf8"),
        ("", "$: not_json"),
        ("{", "$: not_json"),
        ("9" * 5000, "$: not_json"),
        ('{"x": NaN}', "$: not_finite"),
        ('{"x": -Infinity}', "$: not_finite"),
        ('{"x": 1e999}', "$: not_json"),
        ({"x": float("nan")}, "$: not_finite"),
        ({"x": object()}, "$: not_json"),
        ({("x",): 1}, "$: not_json"),
        ('{"consent": {"given": false, "given": true}}', "$: key_twice"),
        ('{"given": null, "given": true}', "$: key_twice"),
        ("[" * 100_000, "$: too_deep"),
        ('{"x":' * 40 + "1" + "}" * 40, "$: too_deep"),
        (b" " * 300_000, "$: too_large"),
        ({"x": "å" * 600_000}, "$: too_large"),
        ("[]", "$: model_type"),
        ("null", "$: model_type"),
        ('"tekst"', "$: model_type"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_one_plain_json_object_is_refused(raw, why):
    with pytest.raises(MalformedReferral) as refused:
        Referral.parse(raw)
    assert refused.value.paths == (why,)


def test_a_key_written_twice_hides_no_answer():
    # Two readers of one file could otherwise see two different consents
    twice = json.dumps(LEAST)[:-1] + ', "consent": {"given": true}, "consent": {"given": false}}'
    with pytest.raises(MalformedReferral, match="key_twice"):
        Referral.parse(twice)


def test_a_read_only_mapping_and_a_byte_order_mark_are_fine():
    assert Referral.parse(MappingProxyType(LEAST)) == Referral.parse("\ufeff" + json.dumps(LEAST))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(INPUTS["R03"])), inner),
    max_leaves=20,
)
fields = st.dictionaries(st.sampled_from([*INPUTS["R03"], *INPUTS["R03"]["consent"]]), json_values, max_size=4)


@given(fields, st.sampled_from(sorted(INPUTS)))
def test_any_json_is_a_referral_or_malformed(change, name):
    with contextlib.suppress(MalformedReferral):
        referral = Referral.parse(INPUTS[name] | change)
        assert Referral.parse(referral.as_json()) == referral


@given(st.binary(max_size=200) | st.text(max_size=200) | json_values.map(repr))
def test_any_bytes_or_text_are_a_referral_or_malformed(raw):
    with pytest.raises(MalformedReferral):
        Referral.parse(raw)
