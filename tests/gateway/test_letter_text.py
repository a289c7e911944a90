"""The letter in plain Danish: complete, the citizen's wish first, whatever language its sender works in."""

import json
import unicodedata
from itertools import pairwise
from pathlib import Path

import bodies
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import agreement
from gateway import language
from gateway.exchange.receipts import ReceiptBody, receipt_for
from gateway.wire.letter_text import _WRITERS, letter_text
from gateway.wire.letters import Kind, Letter
from gateway.wire.referral import Referral
from gateway.wire.text_lines import WIDTH

LETTERS = Path(__file__).parent.parent / "letters"
NUMBER = "2026-0042"
SECTIONS = [
    *("Der er skrevet om borgeren før", "Sådan vil borgeren kontaktes", "Vær opmærksom (sikkerhed)"),
    *("Afsenders bemærkning om hast", "Hvad det drejer sig om", "Borgeren", "Værd at vide", "Opkaldet"),
    *("Samtykke", "Hvad I skal gøre"),
]
LEFT_OUT = {"M", "730", "ambulance_on_scene", "ongoing", "egen_bolig", "R03"}
"""Values that stand in words instead, and the citizen's gender, which the letter does not need."""

REFERRAL = {
    "reference": "AMK-4711",
    "origin": "ambulance_on_scene",
    "submitted_at": "2026-11-22T08:14:00+01:00",
    "sender": {"name": "Jens Prøvegaard", "role": "Paramediciner", "unit": "Ambulance 12", "phone": "+45 84 11 20 01"},
    "caller": "hjemmehjælper",
    "citizen": {
        "name": "Åge Ærøskøbing Testdal",
        "gender": "M",
        "cpr": "010150-4004",
        "approx_age": 76,
        "phone": "+45 95 00 01 02",
        "address": "Søndergårds Allé 14, 2. tv, 8900 Randers C",
        "residence": "egen_bolig",
        "home_municipality_code": "730",
        "home_municipality_text": "Randers Kommune",
        "how_to_reach": "Ring efter kl. 11. Bank på hos naboen, hvis han ikke åbner.",
        "address_protected": True,
        "safety_note": "Stor hund i gården.",
        "interpreter": "tegnsprog",
    },
    "consent": {
        "given": True,
        "form": "mundtligt",
        "obtained_at": "2026-11-22T08:05:00+01:00",
        "obtained_by": "Jens Prøvegaard (paramediciner)",
        "given_by": "borgeren selv",
        "writing_waived_because": "Samtykket blev givet på stedet uden papir.",
        "for_municipality": "730",
        "remark": "Borgeren gentog selv, hvad han sagde ja til.",
        "scope": "Videregivelse til Randers Kommune.",
        "information_given": "Oplyst, at det er frivilligt.",
        "journal_ref": "PJ-2026-1",
    },
    "screening": {"acute_somatic": False, "suicidal_thoughts": True, "distances_from_thoughts": True},
    "problem_types": ["ensomhed", "økonomi"],
    "text": "Åge er faldet for tredje gang.\nHan spiser ikke – »det går nok«, siger han.",
    "urgency_remark": "Gerne i dag: der er ingen mad i huset.",
    "calls_today": 2,
    "calls_last_30_days": 31,
    "re_referral": {"previous_id": "R03", "kind": "ongoing", "reason": "Han ringer stadig hver nat."},
    "children_in_home": True,
    "intoxicated": True,
    "seen_by": "Rasmus Prøvebjerg, paramediciner",
    "called_from": "Busterminalen, 8700 Horsens",
    "known_by": "Hjemmeplejen i Randers",
}
PREVIOUS = {
    "number": "2026-0007",
    "sent_at": "2026-10-01T10:00:00+02:00",
    "first_sent_at": "2026-03-02T09:00:00+01:00",
    "position": 3,
}
CONVERSATION = "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11"


def written(kind, body):
    return Letter(kind, CONVERSATION, "730", NUMBER, body)


def receipt(**changes):
    said = {"envelope": "e", "digest": "0" * 64, "verdict": "ok", "received_at": "2026-11-22T08:15:00+01:00"}
    body = ReceiptBody.model_validate({**said, **changes})
    return receipt_for(body, conversation_id=CONVERSATION, party="region", number=NUMBER)


PLAIN = {key: value for key, value in REFERRAL.items() if key not in {"re_referral", "urgency_remark"}}
FORWARD = {
    "department": "Hjemmepleje",
    "responsible": "Hjemmepleje",
    "forwarded_by": "Birgit Prøvegaard",
    "forwarded_at": "2026-11-23T10:14:00+01:00",
    **bodies.RANDERS_UNIT,
    "received_at": "2026-11-22T08:15:00+01:00",
    "note": "Ring til mig, hvis I kender ham.\nHan bor alene.",
    "acute_by": "2026-11-24",
    "referral": REFERRAL,
    "previous": PREVIOUS,
    "added": [{"received_at": "2026-11-23T09:01:00+01:00", "said": bodies.SUPPLEMENT}],
}
BESIDE = {**FORWARD, "responsible": "Social og Psykiatri", "note": "", "acute_by": None, "referral": PLAIN, "added": []}
EVERY = bodies.FOLLOWING | bodies.BETWEEN
GOLDEN = {
    "referral": written(Kind.REFERRAL, {"referral": PLAIN}),
    "re_referral": written(Kind.REFERRAL, {"referral": REFERRAL, "previous": PREVIOUS}),
    "forward": written(Kind.FORWARD, FORWARD),
    "forward_beside": written(Kind.FORWARD, BESIDE),
    "receipt": receipt(),
    "refusal": receipt(verdict="fatal-error", reason="OUT_OF_TURN"),
    **{name: written(kind, body) for name, (kind, body) in EVERY.items()},
}


