"""By which numbers a citizen is found again: keyed hashes of every CPR number and phone a case's letters gave (O21).

They are written when a letter is taken in, so that nobody's letters are opened to find one citizen's.
"""

from collections.abc import Collection, Iterable
from datetime import date

from sqlmodel import Session, col, select

from directory import phone as phones
from directory.errors import BadPhone
from gateway.site.cipher import Vault
from gateway.wire.cpr import InvalidCpr, identify
from inbox_tui.tables import SignRow


def keep(session: Session, vault: Vault, case_id: str, *numbers: str | None) -> None:
    """Remember in the caller's transaction that the citizen has these numbers; what is no number is passed by."""
    for sign in signs(vault, numbers):
        session.merge(SignRow(case_id=case_id, sign=sign))


def cases_with(session: Session, vault: Vault, text: str) -> tuple[str, ...]:
    """Give the ids of the cases whose citizen has the number `text`, a CPR number or a phone."""
    found = select(SignRow.case_id).where(col(SignRow.sign).in_(signs(vault, [text])))
    return tuple(session.exec(found.distinct().order_by(SignRow.case_id)))


def kind_of(text: str) -> str:
    """Tell what was typed to find a citizen by: "cpr", or "phone"."""
    return "cpr" if _number(text) else "phone"


def signs(vault: Vault, numbers: Iterable[str | None]) -> Collection[str]:
    """Hash each number in its normal form; one that may be several people's is nobody's sign (G2)."""
    return {sign for number in numbers if number for sign in (_cpr(vault, number), _phone(vault, number)) if sign}


def _number(text: str) -> str | None:
    try:
        number = identify(text, today=date.max)
    except InvalidCpr:
        return None
    return number.value if number.names_one_person else None


def _cpr(vault: Vault, text: str) -> str | None:
    number = _number(text)
    return vault.index(f"cpr:{number}") if number else None


def _phone(vault: Vault, text: str) -> str | None:
    try:
        return vault.index(f"phone:{phones.normalise(text)}")
    except BadPhone:
        return None
