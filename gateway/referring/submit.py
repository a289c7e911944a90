"""Submit a referral: judged, numbered and queued in one transaction, or refused with nothing kept but a tally.

When the call returns, the letter is safe; sending it never makes anyone at the desk wait (B10).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from directory.calendar import local_day
from directory.municipalities import Municipality
from gateway.exchange.ports import Clock, Post, Sessions
from gateway.referring.judge import Judgement, judge
from gateway.referring.past import Past, cpr_index, reference_index
from gateway.referring.refusals import Malformed, Refused
from gateway.referring.rows import NumberRow, ReferralRow, TallyRow
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.referral import MalformedReferral, Referral
from gateway.wire.warnings import Notice


@dataclass(frozen=True)
class Submitted:
    """A referral that is queued."""

    referral_id: str
    number: str
    recipient: Municipality
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Submit:
    """Takes referrals in the shape `refer` accepts. `clock` is the rules' clock: it tells how old a consent is."""

    sessions: Sessions
    vault: Vault
    post: Post
    clock: Clock

    def __call__(self, raw: bytes | str | Mapping[str, Any], person: Person) -> Submitted:
        """Queue a referral in `person`'s name; raises Refused, and then nothing about the citizen is stored (C9)."""
        now = self.clock()
        try:
            with self.sessions.session() as session:
                return self._submit(session, _parsed(raw).submitted(now), person, now)
        except Refused as refusal:
            self._count(refusal, now)
            raise

    def _submit(self, session: Session, referral: Referral, person: Person, now: datetime) -> Submitted:
        past = Past(session, self.vault)
        judgement = judge(referral, now=now, history=past)
        previous = past.row(referral.re_referral.previous_id) if referral.re_referral else None
        row = self._row(session, referral, judgement, previous, person)
        session.add(row)
        body: dict[str, Any] = {"referral": referral.as_json()}
        if previous is not None and previous.municipality == row.municipality:
            body["previous"] = _previous(previous, row)
        letter = Letter(Kind.REFERRAL, row.conversation_id, row.municipality, row.number, body, row.letter_id)
        self.post(session, letter)
        return Submitted(row.letter_id, row.number, judgement.recipient, judgement.notices)

    def _row(
        self, session: Session, referral: Referral, judgement: Judgement, previous: ReferralRow | None, person: Person
    ) -> ReferralRow:
        letter_id, submitted_at, number = new_id(), referral.submitted_at or self.clock(), judgement.citizen_number
        return ReferralRow(
            letter_id=letter_id,
            conversation_id=new_id(),
            number=_next_number(session, local_day(submitted_at).year),
            municipality=judgement.recipient.code,
            submitted_at=submitted_at,
            person_id=person.id,
            citizen_id=previous.citizen_id if previous else new_id(),
            previous_id=previous.letter_id if previous else None,
            first_sent_at=previous.first_sent_at if previous else submitted_at,
            position=previous.position + 1 if previous else 1,
            cpr_index=cpr_index(self.vault, number.value) if number.names_one_person else None,
            reference_index=reference_index(self.vault, referral.reference) if referral.reference else None,
            locked=self.vault.lock(json.dumps(referral.as_json()).encode(), f"referral:{letter_id}"),
        )

    def _count(self, refusal: Refused, now: datetime) -> None:
        """Add one to the anonymous tally (C9)."""
        with self.sessions.session() as session:
            key = (local_day(now), refusal.reason.value)
            row = session.get(TallyRow, key) or TallyRow(day=key[0], reason=key[1])
            row.count += 1
            session.add(row)


def _parsed(raw: bytes | str | Mapping[str, Any]) -> Referral:
    try:
        return Referral.parse(raw)
    except MalformedReferral as error:
        raise Malformed(error) from None


def _next_number(session: Session, year: int) -> str:
    """Give the next number of the year; the write lock of the transaction keeps two from getting the same."""
    row = session.get(NumberRow, year, with_for_update=True) or NumberRow(year=year)
    row.last += 1
    session.add(row)
    return f"{year}-{row.last:04}"


def _previous(previous: ReferralRow, row: ReferralRow) -> dict[str, Any]:
    """Tell the same municipality what came before (F4); another one is told nothing of it."""
    return {
        "number": previous.number,
        "sent_at": previous.submitted_at.isoformat(),
        "first_sent_at": row.first_sent_at.isoformat(),
        "position": row.position,
    }
