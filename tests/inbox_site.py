"""A municipality's inbox on real SQLite and the synthetic referrals: for the inbox's tests and screenshots."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from directory.model import Contact
from gateway.adapters.database import Database
from gateway.consents.rows import ConsentTable
from gateway.exchange.conversations import advance
from gateway.exchange.ports import Arrived
from gateway.exchange.rows import ExchangeTable
from gateway.meetings.rows import MeetingTable
from gateway.site.cipher import Vault
from gateway.site.people import Person, Role
from gateway.wire.letters import Kind, Letter
from inbox_tui.acts import Acts
from inbox_tui.casework.intake import Intake
from inbox_tui.news import News
from inbox_tui.ports import InboxPorts
from inbox_tui.quarantine import QuarantineLine
from inbox_tui.store import CaseStore
from inbox_tui.tables import InboxTable
from keys.fingerprint import Fingerprint

DATA = Path(__file__).parent / "data" / "referrals.json"
REFERRALS = {one["id"]: one["input"] for one in json.loads(DATA.read_text(encoding="utf-8"))["referrals"]}
ACCEPTED = tuple(key for key in REFERRALS if int(key[1:]) < 22)
REGION_KEY = Fingerprint("ABCD1234EF567890ABCD1234EF567890ABCD1234")
NOW = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)
ANNE = Person("staff-anne", "Anne Testesen", Role.INTAKE)
BENT = Person("staff-bent", "Bent Prøvegaard", Role.INTAKE)
UNIT = Contact.checked(
    party="730",
    unit_name="Den sociale indgang, Randers Kommune",
    email="sikkerpost@randers.example",
    phone="+45 89 15 00 00",
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    entered_by="test",
)


def conversation(number: str) -> str:
    """Give a number's conversation the same id in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://stafet.example/{number}"))


def referral(key: str, **changes: Any) -> dict[str, Any]:
    """Take a synthetic referral, with parts of it changed: `citizen={"name": …}` changes only the name."""
    body = json.loads(json.dumps(REFERRALS[key]))
    for name, value in changes.items():
        body[name] = {**body[name], **value} if isinstance(value, Mapping) and body.get(name) else value
    return body


def arrived(
    written: Any,
    number: str = "2026-0001",
    at: datetime = NOW,
    previous: Mapping[str, Any] | None = None,
    **more: Any,
) -> Arrived:
    """Let a referral arrive, as the exchange hands it over."""
    body = {"referral": written}
    letter = Arrived(
        letter_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"letter {number}")),
        conversation_id=conversation(number),
        kind=Kind.REFERRAL,
        from_party="region",
        number=number,
        body={**body, "previous": previous} if previous is not None else body,
        received_at=at,
        signed_by=REGION_KEY,
        signed_at=at,
    )
    return replace(letter, **more)


@dataclass
class InboxSite:
    """One inbox: what was posted from it is kept in `posted`."""

    path: Path
    vault: Vault = field(default_factory=Vault.random)
    posted: list[Letter] = field(default_factory=list)
    now: datetime = NOW
    set_aside: list[QuarantineLine] = field(default_factory=list)
    people: tuple[Person, ...] = (ANNE, BENT)

    def __post_init__(self) -> None:
        self.db = Database(f"sqlite:///{self.path}")
        families = (ExchangeTable, ConsentTable, MeetingTable)
        self.db.create(InboxTable.metadata, *(family.metadata for family in families))
        self.store = CaseStore(self.db, self.vault, self.post, lambda: UNIT)
        self.acts = Acts(self.store, self.vault, self.post, lambda: UNIT)
        self.store.ensure_departments()

    def post(self, session: Session, letter: Letter) -> None:
        """Keep what is posted, if it may come now."""
        advance(session, letter, with_party=letter.to_party, spoken_by=UNIT.party)
        self.posted.append(letter)

    def receive(self, letter: Arrived) -> str:
        """Take a letter in, as the daemon does; gives the case's id."""
        handlers = {Kind.REFERRAL: Intake(self.store.keep), **News(self.store, self.vault).handlers()}
        with self.db.session() as session:
            advance(session, letter, with_party=letter.from_party, spoken_by=letter.from_party)
            handlers[letter.kind](session, letter)
        return letter.conversation_id

    def hear(self, kind: Kind, body: Mapping[str, Any], number: str = "2026-0001", **more: Any) -> str:
        """Let a later letter about a case arrive; gives the case's id."""
        letter_id = str(uuid.uuid4())
        return self.receive(
            replace(arrived({}, number), **{"kind": kind, "body": body, "letter_id": letter_id, **more})
        )

    def ports(self, **changes: Any) -> InboxPorts:
        """Join the application's ports to this site."""
        return replace(
            InboxPorts(
                store=self.store,
                acts=self.acts,
                people=lambda: self.people,
                quarantine=lambda: tuple(self.set_aside),
                now=lambda: self.now,
                person=ANNE,
                poll_seconds=60,
            ),
            **changes,
        )
