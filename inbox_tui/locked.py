"""Between rows and values: everything personal is locked on the way in and opened on the way out.

Each locked value is bound to its case and its place, so that no row's content can pass for another's.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gateway.site.cipher import Vault
from gateway.site.erasing import Erased
from gateway.site.people import Person
from gateway.wire.referral import Citizen, Origin, Referral, Sender
from gateway.wire.supplement import Supplement
from gateway.wire.warnings import Notice, notices
from inbox_tui.casework.case import Case, CaseLine, CaseState, Forwarded, Seal, Taken
from inbox_tui.casework.departments import Department
from inbox_tui.casework.intake import previous_from
from inbox_tui.casework.notes import (
    Assessment,
    Closing,
    Contact,
    Familiar,
    GpInvolved,
    Note,
    NotOurCitizen,
    Reminded,
    Sampled,
    SentBack,
    TakenOver,
    Withdrawn,
)
from inbox_tui.casework.supplements import Supplemented
from inbox_tui.tables import CaseRow, ContentRow, EventKind, EventRow, ForwardRow, SupplementRow
from keys.fingerprint import Fingerprint

KNOWN: Final = frozenset(Notice)

NOTHING_LEFT: Final = Referral(origin=Origin.AMK_CALL, sender=Sender(name=""), citizen=Citizen())
"""What stands in the place of a letter whose content was erased; where it stands nothing of it is shown."""

NOTES: Final[Mapping[str, type[Note]]] = {
    EventKind.REMINDED: Reminded,
    EventKind.WITHDRAWN: Withdrawn,
    EventKind.NOT_OURS: NotOurCitizen,
    EventKind.CLOSED: Closing,
    EventKind.TAKEN_OVER: TakenOver,
    EventKind.SENT_BACK: SentBack,
    EventKind.ASSESSED: Assessment,
    EventKind.CONTACTED: Contact,
    EventKind.FAMILIAR: Familiar,
    EventKind.GP_INVOLVED: GpInvolved,
    EventKind.SAMPLED: Sampled,
}
"""Which note an event of each kind carries."""


class Locked:
    """Writes and reads the locked columns with one vault; reading raises VaultDamaged when a value was altered."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def row(self, case: Case) -> CaseRow:
        """Lock a new case for its row."""
        again = case.referral.re_referral
        return CaseRow(
            id=case.id,
            letter_id=case.letter_id,
            number=case.number,
            from_party=case.seal.from_party,
            signed_by=case.seal.signed_by,
            signed_at=case.seal.signed_at,
            received_at=case.received_at,
            target_date=case.target_date,
            state=case.state,
            position=case.previous.position if case.previous else _unnumbered(case.referral),
            again=again.kind if again else None,
            line=self.summary(case),
        )

    def summary(self, case: Case) -> bytes:
        """Lock what the list shows of the citizen, as it holds now."""
        now = case.in_force
        return self._lock({"citizen": now.citizen.name, "notices": list(notices(now))}, case.id, "line")

    def content(self, case: Case) -> ContentRow:
        """Lock the letter for its own row."""
        content = {"referral": case.referral.as_json(), "previous": case.previous.written() if case.previous else None}
        return ContentRow(case_id=case.id, content=self._lock(content, case.id, "content"))

    def name(self, case_id: str, name: str) -> bytes:
        """Lock the name of who acknowledged."""
        return self._vault.lock(name.encode(), f"case:{case_id}:acknowledged-by")

    def taker(self, case_id: str, name: str) -> bytes:
        """Lock the name of who took it over in a department."""
        return self._vault.lock(name.encode(), f"case:{case_id}:taken-over-by")

    def forward(self, case_id: str, person: Person, move: Forwarded) -> ForwardRow:
        """Lock the words of a forward."""
        also = [one.id for one in move.also]
        words = {"by": move.by, "note": move.note, "reason": move.reason, "also": also}
        return ForwardRow(
            case_id=case_id,
            department_id=move.department.id,
            person_id=person.id,
            at=move.at,
            words=self._lock(words, case_id, "forward"),
        )

    def supplement(self, case_id: str, one: Supplemented) -> SupplementRow:
        """Lock a supplement for its row."""
        return SupplementRow(
            letter_id=one.letter_id,
            case_id=case_id,
            received_at=one.received_at,
            signed_by=one.signed_by,
            content=self._lock(one.supplement.written(), case_id, f"supplement:{one.letter_id}"),
        )

    def words(self, case_id: str, note: Note) -> bytes:
        """Lock a note for its event."""
        return self._lock(note.model_dump(mode="json"), case_id, "note")

    def line(self, row: CaseRow, department: str | None) -> CaseLine:
        """Open what one row of the list shows."""
        line: Mapping[str, Any] = self._open(row.line, row.id, "line") if row.line else {"citizen": "", "notices": ()}
        taken = self._taken(row)
        return replace(
            frame(row, department),
            citizen=line["citizen"],
            notices=tuple(Notice(code) for code in line["notices"] if code in KNOWN),
            acknowledged_by=taken.by if taken else None,
            taken_over_by=self._taker(row),
        )

    def case(self, row: CaseRow, content: ContentRow) -> Case:
        """Open a case with its letter; of one that was erased there is only the frame."""
        body = self._open(content.content, row.id, "content") if content.content else {}
        referral = Referral.parse(body["referral"]) if body else NOTHING_LEFT
        return Case(
            id=row.id,
            letter_id=row.letter_id,
            number=row.number,
            seal=Seal(row.from_party, Fingerprint(row.signed_by), row.signed_at),
            referral=referral,
            notices=notices(referral) if body else (),
            previous=previous_from(body.get("previous")),
            received_at=row.received_at,
            target_date=row.target_date,
            state=CaseState(row.state),
            acknowledged=self._taken(row),
            acute_by=row.acute_by,
            came_back=row.sent_back_at is not None,
            erased=Erased(row.erased_at, row.kept_days) if row.erased_at else None,
        )

    def supplemented(self, row: SupplementRow) -> Supplemented:
        """Open a supplement."""
        body = self._open(row.content, row.case_id, f"supplement:{row.letter_id}")
        return Supplemented(row.letter_id, row.received_at, Fingerprint(row.signed_by), Supplement.read(body))

    def note(self, row: EventRow) -> Note | None:
        """Open the note of an event, if it has one of a kind we know."""
        shape = NOTES.get(row.kind)
        return shape.model_validate(self._open(row.words, row.case_id, "note")) if shape and row.words else None

    def move(self, row: ForwardRow, departments: Mapping[str, Department]) -> Forwarded:
        """Open one move of responsibility; `departments` are all there are, by id."""
        department = departments[row.department_id]
        if not row.words:
            return Forwarded(department, "", row.at)
        words = self._open(row.words, row.case_id, "forward")
        also = tuple(departments[one] for one in words.get("also", ()))  # 0.1.0 wrote none
        return Forwarded(department, words["by"], row.at, words["note"], words["reason"], also)

    def _taker(self, row: CaseRow) -> str | None:
        if row.taken_over_by is None:
            return None
        return self._vault.open(row.taken_over_by, f"case:{row.id}:taken-over-by").decode()

    def _taken(self, row: CaseRow) -> Taken | None:
        if row.acknowledged_at is None or row.acknowledged_by is None:
            return None
        name = self._vault.open(row.acknowledged_by, f"case:{row.id}:acknowledged-by")
        return Taken(name.decode(), row.acknowledged_at, row.contact_by)

    def _lock(self, value: Mapping[str, Any], case_id: str, place: str) -> bytes:
        return self._vault.lock(json.dumps(value).encode("ascii"), f"case:{case_id}:{place}")

    def _open(self, blob: bytes, case_id: str, place: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self._vault.open(blob, f"case:{case_id}:{place}"))
        return value


def frame(row: CaseRow, department: str | None) -> CaseLine:
    """Give what of a row of the list lies in clear: everything but names and notices."""
    return CaseLine(
        id=row.id,
        number=row.number,
        citizen="",
        received_at=row.received_at,
        target_date=row.target_date,
        state=CaseState(row.state),
        position=row.position,
        notices=(),
        acknowledged_by=None,
        acknowledged_at=row.acknowledged_at,
        responsible=department,
        forwarded_at=row.moved_at,
        also=row.also,
        unread=row.opened_at is None,
        sent_back=row.sent_back_at is not None and row.department_id is None,
        assessed=row.assessed_at is not None,
        acute_by=row.acute_by,
        acute=row.acute,
        supplements=row.supplements,
        asked=row.asked,
        reminded=row.reminded_at is not None and row.acknowledged_at is None,
        withdrawn=row.withdrawn_at is not None,
        erased=row.erased_at is not None,
    )


def _unnumbered(referral: Referral) -> int:
    """Give the position a letter claims when it names no earlier letter by number: the second, for all we know."""
    return 2 if referral.re_referral else 1
