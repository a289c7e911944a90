"""A change of a party's contact or key, as people see it (D5, D9, D11). The rows are `directory.changes`."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from directory.changes import Stand
from directory.model import Contact, UnitKind, looks_personal
from keys.fingerprint import Fingerprint


class Ended(enum.StrEnum):
    """Why a change did not come into the book."""

    REFUSED = "REFUSED"
    """Somebody here found it wrong."""
    NOT_THEIRS = "NOT_THEIRS"
    """The person who was rung knew nothing of it: somebody may be trying to take the party's place."""
    WITHDRAWN = "WITHDRAWN"
    """Whoever proposed it took it back."""
    REPLACED = "REPLACED"
    """A later proposal took its place."""
    ADDRESS_TAKEN = "ADDRESS_TAKEN"
    """When its day came, the address was another party's."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants changed: a contact, a key, or both; what is None stays as it is.

    The contact's `valid_from` is the day it begins on. `fingerprint` is the key's as the other party read it aloud.
    `personal_ok`: the address looks like one person's (D8), and is right all the same.
    """

    party: str
    contact: Contact | None
    certificate: bytes | None = field(default=None, repr=False)
    fingerprint: Fingerprint | None = None
    personal_ok: bool = False


@dataclass(frozen=True)
class Call:
    """The second person's call (D11): the number that was rung, and who answered; both are kept.

    `switchboard`: the number was another than the one we knew, found in a public directory, and they were put through.
    `compared` is the key's fingerprint as the person there read it aloud; None where no key changes.
    """

    number: str
    spoken_with: str = field(repr=False)
    switchboard: bool = False
    compared: Fingerprint | None = None


@dataclass(frozen=True)
class Change:
    """One change, open or past; times are aware UTC, and None for what has not happened.

    `proposed_by` and `confirmed_by` are names; `by_letter`: the party wrote it itself. `needs_proof`: a TEST to the new
    address must be answered, which a mail-client unit does by reading its code back. `numbers_to_call` holds the phone
    we knew before. At a first enrolment it is empty: the switchboard is rung, never a number from the proposal.
    """

    id: str
    party: str
    stand: Stand
    contact: Contact | None
    fingerprint: Fingerprint | None
    valid_from: datetime
    proposed_by: str
    by_letter: bool
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    called: str
    spoken_with: str
    alone: bool
    needs_proof: bool
    tested_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    reason: str
    numbers_to_call: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody, or something, is still waited for."""
        return self.ended_at is None

    @property
    def awaits_code(self) -> bool:
        """Tell whether the code in the TEST is to be read back by phone."""
        waits = self.stand is Stand.CONFIRMED and self.needs_proof
        return waits and self.contact is not None and self.contact.kind is UnitKind.MAIL_CLIENT

    @property
    def looks_personal(self) -> bool:
        """Tell whether the new address looks like one person's (D8)."""
        return self.contact is not None and looks_personal(self.contact.email)
