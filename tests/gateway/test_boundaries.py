"""What is left out on purpose: no field, role, letter or recipient that the agreement does not have.

The lists are written out by hand: whoever adds to one is asked by a failing test whether the agreement allows it.
"""

import re
from importlib import import_module

import pytest
from pydantic import BaseModel

from directory.departments import department_party
from directory.model import REGION, Contact, is_party
from directory.municipalities import in_agreement
from gateway.exchange.resend import MOOT
from gateway.rotation.exposed import ABOUT_NOBODY
from gateway.schema.branch import SHARED_STEPS
from gateway.site.people import Role
from gateway.site.settings import Settings, UnitSettings
from gateway.wire import answers
from gateway.wire.letters import ABOUT_THE_CITIZEN, HEADINGS, TESTS, Kind
from gateway.wire.referral import Origin, Referral
from gateway.wire.reply import ANSWERED
from inbox_tui.casework.departments import Department

REFERRAL = {
    "": "reference origin submitted_at sender caller citizen consent screening problem_types text urgency_remark "
    "calls_today calls_last_30_days re_referral children_in_home anew_of intoxicated seen_by called_from known_by",
    "sender": "name role unit phone",
    "citizen": "name gender cpr approx_age phone address residence home_municipality_code home_municipality_text "
    "how_to_reach address_protected safety_note interpreter",
    "consent": "given form obtained_at obtained_by given_by scope information_given journal_ref "
    "writing_waived_because for_municipality remark",
    "screening": "acute_somatic suicidal_thoughts distances_from_thoughts",
}
"""Every field a referral has (O2). None is a department, an offer, an urgency or advice."""

NEVER = ("department", "afdeling", "offer", "tilbud", "urgency_level", "priority", "advice", "police", "attachment")


def fields(name):
    model = Referral.model_fields[name].annotation if name else Referral
    return set(model.model_fields)


@pytest.mark.parametrize("part", REFERRAL)
def test_a_referral_has_the_fields_that_were_agreed_and_no_other(part):
    """O2, B7, L9: the sender decides nothing of the municipality's and advises on nothing."""
    assert fields(part) == set(REFERRAL[part].split())
    assert not [field for field in fields(part) if any(word in field for word in NEVER)]


def test_what_a_sender_adds_of_departments_and_offers_does_not_reach_the_letter():
    """B7: an eager system that hands one in is not passed on."""
    eager = {"origin": "amk_call", "sender": {"name": "Mette Testgaard"}, "citizen": {"department": "Rusmiddel"}}
    sent = Referral.parse(eager | {"department": "Rusmiddel", "offer": "bostøtte", "urgency": "akut"}).as_json()

    assert not {"department", "offer", "urgency"} & {*sent, *sent["citizen"]}


def test_there_is_no_role_for_the_police_and_two_ways_a_referral_begins():
    """A11, G10, B1."""
    assert set(Role) == {"sender", "intake", "department", "admin", "auditor"}
    assert set(Origin) == {"amk_call", "ambulance_on_scene"}


def test_the_parties_are_the_region_and_the_nineteen():
    """A2, A4, O17: no voluntary organisation, no police, no GP, no department is a party.

    A department that works in a mail program is written to by its own municipality alone, and by nobody else.
    """
    nineteen = {one.code for one in in_agreement()}

    assert {
        code
        for code in (
            *nineteen,
            REGION,
            "112",
            "politi",
            "egen læge",
            "Røde Kors",
            "630",
            department_party("hjemmepleje"),
        )
        if is_party(code)
    } == {
        *nineteen,
        REGION,
    }
    assert "email" not in Department.__dataclass_fields__


