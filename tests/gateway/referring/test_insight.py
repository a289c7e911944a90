"""A citizen asks what is held about them: all of it comes out, and nobody who works here is named (O21, S32)."""

import json
from datetime import timedelta

import pytest
from referring_site import Desk

from gateway.consents.model import Form
from gateway.insight.answer import without_staff
from gateway.insight.words import LABELS, WORDS
from gateway.meetings.flow import Proposal
from gateway.referring import insight
from gateway.referring.correspond import Yes
from gateway.referring.drafts import Drafts
from gateway.referring.example import example
from gateway.referring.heard import TakeAcknowledgement, TakeNotOurs
from gateway.referring.insight import Gather
from gateway.referring.look import Look
from gateway.referring.promise import CallOutcome
from gateway.site.people import People, Role
from gateway.wire.letters import Kind
from gateway.wire.meeting import Party
from gateway.wire.referral import Referral

CPR, PHONE = "190668-7074", "+45 95 00 01 02"
STAFF = {
    "sender": {"name": "Ansat-afsender"},
    "consent": {"obtained_by": "Ansat-samtykke"},
    "seen_by": "Ansat-redder",
}
TOKENS = {
    "reference": "Brev-reference",
    "caller": "Token-opringer",
    "sender": {"role": "Token-rolle", "unit": "Token-afdeling", "phone": "+45 84 00 00 09"},
    "citizen": {
        "name": "Karen Tokendal",
        "gender": "Token-køn",
        "cpr": CPR,
        "approx_age": 58,
        "phone": PHONE,
        "address": "Tokenvej 14",
        "residence": "tokenbolig",
        "how_to_reach": "Token efter kl. 11",
        "address_protected": True,
        "safety_note": "Token-sikkerhed",
        "interpreter": "Token-tolk",
    },
    "consent": {
        "scope": "Token-omfang",
        "information_given": "Token-oplyst",
        "journal_ref": "Token-journal",
        "writing_waived_because": "Token-fravalg",
        "remark": "Token-bemærkning",
    },
    "problem_types": ["token-ensomhed", "token-psykisk"],
    "text": "Token-tekst, der er så lang, at den ikke kan stå på linjen.\nOg en linje mere: Token-anden-linje.",
    "urgency_remark": "Token-hast",
    "calls_today": 7031,
    "calls_last_30_days": 7032,
    "children_in_home": True,
    "intoxicated": True,
    "called_from": "Token-sted",
    "known_by": "Token-kender",
}
"""Every field of a referral that somebody may write in, each with something of its own."""


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def merged(*parts):
    made = {}
    for part in parts:
        for name, value in part.items():
            made[name] = {**made.get(name, {}), **value} if isinstance(value, dict) else value
    return made


def gathered(desk, typed=CPR, *, with_staff=False):
    with desk.db.reading() as session:
        return Gather(session, desk.vault, desk.own)(typed, desk.clock(), with_staff=with_staff)


def hears(desk, number, kind, handler, body):
    with desk.db.session() as session:
        handler(desk.vault)(session, desk.arrived(number, kind, body))


def everything(desk):
    """Let there be something of every kind about one citizen."""
    look = Look(desk.db, desk.vault, desk.clock, desk.terms)
    drafts = Drafts(desk.db, desk.vault, desk.clock)
    number = desk.refer(**merged(TOKENS, STAFF))
    desk.correspond.supplement(number, {"text": "Token-tilføjet", "name": "Karen Tokendal"}, desk.person)
    with desk.db.session() as session:
        caller = People(session, desk.vault).add("Ansat-ringer", Role.SENDER)
    desk.duty.log_call(number, CallOutcome.PROMISED, "Token-opkald", caller)
    begins = desk.clock() + timedelta(days=2)
    proposal = Proposal(
        begins, begins + timedelta(hours=1), (Party(role="borgeren"), Party(role="token-læge")), "Tokensal"
    )
    yes = Yes(
        given_by="borgeren selv",
        taken_by="Ansat-mødesamtykke",
        obtained_at=desk.clock(),
        form=Form.SPOKEN,
        scope="Token-mødeomfang",
        information_given="Token-mødeoplysning",
        writing_waived_because="Token-mødefravalg",
    )
    desk.correspond.propose_meeting(number, proposal, desk.person, yes)
    told = {"unit": "Modtageenheden", "phone": "+45 89 00 00 00"}
    taken = {"acknowledged_by": "Ansat-modtager", "acknowledged_at": desk.clock().isoformat(), **told}
    hears(desk, number, Kind.ACKNOWLEDGEMENT, TakeAcknowledgement, taken)
    desk.answers(number, "Token-svar", "Ansat-mailer")
    answer = {"answered_by": "Ansat-svarer", "answered_at": desk.clock().isoformat(), "why": "moved", **told}
    hears(desk, number, Kind.NOT_OURS, TakeNotOurs, {**answer, "remark": "Token-flyttet"})
    look.open(number, caller)
    writing = drafts.begin(caller, {"citizen": {"cpr": CPR, "name": "Token-kladdenavn"}, "desk": {"asked": "x"}})
    return number, writing


