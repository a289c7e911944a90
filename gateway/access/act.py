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
    """The transaction of an act. What it is `about` may become known only while it is done; `also` is what else."""

    session: Session
    about: str = ""
    also: tuple[str, ...] = ()
    detail: dict[str, str | int] = field(default_factory=dict)


@contextmanager
def act(sessions: Sessions, person: Person, action: Action, now: datetime, about: str = "") -> Iterator[Deed]:
    """Open a transaction for what `person` does: who may not is refused before anything is done.

    Raises MayNot for the wrong role, PersonGone for somebody who no longer works here; both are noted. When the block
    raises, nothing is done and nothing noted.
    """
    with admitted(sessions, person, action, now, about) as session:
        deed = Deed(session, about)
        yield deed
        for one in (deed.about, *deed.also):
            noted(session, person, action, now, one, detail=deed.detail)


@contextmanager
def admitted(sessions: Sessions, person: Person, action: Action, now: datetime, about: str = "") -> Iterator[Session]:
    """Open a transaction for one step of `action`, which notes for itself what was done; a refusal is noted here.

    Raises MayNot and PersonGone.
    """
    with _refusals_noted(sessions, person, action, now, about), sessions.session() as session:
        permit(session, person, action)
        yield session


@contextmanager
def looking(sessions: Sessions, person: Person, action: Action, now: datetime) -> Iterator[Session]:
    """Open a session to look at what is asked for again and again, which is not noted; a refusal is.

    Raises MayNot and PersonGone.
    """
    with _refusals_noted(sessions, person, action, now, ""), sessions.reading() as session:
        permit(session, person, action)
        yield session


@contextmanager
def _refusals_noted(sessions: Sessions, person: Person, action: Action, now: datetime, about: str) -> Iterator[None]:
    try:
        yield
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
