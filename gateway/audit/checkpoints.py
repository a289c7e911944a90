"""Checkpoints: the daemon signs the head of the trail now and then, so that what lies before cannot change unseen.

What is newer than the last checkpoint, and than the last head another party has witnessed, can be cut off or written
anew by whoever can write to the database: that is at most a quarter of an hour, or a hundred entries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from gateway.audit.chain import Head
from gateway.audit.last_signed import stands
from gateway.audit.raw import Signed
from gateway.audit.rows import CheckpointRow
from gateway.audit.statements import Notary, Statement
from gateway.audit.trail import head
from gateway.site.log import Event, Log
from gateway.site.ports import Clock, Sessions
from keys.fingerprint import Fingerprint

AT_LEAST_EVERY: Final = timedelta(minutes=15)
AFTER_ENTRIES: Final = 100

log = Log("stafet.audit")


@dataclass(frozen=True)
class Checkpoints:
    """Signs the head when it is time, a round per tick. `clock` is the machine's.

    A trail that no longer holds what was signed last is not signed: that would prove what somebody has written anew.
    """

    sessions: Sessions
    notary: Notary
    clock: Clock

    def tick(self) -> int:
        """Sign if it is time; tells that no letter came of it. Raises SealRefused or KeyringError."""
        now, beside = self.clock(), self.notary.last_signed.read()
        with self.sessions.reading() as session:
            last, reached, holds = latest(session), head(session), stands(session, beside)
        if due(last, reached, now, self.notary.own):
            if holds:
                self._sign(reached, now)
            else:
                log(Event.TRAIL_NOT_SIGNED)
        return 0

    def _sign(self, reached: Head, now: datetime) -> None:
        own = self.notary.own
        signature = self.notary.sign(Statement.CHECKPOINT, reached, now)
        self._keep(reached, now, signature, own)
        self.notary.last_signed.keep(Signed(reached, now, signature))

    def _keep(self, reached: Head, now: datetime, signature: bytes, own: Fingerprint) -> None:
        """Keep a checkpoint; entries that came while it was signed wait for the next one."""
        with self.sessions.session() as session:
            if session.get(CheckpointRow, reached.seq) is None:
                session.add(
                    CheckpointRow(seq=reached.seq, hash=reached.hash, at=now, signed_by=own, signature=signature)
                )


def latest(session: Session) -> CheckpointRow | None:
    """Give the last checkpoint, which covers everything before it."""
    return session.exec(select(CheckpointRow).order_by(col(CheckpointRow.seq).desc()).limit(1)).first()


def due(last: CheckpointRow | None, reached: Head, now: datetime, own: str = "") -> bool:
    """Tell whether it is time: also when our key is another now, so that what came before hangs on the new one.

    A checkpoint dated ahead was signed by a clock that was wrong, and puts nothing off.
    """
    if last is None:
        return reached.seq > 0
    soon = reached.seq - last.seq >= AFTER_ENTRIES or own not in ("", last.signed_by)
    return reached.seq > last.seq and (soon or not last.at <= now < last.at + AT_LEAST_EVERY)
