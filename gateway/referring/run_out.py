"""How many referrals somebody should see to, by the clock that has run out: for a monitor, which asks often.

It says what the duty officer's list says, without a remark on urgency: no text is opened for a figure. What waits for
the municipality alone, which is nearly all, is read in three questions however much there is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.hours import OpeningHours
from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow
from gateway.referring.attention import nobody_has_it
from gateway.referring.dossier import Dossier, asks_for_somebody
from gateway.referring.promise import NOT_KNOWN, Call, CallOutcome, Known, Step, watch
from gateway.referring.rows import CallRow, ReferralRow
from gateway.site.cipher import Vault
from gateway.site.ports import Clock
from gateway.site.settings import PromiseSettings


@dataclass(frozen=True)
class RunOut:
    """Counts. `clock` is the rules' clock."""

    vault: Vault
    clock: Clock
    terms: PromiseSettings

    def __call__(self, session: Session) -> Mapping[str, int]:
        """Count the referrals under the most pressing of their clocks that has run out."""
        now, found = self.clock(), (*_waiting(session), *self._others(session))
        rungs = (watch(known, self.terms, now).due for known in found)
        counted = Counter(rung.step for rung in rungs if rung)
        return {step: counted[step] for step in Step if step is not Step.PHONE_AT_ONCE}

    def _others(self, session: Session) -> Iterator[Known]:
        """Give those the desk is asked about for another reason: a withdrawal to be told, an answer to be read."""
        rows = session.exec(select(ReferralRow).where(asks_for_somebody())).all()
        return (Dossier(session, self.vault, row).known() for row in rows)


def _waiting(session: Session) -> Iterator[Known]:
    """Give those that wait for nothing but that somebody takes them."""
    calls, hours, letter = _calls(session), _hours(session), aliased(OutgoingRow)
    rows = (
        select(ReferralRow.letter_id, ReferralRow.municipality, ReferralRow.submitted_at, letter.state)
        .join(letter, col(letter.letter_id) == ReferralRow.letter_id)
        .where(nobody_has_it(), ~asks_for_somebody())
    )
    for letter_id, municipality, submitted_at, state in session.exec(rows):
        yield Known(submitted_at, State(state), hours.get(municipality, NOT_KNOWN), calls=tuple(calls[letter_id]))


def _calls(session: Session) -> Mapping[str, list[Call]]:
    """Give the calls about them, oldest first."""
    call, found = aliased(CallRow), defaultdict[str, list[Call]](list)
    rows = (
        select(call.referral_id, call.called_at, call.outcome)
        .join(ReferralRow, col(ReferralRow.letter_id) == call.referral_id)
        .where(nobody_has_it())
        .order_by(col(call.id))
    )
    for letter_id, called_at, outcome in session.exec(rows):
        found[letter_id].append(Call(called_at, CallOutcome(outcome)))
    return found


def _hours(session: Session) -> Mapping[str, OpeningHours]:
    """Tell when each unit that has something is open."""
    book = AddressBook(session)
    parties = session.exec(select(ReferralRow.municipality).where(nobody_has_it()).distinct()).all()
    contacts = ((party, book.contact(party)) for party in parties)
    return {party: OpeningHours.parse(contact.hours) for party, contact in contacts if contact}