def leaves(value):
    if isinstance(value, dict):
        return [leaf for held in value.values() for leaf in leaves(held)]
    return [leaf for held in value for leaf in leaves(held)] if isinstance(value, (list, tuple)) else [value]


def test_the_test_names_every_field_of_a_referral():
    """A field that comes later is to be thought of here too."""
    parts = {name: dict(found.model_fields) for name, found in (
        ("sender", Referral.model_fields["sender"].annotation),
        ("citizen", Referral.model_fields["citizen"].annotation),
        ("consent", Referral.model_fields["consent"].annotation),
    )}  # fmt: skip
    known = merged(TOKENS, STAFF)
    by_rule = {
        *("origin", "submitted_at", "screening", "re_referral", "anew_of"),
        *("home_municipality_code", "home_municipality_text"),
        *("given", "given_by", "form", "obtained_at", "for_municipality"),
    }
    assert set(Referral.model_fields) - by_rule == set(known)
    for name, fields in parts.items():
        assert set(fields) - by_rule == set(known[name])


def test_every_field_comes_out_in_the_values_and_in_the_text(desk):
    everything(desk)

    found = gathered(desk)

    values = {str(leaf) for leaf in leaves(found.facts)}
    wanted = [str(leaf) for leaf in leaves(TOKENS)]
    assert not [one for one in wanted if one not in values]
    lines = [line for one in wanted if one != "True" for line in one.splitlines()]
    assert not [line for line in lines if line not in found.text]


def test_what_followed_comes_out_too(desk):
    number, writing = everything(desk)

    found = gathered(desk)

    for token in (
        *(
            "Token-tilføjet",
            "Token-opkald",
            "Token-svar",
            "Tokensal",
            "token-læge",
            "Token-mødeomfang",
            "Token-mødeoplysning",
        ),
        *("Token-mødefravalg", "Token-flyttet", "Token-kladdenavn", "Modtageenheden", "+45 89 00 00 00", number),
    ):
        assert token in found.text
        assert token in json.dumps(found.facts, ensure_ascii=False)
    (referral,) = found.facts["referrals"]
    assert referral["found_by"] == "cpr"
    assert [letter["kind"] for letter in referral["letters"]] == ["referral", "supplement", "meeting"]
    assert len(referral["consents"]) == 2
    assert [draft["draft_id"] for draft in found.facts["drafts"]] == [writing.id]
    assert "asked" not in found.text


def test_nobody_who_works_at_either_end_is_named(desk):
    """O21."""
    everything(desk)

    found = gathered(desk)

    told = found.text + json.dumps(found.facts, ensure_ascii=False)
    assert "Ansat-" not in told
    assert desk.person.name not in told
    with desk.db.reading() as session:
        assert not [person.id for person in People(session, desk.vault).active() if person.id in told]


def test_staff_are_named_where_that_is_asked_for(desk):
    everything(desk)

    found = gathered(desk, with_staff=True)

    for name in (
        *("Ansat-afsender", "Ansat-samtykke", "Ansat-redder", "Ansat-ringer", "Ansat-mødesamtykke", "Ansat-modtager"),
        *("Ansat-svarer", desk.person.name),
    ):
        assert name in found.text


def test_the_log_says_what_was_done_when_and_to_what_end_from_the_first_word_of_the_draft(desk):
    drafts = Drafts(desk.db, desk.vault, desk.clock)
    made = example("730", desk.clock())
    draft = drafts.begin(desk.person, made)
    drafts.open(draft.id, desk.person)
    number = desk.submit(made, desk.person, draft.id).number
    Look(desk.db, desk.vault, desk.clock, desk.terms).about(CPR, desk.person)

    log = gathered(desk).facts["log"]

    assert [entry["action"] for entry in log] == ["write-draft", "open-draft", "send-referral", "search"]
    assert {frozenset(entry) for entry in log} == {frozenset({"at", "action", "purpose", "outcome"})}
    assert {entry["purpose"] for entry in log} == {"care"}
    assert number in gathered(desk).text


