"""A region with rows only: for the tests of what it counts."""

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from databases import database_at
from quick_databases import created

from gateway.adapters.database import Database
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.referring.counting import Counting
from gateway.referring.example import example
from gateway.referring.rows import ReferralRow, ReferringTable, SupplementRow
from gateway.site.cipher import Vault
from gateway.station import SHARED_TABLES
from gateway.statistics.figures import Figures
from gateway.statistics.period import Period
from gateway.wire.referral import Referral
from gateway.wire.supplement import Supplement

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 3, 9, tzinfo=UTC)


@dataclass
class CountingSite:
    """Rows as the region's work would leave them."""

    folder: Path
    vault: Vault = field(default_factory=Vault.random)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.database = Database(database_at(self.folder / "region.db"))
        created(self.database, *SHARED_TABLES, ReferringTable.metadata)

    def add(self, *rows: Any) -> None:
        with self.database.session() as session:
            session.add_all(rows)

    def referral(self, code: str = "730", at: datetime = NOVEMBER, *, written: Any = None, **columns: Any) -> str:
        """Write a referral down as sent; gives its letter's id."""
        letter_id = f"letter-{next(self.numbers)}"
        content = Referral.parse(example(code, at) | {"re_referral": None} | (written or {})).as_json()
        row = {
            "letter_id": letter_id,
            "conversation_id": f"conversation {letter_id}",
            "number": letter_id,
            "municipality": code,
            "submitted_at": at,
            "person_id": "mette",
            "citizen_id": f"citizen {letter_id}",
            "first_sent_at": at,
            "locked": self.vault.lock(json.dumps(content).encode(), f"referral:{letter_id}"),
        }
        self.add(ReferralRow(**{**row, **columns}))
        return letter_id

    def received(self, letter_id: str, posted: datetime, after: timedelta) -> None:
        letter = {"letter_id": letter_id, "conversation_id": letter_id, "kind": "referral", "to_party": "730"}
        self.add(
            OutgoingRow(**letter, number="", locked=b"", state="received", posted_at=posted),
            StepRow(letter_id=letter_id, state="queued", at=posted),
            StepRow(letter_id=letter_id, state="received", at=posted + after),
            StepRow(letter_id=letter_id, state="received", at=posted + after * 9),
        )

    def supplement(self, referral_id: str, at: datetime, **said: Any) -> None:
        letter_id = f"supplement-{next(self.numbers)}"
        body = Supplement(written_at=at, written_by="Mette Testgaard", **said).written()
        locked = self.vault.lock(json.dumps(body).encode(), f"supplement:{letter_id}")
        self.add(
            SupplementRow(letter_id=letter_id, referral_id=referral_id, person_id="mette", written_at=at, locked=locked)
        )

    def count(self, period: Period | None = None) -> Figures:
        with self.database.reading() as session:
            return Counting(session, self.vault)(period or Period.around(NOW.date()), NOW)
