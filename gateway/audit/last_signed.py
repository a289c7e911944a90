"""The last checkpoint once more, in a file beside the database.

Whoever can write to the database, and to nothing else, could take every checkpoint out of it, write the trail anew, and
have the daemon sign that. Held against this file it is found, and nothing is signed.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, func, select

from gateway.audit.chain import Head
from gateway.audit.raw import Signed
from gateway.audit.rows import BEFORE_ALL, EntryRow, StartRow
from gateway.site.home import write_anew

UNREADABLE: Final = Signed(Head(0, BEFORE_ALL), None, b"")
"""What a file says that somebody else has written: nothing that anybody signed."""


@dataclass(frozen=True)
class LastSigned:
    """The file."""

    file: Path

    def read(self) -> Signed | None:
        """Give the checkpoint; None before the first."""
        try:
            said = json.loads(self.file.read_text("utf-8"))
            head, signature = Head(int(said["seq"]), str(said["hash"])), str(said["signature"]).encode()
            return Signed(head, datetime.fromisoformat(said["at"]), signature)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, LookupError):
            return UNREADABLE

    def keep(self, signed: Signed) -> None:
        """Write a checkpoint down, durably."""
        said = {
            "seq": signed.head.seq,
            "hash": signed.head.hash,
            "at": signed.at.isoformat() if signed.at else None,
            "signature": signed.signature.decode("ascii"),
        }
        write_anew(self.file, json.dumps(said).encode())


def stands(session: Session, last: Signed | None) -> bool:
    """Tell whether the trail still holds what was signed last, or has been shortened past it (O18).

    `last` is read before anything is read in `session`: a trail only grows.
    """
    if last is None:
        return True
    begins_after = session.exec(select(func.max(col(StartRow.seq)))).one() or 0
    here = select(EntryRow.hash).where(EntryRow.seq == last.head.seq)
    return last.head.seq <= begins_after or session.exec(here).first() == last.head.hash
