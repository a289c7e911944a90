"""What the region has sent before, as the rules ask for it: found by keyed hash, never by reading content."""

from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from directory import phone as phones
from directory.errors import BadPhone
from gateway.referring.judge import Earlier
from gateway.referring.rows import ReferralRow, SupplementRow
from gateway.site.cipher import Vault
from gateway.wire.cpr import InvalidCpr, identify


class Past:
    """The earlier referrals of this region, in one session."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def row(self, name: str) -> ReferralRow | None:
        """Find the latest referral of that letter id, number or sender's reference."""
        reference = reference_index(self._vault, name)
        named = or_(
            col(ReferralRow.letter_id) == name.strip(),
            col(ReferralRow.number) == name.strip(),
            col(ReferralRow.reference_index) == reference,
        )
        return self._session.exec(
            select(ReferralRow).where(named).order_by(col(ReferralRow.submitted_at).desc())
        ).first()

    def earlier(self, previous_id: str) -> Earlier | None:
        """Find an earlier referral by its sender's reference, its number or its letter's id."""
        row = self.row(previous_id)
        return Earlier(row.letter_id, row.submitted_at, row.municipality, previous_id) if row else None

    def not_ours(self, first_id: str) -> str | None:
        """Tell which municipality answered «ikke vores borger» to a referral that has not been sent anew since (O7)."""
        row = self.row(first_id)
        if row is None or row.answered_at is None or row.withdrawn_at is not None:
            return None
        since = select(ReferralRow.letter_id).where(ReferralRow.anew_of == row.letter_id)
        return None if self._session.exec(since).first() else row.municipality

    def municipalities_of(self, cpr: str) -> frozenset[str]:
        """Give the codes of the municipalities that were sent referrals about this number."""
        known = select(ReferralRow.municipality).where(ReferralRow.cpr_index == cpr_index(self._vault, cpr))
        return frozenset(self._session.exec(known))


def cpr_index(vault: Vault, cpr: str) -> str:
    """Hash a CPR number in its normal form for look-up."""
    return vault.index(f"cpr:{cpr}")


def cpr_index_of(vault: Vault, text: str | None, today: date) -> str | None:
    """Hash what was typed, if it is a number that names one person."""
    try:
        number = identify(text, today=today)
    except InvalidCpr:
        return None
    return cpr_index(vault, number.value) if number.names_one_person else None


def phone_index(vault: Vault, phone: str | None) -> str | None:
    """Hash a phone number in its normal form for look-up; what is no phone number is looked up by nobody (G2)."""
    try:
        return vault.index(f"phone:{phones.normalise(phone)}") if phone else None
    except BadPhone:
        return None


def with_phone(index: str) -> ColumnElement[bool]:
    """Say which referrals name a phone number, also one that came in a supplement: a citizen has several (E22, L6)."""
    later = select(SupplementRow.referral_id).where(SupplementRow.phone_index == index)
    return or_(col(ReferralRow.phone_index) == index, col(ReferralRow.letter_id).in_(later))


def reference_index(vault: Vault, reference: str) -> str:
    """Hash a sender's reference for look-up; another system may well put a name in it."""
    return vault.index(f"reference:{reference.strip()}")
