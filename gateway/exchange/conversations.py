"""How far each conversation has come, as rows; the rule itself is the table in `wire.conversation`."""

from typing import Protocol

from sqlmodel import Session

from directory.departments import is_department
from gateway.exchange.rows import ConversationRow
from gateway.wire.conversation import Stage, next_stage, side_of
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind


class Said(Protocol):
    """What the table needs to know of a letter, whichever way it goes."""

    @property
    def conversation_id(self) -> str:
        """Name the conversation."""

    @property
    def kind(self) -> Kind:
        """Name the kind of letter."""

    @property
    def number(self) -> str:
        """Give the referral's number."""


def advance(session: Session, said: Said, *, with_party: str, spoken_by: str) -> None:
    """Move a conversation on by one letter; raises LetterOutOfTurn when the letter cannot come now.

    A conversation is with one party and about one number for as long as it lasts, so that no municipality can speak in
    another's. With a department nothing is said but what is forwarded to it, and that to nobody else.
    """
    if (said.kind is Kind.FORWARD) is not is_department(with_party):
        raise LetterOutOfTurn
    row = session.get(ConversationRow, said.conversation_id, with_for_update=True)
    if row is None:
        row = ConversationRow(
            conversation_id=said.conversation_id, party=with_party, number=said.number, stage=Stage.SILENT
        )
    if (row.party, row.number) != (with_party, said.number):
        raise LetterOutOfTurn
    row.stage = next_stage(Stage(row.stage), side_of(spoken_by), said.kind)
    session.add(row)


def withdraw(session: Session, conversation_id: str) -> None:
    """Let nothing leave any more that a department was to be told: the citizen has withdrawn the consent (O10)."""
    session.get_one(ConversationRow, conversation_id).stage = Stage.WITHDRAWN
