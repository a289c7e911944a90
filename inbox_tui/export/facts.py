"""A case written as JSON values: the one place where that is done. What the fields mean stands in `docs/export.md`.

Commands answer with them (`--json`), a citizen who asks is told from them, and a case system reads them (E11). A field
that has been given a name keeps it, and its meaning; new ones may come. With something else than that, `SCHEMA` grows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from directory import agreement
from gateway.consents.model import Consent
from gateway.meetings.book import MeetingState
from inbox_tui.casework.case import Case, Forwarded, HeldUp, Mailed
from inbox_tui.casework.departments import Department
from inbox_tui.casework.notes import Assessment, Contact, Note, TakenOver
from inbox_tui.casework.supplements import Supplemented

SCHEMA: Final = 1
KIND: Final = "stafet-case"

Facts = dict[str, Any]


@dataclass(frozen=True)
class Stamp:
    """By whom something was exported, at which unit, and when."""

    by: str
    unit: str
    at: datetime


def document(case: Case, stamp: Stamp) -> Facts:
    """Write a case as the document another system takes in: which agreement it rests on (A3), who took it out, when."""
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "agreement": {"title": agreement.TITLE, "in_force": agreement.IN_FORCE.isoformat()},
        "exported": {"at": stamp.at.isoformat(), "by": stamp.by, "unit": stamp.unit},
        "case": facts(case),
    }


def facts(case: Case) -> Facts:
    """Write a case. Once its content is erased only the frame is left, and `erased_at` says so (O18)."""
    return {
        "id": case.id,
        "letter_id": case.letter_id,
        "number": case.number,
        "state": case.state.value,
        "withdrawn_at": _at(case.withdrawn),
        "erased_at": _at(case.erased),
        "moments": moments(case),
        "received_at": case.received_at.isoformat(),
        "target_date": case.target_date.isoformat(),
        "acute_by": case.acute_by.isoformat() if case.acute_by else None,
        **_standing(case),
        **_letter(case),
        "forwards": list(map(_forward, case.history)),
        "notes": list(map(_note, case.notes)),
        "consents": list(map(_consent, case.consents)),
        "meetings": list(map(_meeting, case.meetings)),
    }


def moments(case: Case) -> dict[str, str | None]:
    """Give every moment the evaluation asks for (H10); None for what has not happened."""
    contacts = case.of(Contact)
    times: dict[str, datetime | None] = {
        "written_at": None if case.erased else case.referral.submitted_at,
        "sent_at": case.seal.signed_at,
        "resent_at": case.seal.signed_at if case.previous else None,
        "first_sent_at": case.previous.first_sent_at if case.previous else None,
        "received_at": case.received_at,
        "acknowledged_at": case.acknowledged.at if case.acknowledged else None,
        "assessed_at": _first(case.of(Assessment)),
        "first_contact_at": _first(contacts),
        "first_reached_at": _first(one for one in contacts if one.reached),
        "forwarded_at": case.history[0].at if case.history else None,
        "taken_over_at": _first(case.of(TakenOver)),
        "closed_at": case.ending.at if case.ending else None,
    }
    return {name: at.isoformat() if at else None for name, at in times.items()}


def _first(notes: Iterable[Note]) -> datetime | None:
    return min((note.at for note in notes), default=None)


def _at(one: Any) -> str | None:  # noqa: ANN401 - whatever has a moment
    return one.at.isoformat() if one else None


def _standing(case: Case) -> Facts:
    """Tell how far it has come, and in whose hands it is."""
    taken, promised = case.taken_over, case.acknowledged.contact_by if case.acknowledged else None
    return {
        "acknowledged_by": case.acknowledged.by if case.acknowledged else None,
        "acknowledged_at": _at(case.acknowledged),
        "contact_by": promised.isoformat() if promised else None,
        "acknowledgement_state": case.told.value if case.told else None,
        "responsible": case.responsible.name if case.responsible else None,
        "also": _names(case.also),
        "taken_over": {"by": taken.by, "at": taken.at.isoformat(), "department": taken.department} if taken else None,
        "acute": case.assessment.acute if case.assessment else None,
        "known": case.familiar.known if case.familiar else None,
        "ending_state": case.ending_told.value if case.ending_told else None,
        "held_up": list(map(_held_up, case.held_up)),
        "mailed": list(map(_mailed, case.mailed)),
    }


def _letter(case: Case) -> Facts:
    """Give what Præhospitalet wrote, unchanged, and what holds of the citizen after what came since (O23)."""
    seal, again = case.seal, case.previous
    held = {} if case.erased else case.in_force.as_json()
    return {
        "seal": {
            "party": seal.from_party,
            "fingerprint": str(seal.signed_by),
            "signed_at": seal.signed_at.isoformat(),
        },
        "warnings": [notice.value for notice in case.notices],
        "re_referral": case.referral.re_referral is not None,
        "previous": {
            "number": again.number,
            "sent_at": again.sent_at.isoformat(),
            "first_sent_at": again.first_sent_at.isoformat(),
            "position": again.position,
        }
        if again
        else None,
        "citizen": held.get("citizen"),
        "calls_today": held.get("calls_today"),
        "calls_last_30_days": held.get("calls_last_30_days"),
        "referral": None if case.erased else case.referral.as_json(),
        "supplements": list(map(_supplement, case.supplements)),
    }


def _held_up(one: HeldUp) -> Facts:
    return {"kind": one.kind.value, "state": one.state.value, "reason": one.reason, "department": one.department}


def _mailed(one: Mailed) -> Facts:
    return {"department": one.department, "state": one.state.value, "at": one.at.isoformat(), "reason": one.reason}


def _names(departments: Iterable[Department]) -> list[str]:
    return [one.name for one in departments]


def _supplement(one: Supplemented) -> Facts:
    sealed = {"letter_id": one.letter_id, "received_at": one.received_at.isoformat(), "signed_by": str(one.signed_by)}
    return {**sealed, **one.supplement.written()}


def _forward(move: Forwarded) -> Facts:
    return {
        "at": move.at.isoformat(),
        "department": move.department.name,
        "also": _names(move.also),
        "note": move.note,
        "reason": move.reason,
        "forwarded_by": move.by,
    }


def _note(note: Note) -> Facts:
    return {"kind": type(note).__name__, **note.model_dump(mode="json")}


def _consent(consent: Consent) -> Facts:
    return {
        "purpose": consent.purpose.value,
        "form": consent.form.value,
        "given_by": consent.given_by,
        "obtained_at": consent.obtained_at.isoformat(),
        "obtained_by": consent.taken_by,
        "expires_at": consent.expires_at.isoformat(),
        "scope": consent.scope,
        "information_given": consent.information_given,
        "writing_waived_because": consent.writing_waived_because,
        "journal_ref": consent.journal_ref,
        "parties": list(consent.parties),
    }


def _meeting(one: MeetingState) -> Facts:
    return {
        "standing": one.standing.value,
        "proposed_here": one.proposed_here,
        "meeting": one.meeting.written(),
        "answer": one.answer.written() if one.answer else None,
        "cancelled": one.cancelled.written() if one.cancelled else None,
    }
