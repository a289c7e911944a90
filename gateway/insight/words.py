"""What the values of a citizen's own data are called in the text they are given: what both ends hold alike."""

from collections.abc import Mapping
from typing import Any, Final

from directory import municipalities
from gateway.access.words import ACTIONS, PURPOSES
from gateway.consents.model import Form, Purpose
from gateway.language import mark
from gateway.wire.conversation_text import WHY
from gateway.wire.letters import HEADINGS
from gateway.wire.meeting import Attendance
from gateway.wire.referral_text import KINDS_OF_RE_REFERRAL, ORIGINS

REFERRAL: Final[Mapping[str, str]] = {
    "reference": mark("Sender's reference"),
    "origin": mark("How it came up"),
    "submitted_at": mark("Written"),
    "sender": mark("Sender"),
    "role": mark("Role"),
    "caller": mark("Who called"),
    "citizen": mark("The citizen"),
    "name": mark("Name"),
    "gender": mark("Gender"),
    "cpr": mark("CPR number"),
    "approx_age": mark("Approximate age"),
    "phone": mark("Phone"),
    "address": mark("Address"),
    "residence": mark("Residence"),
    "home_municipality_code": mark("The municipality's code"),
    "home_municipality_text": mark("Home municipality"),
    "how_to_reach": mark("How the citizen wants to be contacted"),
    "address_protected": mark("Name and address are protected"),
    "safety_note": mark("Please be aware (staff safety)"),
    "interpreter": mark("Interpreter"),
    "screening": mark("Screening"),
    "acute_somatic": mark("Acute illness"),
    "suicidal_thoughts": mark("Suicidal thoughts"),
    "distances_from_thoughts": mark("Can distance themselves from them"),
    "problem_types": mark("Problems"),
    "text": mark("What it is about"),
    "urgency_remark": mark("The sender's remark on urgency"),
    "calls_today": mark("Calls today"),
    "calls_last_30_days": mark("Calls in the last 30 days"),
    "re_referral": mark("The citizen has been referred before"),
    "previous_id": mark("Earlier referral"),
    "reason": mark("Reason"),
    "children_in_home": mark("There are children in the home"),
    "intoxicated": mark("The citizen seemed under the influence"),
    "seen_by": mark("Seen on the scene by"),
    "called_from": mark("Called from"),
    "known_by": mark("Known already by"),
    "anew_of": mark("Sent anew of"),
    "correction": mark("Is a correction"),
    "sender_phone": mark("Sender's phone"),
}
CONSENT: Final[Mapping[str, str]] = {
    "consent": mark("Consent"),
    "consents": mark("Consent"),
    "given": mark("The citizen has said yes"),
    "form": mark("Form"),
    "given_by": mark("Given by"),
    "obtained_at": mark("Obtained"),
    "obtained_by": mark("Obtained by"),
    "taken_by": mark("Obtained by"),
    "expires_at": mark("Holds at the latest until"),
    "scope": mark("Consented to"),
    "information_given": mark("Information given"),
    "journal_ref": mark("Journal reference"),
    "writing_waived_because": mark("Not in writing because"),
    "for_municipality": mark("Given for the municipality"),
    "municipality": mark("Municipality"),
    "purpose": mark("Purpose"),
    "parties": mark("Taking part"),
    "consent_withdrawn_at": mark("Consent withdrawn"),
    "withdrawn_at": mark("Consent withdrawn"),
}
CONVERSATION: Final[Mapping[str, str]] = {
    "referrals": mark("Referral"),
    "referral_id": mark("Id"),
    "number": mark("Number"),
    "found_by": mark("Found by"),
    "content": mark("As it was written"),
    "supplements": mark("Added later"),
    "written_at": mark("Written"),
    "written_by": mark("Written by"),
    "acknowledgement": mark("Taken over"),
    "acknowledged_at": mark("Time"),
    "acknowledged_by": mark("Acknowledged by"),
    "contact_by": mark("Expects to contact the citizen by"),
    "unit": mark("Unit"),
    "not_ours": mark("Answered: not their citizen"),
    "answered_at": mark("Time"),
    "answered_by": mark("Answered by"),
    "why": mark("Why"),
    "remark": mark("Remark"),
    "closed_at": mark("Closed by the municipality"),
    "meetings": mark("Joint meeting"),
    "meeting": mark("The meeting"),
    "meeting_id": mark("Id"),
    "standing": mark("How it stands"),
    "proposed_here": mark("Proposed by us"),
    "proposed_at": mark("Proposed"),
    "sequence": mark("Version"),
    "starts_at": mark("Begins"),
    "ends_at": mark("Ends"),
    "place": mark("Place"),
    "convened_by": mark("Convened by"),
    "contact": mark("Contact"),
    "answer": mark("Answer"),
    "attendance": mark("Takes part"),
    "cancelled": mark("Called off"),
    "cancelled_at": mark("Time"),
    "cancelled_by": mark("Called off by"),
}
LETTERS: Final[Mapping[str, str]] = {
    "letters": mark("Letter we have sent"),
    "received": mark("Letter we have received"),
    "kind": mark("Kind"),
    "letter_id": mark("Id"),
    "state": mark("State"),
    "posted_at": mark("Written"),
    "taken_at": mark("Received"),
    "recipient": mark("Recipient"),
    "envelopes": mark("Sealed"),
    "made_at": mark("Time"),
    "sealed_to": mark("Only the key's owner can open it"),
    "steps": mark("On its way"),
    "at": mark("Time"),
    "log": mark("What was done with it"),
}
LABELS: Final[Mapping[str, str]] = {**REFERRAL, **CONSENT, **CONVERSATION, **LETTERS}

PURPOSES_OF_CONSENT: Final[Mapping[Purpose, str]] = {
    Purpose.DISCLOSURE: mark("that Præhospitalet may tell the municipality"),
    Purpose.RENEWED_DISCLOSURE: mark("that Præhospitalet may tell the municipality again"),
    Purpose.OWN_GP: mark("that the municipality may involve the citizen's own doctor"),
    Purpose.JOINT_MEETING: mark("a joint meeting"),
}
FORMS: Final[Mapping[Form, str]] = {Form.SPOKEN: mark("spoken"), Form.WRITTEN: mark("in writing")}
STANDINGS: Final[Mapping[str, str]] = {
    "proposed": mark("waits for an answer"),
    "accepted": mark("accepted"),
    "declined": mark("declined"),
    "cancelled": mark("called off"),
}
ATTENDANCES: Final[Mapping[Attendance, str]] = {Attendance.ACCEPTED: mark("yes"), Attendance.DECLINED: mark("no")}
FOUND_BY: Final[Mapping[str, str]] = {
    "cpr": mark("the CPR number"),
    "phone": mark("the phone number"),
    "linked": mark("that it follows another referral about the same citizen"),
}

MUNICIPALITIES: Final = {one.code: one.official_name for one in municipalities.in_agreement()}

Words = Mapping[str, Mapping[Any, str]]
"""What a code means, by the name of the value it stands in; a code is a string or an enum of strings."""

WORDS: Final[Words] = {
    "action": ACTIONS,
    "purpose": {**PURPOSES, **PURPOSES_OF_CONSENT},
    "kind": {**HEADINGS, **KINDS_OF_RE_REFERRAL},
    "form": FORMS,
    "origin": ORIGINS,
    "why": WHY,
    "standing": STANDINGS,
    "attendance": ATTENDANCES,
    "found_by": FOUND_BY,
    "municipality": MUNICIPALITIES,
    "for_municipality": MUNICIPALITIES,
}
