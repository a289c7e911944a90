"""Every letter that was sealed to one key: the facts for the notice to Datatilsynet within 72 hours (S34).

At the end that wrote them the envelopes tell; at the end that read them, what was taken. Never what a letter says.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from directory.book import PinnedKeyRow
from directory.own import OwnBook
from gateway.exchange.delivery import State
from gateway.exchange.ports import Passage
from gateway.exchange.receipts import Verdict
from gateway.exchange.rows import ConversationRow, EnvelopeRow, OutgoingRow, TakenRow
from gateway.wire.conversation import WITHOUT_CITIZEN
from gateway.wire.letters import Kind
from keys.fingerprint import Fingerprint

ABOUT_NOBODY: Final = (Kind.RECEIPT, Kind.FIGURES)
"""Beside what is said in the conversations of the line itself."""
NEVER_LEFT: Final = (Passage.NOT_REACHED, Passage.REFUSED)


@dataclass(frozen=True)
class ExposedLetter:
    """One letter about a citizen.

    `here` tells whether this end wrote it: then `party` is who it was for, and `at` each time it was sealed to the key.
    Else `party` wrote it, and `at` is when it was taken in. `may_have_left`: one of the envelopes may have reached a
    mail server. `received`: the reader's gateway has opened it.
    """

    letter_id: str
    kind: Kind
    number: str
    conversation_id: str
    here: bool
    party: str
    at: tuple[datetime, ...]
    addresses: tuple[str, ...]
    signed_by: tuple[Fingerprint, ...]
    received: bool
    may_have_left: bool


@dataclass(frozen=True)
class Exposed:
    """What one key opens. `owner` is the party it belongs to, `OURS`, or empty when no key of that name is known.

    `kinds` counts the letters about citizens, and `conversations` the referrals they belong to; `about_nobody` counts
    what holds no citizen: receipts, TESTs, figures, keys and contacts.
    """

    fingerprint: Fingerprint
    owner: str
    since: datetime | None
    until: datetime | None
    letters: tuple[ExposedLetter, ...]
    kinds: Mapping[Kind, int]
    conversations: int
    about_nobody: Mapping[Kind, int]


OURS: Final = "own"


def exposed(own: OwnBook, key: Fingerprint, since: datetime | None, until: datetime | None) -> Exposed:
    """Gather what was sealed to a key in a window; both ends of it belong to it."""
    session = own.session
    found = sorted((*_written(session, key, since, until), *_read(session, key, since, until)), key=_first)
    silent = _between_gateways(session)
    letters = [one for one in found if one.kind not in ABOUT_NOBODY and one.conversation_id not in silent]
    others = [one.kind for one in found if one not in letters]
    return Exposed(
        fingerprint=key,
        owner=_owner(own, key),
        since=since,
        until=until,
        letters=tuple(letters),
        kinds=Counter(one.kind for one in letters),
        conversations=len({one.conversation_id for one in letters}),
        about_nobody=Counter(others),
    )


def _written(
    session: Session, key: Fingerprint, since: datetime | None, until: datetime | None
) -> Iterator[ExposedLetter]:
    sealed = (
        select(EnvelopeRow, OutgoingRow)
        .join(OutgoingRow, col(OutgoingRow.letter_id) == col(EnvelopeRow.letter_id))
        .where(EnvelopeRow.sealed_to == key, *_within(col(EnvelopeRow.made_at), since, until))
        .order_by(col(EnvelopeRow.letter_id), col(EnvelopeRow.made_at))
    )
    for _letter, pairs in groupby(session.exec(sealed).all(), key=lambda pair: pair[1].letter_id):
        envelopes, rows = zip(*pairs, strict=True)
        row = rows[0]
        received = row.state == State.RECEIVED and row.receipt_digest in {one.digest for one in envelopes}
        yield ExposedLetter(
            letter_id=row.letter_id,
            kind=Kind(row.kind),
            number=row.number,
            conversation_id=row.conversation_id,
            here=True,
            party=row.to_party,
            at=tuple(one.made_at for one in envelopes),
            addresses=tuple(dict.fromkeys(one.address for one in envelopes)),
            signed_by=tuple(dict.fromkeys(Fingerprint(one.signed_by) for one in envelopes)),
            received=received,
            may_have_left=received or any(one.passage not in NEVER_LEFT for one in envelopes),
        )


def _read(
    session: Session, key: Fingerprint, since: datetime | None, until: datetime | None
) -> Iterator[ExposedLetter]:
    taken = (
        select(TakenRow, ConversationRow.number)
        .join(ConversationRow, col(ConversationRow.conversation_id) == col(TakenRow.conversation_id), isouter=True)
        .where(TakenRow.opened_with == key, *_within(col(TakenRow.taken_at), since, until))
    )
    for row, number in session.exec(taken):
        yield ExposedLetter(
            letter_id=row.letter_id,
            kind=Kind(row.kind),
            number=number or "",
            conversation_id=row.conversation_id,
            here=False,
            party=row.party,
            at=(row.taken_at,),
            addresses=(),
            signed_by=(Fingerprint(row.signed_by),),
            received=row.verdict == Verdict.OK,
            may_have_left=True,
        )


def _within(at: Mapped[datetime], since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    bounds = (None if since is None else at >= since, None if until is None else at <= until)
    return [bound for bound in bounds if bound is not None]


def _between_gateways(session: Session) -> frozenset[str]:
    """Name the conversations that no citizen is in."""
    lines = select(ConversationRow.conversation_id).where(col(ConversationRow.stage).in_(WITHOUT_CITIZEN))
    return frozenset(session.exec(lines))


def _owner(own: OwnBook, key: Fingerprint) -> str:
    ours = own.keys()
    if key in {row.fingerprint for row in ours}:
        return OURS
    return own.session.exec(select(PinnedKeyRow.party).where(PinnedKeyRow.fingerprint == key)).first() or ""


def _first(letter: ExposedLetter) -> tuple[datetime, str]:
    return letter.at[0], letter.letter_id