LETTERS = {
    "referral": "0.1.0 tells answered",
    "receipt": "0.1.0 nobody moot",
    "acknowledgement": "0.1.0",
    "supplement": "0.1.0 tells answered",
    "reminder": "0.1.0 answered",
    "not-ours": "0.1.0",
    "withdrawal": "0.1.0 answered",
    "closed": "0.1.0",
    "meeting": "0.1.0 tells answered",
    "meeting-answer": "0.1.0 answered",
    "meeting-cancelled": "0.1.0 answered",
    "figures": "0.1.0 nobody",
    "forward": "0.2.0 tells answered",
    "heartbeat": "0.2.0 test moot",
    "drill": "0.2.0 test",
    "key-change": "0.2.0",
    "contact-change": "0.2.0",
    "resend": "0.2.0 moot",
}
"""Each kind of letter: the release it came with, and what it is like, as the code says in `LIKE`.

A forward is said within a municipality: to its own department, and by no other end (E7).
"""
LIKE = {
    "tells": (ABOUT_THE_CITIZEN, "tells more of the citizen than was known: ABOUT_THE_CITIZEN in wire/letters.py"),
    "answered": (ANSWERED, "may be answered by mail, by a person: SEQUENCE in wire/conversation.py says whose it is"),
    "test": (TESTS, "is a TEST, and counted nowhere: TESTS in wire/letters.py"),
    "moot": (MOOT, "is never sent again when its reader was restored: MOOT in exchange/resend.py"),
    "nobody": (ABOUT_NOBODY, "holds no citizen, whatever it answers: ABOUT_NOBODY in rotation/exposed.py"),
}


def letters_that(said):
    return {kind for kind, like in LETTERS.items() if said in like.split()}


def test_there_are_these_letters_and_no_other():
    """A change of what can be said at all is a change of the agreement between two systems."""
    new = sorted(set(Kind) - set(LETTERS))
    asked = "; ".join(f"«{word}» if it {meaning}" for word, (_kinds, meaning) in LIKE.items())
    assert not new, f"Give {new} a row in LETTERS of this file: the release it comes with, and {asked}."
    assert set(LETTERS) == set(Kind)


@pytest.mark.parametrize("word", LIKE)
def test_what_each_letter_is_like_was_decided(word):
    """What is forgotten here would not be held back by a withdrawal, or be sent again, or counted (O10, O25)."""
    kinds, meaning = LIKE[word]
    differs = sorted(set(kinds) ^ letters_that(word))
    assert not differs, f"LETTERS of this file and the code do not agree about {differs}. «{word}»: it {meaning}."


def test_every_letter_has_a_heading():
    assert sorted(set(Kind) - set(HEADINGS)) == [], "Give it a heading in HEADINGS of gateway/wire/letters.py."


def test_what_the_release_before_cannot_read_is_ended_on_the_way_back():
    """A site that goes back to it would hold letters it could neither send nor show."""
    for release in {like.split()[0] for like in LETTERS.values()} - {SHARED_STEPS[0].release}:
        (revision,) = [step.revision for step in SHARED_STEPS if step.release == release]
        module = import_module(f"gateway.schema.revisions.shared.{revision}")
        differs = set(re.findall(r"[a-z-]+", module.UNKNOWN_BEFORE)) ^ letters_that(release)
        assert not differs, f"UNKNOWN_BEFORE of {revision}.py and LETTERS of this file do not agree about {differs}."


@pytest.mark.parametrize(
    ("letter", "told"),
    [
        (answers.Acknowledgement, "acknowledged_by unit phone acknowledged_at contact_by"),
        (answers.NotOurs, "answered_by unit phone answered_at why remark"),
        (answers.Closed, "closed_at unit phone"),
        (answers.Withdrawal, "withdrawn_at taken_by unit phone"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_a_municipality_tells_has_room_for_a_person_a_unit_and_a_time(letter: type[BaseModel], told):
    """L4, O16, E15: there is no field for assessment, offer, department or outcome."""
    assert set(letter.model_fields) == set(told.split())


def test_no_setting_makes_one_municipality_work_otherwise_than_another():
    """D2, L1, L2: a unit differs in name, address, phone, hours and departments; all else of a site is its machinery.

    The `promise` is the region's own clock; sign-in, retention and how contacts and keys are kept are each
    organisation's own to decide (O18), as are its reminders, its acute clock and its list of outcomes (E3, E13, E21);
    how its log is written and its daemon watched is nobody else's business.
    """
    assert set(Settings.model_fields) == {
        *(
            "unit",
            "fingerprint",
            "language",
            "appearance",
            "database_url",
            "poll_seconds",
            "chore_seconds",
            "relay",
            "door",
            "pickup",
        ),
        *("promise", "sign_in", "retention", "keeping", "casework", "mailbox", "medcom"),
        *("log", "metrics"),
    }
    assert set(UnitSettings.model_fields) == {"party", "name", "address", "phone", "hours"}
    assert set(Contact.__dataclass_fields__) == {
        *("party", "unit_name", "email", "phone", "hours", "kind", "valid_from", "valid_to", "entered_by"),
        *("confirmed_by", "verified_at", "gln", "sor", "postal"),
    }
