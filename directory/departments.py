"""A municipality's own department that works in an OpenPGP mail program: a party in its address book, never an end.

It reads what is forwarded to it and answers by mail; it is no party of the agreement, and nothing it writes is taken as
a letter of the agreement.
"""

from typing import Final

PREFIX: Final = "department:"


def department_party(department_id: str) -> str:
    """Name a department as a party of the address book."""
    return PREFIX + department_id


def is_department(party: str) -> bool:
    """Tell whether a party is a department."""
    return party.startswith(PREFIX)


def department_of(party: str) -> str:
    """Give the department's id back from its name as a party."""
    return party.removeprefix(PREFIX)
