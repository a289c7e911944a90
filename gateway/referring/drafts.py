"""Referrals being written: saved at every keystroke, locked, and the whole shift's to go on with (B9, O5).

A draft is gone when it is sent or dropped; the database overwrites what it deletes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from gateway.access.act import act, admitted, looking
from gateway.access.actions import Action
from gateway.referring.rows import DraftRow
from gateway.site.cipher import Vault
from gateway.site.people import People, Person
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import new_id

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class DraftError(Exception):
    """A draft was not saved; `code` says why. Never raised itself."""

    code: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.code)


class DraftTaken(DraftError):
    """A colleague has saved the draft since it was read; nothing was overwritten."""

    code = "DRAFT_TAKEN"


class DraftGone(DraftError):
    """The draft has been sent or dropped."""

    code = "DRAFT_GONE"


@dataclass(frozen=True)
class Draft:
    """One referral that is being written, as it was last saved.

    `content` is what `refer` takes, with gaps; its key "desk" is the screen's own and never sent. `consented_at` is
    when a yes first stood in it.
    """

    id: str
    content: Mapping[str, Any] = field(repr=False)
    author: str = field(repr=False)
    author_id: str
    started_at: datetime
    saved_at: datetime
    consented_at: datetime | None
    revision: int

    def overdue(self, now: datetime, after: timedelta) -> bool:
        """Tell whether it has had a consent for longer than `after` and is not sent (B1)."""
        return self.consented_at is not None and now - self.consented_at > after


@dataclass(frozen=True)
class Drafts:
    """The shift's drafts. Each call is a transaction of its own, and safe on disk when it returns."""

    sessions: Sessions
    vault: Vault
    clock: Clock

    def begin(self, person: Person, content: Mapping[str, Any] = NOTHING) -> Draft:
        """Begin a draft in `person`'s name; raises MayNot or PersonGone, as the others do."""
        now = self.clock()
        consented_at = now if _consented(content) else None
        draft = Draft(new_id(), content, person.name, person.id, now, now, consented_at, revision=0)
        with act(self.sessions, person, Action.WRITE_DRAFT, now, draft.id) as deed:
            deed.session.add(
                DraftRow(
                    id=draft.id,
                    author_id=draft.author_id,
                    started_at=now,
                    saved_at=now,
                    consented_at=consented_at,
                    locked=self._locked(draft),
                )
            )
        return draft

    def save(self, draft: Draft, content: Mapping[str, Any], person: Person) -> Draft:
        """Put `content` in the draft's place, and give it back as it now is. Not noted: it happens at each keystroke.

        Raises DraftTaken when a colleague has saved it since `draft` was read, DraftGone when it is no more.
        """
        now = self.clock()
        consented_at = (draft.consented_at or now) if _consented(content) else None
        saved = replace(draft, content=content, saved_at=now, consented_at=consented_at, revision=draft.revision + 1)
        unchanged = update(DraftRow).where(col(DraftRow.id) == draft.id, col(DraftRow.revision) == draft.revision)
        written = unchanged.values(
            saved_at=now, consented_at=consented_at, revision=saved.revision, locked=self._locked(saved)
        ).returning(col(DraftRow.id))
        with admitted(self.sessions, person, Action.WRITE_DRAFT, now, draft.id) as session:
            if session.execute(written.execution_options(synchronize_session=False)).first() is None:
                raise DraftTaken if session.get(DraftRow, draft.id) else DraftGone
        return saved

    def open(self, draft_id: str, person: Person) -> Draft:
        """Read one draft, to go on with it; raises DraftGone."""
        with act(self.sessions, person, Action.OPEN_DRAFT, self.clock(), draft_id) as deed:
            row = deed.session.get(DraftRow, draft_id)
            if row is None:
                raise DraftGone
            return _draft(deed.session, self.vault, row)

    def all(self, person: Person) -> tuple[Draft, ...]:
        """List everybody's drafts, the one begun last first (O5). Not noted: the board asks again and again."""
        with looking(self.sessions, person, Action.LIST_REFERRALS, self.clock()) as session:
            return read_all(session, self.vault)

    def drop(self, draft_id: str, person: Person) -> None:
        """Erase a draft; one that is gone already is no trouble."""
        with act(self.sessions, person, Action.DROP_DRAFT, self.clock(), draft_id) as deed:
            erase(deed.session, draft_id)
        self.sessions.forget()

    def _locked(self, draft: Draft) -> bytes:
        return self.vault.lock(json.dumps(dict(draft.content)).encode(), _place(draft.id))


def read_all(session: Session, vault: Vault) -> tuple[Draft, ...]:
    """Read everybody's drafts, the one begun last first."""
    newest = select(DraftRow).order_by(col(DraftRow.started_at).desc(), DraftRow.id)
    return tuple(_draft(session, vault, row) for row in session.exec(newest))


def erase(session: Session, draft_id: str) -> bool:
    """Erase a draft in the caller's transaction; tells whether it was still there. Of two at once, one is told so."""
    gone = delete(DraftRow).where(col(DraftRow.id) == draft_id).returning(col(DraftRow.id))
    return session.execute(gone.execution_options(synchronize_session=False)).first() is not None


def _draft(session: Session, vault: Vault, row: DraftRow) -> Draft:
    author = People(session, vault).with_id(row.author_id)
    return Draft(
        id=row.id,
        content=json.loads(vault.open(row.locked, _place(row.id))),
        author=author.name if author else "",
        author_id=row.author_id,
        started_at=row.started_at,
        saved_at=row.saved_at,
        consented_at=row.consented_at,
        revision=row.revision,
    )


def _consented(content: Mapping[str, Any]) -> bool:
    consent = content.get("consent")
    return isinstance(consent, Mapping) and consent.get("given") is True


def _place(draft_id: str) -> str:
    return f"draft:{draft_id}"
