"""A case as sealed mail to a department: posted with the forward, found again, stopped and erased with the case (E7).

The department has no screen here: it reads the whole letter in its own mail program, and answers by mail.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from directory.book import AddressBook
from directory.departments import department_party
from directory.model import Contact
from gateway.exchange import conversations, erasing, outbox
from gateway.exchange.delivery import State
from gateway.exchange.ports import Post
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.wire.forward import Added, Forward
from gateway.wire.letters import Kind, Letter, new_id
from inbox_tui.casework.case import STUCK, Case, Forwarded, HeldUp, Mailed
from inbox_tui.casework.departments import Department
from inbox_tui.tables import CaseRow, DepartmentRow, MailedRow


def post_forward(session: Session, post: Post, case: Case, unit: Contact, now: datetime) -> None:
    """Send the last move of a case to those of its departments that are reached by mail, in the caller's transaction.

    What still waits here for a department of an earlier move is taken back. One that is told only to know of it is told
    once; what was taken back has told nobody.
    """
    stop(session, case.id, now)
    move = case.history[-1]
    told = _told_already(session, case.id)
    book = AddressBook(session)
    for department in (move.department, *(one for one in move.also if one.id not in told)):
        if book.contact(department_party(department.id)):
            _post(session, post, _letter(case, move, department, unit), case, department)


def stop(session: Session, case_id: str, now: datetime) -> None:
    """Take back what has not left yet."""
    for row in _rows(session, case_id):
        outbox.cancel(session, row.letter_id, now)


def withdraw(session: Session, case_id: str) -> None:
    """Let nothing more of a case leave for a department, whatever way it is on: the consent is withdrawn (O10)."""
    for row in _rows(session, case_id):
        conversations.withdraw(session, row.conversation_id)


def erase(session: Session, case_id: str) -> None:
    """Erase what the mails said."""
    for row in _rows(session, case_id):
        erasing.erase_bodies(session, row.conversation_id)


def under_way(session: Session, case_id: str) -> bool:
    """Tell whether a mail may still leave."""
    return any(erasing.under_way(session, row.conversation_id) for row in _rows(session, case_id))


def of(session: Session, case_id: str) -> tuple[Mailed, ...]:
    """Tell what was mailed of a case, and how far each has come; what was taken back is left out."""
    return tuple(_told(session, case_id))


def held_up(session: Session, which: ColumnElement[bool]) -> tuple[HeldUp, ...]:
    """List what does not get through to a department, of the cases that `which` finds."""
    stuck = (
        select(OutgoingRow, CaseRow, DepartmentRow.name)
        .join(MailedRow, col(MailedRow.letter_id) == col(OutgoingRow.letter_id))
        .join(CaseRow, col(CaseRow.id) == col(MailedRow.case_id))
        .join(DepartmentRow, col(DepartmentRow.id) == col(MailedRow.department_id))
        .where(col(OutgoingRow.state).in_(STUCK), which)
        .order_by(col(OutgoingRow.posted_at))
    )
    return tuple(
        HeldUp(case.id, case.number, Kind.FORWARD, State(row.state), row.reason, name)
        for row, case, name in session.exec(stuck)
    )


def posted(session: Session, case_id: str, department_id: str) -> Sequence[datetime]:
    """Tell each time a case was mailed to the department as the one responsible, by the machine's clock, in order."""
    times = (
        select(OutgoingRow.posted_at)
        .join(MailedRow, col(MailedRow.letter_id) == col(OutgoingRow.letter_id))
        .where(MailedRow.case_id == case_id, MailedRow.department_id == department_id, col(MailedRow.responsible))
    )
    return session.exec(times.order_by(col(OutgoingRow.posted_at))).all()


def _rows(session: Session, case_id: str) -> Sequence[MailedRow]:
    return session.exec(select(MailedRow).where(MailedRow.case_id == case_id)).all()


def _told_already(session: Session, case_id: str) -> frozenset[str]:
    sent = (
        select(MailedRow.department_id)
        .join(OutgoingRow, col(OutgoingRow.letter_id) == col(MailedRow.letter_id))
        .where(MailedRow.case_id == case_id, OutgoingRow.state != State.CANCELLED)
    )
    return frozenset(session.exec(sent))


def _told(session: Session, case_id: str) -> Iterator[Mailed]:
    last = select(func.max(StepRow.at)).where(col(StepRow.letter_id) == col(OutgoingRow.letter_id)).scalar_subquery()
    found = (
        select(OutgoingRow, DepartmentRow.name, last)
        .join(MailedRow, col(MailedRow.letter_id) == col(OutgoingRow.letter_id))
        .join(DepartmentRow, col(DepartmentRow.id) == col(MailedRow.department_id))
        .where(MailedRow.case_id == case_id, OutgoingRow.state != State.CANCELLED)
        .order_by(col(OutgoingRow.posted_at))
    )
    for row, name, at in session.exec(found):
        yield Mailed(name, State(row.state), at or row.posted_at, row.reason)


def _post(session: Session, post: Post, letter: Letter, case: Case, department: Department) -> None:
    post(session, letter)
    session.add(
        MailedRow(
            letter_id=letter.letter_id,
            conversation_id=letter.conversation_id,
            case_id=case.id,
            department_id=department.id,
            responsible=department == case.responsible,
        )
    )


def _letter(case: Case, move: Forwarded, department: Department, unit: Contact) -> Letter:
    previous = case.previous
    body = Forward(
        department=department.name,
        responsible=move.department.name,
        forwarded_by=move.by,
        forwarded_at=move.at,
        unit=unit.unit_name,
        phone=unit.phone,
        received_at=case.received_at,
        note=move.note,
        acute_by=case.acute_by,
        referral=case.referral.as_json(),
        previous=vars(previous) if previous else None,
        added=tuple(Added(received_at=one.received_at, said=one.supplement) for one in case.supplements),
    )
    return Letter(Kind.FORWARD, new_id(), department_party(department.id), case.number, body.written())
