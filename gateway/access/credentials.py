"""What people sign in with, as rows: each hash is locked for its person, so that it opens nobody else's door."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from gateway.access import passwords
from gateway.access.tries import Tries
from gateway.site.cipher import Vault
from gateway.site.people import CredentialRow, TriesRow


@dataclass(frozen=True)
class Credential:
    """A password's hash. `expires_at` is set for a first password, which was made by somebody else."""

    hash: str
    expires_at: datetime | None

    @property
    def is_first(self) -> bool:
        """Tell whether it opens nothing but its own change."""
        return self.expires_at is not None


@dataclass(frozen=True)
class Credentials:
    """The passwords of this site, in one session."""

    session: Session
    vault: Vault

    def of(self, person_id: str) -> Credential | None:
        """Find what a person signs in with."""
        row = self.session.get(CredentialRow, person_id, populate_existing=True)
        if row is None:
            return None
        return Credential(self.vault.open(row.locked_hash, _place(person_id)).decode(), row.expires_at)

    def put(self, person_id: str, password: str, expires_at: datetime | None = None) -> None:
        """Let a person sign in with this password from now on; wrong ones before it are forgiven."""
        row = self.session.get(CredentialRow, person_id) or CredentialRow(person_id=person_id, locked_hash=b"")
        row.locked_hash = self.vault.lock(passwords.hashed(password).encode(), _place(person_id))
        row.expires_at = expires_at
        self.session.add(row)
        self.forgive(person_id)

    def drop(self, person_id: str) -> None:
        """Let a person sign in no more."""
        if row := self.session.get(CredentialRow, person_id):
            self.session.delete(row)

    def tries(self, who: str, now: datetime) -> Tries:
        """Tell how often somebody has tried in vain."""
        row = self.session.get(TriesRow, who, populate_existing=True)
        return Tries(row.wrong, row.last_at).at(now) if row else Tries(0, now)

    def remember(self, who: str, tries: Tries) -> None:
        """Keep how often somebody has tried in vain."""
        self.session.merge(TriesRow(id=who, wrong=tries.wrong, last_at=tries.last_at))

    def forgive(self, who: str) -> None:
        """Begin to count anew."""
        if row := self.session.get(TriesRow, who):
            self.session.delete(row)


def _place(person_id: str) -> str:
    return f"credential:{person_id}"