def test_what_a_person_has_said_is_the_same_citizen_comes_along_and_a_stranger_does_not(desk):
    """F1, G2."""
    first = desk.refer()
    desk.clock.go(timedelta(hours=1))
    again = desk.refer(citizen={"cpr": None, "phone": None}, re_referral={"previous_id": first, "kind": "ongoing"})
    desk.refer(citizen={"cpr": "140570-5480", "phone": "+45 95 00 93 17"})

    found = gathered(desk).facts["referrals"]

    assert [(one["number"], one["found_by"]) for one in found] == [(first, "cpr"), (again, "linked")]


def test_a_draft_that_goes_on_from_one_of_them_is_the_citizens_too(desk):
    number = desk.refer()
    drafts = Drafts(desk.db, desk.vault, desk.clock)
    again = {"previous_id": desk.row(number).letter_id, "kind": "ongoing"}
    begun = drafts.begin(desk.person, {"citizen": {"name": "Uden nummer"}, "re_referral": again})
    drafts.begin(desk.person, {"citizen": "noget andet", "re_referral": None})

    assert [draft["draft_id"] for draft in gathered(desk).facts["drafts"]] == [begun.id]


@pytest.mark.parametrize("typed", [PHONE, "95 00 01 02", "0045 95000102"])
def test_who_has_no_cpr_number_is_found_by_phone_also_one_that_came_later(desk, typed):
    one = desk.refer(citizen={"cpr": None})
    two = desk.refer(citizen={"cpr": None, "phone": "+45 95 00 93 17"})
    desk.correspond.supplement(two, {"phone": PHONE}, desk.person)

    found = gathered(desk, typed)

    assert found.by == "phone"
    assert [(held["number"], held["found_by"]) for held in found.facts["referrals"]] == [(one, "phone"), (two, "phone")]


@pytest.mark.parametrize(
    "typed", ["", " ", "2026-0001", "Karen Testdal", "1906", "140570-5480", "+45 95 00 93 17", "��"]
)
def test_nothing_is_found_under_anything_else(desk, typed):
    desk.refer()

    found = gathered(desk, typed)

    assert (found.abouts, found.facts) == ((), {"referrals": [], "drafts": [], "log": []})


def test_what_was_taken_back_before_it_left_leads_to_nobody(desk):
    """O10."""
    desk.correspond.withdraw(desk.refer(delivery=None), desk.person)

    assert gathered(desk).abouts == ()


def test_every_value_and_every_code_has_a_name_in_the_text(desk):
    everything(desk)
    found = gathered(desk, with_staff=True)

    def names(value):
        if isinstance(value, dict):
            return set(value) | {name for held in value.values() for name in names(held)}
        return {name for held in value for name in names(held)} if isinstance(value, list) else set()

    logged = {"action", "outcome", "purpose", "done_by"}
    assert names(found.facts) - logged - set(LABELS) - set(insight.LABELS) == set()
    codes = {"action", "state", "step", "standing", "kind", "found_by", "why", "origin"}
    words = {**WORDS, **insight.WORDS}
    assert codes <= set(words)


def test_no_line_that_somebody_wrote_can_pass_for_one_of_ours(desk):
    desk.refer(text="Hej\nHvad der er sket\n----\n22-11-2026: åbnede\x1b[2J", known_by="En\nNavn: Falsk")

    lines = gathered(desk).text.splitlines()

    assert "----" not in lines
    assert not [line for line in lines if line.startswith(("Navn: Falsk", "22-11-2026: åbnede"))]
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("ending", ["written_by", "taken_by", "obtained_by", "done_by", "whatever_comes_later_by"])
def test_what_names_who_did_something_is_left_out_however_deep_it_stands(ending):
    said = {
        ending: "Ansat",
        "given_by": "borgeren",
        "x": [{"y": {ending: "Ansat", "sender": {"name": "A", "unit": "B"}}}],
    }

    assert without_staff(said) == {"given_by": "borgeren", "x": [{"y": {"sender": {"unit": "B"}}}]}
