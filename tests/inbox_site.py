"""A municipality's inbox on real SQLite and the synthetic referrals: for the inbox's tests and screenshots."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from databases import database_at
from quick_databases import created
from sqlmodel import Session

from directory.model import REGION, Contact
from directory.tables import DirectoryTable
from gateway.access.actions import CASEWORK
from gateway.access.front_door import FrontDoor
from gateway.access.sign_in import SignIn
from gateway.access.staff import Staff
from gateway.adapters.database import Database
from gateway.audit.read import entries
from gateway.audit.rows import AuditTable
from gateway.backup.last import BackupTable
from gateway.consents.rows import ConsentTable
from gateway.contacts.changes import Changes
from gateway.contacts.ours import OurContact
from gateway.exchange.arrivals import Outcome
from gateway.exchange.conversations import advance
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Arrived
from gateway.exchange.rows import ArrivalRow, ExchangeTable
from gateway.keeping.ports import Keeper, Known
from gateway.liveness.board import Limits
from gateway.liveness.look import Board
from gateway.liveness.notices import Notices
from gateway.liveness.rows import LivenessTable
from gateway.mailbox.rows import MailboxTable
from gateway.meetings.rows import MeetingTable
from gateway.rotation.compromise import Compromise
from gateway.rotation.rotate import Rotation
from gateway.site.cipher import Vault
from gateway.site.people import PeopleTable, Person, PersonRow, Role
from gateway.site.settings import KeepingSettings, PromiseSettings
from gateway.wire.letters import Kind, Letter
from inbox_tui.acts import Acts
from inbox_tui.casework.case import Case, CaseLine, Rank
from inbox_tui.casework.intake import Intake
from inbox_tui.departments import Departments
from inbox_tui.drills import Drills
from inbox_tui.exporting import ExportCase
from inbox_tui.line import LookAtLine, last_day
from inbox_tui.news import News
from inbox_tui.ports import InboxPorts
from inbox_tui.set_aside import SetAside
from inbox_tui.store import CaseStore
from inbox_tui.tables import InboxTable
from keys.certificate import KeyInfo
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint

DATA = Path(__file__).parent / "data" / "referrals.json"
REFERRALS = {one["id"]: one["input"] for one in json.loads(DATA.read_text(encoding="utf-8"))["referrals"]}
ACCEPTED = tuple(key for key in REFERRALS if int(key[1:]) < 22)
REGION_KEY = Fingerprint("ABCD1234EF567890ABCD1234EF567890ABCD1234")
OWN_KEY = Fingerprint("1234ABCD5678EF901234ABCD5678EF901234ABCD")
NOW = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)
ANNE = Person("staff-anne", "Anne Testesen", Role.INTAKE)
BENT = Person("staff-bent", "Bent Prøvegaard", Role.INTAKE)
SOCIAL, HOME_CARE = "social-og-psykiatri", "hjemmepleje"
SARA = Person("staff-sara", "Sara Testlund", Role.DEPARTMENT, SOCIAL)
HANS = Person("staff-hans", "Hans Prøvedal", Role.DEPARTMENT, HOME_CARE)
RITA = Person("staff-rita", "Rita Revisortest", Role.AUDITOR)
BODIL = Person("staff-bodil", "Bodil Testbo", Role.ADMIN)
STAFF = (ANNE, BENT, SARA, HANS, RITA, BODIL)
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


def row_of(person: Person, vault: Vault) -> PersonRow:
    """Write a person down under the id they have."""
    return PersonRow(
        id=person.id,
        name_index=vault.index(f"person:{person.name.casefold()}"),
        locked_name=vault.lock(person.name.encode(), f"person:{person.id}"),
        role=person.role,
        department=person.department,
    )


def no_backup(_session: Session) -> None:
    """Tell that there was never a backup."""


class NoKeys:
    """A key ring that holds nothing."""

    def describe(self, _fingerprint: Fingerprint) -> KeyInfo:
        raise KeyNotFound


@dataclass
class InboxSite:
    """One inbox: what was posted from it is kept in `posted`."""

    path: Path
    vault: Vault = field(default_factory=Vault.random)
    posted: list[Letter] = field(default_factory=list)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.db = Database(database_at(self.path))
        families = (
            ExchangeTable,
            ConsentTable,
            MeetingTable,
            PeopleTable,
            AuditTable,
            DirectoryTable,
            LivenessTable,
            BackupTable,
            MailboxTable,
        )
        created(self.db, InboxTable.metadata, *(family.metadata for family in families))
        for person in STAFF:
            self.employ(person)
        self.store = CaseStore(self.db, self.vault, self.post, lambda: UNIT)
        self.acts = Acts(self.store, self.vault, self.post, lambda: UNIT)
        self.store.ensure_departments()

    def employ(self, person: Person) -> None:
        """Let a person work here, under the id they have."""
        with self.db.session() as session:
            session.merge(row_of(person, self.vault))

    def case(self, case_id: str, person: Person = ANNE) -> Case | None:
        """Read a case as a person sees it."""
        return self.store.get(case_id, person, self.now)

    def page(self, offset: int, limit: int, today: date, person: Person = ANNE) -> tuple[CaseLine, ...]:
        """Read some rows of the list as a person sees it."""
        with self.store.looking(person, self.now) as cases:
            return cases.page(offset, limit, today)

    def position(self, case_id: str, today: date, person: Person = ANNE) -> int | None:
        """Tell where a case stands in a person's list."""
        with self.store.looking(person, self.now) as cases:
            return cases.position(case_id, today)

    def tally(self, today: date, person: Person = ANNE) -> dict[Rank, int]:
        """Count the cases a person sees, by how soon they need somebody."""
        with self.store.looking(person, self.now) as cases:
            return cases.tally(today)

    def revision(self, person: Person = ANNE) -> tuple[int, ...]:
        """Give what changes with a person's list."""
        with self.store.looking(person, self.now) as cases:
            return cases.revision()

    def trail(self) -> list[tuple[str, str, str, str]]:
        """Read the trail: what was done, by whom, about what, and how it went."""
        with self.db.reading() as session:
            return [(one.action, one.person_id, one.about, one.outcome) for one in entries(session)]

    def put_aside(self, reason: str, size: int = 4_210, at: datetime = NOW) -> None:
        """Let a mail have come that cannot be trusted."""
        facts = {"size": size, "arrived_at": at, "rules_at": at, "outcome": Outcome.QUARANTINED, "reason": reason}
        with self.db.session() as session:
            session.add(ArrivalRow(place=str(uuid.uuid4()), locked=b"", **facts))

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

    def keeper(self, person: Person) -> Keeper:
        """Keep the line where no key ring is: it can be looked at, and no key can be made."""
        own, terms, ring = Identity(UNIT.party, UNIT.email, OWN_KEY), KeepingSettings(), NoKeys()
        board = Board((REGION,), Limits(terms, PromiseSettings()), own.book)
        clock, unit, post = (lambda: self.now), (lambda: UNIT), self.post
        notices = Notices(
            board, ring, lambda session, now: own.book(session).current(now), terms.backup_days, no_backup
        )

        def read(ask):
            with self.db.reading() as session:
                return ask(session, self.now)

        return Keeper(
            unit=UNIT.unit_name,
            person=person,
            board=lambda _person: read(board.rows),
            notices=lambda _person: read(notices.now),
            known=lambda _party, _person: Known(read(board.rows)[0]),
            changes=Changes(self.db, self.vault, ring, post, own, unit, terms, clock),
            ours=OurContact(self.db, post, own, unit, terms, clock),
            own_contact=unit,
            rotation=Rotation(self.db, ring, own, post, None, terms, unit, clock, lambda *_asked: True),
            compromise=Compromise(self.db, own, clock),
            test=lambda _party, _person: "",
            key_ends_at=partial(last_day, ring),
            now=clock,
            command="stafet-inbox",
        )

    def line(self) -> LookAtLine:
        """Look at the line, of which nothing is known."""
        own = Identity(UNIT.party, UNIT.email, OWN_KEY)
        board = Board((REGION,), Limits(KeepingSettings(), PromiseSettings()), own.book)
        return LookAtLine(self.db, self.vault, board, lambda: UNIT, partial(last_day, NoKeys()), lambda: self.now)

    def ports(self, **changes: Any) -> InboxPorts:
        """Join the application's ports to this site."""
        return replace(
            InboxPorts(
                store=self.store,
                acts=self.acts,
                drills=Drills(self.db, self.vault, self.post, lambda: UNIT),
                line=self.line(),
                keeper=self.keeper,
                door=FrontDoor(SignIn(self.db, self.vault, lambda: self.now), CASEWORK, "stafet-inbox audit"),
                set_aside=SetAside(self.db),
                export=ExportCase(self.store, self.path.with_name("exports")),
                departments=Departments(self.db),
                staff=Staff(self.db, self.vault, lambda: self.now, 7),
                now=lambda: self.now,
                unit_name=UNIT.unit_name,
                person=ANNE,
                poll_seconds=60,
            ),
            **changes,
        )
