"""What a person does with a case beside taking and forwarding it: each act one transaction, with its letter if any.

What goes back to Præhospitalet is told by `casework.deeds`; everything else stays here (L4). Of two people at once the
second is told who was first, and nothing is overwritten.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, func, update

from directory.model import Contact as UnitContact
from gateway.access.actions import Action
from gateway.consents.book import ConsentBook
from gateway.consents.errors import ConsentWithdrawn, NoConsent
from gateway.consents.model import Act, Consent, Form, Purpose
from gateway.exchange.ports import Post
from gateway.meetings.book import MeetingState
from gateway.meetings.flow import Meetings, Proposal
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.settings import CaseworkSettings
from gateway.wire.answers import Elsewhere
from gateway.wire.meeting import Attendance
from inbox_tui import mailed
from inbox_tui.cases import Cases
from inbox_tui.casework import deeds
from inbox_tui.casework import outcomes as outcome_list
from inbox_tui.casework.actions import not_ended, still_consented, theirs
from inbox_tui.casework.case import ENDED, Case, CaseState
from inbox_tui.casework.clock import acute_by
from inbox_tui.casework.errors import AlreadyEnded, AlreadyWithdrawn, MeetingMeanwhile
from inbox_tui.casework.notes import (
    Assessment,
    Closing,
    Contact,
    Familiar,
    GpInvolved,
    Note,
    NotOurCitizen,
    Withdrawn,
)
from inbox_tui.locked import Locked
from inbox_tui.sight import department_of
from inbox_tui.store import CaseStore, changed
from inbox_tui.tables import CaseRow, EventKind, EventRow

STANDARD: Final = CaseworkSettings()

Seen = Sequence[MeetingState] | None
"""The joint meetings as the person knew them, when that matters: who acts on one must have seen the last word."""


@dataclass(frozen=True)
class Obtained:
    """A consent as the municipality obtained it: all that must be written down beside who took it (C2).

    `parties` are the roles a joint meeting is agreed with (C7). `at` is when; None means just now.
    """

    form: Form
    scope: str
    information_given: str
    writing_waived_because: str = ""
    given_by: str = "borgeren"
    parties: tuple[str, ...] = ()
    at: datetime | None = None


class Acts:
    """The acts, each by a named person at `now`; noted in the trail.

    Every one raises CaseNotFound, MayNot and PersonGone beside what it says.
    """

    def __init__(
        self,
        store: CaseStore,
        vault: Vault,
        post: Post,
        unit: Callable[[], UnitContact],
        terms: CaseworkSettings = STANDARD,
    ) -> None:
        self._terms = terms
        self._store = store
        self._vault = vault
        self._locked = Locked(vault)
        self._post = post
        self._unit = unit

    # What stays here

    def assess(
        self, case_id: str, *, acute: bool, why: str, person: Person, now: datetime, seen: int | None = None
    ) -> Case:
        """Judge whether it is acute (E1); raises AlreadyEnded, WordsMissing or AssessedMeanwhile."""
        note = Assessment(by=person.name, at=now, acute=acute, why=why.strip())
        with self._store.doing(case_id, person, Action.ASSESS, now) as cases:
            case = deeds.assess(cases.known(case_id), note, seen)
            by = None if case.withdrawn else acute_by(note, case.of(Contact), self._terms.acute_days)
            first = func.coalesce(CaseRow.assessed_at, now)
            _set(cases.session, case_id, acute=acute, acute_by=by, assessed_at=first)
            return self._noted(cases, case, EventKind.ASSESSED, note, person, now)

    def contact(
        self, case_id: str, *, reached: bool, remark: str, person: Person, now: datetime, at: datetime | None = None
    ) -> Case:
        """Note an attempt to reach the citizen, made `at` or just now (E5); raises AlreadyEnded."""
        note = Contact(by=person.name, at=min(at or now, now), reached=reached, remark=remark.strip())
        with self._store.doing(case_id, person, Action.CONTACT, now) as cases:
            case = deeds.contact(cases.known(case_id), note)
            if reached:
                first = func.coalesce(CaseRow.contacted_at, note.at)
                _set(cases.session, case_id, contacted_at=first, acute_by=self._clock_after(case, note))
            return self._noted(cases, case, EventKind.CONTACTED, note, person, now)

    def familiar(self, case_id: str, own_case: str, person: Person, now: datetime, *, known: bool = True) -> Case:
        """Mark the citizen as known here, or not after all, with our own case number (A10); raises AlreadyEnded."""
        note = Familiar(by=person.name, at=now, known=known, own_case=own_case.strip())
        with self._store.doing(case_id, person, Action.MARK_KNOWN, now) as cases:
            case = deeds.familiar(cases.known(case_id), note)
            _set(cases.session, case_id, known=known)
            return self._noted(cases, case, EventKind.FAMILIAR, note, person, now)

    # Consents of our own

    def consent(self, case_id: str, purpose: Purpose, obtained: Obtained, person: Person, now: datetime) -> Case:
        """Write down a consent the municipality obtained: own GP or joint meeting (C5, C7).

        Raises AlreadyEnded, or ConsentIncomplete naming what it lacks.
        """
        with self._store.doing(case_id, person, Action.WRITE_CONSENT, now) as cases:
            case = _ours(cases, case_id)
            self._write_consent(cases.session, case, purpose, obtained, person, now)
            return cases.known(case_id)

    def involve_gp(self, case_id: str, person: Person, now: datetime) -> Case:
        """Mark that the citizen's own GP is involved, on the citizen's consent to that (C5).

        Raises AlreadyEnded, NoConsent or one of its kinds.
        """
        note = GpInvolved(by=person.name, at=now)
        with self._store.doing(case_id, person, Action.INVOLVE_GP, now) as cases:
            case = deeds.involve_gp(cases.known(case_id), note)
            self._required(cases.session, case, Act.INVOLVE_GP, now)
            return self._noted(cases, case, EventKind.GP_INVOLVED, note, person, now)

    # What goes back to Præhospitalet

    def not_ours(self, case_id: str, why: Elsewhere, remark: str, person: Person, now: datetime) -> Case:
        """Answer «ikke vores borger» (O7); raises AlreadyEnded or WordsMissing."""
        note = NotOurCitizen(by=person.name, at=now, why=why, remark=remark.strip())
        with self._store.doing(case_id, person, Action.NOT_OURS, now) as cases:
            case = deeds.not_ours(cases.known(case_id), note)
            self._end(cases, case, not_ours_at=now)
            self._post(cases.session, deeds.not_ours_letter(case, note, self._unit()))
            return self._noted(cases, case, EventKind.NOT_OURS, note, person, now)

    def close(self, case_id: str, outcomes: Iterable[str], reason: str, person: Person, now: datetime) -> Case:
        """End a case with outcome and reason, which stay here (H11, O16).

        Raises AlreadyEnded, NotAcknowledgedYet, NotAssessedYet, OutcomeMissing, OutcomeUnknown (E21), WordsMissing, or
        NotYours for a department that is not the one responsible (E7).
        """
        codes = tuple(dict.fromkeys(outcomes))
        named = outcome_list.named(codes, self._terms)
        note = Closing(by=person.name, at=now, outcomes=codes, named=named, reason=reason.strip())
        with self._store.doing(case_id, person, Action.CLOSE, now) as cases:
            theirs(cases.known(case_id), department_of(cases.session, person))
            case = deeds.close(cases.known(case_id), note, outcome_list.offered(self._terms))
            self._end(cases, case, closed_at=now)
            self._post(cases.session, deeds.closed_letter(case, now, self._unit()))
            return self._noted(cases, case, EventKind.CLOSED, note, person, now)

    def withdraw(self, case_id: str, person: Person, now: datetime, at: datetime | None = None) -> Case:
        """Write down that the citizen withdrew the consent, `at` or just now, and tell Præhospitalet (O10).

        Raises AlreadyWithdrawn.
        """
        unit = self._unit()
        note = Withdrawn(by=person.name, at=min(at or now, now), unit=unit.unit_name, phone=unit.phone, here=True)
        with self._store.doing(case_id, person, Action.WITHDRAW, now) as cases:
            case = deeds.withdraw(cases.known(case_id), note)
            claim = update(CaseRow).where(col(CaseRow.id) == case_id, col(CaseRow.withdrawn_at).is_(None))
            if not changed(cases.session, claim.values(withdrawn_at=note.at, acute_by=None)):
                raise AlreadyWithdrawn("", note.at)
            self._book(cases.session).end(case_id, recorded_by=person.id, now=now)
            mailed.withdraw(cases.session, case_id)
            self._post(cases.session, deeds.withdrawal_letter(case, note, unit))
            return self._noted(cases, case, EventKind.WITHDRAWN, note, person, now)

    # Joint meetings

    def propose(
        self,
        case_id: str,
        proposal: Proposal,
        person: Person,
        now: datetime,
        obtained: Obtained | None = None,
        *,
        seen: Seen = None,
    ) -> Case:
        """Propose a joint meeting to Præhospitalet; `obtained` is the consent to it, when it is written down now (C7).

        Raises AlreadyEnded, ConsentIncomplete, NoConsent or one of its kinds, MeetingIncomplete or MeetingMeanwhile.
        """
        with self._store.doing(case_id, person, Action.PROPOSE_MEETING, now) as cases:
            case = _ours(cases, case_id)
            _as_seen(case.meetings, seen)
            if obtained:
                self._write_consent(cases.session, case, Purpose.JOINT_MEETING, obtained, person, now)
            roles = [party.role for party in proposal.parties]
            self._required(cases.session, case, Act.CALL_MEETING, now, roles)
            self._meetings(cases.session).propose(case_id, proposal, person, now)
            return self._met(cases, case_id, person, now)

    def move_meeting(
        self, case_id: str, meeting_id: str, proposal: Proposal, person: Person, now: datetime, *, seen: Seen = None
    ) -> Case:
        """Propose another time or place for a meeting of ours; raises what `propose` does, or MeetingUnknown."""
        with self._store.doing(case_id, person, Action.PROPOSE_MEETING, now) as cases:
            case = _ours(cases, case_id)
            _as_seen(case.meetings, seen)
            self._required(cases.session, case, Act.CALL_MEETING, now, [party.role for party in proposal.parties])
            self._meetings(cases.session).move(_of(case, meeting_id), proposal, person, now)
            return self._met(cases, case_id, person, now)

    def answer_meeting(  # noqa: PLR0913 - an act is who, what, when, and what was seen
        self,
        case_id: str,
        meeting_id: str,
        attendance: Attendance,
        remark: str,
        person: Person,
        now: datetime,
        *,
        seen: Seen = None,
    ) -> Case:
        """Say whether we come to a meeting Præhospitalet proposed.

        Raises ConsentWithdrawn for a yes, MeetingUnknown, NotOurTurn, MeetingOver or MeetingMeanwhile.
        """
        with self._store.doing(case_id, person, Action.ANSWER_MEETING, now) as cases:
            case = cases.known(case_id)
            _as_seen(case.meetings, seen)
            if attendance is Attendance.ACCEPTED:
                still_consented(case, Act.CALL_MEETING)
            self._meetings(cases.session).answer(_of(case, meeting_id), attendance, person, now, remark.strip())
            return self._met(cases, case_id, person, now)

    def cancel_meeting(
        self, case_id: str, meeting_id: str, remark: str, person: Person, now: datetime, *, seen: Seen = None
    ) -> Case:
        """Call a meeting of ours off; raises MeetingUnknown, NotOurTurn, MeetingOver or MeetingMeanwhile."""
        with self._store.doing(case_id, person, Action.CANCEL_MEETING, now) as cases:
            case = cases.known(case_id)
            _as_seen(case.meetings, seen)
            self._meetings(cases.session).cancel(_of(case, meeting_id), person, now, remark.strip())
            return self._met(cases, case_id, person, now)

    # How it is written down

    def _noted(self, cases: Cases, case: Case, kind: EventKind, note: Note, person: Person, now: datetime) -> Case:
        words = self._locked.words(case.id, note)
        cases.session.add(EventRow(case_id=case.id, kind=kind, person_id=person.id, at=now, words=words))
        cases.session.flush()
        return cases.known(case.id)

    def _end(self, cases: Cases, case: Case, **moments: datetime) -> None:
        claim = update(CaseRow).where(col(CaseRow.id) == case.id, col(CaseRow.state).not_in(ENDED))
        if not changed(cases.session, claim.values(state=case.state, acute_by=None, **moments)):
            ending = cases.known(case.id).ending
            raise AlreadyEnded(ending.by if ending else "", ending.at if ending else case.received_at)
        mailed.stop(cases.session, case.id, max(moments.values()))

    def _clock_after(self, case: Case, contact: Contact) -> date | None:
        """Tell whether the acute clock runs on when the citizen has been reached: not after the assessment's day."""
        assessed = case.assessment
        return acute_by(assessed, [contact], self._terms.acute_days) if assessed and case.acute_by else None

    def _write_consent(
        self, session: Session, case: Case, purpose: Purpose, obtained: Obtained, person: Person, now: datetime
    ) -> None:
        consent = Consent.checked(
            conversation_id=case.id,
            purpose=purpose,
            given_by=obtained.given_by,
            taken_by=person.name,
            obtained_at=obtained.at or now,
            form=obtained.form,
            scope=obtained.scope,
            information_given=obtained.information_given,
            writing_waived_because=obtained.writing_waived_because,
            parties=obtained.parties,
            now=now,
        )
        self._book(session).write(consent, person, now)
        session.add(EventRow(case_id=case.id, kind=EventKind.CONSENTED, person_id=person.id, at=now))
        session.flush()

    def _required(self, session: Session, case: Case, act: Act, now: datetime, parties: Iterable[str] = ()) -> None:
        """Find the consent `act` rests on; a citizen who has withdrawn and not consented anew is said to have (O10)."""
        try:
            self._book(session).required(case.id, act, now, tuple(parties))
        except NoConsent:
            if case.withdrawn:
                raise ConsentWithdrawn(act) from None
            raise

    def _met(self, cases: Cases, case_id: str, person: Person, now: datetime) -> Case:
        cases.session.add(EventRow(case_id=case_id, kind=EventKind.MEETING, person_id=person.id, at=now))
        cases.session.flush()
        case = cases.known(case_id)
        set_asked(cases.session, case)
        return case

    def _book(self, session: Session) -> ConsentBook:
        return ConsentBook(session, self._vault)

    def _meetings(self, session: Session) -> Meetings:
        return Meetings(session, self._vault, self._post, self._book(session), self._unit())


def _as_seen(meetings: Sequence[MeetingState], seen: Seen) -> None:
    """Stop who acts on meetings that are no longer as they saw them; raises MeetingMeanwhile."""
    news = [one for one in meetings if seen is not None and one not in seen]
    if news:
        raise MeetingMeanwhile(*max((one.last_word for one in news), key=lambda word: word[1]))


def set_asked(session: Session, case: Case) -> None:
    """Let the list show whether a proposed meeting waits for our answer."""
    _set(session, case.id, asked=any(meeting.waits_for_us for meeting in case.meetings))


def _set(session: Session, case_id: str, **values: Any) -> None:  # noqa: ANN401 - columns of several types
    changed(session, update(CaseRow).where(col(CaseRow.id) == case_id).values(**values))


def _ours(cases: Cases, case_id: str) -> Case:
    """Give a case whose citizen is ours; a closed one may still need a meeting (F5)."""
    case = cases.known(case_id)
    if case.state is CaseState.NOT_OURS:
        not_ended(case)
    return case


def _of(case: Case, meeting_id: str) -> str:
    """Hold a meeting to its case; one that is another's is unknown here."""
    return next((meeting.id for meeting in case.meetings if meeting.id == meeting_id), "")
