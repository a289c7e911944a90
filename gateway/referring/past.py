"""What the region has sent before, as the rules ask for it: found by keyed hash, never by reading content."""

from sqlmodel import Session, col, or_, select

from gateway.referring.judge import Earlier
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault


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

    def municipalities_of(self, cpr: str) -> frozenset[str]:
        """Give the codes of the municipalities that were sent referrals about this number."""
        known = select(ReferralRow.municipality).where(ReferralRow.cpr_index == cpr_index(self._vault, cpr))
        return frozenset(self._session.exec(known))


def cpr_index(vault: Vault, cpr: str) -> str:
    """Hash a CPR number in its normal form for look-up."""
    return vault.index(f"cpr:{cpr}")


def reference_index(vault: Vault, reference: str) -> str:
    """Hash a sender's reference for look-up; another system may well put a name in it."""
    return vault.index(f"reference:{reference.strip()}")
