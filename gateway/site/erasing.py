"""What retention asks of whoever keeps something: what is old enough, what must wait, and to erase it (O18)."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session


class Term(enum.StrEnum):
    """How long something is kept: the name of the setting that says so, under `retention`."""

    CONTENT = "content_days"
    """From when a referral was handed over, or a case ended."""
    DRAFT = "draft_days"
    """From when a draft was last saved."""
    QUARANTINE = "quarantine_days"
    """From when a mail that cannot be trusted came."""
    PROOF = "proof_days"
    """From when a receipt or a consent was written."""
    LOG = "log_days"
    """From when an entry was added to the trail."""
    TEST = "test_days"
    """From when a TEST was sent or taken."""


class What(enum.StrEnum):
    """What is erased."""

    REFERRAL = "referral"
    """What a referral says, all that was added to it, and what it is found again by (the region)."""
    CASE = "case"
    """What a case's letter says, and every word written about it (a municipality)."""
    LETTER = "letter"
    """What a letter on its way out said, once it has arrived."""
    ARRIVAL = "arrival"
    """The mail a letter came in, once the letter was taken over or refused."""
    QUARANTINE = "quarantine"
    """Mail that cannot be trusted."""
    DRAFT = "draft"
    """A referral that was begun and never sent (the region)."""
    PROOF = "proof"
    """Which keys a letter was sealed with, its way, and its receipt."""
    CONSENT = "consent"
    """Consents and withdrawals."""
    ENTRY = "entry"
    """Entries of the audit trail, up to a signed checkpoint."""
    CHANGE = "change"
    """How a party's contact or key was changed: who proposed it, who rang whom, and what came of it."""
    TEST = "test"
    """TESTs, with all that was written of them; no citizen is in them (O25)."""


@dataclass(frozen=True)
class Old:
    """Something that is kept from `since` on; `about` is the conversation it belongs to, where it names a citizen."""

    id: str
    since: datetime
    about: str = ""


@dataclass(frozen=True)
class Held:
    """Something that is old and is kept all the same. `reason` is a code; `number` is the referral's."""

    number: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class Erased:
    """That the content of a referral or a case is gone: since when, and after how many days (O18)."""

    at: datetime
    days: int


class Eraser(Protocol):
    """Knows one kind of thing that is kept for a time."""

    @property
    def what(self) -> What:
        """Name what it erases."""
        ...

    @property
    def term(self) -> Term:
        """Name the setting that says how long it is kept."""
        ...

    def due(self, session: Session, before: datetime, limit: int | None = None) -> Sequence[Old]:
        """List what is kept from before `before` on and may go, the oldest first, at most `limit`."""
        ...

    def erase(self, session: Session, found: Sequence[Old], days: int, now: datetime) -> None:
        """Erase what `due` found; `days` is how long it was kept."""
        ...

    def held(self, session: Session, before: datetime) -> Sequence[Held]:
        """List what is as old, and waits for a person or for something under way."""
        ...
