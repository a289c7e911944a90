"""A body of each kind of letter that follows a referral, as its writer sends it."""

from gateway.wire.letters import Kind

MEETING_ID = "0d9e3c1c-7c1f-4b55-9d0e-8b1f5a6c7d21"
RANDERS_UNIT = {"unit": "Den sociale indgang, Randers Kommune", "phone": "+45 89 15 00 00"}
REGION_UNIT = {"unit": "AMK-vagtcentralen, Præhospitalet", "phone": "+45 84 11 20 00"}

ACKNOWLEDGEMENT = {
    "acknowledged_by": "Birgit Prøvegaard",
    **RANDERS_UNIT,
    "acknowledged_at": "2026-11-22T09:14:00Z",
}
ACKNOWLEDGEMENT_WITH_DATE = {**ACKNOWLEDGEMENT, "contact_by": "2026-11-27"}
SUPPLEMENT = {
    "written_at": "2026-11-23T09:00:00+01:00",
    "written_by": "Mette Testgaard",
    "sender_phone": "+45 84 11 20 01",
    "name": "Karen Testdal",
    "cpr": "190668-7074",
    "phone": "+45 95 00 01 02",
    "address": "Søndergårds Allé 14, 8900 Randers C",
    "how_to_reach": "Ring efter kl. 11.",
    "safety_note": "Stor hund i gården.",
    "interpreter": "tegnsprog",
    "calls_today": 0,
    "calls_last_30_days": 33,
    "text": "Hun ringede igen i nat.\nHun vil gerne have besøg.",
}
CORRECTION = {
    "written_at": "2026-11-23T09:00:00+01:00",
    "written_by": "Mette Testgaard",
    "correction": True,
    "phone": "+45 95 00 01 03",
}
REMINDER = {"referred_at": "2026-11-22T08:14:00+01:00", "reminded_at": "2026-11-23T08:14:00+01:00", **REGION_UNIT}
NOT_OURS = {
    "answered_by": "Birgit Prøvegaard",
    **RANDERS_UNIT,
    "answered_at": "2026-11-22T10:14:00+01:00",
    "why": "moved",
    "remark": "Flyttede i september.",
}
WITHDRAWAL = {"withdrawn_at": "2026-11-24T12:00:00+01:00", "taken_by": "Mette Testgaard", **REGION_UNIT}
CLOSED = {"closed_at": "2026-12-01T14:30:00+01:00", **RANDERS_UNIT}
MEETING = {
    "meeting_id": MEETING_ID,
    "sequence": 0,
    "starts_at": "2026-12-03T10:00:00+01:00",
    "ends_at": "2026-12-03T11:00:00+01:00",
    "place": "Lægehuset, Testvej 1; lokale 2, 1. sal",
    "phone": "+45 89 15 00 00",
    "convened_by": "Birgit Prøvegaard",
    "unit": RANDERS_UNIT["unit"],
    "parties": [
        {"role": "borgeren"},
        {"role": "egen læge", "name": "Læge Testholm", "contact": "+45 95 00 02 02"},
        {"role": "Præhospitalet"},
    ],
    "consent": {
        "obtained_at": "2026-11-25T09:00:00+01:00",
        "obtained_by": "Birgit Prøvegaard",
        "form": "spoken",
        "parties": ["borgeren", "egen læge", "Præhospitalet"],
    },
    "proposed_at": "2026-11-25T09:30:00+01:00",
}
MEETING_MOVED = {**MEETING, "sequence": 1, "starts_at": "2026-12-04T10:00:00+01:00", "ends_at": "2026-12-04T11:00:00Z"}
MEETING_ANSWER = {
    "meeting_id": MEETING_ID,
    "sequence": 0,
    "attendance": "declined",
    "answered_by": "Mette Testgaard",
    "unit": REGION_UNIT["unit"],
    "answered_at": "2026-11-25T10:00:00+01:00",
    "remark": "Fredag den 4. passer bedre.",
}
MEETING_CANCELLED = {
    "meeting_id": MEETING_ID,
    "sequence": 1,
    "cancelled_by": "Birgit Prøvegaard",
    "unit": RANDERS_UNIT["unit"],
    "cancelled_at": "2026-12-01T08:00:00+01:00",
    "remark": "Borgeren er indlagt.",
}

FOLLOWING = {
    "acknowledgement": (Kind.ACKNOWLEDGEMENT, ACKNOWLEDGEMENT),
    "acknowledgement_with_date": (Kind.ACKNOWLEDGEMENT, ACKNOWLEDGEMENT_WITH_DATE),
    "supplement": (Kind.SUPPLEMENT, SUPPLEMENT),
    "correction": (Kind.SUPPLEMENT, CORRECTION),
    "reminder": (Kind.REMINDER, REMINDER),
    "not_ours": (Kind.NOT_OURS, NOT_OURS),
    "withdrawal": (Kind.WITHDRAWAL, WITHDRAWAL),
    "closed": (Kind.CLOSED, CLOSED),
    "meeting": (Kind.MEETING, MEETING),
    "meeting_moved": (Kind.MEETING, MEETING_MOVED),
    "meeting_answer": (Kind.MEETING_ANSWER, MEETING_ANSWER),
    "meeting_cancelled": (Kind.MEETING_CANCELLED, MEETING_CANCELLED),
    "figures": (Kind.FIGURES, {}),
}

OLD_KEY, NEW_KEY = "A1" * 20, "B2" * 20
HEARTBEAT = {"why": "nightly", **REGION_UNIT}
PROVING = {"why": "address", **REGION_UNIT, "code": "482 913"}
DRILL = {"asked_at": "2026-11-23T09:00:00+01:00", **REGION_UNIT}
KEY_CHANGE = {
    "old": OLD_KEY,
    "new": NEW_KEY,
    "certificate": "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "proof": "-----BEGIN PGP SIGNATURE-----",
    "old_ends_at": "2026-12-23T09:00:00+01:00",
}
CONTACT_CHANGE = {
    "unit_name": "Social, Sundhed og Omsorg, Randers Kommune",
    "email": "sikkersso@randers.example",
    "phone": "+45 89 15 00 17",
    "hours": "man-ons 8-15, tor 8-17, fre 8-13",
    "kind": "gateway",
    "valid_from": "2027-01-01T00:00:00+01:00",
    "written_by": "Birgit Prøvegaard",
}
RESEND = {"since": "2026-11-20T02:00:00+01:00"}

BETWEEN = {
    "heartbeat": (Kind.HEARTBEAT, HEARTBEAT),
    "proving": (Kind.HEARTBEAT, PROVING),
    "drill": (Kind.DRILL, DRILL),
    "key_change": (Kind.KEY_CHANGE, KEY_CHANGE),
    "contact_change": (Kind.CONTACT_CHANGE, CONTACT_CHANGE),
    "resend": (Kind.RESEND, RESEND),
}
"""What two gateways tell each other; no citizen is in it."""
