"""What can be wrong with the parties' details.

    DirectoryError                      never raised itself
    ├── RecordRefused                   never raised itself: a value nobody should store
    │   ├── NotAParty                   NOT_A_PARTY
    │   ├── BadUnitName                 BAD_UNIT_NAME
    │   ├── BadAddress                  BAD_ADDRESS
    │   ├── BadPhone                    BAD_PHONE
    │   ├── BadHours                    BAD_HOURS
    │   ├── BadGln                      BAD_GLN
    │   ├── BadSor                      BAD_SOR
    │   ├── BadPostal                   BAD_POSTAL
    │   ├── BadDay                      BAD_DAY
    │   ├── PersonalAddress             PERSONAL_ADDRESS
    │   └── WrongDomain                 WRONG_DOMAIN
    ├── BookRefused                     never raised itself: a value that clashes with another party's
    │   ├── AddressTaken                ADDRESS_TAKEN
    │   └── KeyTaken                    KEY_TAKEN
    └── ContactsRefused                 never raised itself: a file that cannot be read in
        ├── BadContactsFile             BAD_CONTACTS_FILE
        └── BadContactLine              BAD_CONTACT_LINE

No text here repeats what was typed: a citizen's number may have been pasted into any field.
"""

from typing import ClassVar


class DirectoryError(Exception):
    """Anything the directory refuses. `code` is stable; the edges put it into the reader's language."""

    code: ClassVar[str] = "DIRECTORY"
    message: ClassVar[str] = "the directory refused"

    def __str__(self) -> str:
        """Say what is wrong to a developer."""
        return self.message


class RecordRefused(DirectoryError):
    """A contact detail that must not be stored."""


class NotAParty(RecordRefused):
    """The agreement's parties are the region and its 19 municipalities, nobody else (A2)."""

    code = "NOT_A_PARTY"
    message = "not the region and not one of the 19 municipalities"


class BadUnitName(RecordRefused):
    """A unit's name must be one printable line (D2)."""

    code = "BAD_UNIT_NAME"
    message = "a unit's name is one printable line of at most 200 characters"


class BadAddress(RecordRefused):
    """The address cannot be one (D11)."""

    code = "BAD_ADDRESS"
    message = "not an e-mail address"


class BadPhone(RecordRefused):
    """The number cannot be dialled, or is not a Danish one where only a Danish one will do."""

    code = "BAD_PHONE"
    message = "not a phone number"


class BadHours(RecordRefused):
    """The opening hours cannot be read (D17)."""

    code = "BAD_HOURS"
    message = "opening hours are written like: man-tor 8-15, fre 8-13"


class BadGln(RecordRefused):
    """The location number has another length than 13 digits, or its check digit is wrong (D16)."""

    code = "BAD_GLN"
    message = "an EAN/GLN location number has 13 digits, of which the last checks the others"


class BadSor(RecordRefused):
    """The SOR code cannot be one (D16)."""

    code = "BAD_SOR"
    message = "a SOR code has 11 to 20 digits"


class BadPostal(RecordRefused):
    """The postal address is too long, or holds what does not print (D16)."""

    code = "BAD_POSTAL"
    message = "a postal address is one printable line of at most 200 characters"


class BadDay(RecordRefused):
    """The day cannot be read, is past, or lies more than a year ahead (D19)."""

    code = "BAD_DAY"
    message = "a day from today to a year ahead, written like 2027-01-31 or 31-01-2027"


class PersonalAddress(RecordRefused):
    """The address looks like one person's, and nobody has said that it is right all the same (D8)."""

    code = "PERSONAL_ADDRESS"
    message = "the address looks like one person's"


class WrongDomain(RecordRefused):
    """The address lies outside the party's own mail domains (D11)."""

    code = "WRONG_DOMAIN"
    message = "the address is in a domain that is not the party's"


class BookRefused(DirectoryError):
    """Two parties cannot share what identifies one of them."""


class AddressTaken(BookRefused):
    """Another party receives its mail at this address (D1)."""

    code = "ADDRESS_TAKEN"
    message = "another party uses this address"


class KeyTaken(BookRefused):
    """Another party seals with this key."""

    code = "KEY_TAKEN"
    message = "another party uses this key"


class ContactsRefused(DirectoryError):
    """A file of contacts that is not read in, not even in part."""


class BadContactsFile(ContactsRefused):
    """The file is not a table with the columns it needs."""

    code = "BAD_CONTACTS_FILE"
    message = "not a CSV table with the columns code, unit_name, email and phone"


class BadContactLine(ContactsRefused):
    """One line is wrong: `line` counts from 1 with the header, `column` names the cell, `cause` is the code of why."""

    code = "BAD_CONTACT_LINE"

    def __init__(self, line: int, column: str, cause: str) -> None:
        super().__init__(line, column, cause)
        self.line = line
        self.column = column
        self.cause = cause

    def __str__(self) -> str:
        """Point at the cell without repeating it."""
        return f"line {self.line}, column {self.column}: {self.cause}"
