"""Mail servers' reports about our letters: matched to the envelope they name, and taken as the hint they are.

A permanent failure of the envelope that left last parks its letter, where a person sees it, and it is tried again after
an hour: a full mailbox is emptied, a wrong address corrected. What waiting does not mend is given up at the third time.
A receipt overrules it, whenever it comes.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from gateway.exchange import outbox
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import BOUNCED, DELAYED, State
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow
from gateway.mailbox import last
from gateway.wire.bounce import Bounce, Fate, is_automatic, read
from gateway.wire.envelope import unwrap
from gateway.wire.errors import NotAnEnvelope

UNMATCHED: Final = "UNMATCHED"
UNCLEAR: Final = "UNCLEAR"
OWN_LETTER: Final = "OWN_LETTER"
MAILBOX: Final = "MAILBOX"
MACHINE: Final = "MACHINE"

UNSURE: Final = frozenset({State.SENT, State.HANDED_OVER})
"""Where a letter is that the relay has, and of which its reader's machine has said nothing."""
MAY_COME_BACK: Final = UNSURE | {State.QUEUED}
"""Where a letter is when news of its failure counts; what is settled is not unsettled by it."""


def take(session: Session, raw: bytes, *, from_nobody: bool, now: datetime) -> tuple[Outcome, str] | None:
    """Take mail that is no letter to us: what it is, and a code for what it said.

    None when it is neither a report nor a machine's answer for certain; then a person is to see that it came.
    """
    own = _own_letter(session, raw)
    if own is not None:
        return (Outcome.AUTOMATIC, OWN_LETTER) if own else None
    bounce = read(raw, from_nobody=from_nobody)
    if bounce is None or (bounce.fate is Fate.UNCLEAR and is_automatic(raw)):
        return (Outcome.AUTOMATIC, MACHINE) if is_automatic(raw) else None
    envelope = _envelope(session, bounce)
    if envelope is None and bounce.fate is Fate.FAILED and last.came_back(session, bounce.envelope_ids, bounce.status):
        return Outcome.BOUNCE, MAILBOX
    if envelope is None:
        return None if bounce.fate is Fate.UNCLEAR else (Outcome.BOUNCE, UNMATCHED)
    return Outcome.BOUNCE, _told(session, bounce, envelope, now)


def is_about_ours(session: Session, raw: bytes, *, from_nobody: bool) -> bool:
    """Tell whether a mail is a report about something that left here, in a mailbox where others have theirs."""
    bounce = read(raw, from_nobody=from_nobody)
    if bounce is None:
        return False
    return _envelope(session, bounce) is not None or last.is_ours(session, bounce.envelope_ids)


def _own_letter(session: Session, raw: bytes) -> bool | None:
    """Tell whether an envelope is one of ours that came round again; None for mail that is no envelope."""
    try:
        envelope_id = unwrap(raw).message_id.strip("<>").partition("@")[0]
    except NotAnEnvelope:
        return None
    return session.get(EnvelopeRow, envelope_id) is not None


def _envelope(session: Session, bounce: Bounce) -> EnvelopeRow | None:
    named = select(EnvelopeRow).where(col(EnvelopeRow.envelope_id).in_(bounce.envelope_ids))
    return session.exec(named.order_by(col(EnvelopeRow.made_at).desc())).first()


def _told(session: Session, bounce: Bounce, envelope: EnvelopeRow, now: datetime) -> str:
    """Note what is said of an envelope; its letter is steered only when it is the one that left last."""
    if bounce.fate is Fate.UNCLEAR:
        return UNCLEAR
    failed = bounce.fate is Fate.FAILED
    code = "_".join(filter(None, (BOUNCED, bounce.status))) if failed else DELAYED
    if failed or not envelope.bounced:
        envelope.bounced = code
    row = session.get_one(OutgoingRow, envelope.letter_id)
    last = outbox.envelopes(session, row.letter_id)[-1]
    if last.envelope_id != envelope.envelope_id or row.state not in MAY_COME_BACK:
        return code
    if failed:
        outbox.steer(session, row, outbox.after_return(session, envelope, now), now)
    elif row.state in UNSURE and row.reason != DELAYED:
        row.reason = DELAYED
        session.add_all([row, StepRow(letter_id=row.letter_id, state=row.state, reason=DELAYED, at=now)])
    return code
