"""The staff of a site: rows with a name and a role. Every act names its person; who has left keeps only the row."""

import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, col, select

from gateway.site.cipher import Vault
from gateway.site.errors import PersonUnknown, PersonUnnamed


class Role(enum.StrEnum):
    """What a person may do."""

    SENDER = "sender"
    """Writes and sends referrals (the region)."""
    INTAKE = "intake"
    """Reads, acknowledges and forwards referrals (a municipality)."""
    DEPARTMENT = "department"
    """Takes over what was forwarded to its department (a municipality)."""
    ADMIN = "admin"
    """Manages contacts, keys and staff, and may do what the others do."""
    AUDITOR = "auditor"
    """Sees who did what."""


@dataclass(frozen=True)
class Person:
    """One member of staff."""

    id: str
    name: str
    role: Role


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


class People:
    """The staff of this site, in one session."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def active(self) -> tuple[Person, ...]:
        """List those who work here now, by name."""
        rows = self._session.exec(select(PersonRow).where(col(PersonRow.active)))
        return tuple(sorted(map(self._person, rows), key=lambda person: person.name.casefold()))

    def named(self, name: str) -> Person | None:
        """Find an active person by name, however it is capitalised."""
        row = self._row(name)
        return self._person(row) if row and row.active else None

    def with_id(self, person_id: str) -> Person | None:
        """Find a person by id, also one who has left: what they did still names them."""
        row = self._session.get(PersonRow, person_id)
        return self._person(row) if row else None

    def add(self, name: str, role: Role) -> Person:
        """Add a person, or give one who is here already the role `role`; raises PersonUnnamed for no name at all."""
        if not name.strip() or not name.isprintable():
            raise PersonUnnamed
        row = self._row(name) or self._new(name.strip())
        row.role, row.active = role, True
        self._session.add(row)
        self._session.flush()
        return self._person(row)

    def acting(self, name: str | None, roles: Iterable[Role]) -> Person:
        """Find who acts: the one named, or the only one here who may.

        Raises PersonUnknown when nobody of that name may, PersonUnnamed when none was named and more than one (or
        nobody) may.
        """
        able = [person for person in self.active() if person.role in {*roles, Role.ADMIN}]
        if name is None:
            if len(able) == 1:
                return able[0]
            raise PersonUnnamed
        found = self.named(name)
        if found not in able:
            raise PersonUnknown
        return found

    def _row(self, name: str) -> PersonRow | None:
        return self._session.exec(select(PersonRow).where(PersonRow.name_index == self._index(name))).first()

    def _new(self, name: str) -> PersonRow:
        person_id = str(uuid.uuid4())
        locked = self._vault.lock(name.encode(), f"person:{person_id}")
        return PersonRow(id=person_id, name_index=self._index(name), locked_name=locked, role="")

    def _index(self, name: str) -> str:
        return self._vault.index(f"person:{name.strip().casefold()}")

    def _person(self, row: PersonRow) -> Person:
        return Person(row.id, self._vault.open(row.locked_name, f"person:{row.id}").decode(), Role(row.role))
