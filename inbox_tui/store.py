"""Where cases lie: who reads them, who takes them and who moves them on, each by a named person and noted.

What is personal is locked before it is written (the citizen's name, the letter, names of staff, notes, reasons). In
clear lie only ids, numbers, states, times and department names. Each act is one transaction, and is conditional, so
that of two people the second is told who was first and nothing is overwritten.

Every question is asked by a person, and answered within what that person sees; who may not ask is refused (MayNot,
PersonGone).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial

from sqlalchemy import Update
from sqlmodel import Session, col, delete, func, select, update

from directory.book import AddressBook
from directory.departments import department_of as department_id
from directory.model import Contact
from gateway.access.act import act, admitted, looking, noted
from gateway.access.actions import Action
from gateway.exchange.ports import Post
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Sessions
from gateway.wire.errors import LetterOutOfTurn
from inbox_tui import mailed, signs
from inbox_tui.cases import Cases, as_department
from inbox_tui.casework import actions
from inbox_tui.casework.case import Case, CaseLine, CaseState, Forwarded
from inbox_tui.casework.departments import DEFAULTS, Department
from inbox_tui.casework.errors import (
    AlreadyAcknowledged,
    AlreadyTakenOver,
    CaseNotFound,
    DepartmentUnknown,
    ForwardedMeanwhile,
    NotForwarded,
)
from inbox_tui.casework.notes import Note, SentBack, TakenOver
from inbox_tui.casework.view import EVERY_CASE, View
from inbox_tui.locked import Locked
from inbox_tui.search import Names, Sought
from inbox_tui.sight import EVERYTHING, department_of, sight_of
from inbox_tui.tables import CaseDepartmentRow, CaseRow, DepartmentRow, EventKind, EventRow


class CaseStore:
    """The municipality's cases. Every method opens its own short transaction, except `keep`, which joins one."""

    def __init__(self, db: Sessions, vault: Vault, post: Post, unit: Callable[[], Contact]) -> None:
        self._db = db
        self._vault = vault
        self._locked = Locked(vault)
        self._post = post
        self._unit = unit
        self._names = Names(vault)

    # What there is

    def unit(self) -> Contact:
        """Name our own unit as Præhospitalet knows it."""
        return self._unit()

    @contextmanager
    def looking(self, person: Person, now: datetime) -> Iterator[Cases]:
        """Let `person` look at the list, as a screen does every few seconds; only a refusal is noted."""
        with looking(self._db, person, Action.LIST_CASES, now) as session:
            yield self._seen(session, person)

    def listed(
        self, limit: int, today: date, person: Person, now: datetime, view: View = EVERY_CASE
    ) -> tuple[CaseLine, ...]:
        """Give `person` the list as they look at it; it is noted how many there were."""
        with act(self._db, person, Action.LIST_CASES, now) as deed:
            lines = self._seen(deed.session, person).page(0, limit, today, view)
            deed.detail["found"] = len(lines)
            return lines

    def get(self, case_id: str, person: Person, now: datetime) -> Case | None:
        """Read a case anew before something is done with it; the doing is noted, or was the opening."""
        with looking(self._db, person, Action.OPEN_CASE, now) as session:
            return self._seen(session, person).get(case_id)

    def open(self, case_id: str, person: Person, now: datetime) -> Case:
        """Give `person` a case to read, and note that they have; raises CaseNotFound."""
        with self.doing(case_id, person, Action.OPEN_CASE, now) as cases:
            case = cases.known(case_id)
            first = func.coalesce(CaseRow.opened_at, now)
            changed(cases.session, update(CaseRow).where(col(CaseRow.id) == case_id).values(opened_at=first))
            cases.session.add(EventRow(case_id=case_id, kind=EventKind.OPENED, person_id=person.id, at=now))
            return case

    def looked_at_cpr(self, case_id: str, person: Person, now: datetime) -> None:
        """Note that `person` asked to see the citizen's CPR number; raises CaseNotFound (S30)."""
        with self.doing(case_id, person, Action.SHOW_CPR, now) as cases:
            cases.known(case_id)

    def search(self, text: str, person: Person, now: datetime) -> Sought:
        """Find the cases that `text` names: a CPR number, a phone, a referral's number or a part of the name.

        Only how it was searched and how many there were is noted, never the text (S30).
        """
        with admitted(self._db, person, Action.SEARCH, now) as session:
            sought = self._names.search(session, sight_of(session, person), text)
            noted(session, person, Action.SEARCH, now, detail={"by": sought.by, "found": len(sought.ids)})
            return sought

    def learn_names(self, person: Person, now: datetime) -> None:
        """Make the first search by name as quick as the next; who may list the cases is shown these names anyway."""
        with looking(self._db, person, Action.LIST_CASES, now) as session:
            self._names.learn(session, sight_of(session, person))

    def find(self, text: str, person: Person, now: datetime, wanted: Action = Action.SEARCH) -> Case | None:
        """Find a case by its number, or by the beginning of its id when that fits one case only.

        Who may not do what the case is `wanted` for is not told whether it is there.
        """
        with admitted(self._db, person, wanted, now) as session:
            case = self._seen(session, person).named(text)
            by = "number" if case and case.number == text.strip() else "id"
            told: dict[str, str | int] = {"by": by, "found": 1} if case else {"found": 0}
            noted(session, person, Action.SEARCH, now, case.id if case else "", detail=told)
            return case

    # What is done

    def keep(self, session: Session, case: Case) -> None:
        """Write a new case down in the caller's transaction; raises LetterOutOfTurn when the conversation has one."""
        if session.get(CaseRow, case.id):
            raise LetterOutOfTurn
        session.add(self._locked.row(case))
        session.flush()
        session.add(self._locked.content(case))
        signs.keep(session, self._vault, case.id, case.referral.citizen.cpr, case.referral.citizen.phone)
        session.add(EventRow(case_id=case.id, kind=EventKind.RECEIVED, at=case.received_at))

    def acknowledge(self, case_id: str, person: Person, now: datetime, contact_by: date | None = None) -> Case:
        """Let `person` take the case, and post the acknowledgement in the same transaction.

        `contact_by` is by which day they mean to contact the citizen (E15). Raises CaseNotFound, AlreadyEnded,
        ContactByOutside, or AlreadyAcknowledged with the name of who was first.
        """
        with self.doing(case_id, person, Action.ACKNOWLEDGE, now) as cases:
            case = actions.acknowledge(cases.known(case_id), person, now, contact_by)
            claim = (
                update(CaseRow)
                .where(col(CaseRow.id) == case_id, col(CaseRow.acknowledged_at).is_(None))
                .values(
                    state=case.state,
                    acknowledged_at=now,
                    acknowledged_by=self._locked.name(case_id, person.name),
                    contact_by=contact_by,
                )
            )
            if not changed(cases.session, claim):
                raise _beaten(cases.known(case_id))
            cases.session.add(EventRow(case_id=case_id, kind=EventKind.ACKNOWLEDGED, person_id=person.id, at=now))
            self._post(cases.session, actions.acknowledgement(case, self._unit()))
            return case

    def forward(  # noqa: PLR0913, PLR0917 - an act is who, what, where, when and why
        self,
        case_id: str,
        department_id: str,
        person: Person,
        note: str,
        now: datetime,
        reason: str | None = None,
        seen: int | None = None,
        also: Sequence[str] = (),
    ) -> Case:
        """Make a department responsible, and bring `also` others in beside it (E7), in place of those before.

        Those of them that are reached by mail get it as sealed mail, posted in the same transaction. `seen` is how many
        handovers the person knew of, when that matters. Raises CaseNotFound, DepartmentUnknown, AlreadyEnded,
        ConsentWithdrawn (O10), NotAcknowledgedYet, ConfirmationNeeded (C4), ForwardedMeanwhile or AlreadyTakenOver.
        """
        with act(self._db, person, Action.FORWARD, now, case_id) as deed:
            cases = self._seen(deed.session, person)
            case, known_departments = cases.known(case_id), partial(_department, cases.session)
            beside = tuple(known_departments(one) for one in dict.fromkeys(also) if one != department_id)
            move = Forwarded(known_departments(department_id), person.name, now, note, reason, beside)
            moved = actions.forward(case, move)
            deed.detail.update(to=department_id, also=len(beside), outside_consent=len(actions.outside_consent(move)))
            if seen not in {None, case.handovers}:
                raise _moved_on(case)
            claim = _still(case, case.state).values(
                state=moved.state,
                department_id=department_id,
                also=len(beside),
                forwards=len(moved.history),
                forwarded_at=func.coalesce(CaseRow.forwarded_at, now),
                moved_at=now,
                taken_over_at=None,
                taken_over_by=None,
                sent_back_at=None,
            )
            if not changed(cases.session, claim):
                raise _moved_on(cases.known(case_id))
            self._bring_in(cases.session, case_id, beside, now)
            cases.session.add(self._locked.forward(case_id, person, move))
            cases.session.add(EventRow(case_id=case_id, kind=EventKind.FORWARDED, person_id=person.id, at=now))
            mailed.post_forward(cases.session, self._post, cases.known(case_id), self._unit(), now)
            return cases.known(case_id)

    def take_over(self, case_id: str, person: Person, now: datetime, by: str = "") -> Case:
        """Let a person in the responsible department have the case (S19).

        `by` is who there, when somebody in intake writes it down for them; empty says only that the department has.
        Raises CaseNotFound, AlreadyEnded, NotYours, NotForwarded, or AlreadyTakenOver with the name of who was first.
        """
        with self.doing(case_id, person, Action.TAKE_OVER, now) as cases:
            case, mine = cases.known(case_id), department_of(cases.session, person)
            actions.theirs(case, mine)
            department = case.responsible.name if case.responsible else ""
            name = person.name if mine else by.strip() or department
            return self.taken_over(cases, case, name, now, person)

    def taken_over(self, cases: Cases, case: Case, by: str, now: datetime, person: Person | None = None) -> Case:
        """Write in the caller's transaction that `by` has taken the case over; raises what `take_over` does.

        `person` is who says so here, when anybody does.
        """
        department = case.responsible.name if case.responsible else ""
        noted_by = person.name if person and person.name != by else ""
        note = TakenOver(by=by, at=now, department=department, noted_by=noted_by)
        taken = actions.take_over(case, note)
        claim = _still(case, CaseState.FORWARDED).values(
            state=taken.state, taken_over_at=now, taken_over_by=self._locked.taker(case.id, by)
        )
        if not changed(cases.session, claim):
            raise _outrun(cases.known(case.id))
        self._note(cases, case, EventKind.TAKEN_OVER, note, person)
        return cases.known(case.id)

    def send_back(self, case_id: str, reason: str, person: Person, now: datetime) -> Case:
        """Let the responsible department give the case back with a reason (S19).

        Raises CaseNotFound, AlreadyEnded, NotYours, NotForwarded, WordsMissing or ForwardedMeanwhile.
        """
        with self.doing(case_id, person, Action.SEND_BACK, now) as cases:
            case = cases.known(case_id)
            actions.theirs(case, department_of(cases.session, person))
            department, moves = case.responsible.name if case.responsible else "", len(case.history)
            note = SentBack(by=person.name, at=now, department=department, reason=reason.strip(), moves=moves)
            back = actions.send_back(case, note)
            claim = _still(case, CaseState.FORWARDED, CaseState.TAKEN_OVER).values(
                state=back.state, department_id=None, taken_over_at=None, taken_over_by=None, sent_back_at=now
            )
            if not changed(cases.session, claim):
                raise _moved_on(cases.known(case_id))
            mailed.stop(cases.session, case_id, now)
            self._note(cases, case, EventKind.SENT_BACK, note, person)
            return back

    def _bring_in(self, session: Session, case_id: str, beside: Sequence[Department], now: datetime) -> None:
        session.exec(delete(CaseDepartmentRow).where(col(CaseDepartmentRow.case_id) == case_id))
        session.add_all(CaseDepartmentRow(case_id=case_id, department_id=one.id, at=now) for one in beside)

    def _note(self, cases: Cases, case: Case, kind: EventKind, note: Note, person: Person | None = None) -> None:
        words, who = self._locked.words(case.id, note), person.id if person else None
        cases.session.add(EventRow(case_id=case.id, kind=kind, person_id=who, at=note.at, words=words))
        cases.session.flush()

    # Departments

    def departments(self) -> tuple[Department, ...]:
        """List the departments a case can be forwarded to, in the municipality's own order."""
        with self._db.reading() as session:
            return tuple(one for one in all_departments(session) if one.active)

    def departments_by_mail(self) -> frozenset[str]:
        """Name the departments that get what is forwarded to them as sealed mail, by their ids."""
        with self._db.reading() as session:
            return frozenset(department_id(one.party) for one in AddressBook(session).departments())

    def department(self, text: str) -> Department | None:
        """Find a department by its id or its name, however it is capitalised."""
        wanted = text.strip().casefold()
        return next((one for one in self.departments() if wanted in {one.id, one.name.casefold()}), None)

    def ensure_departments(self) -> None:
        """Give a new municipality the six it can start from (E8); one that has any keeps its own."""
        with self._db.session() as session:
            if session.exec(select(DepartmentRow.id)).first() is None:
                session.add_all(
                    DepartmentRow(id=one.id, name=one.name, kind=one.kind, position=position)
                    for position, one in enumerate(DEFAULTS)
                )

    # Sessions

    @contextmanager
    def doing(self, case_id: str, person: Person, action: Action, now: datetime, **detail: str) -> Iterator[Cases]:
        """Open the transaction in which `person` does something with a case; gives the cases they see."""
        with act(self._db, person, action, now, case_id) as deed:
            deed.detail.update(detail)
            yield self._seen(deed.session, person)

    def everything(self, session: Session) -> Cases:
        """Give all cases in the caller's transaction: what the daemon sees, and no person."""
        return Cases(session, self._vault, EVERYTHING)

    def _seen(self, session: Session, person: Person) -> Cases:
        return Cases(session, self._vault, sight_of(session, person))


