"""What a party of the agreement is known by: one unit, one address, one phone (D1, D5), one pinned key."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from directory import municipalities, phone
from directory.errors import BadAddress, BadGln, BadPhone, BadPostal, BadSor, BadUnitName, NotAParty
from directory.hours import OpeningHours
from keys.fingerprint import Fingerprint

REGION: Final = "region"
LONGEST_NAME: Final = 200
LONGEST_ADDRESS: Final = 254
LONGEST_LOCAL: Final = 64
FORMULA: Final = ("=", "+", "-", "@")
"""What no name begins with: a spreadsheet would take it for something to calculate, or to open."""
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?!www\.)({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")
_PERSONAL: Final = re.compile(r"[a-z]{2,}(?:-[a-z]+)?\.[a-z]{2,}(?:-[a-z]+)?@.*", re.IGNORECASE)
_GLN: Final = re.compile(r"[0-9]{13}")
_SOR: Final = re.compile(r"[0-9]{11,20}")
_FUNCTIONAL: Final = re.compile(r"post|mail|sikker|modtag|visitation|social|kommune|indgang|team|enhed", re.IGNORECASE)


class UnitKind(StrEnum):
    """What stands at the other end of a unit's address."""

    GATEWAY = "gateway"
    """A Stafet inbox: it answers every letter with a technical receipt by itself."""

    MAIL_CLIENT = "mail-client"
    """A person with an OpenPGP mail program: only a person's acknowledgement can be expected."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How one party is reached from `valid_from` until `valid_to` (None: still); build one with `checked`.

    `confirmed_by` rang the unit, `verified_at` is when a signed answer last came from the address (D5, D11). `gln`,
    `sor` and `postal` are for those who have them (D16).
    """

    party: str
    unit_name: str
    email: str
    phone: str
    hours: str
    kind: UnitKind
    valid_from: datetime
    entered_by: str
    gln: str = ""
    sor: str = ""
    postal: str = ""
    confirmed_by: str = ""
    verified_at: datetime | None = None
    valid_to: datetime | None = None

    @classmethod
    def checked(  # noqa: PLR0913 - one argument for each field of the form
        cls,
        *,
        party: str,
        unit_name: str,
        email: str,
        phone: str,
        valid_from: datetime,
        entered_by: str,
        hours: str = "",
        kind: UnitKind = UnitKind.GATEWAY,
        gln: str = "",
        sor: str = "",
        postal: str = "",
    ) -> Self:
        """Build a contact from what was typed, in its normal form; the last three may be empty.

        Raises NotAParty (A2), BadUnitName, BadAddress (D11), BadPhone, BadHours, BadGln, BadSor or BadPostal (D16).
        """
        OpeningHours.parse(hours)
        return cls(
            party=checked_party(party),
            unit_name=_unit_name(unit_name),
            email=normal_address(email),
            phone=_danish_phone(phone),
            hours=hours.strip(),
            kind=kind,
            valid_from=valid_from,
            entered_by=entered_by,
            gln=location_number(gln),
            sor=sor_code(sor),
            postal=_postal(postal),
        )

    @property
    def by_hand(self) -> bool:
        """Tell whether only people answer there, from a mail program. Præhospitalet itself is always a gateway."""
        return self.kind is UnitKind.MAIL_CLIENT and self.party != REGION

    def same_as(self, other: "Contact") -> bool:
        """Tell whether both say the same, whoever entered it and when."""
        history = ("valid_from", "entered_by", "confirmed_by", "verified_at", "valid_to")
        return self == replace(other, **{name: getattr(self, name) for name in history})


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A key a party seals with, from `valid_from` until `valid_to` (None: still), and who compared it.

    Where it follows another that goes on for a while, both hold. `revoked_at`: it was lost or stolen, and nothing it
    signed is believed any more, whenever it came.
    """

    party: str
    fingerprint: Fingerprint
    certificate: bytes
    valid_from: datetime
    valid_to: datetime | None
    pinned_by: str
    confirmed_by: str = ""
    revoked_at: datetime | None = None


def is_party(text: str) -> bool:
    """Tell whether this is the region or the three-digit code of one of the 19 (A2, A4)."""
    found = municipalities.by_code(text)
    return text == REGION or (found is not None and found.in_agreement and found.code == text)


def checked_party(text: str) -> str:
    """Give the party's id back; a municipality's code may have four digits. Raises NotAParty."""
    found = municipalities.by_code(text)
    party = found.code if found else text
    if not is_party(party):
        raise NotAParty
    return party


def normal_address(text: str) -> str:
    """Write an address with its domain in lower case. Raises BadAddress, also for «www.name@kommune.dk» (D11)."""
    found = _ADDRESS.fullmatch(text.strip())
    if not found or len(found[0]) > LONGEST_ADDRESS or len(found[1]) > LONGEST_LOCAL:
        raise BadAddress
    return f"{found[1]}@{found[2].lower()}"


def looks_personal(email: str) -> bool:
    """Tell whether the address looks like a person's (first.last@): units outlive people (D8). Only to warn."""
    return bool(_PERSONAL.fullmatch(email)) and not _FUNCTIONAL.search(email.partition("@")[0])


def _unit_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name.startswith(FORMULA):
        raise BadUnitName
    return name


def _danish_phone(text: str) -> str:
    number = phone.normalise(text)
    if not phone.is_danish(number):
        raise BadPhone
    return number


def location_number(text: str) -> str:
    """Read an EAN/GLN location number; digits count 1 and 3 by turns, and the whole must end in 0 (GS1, mod 10).

    Raises BadGln.
    """
    number = "".join(text.split())
    if number and (not _GLN.fullmatch(number) or sum(map(int, number[::2] + 3 * number[1::2])) % 10):
        raise BadGln
    return number


def sor_code(text: str) -> str:
    """Read a SOR code; raises BadSor."""
    number = "".join(text.split())
    if number and not _SOR.fullmatch(number):
        raise BadSor
    return number


def _postal(text: str) -> str:
    line = text.strip()
    if len(line) > LONGEST_NAME or not line.isprintable() or line.startswith(FORMULA):
        raise BadPostal
    return line
