"""All that a municipality holds about one citizen who asks for it, found by CPR or phone (O21, S32).

A phone may be shared, so what is found by it is for a person to look through before it is handed over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from directory.model import Contact as UnitContact
from gateway.insight.answer import LOG, Insight, Writer, log_of, without_staff
from gateway.language import mark
from gateway.meetings.insight import consents_of, letters_of, meetings_of, received_of
from gateway.site.cipher import Vault
from inbox_tui import signs
from inbox_tui.cases import Cases
from inbox_tui.casework.case import Case
from inbox_tui.casework.notes import Note
from inbox_tui.export.facts import Facts, facts
from inbox_tui.presentation import STATES, TOLD
from inbox_tui.sight import EVERYTHING
from inbox_tui.words import OUTCOMES


def _by_code(words: Mapping[Any, str]) -> dict[str, str]:
    return {str(code): said for code, said in words.items()}


LABELS: Final[Mapping[str, str]] = {
    "cases": mark("Referral"),
    "case_id": mark("Id"),
    "received_at": mark("Received"),
    "target_date": mark("Target"),
    "previous": mark("Earlier referral"),
    "sent_at": mark("Sent"),
    "first_sent_at": mark("First referred"),
    "position": mark("Referral number in the row"),
    "notes": mark("Noted here"),
    "what": mark("What"),
    "acute": mark("Acute"),
    "reached": mark("Reached"),
    "known": mark("Known here"),
    "own_case": mark("Our own case number"),
    "outcomes": mark("Outcome"),
    "here": mark("Told to us"),
    "seed": mark("Drawn by the word"),
    "basis": mark("Legal basis"),
    "forwards": mark("Passed on within the municipality"),
    "department": mark("Department"),
    "note": mark("Note"),
    "also": mark("Together with"),
    "noted_by": mark("Noted by"),
    "moves": mark("Forwards until then"),
    "erased_at": mark("Content erased"),
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "what": {kind.__name__: kind.told for kind in Note.__subclasses__()},
    "state": {**{state.value: words for state, (_sign, words) in STATES.items()}, **_by_code(TOLD)},
    "outcomes": _by_code(OUTCOMES),
}


@dataclass(frozen=True)
class Gather:
    """Gathers it in one session. `own` is whom the citizen may ask."""

    session: Session
    vault: Vault
    own: UnitContact

    def __call__(self, typed: str, now: datetime, *, with_staff: bool) -> Insight:
        """Find what is held under a CPR or a phone number, and write it; under anything else nothing is found.

        `now` is the rules' time. Staff are named only where `with_staff` says so.
        """
        by, found = signs.kind_of(typed), signs.cases_with(self.session, self.vault, typed)
        cases = self._with_earlier(found)
        abouts = tuple(case.id for case in cases)
        held: dict[str, Any] = {
            "cases": [self._case(case, by if case.id in found else "linked") for case in cases],
            LOG: log_of(self.session, self.vault, abouts, with_staff=with_staff),
        }
        facts = held if with_staff else without_staff(held)
        text = Writer(self.own.unit_name, self.own.phone, LABELS, WORDS)(facts, now)
        return Insight(by, abouts, facts, text)

    def _with_earlier(self, found: Collection[str]) -> list[Case]:
        """Read the cases, and those that Præhospitalet says they follow (F4); oldest first."""
        cases, waiting, read = Cases(self.session, self.vault, EVERYTHING), list(found), dict[str, Case]()
        while waiting:
            case = cases.known(waiting.pop())
            read[case.id] = case
            if case.earlier and case.earlier.id not in read:
                waiting.append(case.earlier.id)
        return sorted(read.values(), key=lambda case: case.received_at)

    def _case(self, case: Case, found_by: str) -> dict[str, Any]:
        said = facts(case)
        return {
            "number": said["number"],
            "case_id": said["id"],
            "found_by": found_by,
            **{name: said[name] for name in ("received_at", "state", "target_date", "erased_at")},
            "content": said["referral"],
            "previous": said["previous"],
            "supplements": [_unsealed(one) for one in said["supplements"]],
            "acknowledgement": _with(said, "acknowledged_at", "acknowledged_by", "contact_by"),
            "forwards": said["forwards"],
            "notes": list(map(_note, case.notes)),
            "consents": consents_of(self.session, self.vault, case.id),
            "consent_withdrawn_at": said["withdrawn_at"],
            "meetings": meetings_of(self.session, self.vault, case.id),
            "letters": letters_of(self.session, case.id),
            "received": received_of(self.session, case.id),
        }


def _with(said: Facts, *names: str) -> Facts | None:
    """Take some values out as one; None when the first says nothing."""
    return {name: said[name] for name in names} if said[names[0]] else None


def _unsealed(supplement: Facts) -> Facts:
    return {name: value for name, value in supplement.items() if name not in {"letter_id", "signed_by"}}


def _note(note: Note) -> Facts:
    return {"what": type(note).__name__, **note.said(), note.by_whom: note.by}
