"""The staff of a site: rows with a name and a role. Every act names its person; who has left keeps only the row."""

import unicodedata
import uuid
from datetime import datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, select

from directory.columns import UtcDateTime
from gateway.site.cipher import Vault
from gateway.site.errors import LastAdmin, PersonUnnamed
from gateway.site.roles import Person, Role

__all__ = ["People", "PeopleTable", "Person", "PersonRow", "Role"]


class PeopleTable(SQLModel, registry=registry()):
    """The family of tables about people."""


class PersonRow(PeopleTable, table=True):
    """One member of staff, past or present; the name is locked, and found again by keyed hash."""

    __tablename__ = "people"

    id: str = Field(primary_key=True)
    name_index: str = Field(unique=True)
    locked_name: bytes
    role: str
    active: bool = True
    department: str = ""


class CredentialRow(PeopleTable, table=True):
    """How a person signs in: the password's hash, locked. Only a first password, from somebody else, expires."""

    __tablename__ = "credentials"

    person_id: str = Field(primary_key=True)
    locked_hash: bytes
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TriesRow(PeopleTable, table=True):
    """How many wrong passwords in a row, for a person or for names that nobody has, and when the last one was."""

    __tablename__ = "sign_in_tries"

    id: str = Field(primary_key=True)
    wrong: int
    last_at: datetime = Field(sa_type=UtcDateTime)


def same_name(name: str) -> str:
    """Write a name as it is compared: however it is capitalised, and however a keyboard composes it (NFKC)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


class People:
    """The staff of this site, in one session."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def active(self) -> tuple[Person, ...]:
        """List those who work here now, by name."""
        rows = self._session.exec(select(PersonRow).where(col(PersonRow.active)))
        return tuple(sorted(map(self._person, rows), key=lambda person: person.name.casefold()))

    def any(self) -> bool:
        """Tell whether anybody works here or has done so."""
        return self._session.exec(select(PersonRow.id).limit(1)).first() is not None

    def named(self, name: str) -> Person | None:
        """Find an active person by name, however it is capitalised."""
        row = self._row(name)
        return self._person(row) if row and row.active else None

    def with_id(self, person_id: str) -> Person | None:
        """Find a person by id, also one who has left: what they did still names them."""
        row = self._session.get(PersonRow, person_id)
        return self._person(row) if row else None

    def here(self, person_id: str) -> Person | None:
        """Find a person by id who works here still."""
        row = self._session.get(PersonRow, person_id)
        return self._person(row) if row and row.active else None

    def add(self, name: str, role: Role, department: str = "") -> Person:
        """Add a person, or give one who is here already the role `role`.

        Raises PersonUnnamed for no name at all, LastAdmin when nobody else could keep the site afterwards.
        """
        if not name.strip() or not name.isprintable():
            raise PersonUnnamed
        row = self._row(name) or self._new(name.strip())
        if role is not Role.ADMIN:
            self._keep_an_admin(row)
        row.role, row.department, row.active = role, department, True
        return self._kept(row)

    def end(self, person: Person) -> None:
        """Let a person leave; raises LastAdmin when nobody else could keep the site afterwards."""
        row = self._session.get_one(PersonRow, person.id)
        self._keep_an_admin(row)
        row.active = False
        self._kept(row)

    def only(self) -> Person:
        """Find the only one who works here; raises PersonUnnamed when there are more, or none."""
        if len(everybody := self.active()) != 1:
            raise PersonUnnamed
        return everybody[0]

    def _keep_an_admin(self, leaving: PersonRow) -> None:
        admins = select(PersonRow.id).where(col(PersonRow.active), PersonRow.role == Role.ADMIN)
        if self._session.exec(admins).all() == [leaving.id]:
            raise LastAdmin

    def _kept(self, row: PersonRow) -> Person:
        self._session.add(row)
        self._session.flush()
        return self._person(row)

    def _row(self, name: str) -> PersonRow | None:
        return self._session.exec(select(PersonRow).where(PersonRow.name_index == self._index(name))).first()

    def _new(self, name: str) -> PersonRow:
        person_id = str(uuid.uuid4())
        locked = self._vault.lock(name.encode(), f"person:{person_id}")
        return PersonRow(id=person_id, name_index=self._index(name), locked_name=locked, role="")

    def _index(self, name: str) -> str:
        return self._vault.index(f"person:{same_name(name)}")

    def _person(self, row: PersonRow) -> Person:
        name = self._vault.open(row.locked_name, f"person:{row.id}").decode()
        return Person(row.id, name, Role(row.role), row.department)
