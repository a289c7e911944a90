"""Contacts as a table for a spreadsheet, whose columns are those below. Reads what it writes."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from directory.errors import (
    AddressTaken,
    BadAddress,
    BadContactLine,
    BadContactsFile,
    BadGln,
    BadHours,
    BadPhone,
    BadPostal,
    BadSor,
    BadUnitName,
    NotAParty,
    RecordRefused,
)
from directory.model import Contact, UnitKind

COLUMNS: Final = ("code", "unit_name", "email", "phone", "hours", "kind", "gln", "sor", "postal")
REQUIRED: Final = frozenset(COLUMNS[:4])
LARGEST: Final = 256 * 1024
_COLUMN_OF: Final[Mapping[type[RecordRefused], str]] = {
    NotAParty: "code",
    BadUnitName: "unit_name",
    BadAddress: "email",
    BadPhone: "phone",
    BadHours: "hours",
    BadGln: "gln",
    BadSor: "sor",
    BadPostal: "postal",
}


def read(text: str, *, now: datetime, by: str) -> tuple[Contact, ...]:
    """Read contacts valid from `now` and entered by `by`; columns may be parted by commas or semicolons.

    Columns nobody asked for are ignored, and those after `phone` may be missing. All or nothing: raises
    BadContactsFile, or BadContactLine for the first line that is wrong, also when a party or an address is in it twice.
    """
    contacts: list[Contact] = []
    for line, row in _rows(text):
        contact = _contact(row, line, now, by)
        _refuse_twice(contact, contacts, line)
        contacts.append(contact)
    return tuple(contacts)


def write(contacts: Iterable[Contact]) -> str:
    """Write contacts so that `read` gives the same ones back."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(
        (c.party, c.unit_name, c.email, c.phone, c.hours, c.kind.value, c.gln, c.sor, c.postal) for c in contacts
    )
    return out.getvalue()


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    if len(text) > LARGEST:
        raise BadContactsFile
    plain = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in plain.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(plain, newline=""), delimiter=delimiter, strict=True, restval="")
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise BadContactsFile from None
    if not set(reader.fieldnames or ()) >= REQUIRED:
        raise BadContactsFile
    return rows


def _contact(row: Mapping[str, str], line: int, now: datetime, by: str) -> Contact:
    try:
        return Contact.checked(
            party=row["code"].strip(),
            unit_name=row["unit_name"],
            email=row["email"],
            phone=row["phone"],
            hours=row.get("hours", ""),
            gln=row.get("gln", ""),
            sor=row.get("sor", ""),
            postal=row.get("postal", ""),
            kind=UnitKind(row.get("kind", "").strip() or UnitKind.GATEWAY),
            valid_from=now,
            entered_by=by,
        )
    except RecordRefused as refused:
        raise BadContactLine(line, _COLUMN_OF[type(refused)], refused.code) from None
    except ValueError:
        raise BadContactLine(line, "kind", "BAD_KIND") from None


def _refuse_twice(contact: Contact, earlier: Iterable[Contact], line: int) -> None:
    for other in earlier:
        if other.party == contact.party:
            raise BadContactLine(line, "code", "PARTY_TWICE")
        if other.email.lower() == contact.email.lower():
            raise BadContactLine(line, "email", AddressTaken.code)