def all_departments(session: Session) -> tuple[Department, ...]:
    """List every department there is and was, in the municipality's own order."""
    rows = session.exec(select(DepartmentRow).order_by(col(DepartmentRow.position), col(DepartmentRow.name)))
    return tuple(map(as_department, rows))


def changed(session: Session, claim: Update) -> bool:
    """Carry an update of one case out; False when its condition no longer holds: somebody else was first."""
    return session.exec(claim.execution_options(synchronize_session=False)).rowcount == 1


def _beaten(case: Case) -> Exception:
    """Tell who was first, when another transaction came in between."""
    return AlreadyAcknowledged(case.acknowledged.by, case.acknowledged.at) if case.acknowledged else CaseNotFound()


def _outrun(case: Case) -> Exception:
    """Tell who was first, when another transaction came in between."""
    taken = case.taken_over
    return AlreadyTakenOver(taken.by, taken.at) if taken else NotForwarded()


def _moved_on(case: Case) -> Exception:
    """Tell who moved it on, or took it over, while this person was reading."""
    taken = case.taken_over
    if taken:
        return AlreadyTakenOver(taken.by, taken.at)
    if not case.history:
        return NotForwarded()
    last = case.history[-1]
    return ForwardedMeanwhile(last.department.name, last.by, last.at)


def _still(case: Case, *states: CaseState) -> Update:
    """Claim a case that nobody has moved since it was read."""
    department = case.responsible.id if case.responsible else None
    return update(CaseRow).where(
        col(CaseRow.id) == case.id,
        col(CaseRow.state).in_(states),
        col(CaseRow.forwards) == len(case.history),
        col(CaseRow.department_id) == department,
    )


def _department(session: Session, department_id: str) -> Department:
    row = session.get(DepartmentRow, department_id)
    if row is None or not row.active:
        raise DepartmentUnknown
    return as_department(row)
