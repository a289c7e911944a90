"""A change takes effect on its day; and what is in the book is verified again by every signed answer from there."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from directory.book import AddressBook
from directory.changes import ChangeRow, Stand
from directory.errors import AddressTaken
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.contacts.model import Ended
from gateway.contacts.rows import contact_in, end
from gateway.exchange import arrivals, outbox
from gateway.exchange.delivery import State
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow

RECENT: Final = 2000
"""Steps that are looked through for answers, the newest first; between two rounds there are never so many."""


def take_effect(session: Session, row: ChangeRow, now: datetime) -> None:
    """Put a proved change into the book: from its day on, or from when it was proved if that was later.

    Where the round is late, the book still says the day. What waited for the address leaves at once.
    """
    contact = contact_in(row)
    if contact:
        book = AddressBook(session)
        active = book.contact(row.party)
        verified = row.answered_at or (active.verified_at if active else None)
        begins = max(moment for moment in (row.valid_from, row.answered_at or row.confirmed_at) if moment)
        try:
            book.set_contact(replace(contact, confirmed_by=row.confirmed_by, verified_at=verified, valid_from=begins))
        except AddressTaken as refusal:
            end(session, row, Ended.ADDRESS_TAKEN, now)
            noted_by_daemon(session, Action.TAKE_EFFECT, now, row.party, refusal.code, {"change": row.id})
            return
    row.stand, row.ended_at = Stand.ACTIVE, now
    session.flush()
    outbox.look_now(session, row.party, now)
    arrivals.look_again(session)
    noted_by_daemon(session, Action.TAKE_EFFECT, now, row.party, detail={"change": row.id})


def answers(session: Session) -> dict[tuple[str, str], datetime]:
    """Tell when each party last answered from each address, as far as the newest steps tell."""
    newest = select(func.max(StepRow.id)).scalar_subquery()
    found = (
        select(OutgoingRow.to_party, EnvelopeRow.address, func.max(StepRow.at))
        .join(EnvelopeRow, col(EnvelopeRow.letter_id) == col(OutgoingRow.letter_id))
        .join(StepRow, col(StepRow.letter_id) == col(OutgoingRow.letter_id))
        .where(
            col(StepRow.id) > newest - RECENT,
            StepRow.state == State.RECEIVED,
            EnvelopeRow.digest == OutgoingRow.receipt_digest,
        )
        .group_by(col(OutgoingRow.to_party), col(EnvelopeRow.address))
    )
    return {(party, address.casefold()): at for party, address, at in session.execute(found)}


def unverified_since(session: Session) -> dict[str, datetime]:
    """List the parties whose active address has answered since it was last verified, and when (D4)."""
    heard = answers(session)
    contacts = AddressBook(session).contacts()
    news = {one.party: heard.get((one.party, one.email.casefold())) for one in contacts}
    return {one.party: at for one in contacts if (at := news[one.party]) and at > (one.verified_at or one.valid_from)}
