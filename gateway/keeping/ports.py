"""What the screens that keep the line need from the world; each end joins it by `gateway.keeping.joined`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from directory.model import Contact, PinnedKey
from gateway.access.actions import KEEPING
from gateway.contacts.changes import Changes
from gateway.contacts.ours import OurContact
from gateway.liveness.board import Row
from gateway.liveness.notices import Notice
from gateway.rotation.compromise import Compromise
from gateway.rotation.rotate import Rotation
from gateway.site.people import Person
from gateway.site.ports import Clock
from keys.fingerprint import Fingerprint

POLL_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Known:
    """A party as the book has it: every contact and every key, oldest first, and the names behind who entered them."""

    row: Row
    contacts: tuple[Contact, ...] = ()
    keys: tuple[PinnedKey, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def contact(self) -> Contact | None:
        """Give how it is reached now."""
        return next((one for one in reversed(self.contacts) if one.valid_to is None), None)

    @property
    def key(self) -> PinnedKey | None:
        """Give the key letters are sealed to now."""
        return next((one for one in reversed(self.keys) if one.valid_to is None), None)


@dataclass(frozen=True)
class Keeper:
    """The flows for one person; `unit` is our own unit's name. `now` is the machine's clock, `command` our own name.

    `key_ends_at` tells when a key of ours expires. `alone`: one administrator keeps this site, as its settings say.
    """

    unit: str
    person: Person
    board: Callable[[Person], tuple[Row, ...]]
    notices: Callable[[Person], tuple[Notice, ...]]
    known: Callable[[str, Person], Known]
    changes: Changes
    ours: OurContact
    own_contact: Callable[[], Contact]
    rotation: Rotation
    compromise: Compromise
    test: Callable[[str, Person], str]
    key_ends_at: Callable[[Fingerprint], datetime | None]
    now: Clock
    command: str = "stafet-gateway"
    alone: bool = False
    poll_seconds: float = POLL_SECONDS

    @property
    def may_keep(self) -> bool:
        """Tell whether the person is offered what changes something; whether it is done, the flows decide."""
        return self.person.role in KEEPING
