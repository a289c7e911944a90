"""An act: permitted, done and noted in one transaction. What is refused is noted too, in one of its own (S30)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlmodel import Session

from gateway.access.actions import MAY, Action, purpose_of
from gateway.audit.trail import DAEMON, DONE, Entry, note
from gateway.site.errors import MayNot, PersonGone
from gateway.site.people import Person, PersonRow, Role
from gateway.site.ports import Sessions

NOTHING: Final[Mapping[str, str | int]] = MappingProxyType({})


@dataclass
class Deed:
    """The transaction of an act. What it is `about` may become known only while it is done."""

    session: Session
    about: str = ""
    detail: dict[str, str | int] = field(default_factory=dict)


@contextmanager
def act(sessions: Sessions, person: Person, action: Action, now: datetime, about: str = "") -> Iterator[Deed]:
    """Open a transaction for what `person` does: who may not is refused before anything is done.

    Raises MayNot for the wrong role, PersonGone for somebody who no longer works here; both are noted. When the block
    raises, nothing is done and nothing noted.
    """
    try:
        with sessions.session() as session:
            permit(session, person, action)
            deed = Deed(session, about)
            yield deed
            noted(session, person, action, now, deed.about, detail=deed.detail)
    except (MayNot, PersonGone) as refusal:
        with sessions.session() as session:
            noted(session, person, action, now, about, outcome=refusal.code)
        raise


def permit(session: Session, person: Person, action: Action) -> None:
    """Let pass who works here now, in a role that may; what the person was at sign-in does not count."""
    row = session.get(PersonRow, person.id, populate_existing=True)
    if row is None or not row.active:
        raise PersonGone
    if Role(row.role) not in MAY[action]:
        raise MayNot(action)


def noted(  # noqa: PLR0913, PLR0917 - an entry is who, what, when, about what and how it went
    session: Session,
    person: Person,
    action: Action,
    now: datetime,
    about: str = "",
    outcome: str = DONE,
    detail: Mapping[str, str | int] = NOTHING,
) -> None:
    """Note in the caller's transaction what a person did, or tried."""
    note(session, Entry(now, action, purpose_of(action), person.id, person.role, about, outcome, dict(detail)))


def noted_by_daemon(
    session: Session,
    action: Action,
    now: datetime,
    about: str = "",
    outcome: str = DONE,
    detail: Mapping[str, str | int] = NOTHING,
) -> None:
    """Note in the caller's transaction what happened by itself."""
    note(session, Entry(now, action, purpose_of(action), DAEMON, "", about, outcome, dict(detail)))
