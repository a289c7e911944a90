"""Take an opened letter: handed over, remembered and receipted in one transaction, a copy answered as the first was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.exchange import resend
from gateway.exchange.arrivals import Outcome
from gateway.exchange.conversations import advance
from gateway.exchange.delivery import State
from gateway.exchange.ports import Arrived, Handler, Post
from gateway.exchange.receipts import ReceiptBody, Verdict, receipt_for, settle
from gateway.exchange.rows import ArrivalRow, OutgoingRow, StepRow, TakenRow
from gateway.exchange.sealing import OpenedLetter
from gateway.site.ports import Clock
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable, WireError
from gateway.wire.letters import Kind, new_id
from gateway.wire.payload import Payload

ABOUT_KEYS_AND_CONTACTS: Final = (Kind.KEY_CHANGE, Kind.CONTACT_CHANGE)


@dataclass(frozen=True)
class Taking:
    """Takes what came out of a good seal, in the caller's transaction."""

    post: Post
    handlers: Mapping[Kind, Handler]
    clock: Clock

    def __call__(self, session: Session, opened: OpenedLetter, arrival: ArrivalRow) -> Outcome:
        """Tell what became of it; the reason stands in the arrival's row."""
        payload = opened.payload
        if payload is None:
            return self._unreadable(session, opened, arrival)
        known = session.get(TakenRow, payload.letter_id)
        if known is not None and known.party != opened.party:
            arrival.reason = LetterOutOfTurn.code
            return Outcome.QUARANTINED
        if payload.kind is Kind.RECEIPT:
            outcome = self._settle(session, opened, payload, arrival, known)
            return Outcome.DUPLICATE if known is not None and outcome is Outcome.TAKEN else outcome
        if known is not None and known.verdict == Verdict.OK:
            return self._again(session, known, opened, arrival)
        return self._take_over(session, opened, payload, arrival, known)

    def _take_over(
        self, session: Session, opened: OpenedLetter, payload: Payload, arrival: ArrivalRow, known: TakenRow | None
    ) -> Outcome:
        """Hand a letter over and answer it; one that was refused before is heard again, for causes can be mended."""
        reason = self._hand_over(session, opened, payload, arrival.rules_at)
        arrival.reason = reason or ""
        if known is not None and known.reason == reason:
            return self._again(session, known, opened, arrival)
        receipt_id = self._answer(session, opened, payload, arrival.rules_at, reason)
        _remember(session, known, _memory(opened, payload, self.clock(), reason, receipt_id))
        return Outcome.REFUSED if reason else Outcome.TAKEN

    def _unreadable(self, session: Session, opened: OpenedLetter, arrival: ArrivalRow) -> Outcome:
        """Refuse what the right party signed and we cannot read.

        An automatic letter is not answered, or two ends that cannot read each other would answer for ever.
        """
        arrival.reason = LetterUnreadable.code
        if opened.automatic:
            return Outcome.QUARANTINED
        self._answer(session, opened, None, arrival.rules_at, LetterUnreadable.code)
        return Outcome.REFUSED

    def _again(self, session: Session, known: TakenRow, opened: OpenedLetter, arrival: ArrivalRow) -> Outcome:
        """Answer a copy with the receipt its first had.

        A sender that was restored from a backup since no longer knows the envelope that one names: it gets its own.
        """
        if resend.was_asked(session, opened.party, since=known.taken_at):
            known.receipt_id = self._answer(session, opened, opened.payload, arrival.rules_at, known.reason or None)
            known.digest, known.taken_at = opened.digest, self.clock()
            return Outcome.DUPLICATE
        receipt = session.get(OutgoingRow, known.receipt_id) if known.receipt_id else None
        if receipt is not None:
            now = self.clock()
            receipt.state, receipt.next_at, receipt.claimed_until = State.QUEUED, now, None
            session.add_all([receipt, StepRow(letter_id=receipt.letter_id, state=State.QUEUED, at=now)])
        return Outcome.DUPLICATE

    def _settle(
        self, session: Session, opened: OpenedLetter, payload: Payload, arrival: ArrivalRow, known: TakenRow | None
    ) -> Outcome:
        """Take a receipt, which changes nothing the second time; one about nothing of ours is kept apart."""
        try:
            settle(session, _arrived(opened, payload, arrival.rules_at), self.clock())
        except (LetterUnreadable, LetterOutOfTurn) as error:
            arrival.reason = error.code
            return Outcome.QUARANTINED
        _remember(session, known, _memory(opened, payload, self.clock(), None, None))
        return Outcome.TAKEN

    def _hand_over(self, session: Session, opened: OpenedLetter, payload: Payload, received_at: datetime) -> str | None:
        """Give the letter to its handler; tell the reason code if it cannot be taken, with nothing of it kept."""
        arrived = _arrived(opened, payload, received_at)
        try:
            with session.begin_nested():
                advance(session, arrived, with_party=arrived.from_party, spoken_by=arrived.from_party)
                self._handler(payload.kind)(session, arrived)
        except (LetterUnreadable, LetterOutOfTurn) as error:
            self._note_refusal(session, arrived, error)
            return error.code
        return None

    def _note_refusal(self, session: Session, arrived: Arrived, error: WireError) -> None:
        """Note a refused letter about keys or contacts: somebody may have tried to take a party's place."""
        if arrived.kind in ABOUT_KEYS_AND_CONTACTS:
            detail: dict[str, str | int] = {"kind": arrived.kind, "letter": arrived.letter_id}
            if str(error):
                detail["why"] = str(error)
            party, now = arrived.from_party, self.clock()
            noted_by_daemon(session, Action.REFUSE_LETTER, now, party, error.code, detail)

    def _handler(self, kind: Kind) -> Handler:
        if kind not in self.handlers:
            raise LetterOutOfTurn
        return self.handlers[kind]

    def _answer(
        self, session: Session, opened: OpenedLetter, payload: Payload | None, received_at: datetime, reason: str | None
    ) -> str:
        body = ReceiptBody(
            of=payload.letter_id if payload else None,
            envelope=opened.envelope_id[:64],
            verdict=Verdict.FATAL if reason else Verdict.OK,
            reason=reason,
            digest=opened.digest,
            received_at=received_at,
        )
        conversation_id, number = (payload.conversation_id, payload.number) if payload else (new_id(), "")
        receipt = receipt_for(body, conversation_id=conversation_id, party=opened.party, number=number)
        self.post(session, receipt)
        return receipt.letter_id


def _remember(session: Session, known: TakenRow | None, memory: TakenRow) -> None:
    """Keep the memory of a letter, in the place of the one there is."""
    if known is None:
        session.add(memory)
    else:
        session.merge(memory)


def _arrived(opened: OpenedLetter, payload: Payload, received_at: datetime) -> Arrived:
    return Arrived(
        letter_id=payload.letter_id,
        conversation_id=payload.conversation_id,
        kind=payload.kind,
        from_party=opened.party,
        number=payload.number,
        body=payload.body,
        received_at=received_at,
        signed_by=opened.signed_by,
        signed_at=opened.signed_at,
    )


def _memory(
    opened: OpenedLetter, payload: Payload, now: datetime, reason: str | None, receipt_id: str | None
) -> TakenRow:
    return TakenRow(
        letter_id=payload.letter_id,
        party=opened.party,
        kind=payload.kind,
        conversation_id=payload.conversation_id,
        digest=opened.digest,
        signed_by=opened.signed_by,
        opened_with=opened.opened_with,
        verdict=Verdict.FATAL if reason else Verdict.OK,
        reason=reason or "",
        receipt_id=receipt_id,
        taken_at=now,
    )
