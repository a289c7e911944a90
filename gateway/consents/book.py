"""The book of consents of one site: written once, asked before every step that needs one, never altered."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from gateway.consents.errors import ConsentLapsed, ConsentWithdrawn, NoConsent, PartyNotCovered
from gateway.consents.model import NEEDS, Act, Consent, Form, Purpose
from gateway.consents.rows import ConsentRow, WithdrawalRow
from gateway.site.cipher import Vault
from gateway.site.people import Person


@dataclass(frozen=True)
class ConsentBook:
    """The consents, in one session."""

    session: Session
    vault: Vault

    def write(self, consent: Consent, person: Person, now: datetime) -> None:
        """Write a consent down."""
        personal = {
            "given_by": consent.given_by,
            "taken_by": consent.taken_by,
            "scope": consent.scope,
            "information_given": consent.information_given,
            "writing_waived_because": consent.writing_waived_because,
            "municipality": consent.municipality,
            "journal_ref": consent.journal_ref,
            "parties": consent.parties,
        }
        self.session.add(
            ConsentRow(
                id=consent.id,
                conversation_id=consent.conversation_id,
                purpose=consent.purpose,
                form=consent.form,
                obtained_at=consent.obtained_at,
                expires_at=consent.expires_at,
                recorded_at=now,
                recorded_by=person.id,
                locked=self.vault.lock(json.dumps(personal).encode(), _place(consent.id)),
            )
        )
        self.session.flush()

    def withdraw(
        self,
        conversation_id: str,
        *,
        at: datetime,
        recorded_by: str,
        now: datetime,
        purposes: Iterable[Purpose] = Purpose,
    ) -> None:
        """Write down that the citizen has withdrawn; what was obtained until `at` no longer holds (O10)."""
        self.session.add_all(
            WithdrawalRow(
                conversation_id=conversation_id,
                purpose=purpose,
                withdrawn_at=at,
                recorded_at=now,
                recorded_by=recorded_by,
            )
            for purpose in purposes
        )
        self.session.flush()

    def end(self, conversation_id: str, *, recorded_by: str, now: datetime) -> None:
        """Write down that the citizen has withdrawn: nothing obtained before this was heard holds any more (O10).

        However long ago the citizen said so, and to whom: where the ends' clocks differ, the withdrawal counts.
        """
        obtained = (consent.obtained_at for consent in self.history(conversation_id))
        self.withdraw(conversation_id, at=max([now, *obtained]), recorded_by=recorded_by, now=now)

    def required(self, conversation_id: str, act: Act, now: datetime, parties: Collection[str] = ()) -> Consent:
        """Give the consent `act` rests on; raises ConsentWithdrawn, ConsentLapsed, PartyNotCovered or NoConsent.

        The latest one of the purposes counts, so that a party added later means asking again (C7).
        """
        found = [consent for consent in self.history(conversation_id) if consent.purpose in NEEDS[act]]
        if not found:
            raise NoConsent(act)
        latest = found[-1]
        if self._withdrawn(latest):
            raise ConsentWithdrawn(act)
        if not latest.in_force(now):
            raise ConsentLapsed(act)
        if not set(parties) <= set(latest.parties or parties):
            raise PartyNotCovered(act)
        return latest

    def history(self, conversation_id: str) -> tuple[Consent, ...]:
        """List every consent of a conversation, the earliest first."""
        rows = select(ConsentRow).where(ConsentRow.conversation_id == conversation_id)
        return tuple(
            map(
                self._consent,
                self.session.exec(rows.order_by(col(ConsentRow.obtained_at), col(ConsentRow.recorded_at))),
            )
        )

    def ended_by(self, conversation_id: str) -> str | None:
        """Tell who last wrote down that the citizen has withdrawn: a person's id, or the other party's code."""
        rows = select(WithdrawalRow.recorded_by).where(WithdrawalRow.conversation_id == conversation_id)
        return self.session.exec(rows.order_by(col(WithdrawalRow.id).desc())).first()

    def withdrawn_at(self, conversation_id: str, purpose: Purpose = Purpose.DISCLOSURE) -> datetime | None:
        """Tell when the citizen last withdrew the consent to `purpose`, if they have."""
        latest = select(func.max(WithdrawalRow.withdrawn_at)).where(
            WithdrawalRow.conversation_id == conversation_id, WithdrawalRow.purpose == purpose
        )
        return self.session.exec(latest).one()

    def _withdrawn(self, consent: Consent) -> bool:
        at = self.withdrawn_at(consent.conversation_id, consent.purpose)
        return at is not None and at >= consent.obtained_at

    def _consent(self, row: ConsentRow) -> Consent:
        personal = json.loads(self.vault.open(row.locked, _place(row.id)))
        return Consent(
            id=row.id,
            conversation_id=row.conversation_id,
            purpose=Purpose(row.purpose),
            form=Form(row.form),
            obtained_at=row.obtained_at,
            expires_at=row.expires_at,
            **{**personal, "parties": tuple(personal["parties"])},
        )


def _place(consent_id: str) -> str:
    return f"consent:{consent_id}"
