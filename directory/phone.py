"""Phone numbers, the most valuable field of all (E22).

Whether a series is in use is not judged: that list ages, and numbers move between operators.
"""

import re
from typing import Final

import phonenumbers

from directory.errors import BadPhone

DENMARK: Final = 45
_WRITTEN: Final = re.compile(r"\+?[0-9 ()./\u00a0-]{3,40}")
_DANISH: Final = re.compile(r"[2-9][0-9]{7}")


def normalise(text: str) -> str:
    """Write a number as "+45 12 34 56 78", or as its own country writes it abroad.

    Raises BadPhone.
    """
    number = _parsed(text)
    national = str(number.national_number)
    if number.country_code != DENMARK:
        return _abroad(number)
    if not _DANISH.fullmatch(national):
        raise BadPhone
    return f"+{DENMARK} {national[:2]} {national[2:4]} {national[4:6]} {national[6:]}"


def is_danish(normalised: str) -> bool:
    """Tell whether a normalised number is a Danish one."""
    return normalised.startswith(f"+{DENMARK} ")


def _abroad(number: phonenumbers.PhoneNumber) -> str:
    """Write a number of another country; one that is another when it is read again can be nobody's."""
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if _parsed(written) != number:
        raise BadPhone
    return written


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    if not _WRITTEN.fullmatch(text.strip()):
        raise BadPhone
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        raise BadPhone from None
    if not phonenumbers.is_possible_number(number):
        raise BadPhone
    return number
