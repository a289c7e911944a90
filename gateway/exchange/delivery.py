"""A delivery is one letter's journey out: its states, and when to try again. Pure rules.

    CANCELLED ◄──┬── QUEUED ──► SENT ──► RECEIVED
                 │    │ ▲ │      ├────► REFUSED
                 │    ▼ │ │      └────► GIVEN_UP
                 └── PARKED └► HANDED_OVER

A receipt settles a delivery from wherever it stands, because the news may overtake our own record of having sent it.
Good news is final: a letter that was received is never reported as anything else afterwards. So is CANCELLED, which
only a letter becomes that surely nobody has seen.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.exchange.ports import Attempt, Passage
from gateway.wire.letters import Kind


class State(enum.StrEnum):
    """Where a letter is on its way out."""

    QUEUED = "queued"
    """Waits for its turn, or for the relay to be reached."""
    SENT = "sent"
    """The relay has it; the other gateway has not said so yet."""
    HANDED_OVER = "handed-over"
    """The relay has it, and that is all there is to know: a mail program sends no receipt."""
    RECEIVED = "received"
    """The other gateway has opened and stored it, and signed for it."""
    REFUSED = "refused"
    """The other gateway could not take it, and said why."""
    PARKED = "parked"
    """Cannot leave: no contact, no usable key, the relay refuses, or it came back. Leaves when the cause is gone."""
    GIVEN_UP = "given-up"
    """Sent three times without a receipt, or come back three times for good. A person must phone."""
    CANCELLED = "cancelled"
    """Taken back before it left; its content is gone (O10)."""


UNDER_WAY: Final = frozenset({State.QUEUED, State.SENT, State.PARKED})
"""What may still arrive; the letters behind it in the same conversation wait, so that they arrive in order."""

FAILED: Final = frozenset({State.REFUSED, State.GIVEN_UP})
"""What does not go on by itself."""

RESEND_AFTER: Final = timedelta(minutes=30)
"""No technical receipt within this time: send again (MedCom, reliable messaging)."""
RESENDS: Final = 2
FIRST_RETRY: Final = timedelta(seconds=15)
LONGEST_RETRY: Final = timedelta(hours=1)
RETURNS: Final = 3
"""How often a letter comes back from one address, for a cause that waiting does not mend, before it is given up."""
PARKED_LOOK: Final = timedelta(minutes=1)
"""How often a parked letter looks whether its cause is gone."""

OVERRULED_BY: Final[Mapping[State, frozenset[State]]] = {
    State.RECEIVED: frozenset(),
    State.REFUSED: frozenset({State.RECEIVED}),
    State.CANCELLED: frozenset(),
}
"""What may still replace a state that is settled by the other gateway's word or by ours; no later news of ours does."""

RELAY_REFUSED: Final = "RELAY_REFUSED"
NO_RECEIPT: Final = "NO_RECEIPT"
NO_CONTACT: Final = "NO_CONTACT"
NO_KEY: Final = "NO_KEY"
KEY_REVOKED: Final = "KEY_REVOKED"
"""The receiver's key was lost or stolen; its letters wait for the new one."""
OWN_KEY_UNKNOWN_THERE: Final = "OWN_KEY_UNKNOWN_THERE"
"""The receiver is not known to use any key of ours that still holds: it must be told by phone."""
BOUNCED: Final = "BOUNCED"
"""A mail server on the way has given the letter back; its status code may follow, as in BOUNCED_5.1.1."""
RETURNED: Final = "RETURNED"
"""It was given back, and is not tried again by itself; the status code may follow, as in RETURNED_5.1.1."""
LASTING: Final = tuple(f"{BOUNCED}_{status}." for status in ("5.1", "5.2.1", "5.2.3", "5.3.4", "5.6"))
"""What waiting does not mend (RFC 3463): no such address, a closed mailbox, a letter too large or in a wrong form."""
DELAYED: Final = "DELAYED"
"""A mail server on the way has not been able to pass the letter on yet, and goes on trying."""


@dataclass(frozen=True)
class Course:
    """What a delivery does next: its state, why, and when to look at it again (None: never by itself)."""

    state: State
    next_at: datetime | None
    reason: str = ""


def after_attempt(
    attempt: Attempt, kind: Kind, tries: int, now: datetime, jitter: float, *, by_hand: bool = False
) -> Course:
    """Decide after attempt number `tries` (from 1). `jitter` in 0…1 spreads retries: no storm follows an outage.

    `by_hand`: where it went at this attempt only people read, and nothing will send a receipt.

    What may or may not have been accepted goes again as soon as what surely was not: a copy has the same letter id, so
    it is taken once, and a letter that was lost with the server it had reached does not wait for a receipt in vain.
    """
    if attempt.passage is Passage.ACCEPTED and kind is Kind.RECEIPT:
        return Course(State.SENT, None)
    if attempt.passage is Passage.ACCEPTED:
        return Course(State.HANDED_OVER, None) if by_hand else Course(State.SENT, now + RESEND_AFTER)
    if attempt.passage is Passage.REFUSED:
        return Course(State.PARKED, now + LONGEST_RETRY, RELAY_REFUSED)
    return Course(State.QUEUED, now + retry_after(tries, jitter), attempt.detail)


def retry_after(tries: int, jitter: float) -> timedelta:
    """Wait 15 seconds, then twice as long each time up to an hour, give or take a quarter."""
    doubled = FIRST_RETRY * int(2 ** min(tries - 1, 10))
    return min(doubled, LONGEST_RETRY) * (0.75 + jitter / 2)


def parked(reason: str, now: datetime) -> Course:
    """Park a letter that cannot be sealed or addressed now."""
    return Course(State.PARKED, now + PARKED_LOOK, reason)


def came_back(reason: str, returns: int, now: datetime) -> Course:
    """Park a letter that a mail server has given back, and try it again after an hour; or give it up.

    `returns`: how often it came back from this address for a lasting cause, this time with it.
    """
    if is_lasting(reason) and returns >= RETURNS:
        return returned(reason)
    return Course(State.PARKED, now + LONGEST_RETRY, reason)


def returned(reason: str) -> Course:
    """Give up a letter that came back, until a person, or a new address or key, sends it again."""
    return Course(State.GIVEN_UP, None, reason.replace(BOUNCED, RETURNED, 1))


def is_lasting(reason: str) -> bool:
    """Tell whether a letter came back for a cause that waiting does not mend."""
    return f"{reason}.".startswith(LASTING)


def may_send(state: State, times_sent: int) -> bool:
    """Tell whether a delivery that is due may be sent (again); False means it is given up."""
    return state is not State.SENT or times_sent <= RESENDS


def can_become(state: State, news: State) -> bool:
    """Tell whether `news` may replace `state`: what the other end signed stands, and nothing replaces good news."""
    return state is not news and news in OVERRULED_BY.get(state, frozenset(State))
