"""What is left out on purpose: no field, role, letter or recipient that the agreement does not have.

The lists are written out by hand: whoever adds to one is asked by a failing test whether the agreement allows it.
"""

import pytest
from pydantic import BaseModel

from directory.departments import department_party
from directory.model import REGION, Contact, is_party
from directory.municipalities import in_agreement
from gateway.site.people import Role
from gateway.site.settings import Settings, UnitSettings
from gateway.wire import answers
from gateway.wire.letters import HEADINGS, Kind
from gateway.wire.referral import Origin, Referral
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


def test_there_are_these_letters_and_no_other():
    """A change of what can be said at all is a change of the agreement between two systems.

    A forward is said within a municipality: to its own department, and by no other end (E7).
    """
    assert set(Kind) == set(HEADINGS)
    assert set(Kind) == {
        *("referral", "receipt", "acknowledgement", "supplement", "reminder", "not-ours", "withdrawal", "closed"),
        *("meeting", "meeting-answer", "meeting-cancelled", "figures"),
        *("heartbeat", "drill", "key-change", "contact-change", "resend"),
        "forward",
    }


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
