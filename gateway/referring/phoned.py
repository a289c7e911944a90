"""What a unit without a gateway has answered on the phone, noted as its letter would have been (O7, O16).

A gateway says «ikke vores borger», or that the case has ended, by letter; a mail program has no form for either.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from directory.book import AddressBook
from directory.model import REGION
from gateway.exchange.conversations import advance
from gateway.referring.dossier import answer_place
from gateway.referring.errors import AnswersByLetter
from gateway.referring.promise import CallOutcome
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.wire.answers import Elsewhere, NotOurs
from gateway.wire.letters import Kind, Letter

LONGEST_REMARK: Final = 500
SAYS: Final = {CallOutcome.NOT_OURS: (Kind.NOT_OURS,), CallOutcome.ENDED: (Kind.ACKNOWLEDGEMENT, Kind.CLOSED)}
"""What the conversation holds then; a case that has ended was taken before."""


def answered_by_phone(
    session: Session, vault: Vault, row: ReferralRow, outcome: CallOutcome, remark: str, now: datetime
) -> None:
    """Note it; raises AnswersByLetter where a gateway stands, and LetterOutOfTurn for what cannot be said now."""
    contact = AddressBook(session).contact(row.municipality)
    if contact is None or not contact.by_hand:
        raise AnswersByLetter
    for kind in SAYS[outcome]:
        said = Letter(kind, row.conversation_id, REGION, row.number, {})
        advance(session, said, with_party=row.municipality, spoken_by=row.municipality)
    if outcome is CallOutcome.ENDED:
        row.closed_at = now
    else:
        answer = NotOurs(
            answered_by=contact.unit_name,
            unit=contact.unit_name,
            phone=contact.phone,
            answered_at=now,
            why=Elsewhere.OTHER,
            remark=remark[:LONGEST_REMARK],
        )
        row.answered_at = now
        row.answer = vault.lock(answer.model_dump_json().encode(), answer_place(row))
    session.add(row)