def test_every_kind_of_letter_is_written_out():
    """A kind that nobody writes would be a heading and nothing more, to somebody with only a mail program."""
    unwritten = sorted(set(Kind) - set(_WRITERS))
    assert not unwritten, f"Give {unwritten} a writer, such as in WRITERS of gateway/wire/conversation_text.py."


@pytest.fixture(params=["da", "en"])
def spoken(request):
    """The language the sender works in."""
    language.use(request.param)
    yield request.param
    language.use("da")


@pytest.mark.parametrize(("name", "letter"), GOLDEN.items(), ids=GOLDEN.keys())
def test_each_letter_reads_as_agreed_and_in_danish_whoever_sends_it(spoken, name, letter):
    agreed = LETTERS / f"{name}.txt"
    assert agreed.exists(), f"Write {agreed.name} in tests/letters: as letter_text has it, once you have read it."
    assert letter_text(letter) == agreed.read_text("utf-8"), spoken


def leaves(value):
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]


def test_the_letter_holds_everything_the_referral_says():
    """A person with nothing but a mail program must be able to act on it."""
    text = letter_text(GOLDEN["re_referral"])
    written_out = (str(leaf).splitlines() for leaf in leaves(REFERRAL) if not isinstance(leaf, bool))
    said = {line for lines in written_out for line in lines} - LEFT_OUT
    moments = {leaf for leaf in said if leaf.startswith("2026-11-22T")}
    assert {leaf for leaf in said - moments if leaf not in text} == set()
    assert "22-11-2026 kl. 8.14" in text
    assert "22-11-2026 kl. 8.05" in text


def test_no_field_was_forgotten_when_the_golden_referral_was_written():
    sent = {name for name, field in Referral.model_fields.items() if not field.exclude}
    assert sent == set(REFERRAL)
    for part, model in (
        ("sender", "Sender"),
        ("citizen", "Citizen"),
        ("consent", "Consent"),
        ("screening", "Screening"),
    ):
        fields = Referral.model_fields[part].annotation.model_fields
        assert set(REFERRAL[part]) == set(fields), model


def test_the_citizens_wish_comes_before_everything_but_that_it_is_not_the_first_letter():
    lines = letter_text(GOLDEN["re_referral"]).splitlines()
    titles = [title for title, rule in pairwise(lines) if rule and set(rule) == {"-"}]
    assert titles == SECTIONS


def test_a_citizen_who_said_nothing_of_how_to_be_reached_has_that_said():
    bare = {**PLAIN, "citizen": {"name": "Karen Testdal"}}
    lines = letter_text(written(Kind.REFERRAL, {"referral": bare})).splitlines()
    assert lines[lines.index("Sådan vil borgeren kontaktes") + 2] == "Ikke oplyst"


def test_no_calls_today_is_said_as_none():
    text = letter_text(written(Kind.REFERRAL, {"referral": {**PLAIN, "calls_today": 0}}))
    assert "Opkald i dag: 0" in text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("body", [{}, {"referral": {}}, {"referral": 1}, {"acknowledged_by": 1}, {"verdict": []}])
def test_a_body_that_does_not_parse_gives_a_heading_and_no_traceback(kind, body):
    assert letter_text(written(kind, body)).splitlines()[0].endswith(NUMBER)


@given(st.sampled_from(Kind), st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3))
def test_any_body_gives_a_text(kind, body):
    assert NUMBER in letter_text(written(kind, body))


def test_the_text_of_the_synthetic_referrals_keeps_every_word():
    """E18: what was written is passed on to the letter."""
    entries = json.loads((LETTERS.parent / "data" / "referrals.json").read_text("utf-8"))["referrals"]
    for entry in entries:
        if entry["id"] < "R22":
            text = letter_text(written(Kind.REFERRAL, {"referral": entry["input"]}))
            lines = [line[2:] for line in text.splitlines() if line.startswith("  ") or not line]
            assert " ".join(entry["input"]["text"].split()) in " ".join(" ".join(lines).split())


def test_nothing_a_sender_writes_can_pass_for_a_line_of_ours():
    forged = "Karen\nCPR-nummer: 010170-1234\n\nSamtykke\n--------\nGivet til alle"
    citizen = {"name": forged, "phone": forged, "how_to_reach": forged, "safety_note": forged, "address": forged}
    body = {"referral": {**PLAIN, "citizen": citizen, "text": forged, "urgency_remark": forged}}
    lines = letter_text(written(Kind.REFERRAL, body)).splitlines()
    assert not [line for line in lines if line.startswith(("CPR-nummer: ", "Givet til alle"))]
    assert lines.count("Samtykke") <= 1


