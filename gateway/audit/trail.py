"""Write the trail: an entry is added in the transaction of the act it tells of, so neither stands without the other.

It holds ids, codes and counts. What could be a word of content, or a name, is refused before it is written (S30).
"""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session

from gateway.audit.chain import Head, Link
from gateway.audit.rows import EntryRow, HeadRow

DAEMON: Final = "daemon"
"""Who acts when nobody in person does."""
CONSOLE: Final = "console"
"""Who acts when it is whoever holds the service account, without signing in."""
UNKNOWN: Final = "unknown"
"""Who tried, when nobody of that name works here: what was typed is not kept, for it may be a password."""
DONE: Final = "done"

CODE: Final = re.compile(r"[0-9A-Za-z@_.:-]{0,80}")
"""Room for an id, a fingerprint, a reason code or a department's id, and none for a sentence."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `about` is the id of what it was done to; `detail` holds codes and counts."""

    at: datetime
    action: str
    purpose: str
    person_id: str = DAEMON
    role: str = ""
    about: str = ""
    outcome: str = DONE
    detail: dict[str, str | int] = field(default_factory=dict)


def note(session: Session, entry: Entry) -> Head:
    """Add an entry in the caller's transaction; raises ValueError for what is no id, code or count."""
    _require_codes(entry)
    head = session.get_one(HeadRow, 1, with_for_update=True, populate_existing=True)
    said = {**asdict(entry), "detail": json.dumps(entry.detail, sort_keys=True)}
    link = Link(seq=head.seq + 1, previous=head.hash, **said)
    session.add(EntryRow(**asdict(link), hash=link.hash))
    head.seq, head.hash = link.seq, link.hash
    session.add(head)
    session.flush()
    return Head(link.seq, link.hash)


def head(session: Session) -> Head:
    """Tell how far the trail has come."""
    row = session.get_one(HeadRow, 1)
    return Head(row.seq, row.hash)


def _require_codes(entry: Entry) -> None:
    texts = (entry.action, entry.purpose, entry.person_id, entry.role, entry.about, entry.outcome)
    details = (*entry.detail, *(value for value in entry.detail.values() if isinstance(value, str)))
    if not all(CODE.fullmatch(text) for text in (*texts, *details)):
        raise ValueError("the audit trail holds ids, codes and counts only")
