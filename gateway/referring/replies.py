"""What a unit without a gateway signs by hand: it counts as the acknowledgement, and is kept to be read.

A mail program cannot say yes in a form. So whatever is signed, in time, about one referral that is with the unit ends
the waiting for an answer, and begins another: the desk has it before it until a person has read what it says (E13, L6).
That it was signed by the unit's pinned key is proved before it comes here.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from directory.book import AddressBook
from directory.model import REGION
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.exchange import outbox
from gateway.exchange.conversations import advance
from gateway.exchange.delivery import Course, State
from gateway.exchange.replies import Answered
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.referring.dossier import acknowledgement_place
from gateway.referring.reply_book import Words, keep
from gateway.referring.rows import ReferralRow
from gateway.site.cipher import Vault
from gateway.site.ports import Clock
from gateway.terminal.plain import one_line, plain
from gateway.wire.answers import Acknowledgement
from gateway.wire.errors import ReplyOutOfTime, ReplyUnmatched
from gateway.wire.letters import Kind, Letter

LATEST: Final = timedelta(days=30)
"""How long after our last letter about a referral an answer to it is taken."""
CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
"""How far behind ours the clock of the unit's machine may be."""
LONGEST_WORDS: Final = 20_000
LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class TakeReplies:
    """Takes answers. `machine` is the machine's clock, by which letters leave and signatures are dated."""

    vault: Vault
    machine: Clock

    def __call__(self, session: Session, answered: Answered) -> bool:
        """Keep an answer and let it count; False when it is known already.

        Raises ReplyWithoutNumber, ReplyNamesSeveral, ReplyUnmatched or ReplyOutOfTime.
        """
        row = _named(session, answered.said.number, answered.party)
        _require_in_time(session, row, answered)
        said = answered.said
        words = Words(by=one_line(said.name)[:LONGEST_NAME], text=plain(_shortened(said.words)).strip())
        sign = self.vault.index(f"reply:{row.letter_id}:{answered.signed_at.isoformat()}:{said.own}\n{said.quoted}")
        if not keep(session, self.vault, row, words, sign, answered.when.received_at):
            return False
        _verify(session, row, answered)
        if row.withdrawn_at:
            self._told(session, row, answered)
        elif not (row.acknowledged_at or row.answered_at or row.closed_at):
            self._acknowledge(session, row, words, answered)
        return True

    def _acknowledge(self, session: Session, row: ReferralRow, words: Words, answered: Answered) -> None:
        """Let it count as a person's having taken the referral (L5); unit and phone are as the directory has them."""
        contact = AddressBook(session).contact(row.municipality)
        unit = contact.unit_name if contact else ""
        said = Acknowledgement(
            acknowledged_by=words.by or unit or answered.said.sender or row.municipality,
            unit=unit,
            phone=contact.phone if contact else "",
            acknowledged_at=answered.when.received_at,
        )
        taken = Letter(Kind.ACKNOWLEDGEMENT, row.conversation_id, REGION, row.number, {})
        advance(session, taken, with_party=row.municipality, spoken_by=row.municipality)
        row.acknowledged_at = max(row.submitted_at, said.acknowledged_at)
        row.acknowledgement = self.vault.lock(said.model_dump_json().encode(), acknowledgement_place(row))
        session.add(row)
        noted_by_daemon(session, Action.ACKNOWLEDGE, self.machine(), row.conversation_id, detail={"how": "mail"})

    def _told(self, session: Session, row: ReferralRow, answered: Answered) -> None:
        """Let an answer that was signed after word of a withdrawal had left show that it has come through (O10)."""
        told = select(OutgoingRow).where(
            OutgoingRow.conversation_id == row.conversation_id, OutgoingRow.kind == Kind.WITHDRAWAL
        )
        for letter in session.exec(told).all():
            left = [one.made_at for one in outbox.envelopes(session, letter.letter_id)]
            if left and answered.signed_at >= min(left).replace(microsecond=0):  # signatures are dated to the second
                outbox.steer(session, letter, Course(State.RECEIVED, None), self.machine())


def _shortened(words: str) -> str:
    """Leave out the middle of what is longer than anybody writes, and say so: the answer may stand at either end."""
    half = LONGEST_WORDS // 2
    return words if len(words) <= LONGEST_WORDS else f"{words[:half]}\n[…]\n{words[-half:]}"


def _named(session: Session, number: str, party: str) -> ReferralRow:
    """Find the referral with that number which is with a municipality, and still says something."""
    row = session.exec(select(ReferralRow).where(ReferralRow.number == number)).first()
    if row is None or row.municipality != party or row.cancelled_at or row.erased_at:
        raise ReplyUnmatched
    return row


def _require_in_time(session: Session, row: ReferralRow, answered: Answered) -> None:
    """Refuse what was signed before our letter left, as an old answer sent anew is, and what comes long after."""
    made = select(func.min(EnvelopeRow.made_at), func.max(EnvelopeRow.made_at)).select_from(EnvelopeRow)
    ours = made.join(OutgoingRow, col(OutgoingRow.letter_id) == col(EnvelopeRow.letter_id)).where(
        OutgoingRow.conversation_id == row.conversation_id, OutgoingRow.to_party == row.municipality
    )
    first, last = session.exec(ours).one()
    if first is None:
        raise ReplyUnmatched
    if answered.signed_at < first - CLOCKS_MAY_DIFFER or answered.when.arrived_at > last + LATEST:
        raise ReplyOutOfTime


def _verify(session: Session, row: ReferralRow, answered: Answered) -> None:
    """Note that the unit's address works: what was sent there has been answered (D4)."""
    book = AddressBook(session)
    contact = book.contact(row.municipality)
    sent_to = select(EnvelopeRow.address).join(OutgoingRow, col(OutgoingRow.letter_id) == col(EnvelopeRow.letter_id))
    found = session.exec(sent_to.where(OutgoingRow.conversation_id == row.conversation_id)).all()
    if contact and contact.email.casefold() in {address.casefold() for address in found}:
        book.verified(row.municipality, answered.when.arrived_at)
