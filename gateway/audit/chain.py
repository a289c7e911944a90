"""What ties each entry of the trail to the one before: a SHA-256 over everything it says. Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Link:
    """One entry as it is hashed."""

    seq: int
    at: datetime
    person_id: str
    role: str
    action: str
    purpose: str
    about: str
    outcome: str
    detail: str
    previous: str

    @property
    def hash(self) -> str:
        """Give the hash, in lower-case hexadecimal."""
        said = [
            self.seq,
            self.at.astimezone(UTC).isoformat(),
            self.person_id,
            self.role,
            self.action,
            self.purpose,
            self.about,
            self.outcome,
            self.detail,
            self.previous,
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """How far a trail has come: the number of its last entry, and that entry's hash."""

    seq: int
    hash: str
