"""Who a member of staff is, and what each role may be: values alone, so that a screen need not load the tables."""

import enum
from dataclasses import dataclass


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
    """One member of staff; who works in one department is given its id."""

    id: str
    name: str
    role: Role
    department: str = ""