@given(st.text(alphabet="ab æ-•*:\n\N{NO-BREAK SPACE}", max_size=400))
def test_a_long_line_is_broken_between_words_and_none_of_it_begins_where_ours_do(text):
    """Every mail program breaks long lines, and lets what follows begin at the edge."""
    body = {"referral": {**PLAIN, "text": text, "citizen": {"how_to_reach": "CPR-nummer: 010170-1234 " * 9}}}
    lines = letter_text(written(Kind.REFERRAL, body)).splitlines()
    assert all(len(line) <= WIDTH or " " not in line.strip() for line in lines)
    wish, story = (lines.index(title) + 3 for title in ("Sådan vil borgeren kontaktes", "Hvad det drejer sig om"))
    theirs = lines[wish : lines.index("", wish)] + lines[story : lines.index("Borgeren")]
    assert [line for line in theirs if line and not line.startswith("  ")] == []


def test_a_list_keeps_its_shape_where_its_lines_are_broken():
    text = "- " + "ord " * 30 + "\n• kort"
    lines = letter_text(written(Kind.REFERRAL, {"referral": {**PLAIN, "text": text}})).splitlines()
    start = lines.index("  - " + ("ord " * 18).strip())
    assert lines[start + 1 : start + 3] == ["    " + ("ord " * 12).strip(), "  • kort"]


SAID_IN_WORDS = {bodies.MEETING_ID, "moved", "spoken", "declined", "gateway"}


@pytest.mark.parametrize(("name", "body"), [(name, body) for name, (_kind, body) in bodies.FOLLOWING.items()])
def test_the_letters_that_follow_hold_everything_their_bodies_say(name, body):
    said = {line for leaf in leaves(body) if isinstance(leaf, str) for line in leaf.splitlines()}
    told = {line for line in said - SAID_IN_WORDS if not line.startswith("2026-")}
    assert {line for line in told if line not in letter_text(GOLDEN[name])} == set()


def poisoned(value, forged):
    """Put `forged` wherever a person may write freely."""
    if isinstance(value, dict):
        return {key: poisoned(inner, forged) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, forged) for inner in value]
    fixed = not isinstance(value, str) or value.startswith(("20", "+45")) or value in SAID_IN_WORDS
    return value if fixed else forged


@pytest.mark.parametrize("name", {**bodies.FOLLOWING, "contact_change": None})
def test_nothing_a_sender_writes_in_a_later_letter_can_pass_for_a_line_of_ours(name):
    kind, body = EVERY[name]
    forged = "Karen\nCPR-nummer: 010170-1234\n\nHvad I skal gøre\n----------------\nRing til 12"
    lines = letter_text(written(kind, poisoned(body, forged))).splitlines()
    assert len(lines) > 4
    assert not [line for line in lines if line.startswith(("CPR-nummer: 010170", "Ring til 12", "----------------\n"))]
    assert lines.count("Hvad I skal gøre") <= 1


@pytest.mark.parametrize("name", {**bodies.FOLLOWING, "contact_change": None, "drill": None})
def test_no_control_of_a_terminal_and_nothing_that_turns_the_text_stands_in_a_letter(name):
    """A mail client may well show it in a terminal; the payload keeps every byte (E18)."""
    kind, body = EVERY[name]
    text = letter_text(written(kind, poisoned(body, "Karen\x1b]52;c;\x07\u202elave\x9b2J\x00\u2066")))
    assert not {character for character in text if unicodedata.category(character) == "Cc"} - {"\n"}
    assert not set("\u202e\u2066") & set(text)
    assert kind is Kind.FIGURES or "Karen\N{REPLACEMENT CHARACTER}" in text


@pytest.mark.parametrize("field", ["text", "urgency_remark", "seen_by", "called_from", "known_by"])
def test_nor_in_a_referral(field):
    text = letter_text(written(Kind.REFERRAL, {"referral": PLAIN | {field: "Ringer\x1b[2J\u202e"}}))
    assert not set("\x1b\u202e") & set(text)


def test_figures_are_not_written_out():
    """Section H: they are for a machine, and a letter holds nothing that could be about one person."""
    assert "4711" not in letter_text(written(Kind.FIGURES, {"table": {"referrals": "4711"}}))


def test_where_the_call_came_from_is_told_when_it_is_not_the_citizens_address():
    """B2."""
    home = REFERRAL["citizen"]["address"]
    texts = [letter_text(written(Kind.REFERRAL, {"referral": PLAIN | {"called_from": place}})) for place in (home, "X")]
    assert ["Ringede fra" in text for text in texts] == [False, True]


def test_the_consent_names_the_agreement_it_rests_on():
    """A3."""
    text = " ".join(letter_text(GOLDEN["referral"]).split())
    assert f"{agreement.TITLE}, i kraft fra 01-04-2020" in text
