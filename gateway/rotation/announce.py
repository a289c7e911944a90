"""Announce a new key of ours: to every party by the key it knows, until it is heard on the new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from directory.departments import is_department
from directory.own import OwnBook
from gateway.exchange import outbox
from gateway.exchange.delivery import OWN_KEY_UNKNOWN_THERE, UNDER_WAY, State
from gateway.exchange.ports import Post
from gateway.exchange.rows import OutgoingRow
from gateway.wire.keeping import KeyChange, statement
from gateway.wire.letters import Kind, Letter, new_id
from keys import succession
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

AGAIN_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True)
class Announce:
    """Writes announcements into the outbox; `party` is ourselves."""

    keyring: Keyring
    post: Post
    party: str

    def __call__(self, own: OwnBook, now: datetime) -> int:
        """Tell every straggler that can still believe us of the newest key, once a day; tells how many were written.

        Where an announcement is under way nothing is added to it. A department's mail program cannot take one in: a
        person gives it the key. Raises SealRefused or KeyringError.
        """
        machines = [party for party in own.stragglers(now) if not is_department(party)]
        due = [party for party in machines if own.signer_for(party, now) and _due(own, party, now)]
        if due:
            take_back(own.session, now, due)
            body = self._body(own)
            for party in due:
                self.post(own.session, Letter(Kind.KEY_CHANGE, new_id(), party, "", body.written()))
        return len(due)

    def _body(self, own: OwnBook) -> KeyChange:
        newest = own.newest()
        old, new = own.before(newest), Fingerprint(newest.fingerprint)
        if old is None or old.ends_at is None:
            raise LookupError("the first key has nobody to follow")
        said = statement(party=self.party, old=old.fingerprint, new=new)
        return KeyChange(
            old=old.fingerprint,
            new=new,
            certificate=self.keyring.export_public(new).decode("ascii"),
            proof=succession.prove(self.keyring, said, key=new),
            old_ends_at=old.ends_at,
        )


def take_back(session: Session, now: datetime, parties: Iterable[str] | None = None) -> None:
    """Let no announcement go out (again), to some or to all: it has become pointless, or would not be believed.

    One that failed is settled with it: the next one, or a person on the phone, does what it could not.
    """
    outbox.take_back(session, Kind.KEY_CHANGE, now, parties)


def let_go(session: Session, party: str, now: datetime) -> None:
    """Let leave at once what waited until a party knew our key."""
    waits = (
        col(OutgoingRow.to_party) == party,
        col(OutgoingRow.state) == State.PARKED,
        col(OutgoingRow.reason) == OWN_KEY_UNKNOWN_THERE,
    )
    session.execute(update(OutgoingRow).where(*waits).values(next_at=now).execution_options(synchronize_session=False))


def _due(own: OwnBook, party: str, now: datetime) -> bool:
    newest = own.newest()
    told = select(OutgoingRow.posted_at, OutgoingRow.state).where(
        OutgoingRow.kind == Kind.KEY_CHANGE, OutgoingRow.to_party == party, col(OutgoingRow.posted_at) >= newest.made_at
    )
    before = own.session.exec(told).all()
    return all(state not in UNDER_WAY and posted_at + AGAIN_AFTER <= now for posted_at, state in before)
