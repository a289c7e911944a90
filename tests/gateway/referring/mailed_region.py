"""The region and a municipality without a gateway: its unit has a mail program, a key of its own, and people."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sites
from mail_program import MailProgram
from sqlmodel import select

from directory.book import AddressBook
from directory.model import Contact, PinnedKey, UnitKind
from gateway import bootstrap
from gateway.exchange.arrivals import Outcome
from gateway.exchange.rows import OutgoingRow
from gateway.referring.example import example
from gateway.referring.follow import Progress
from gateway.referring.rows import ReferralRow, ReferringTable, ReplyRow
from gateway.site.people import Person, Role
from gateway.wire.letters import Kind

UNIT = "sikkerpost@randers.example"
BIRGIT = '"Birgit Prøvegaard, Modtagelsen"'


@dataclass
class MailedRegion:
    """The region with its own handlers; Randers has `program`, and Mette sits at the desk."""

    line: sites.Line
    program: MailProgram
    site: sites.Site = field(init=False)
    person: Person = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.line.region
        self.site.database.create(ReferringTable.metadata)
        self.site.handlers = dict(bootstrap.handlers(self.station))
        self.site.take_reply = bootstrap.take_reply(self.station)
        writes_to = self.site.address
        self.program = replace(self.program, address=UNIT, name=BIRGIT, writes_to=writes_to)
        self.program.knows(self.station.keyring.export_public(self.site.key))
        self.knows(sites.RANDERS, self.program)
        self.person = sites.hire(self.station, "Mette Testgaard", Role.SENDER)

    @property
    def station(self) -> Any:
        return self.site.station

    def knows(self, party: str, program: MailProgram) -> None:
        """Pin the key of a municipality's mail program, as two people on the phone would."""
        now = self.line.clock()
        self.station.keyring.import_public(program.certificate, expected=program.key, now=sites.utc_now())
        with self.site.database.session() as session:
            AddressBook(session).pin_instead(PinnedKey(party, program.key, program.certificate, now, None, "test"))
        self.is_reached(party, UnitKind.MAIL_CLIENT)

    def is_reached(self, party: str, kind: UnitKind, **changes: Any) -> Contact:
        contact = sites.contact_of(party, kind=kind, valid_from=self.line.clock(), **changes)
        with self.site.database.session() as session:
            AddressBook(session).set_contact(contact)
        return contact

    def refer(self, code: str = sites.RANDERS) -> str:
        made = example(code, self.line.clock())
        return bootstrap.submit(self.station)(made, self.person).number

    def sent(self, code: str = sites.RANDERS) -> str:
        """Send a referral, and give its number."""
        number = self.refer(code)
        self.site.send()
        return number

    def takes(self, raw: bytes) -> tuple[Outcome, str]:
        return self.site.take(raw)

    def answers(self, words: str, subject: str = "", *options: str) -> tuple[Outcome, str]:
        """Let Randers answer as Thunderbird does."""
        return self.takes(self.program.by_thunderbird(self.site.key, words, subject, options))

    def letter(self, number: str, kind: Kind = Kind.REFERRAL) -> OutgoingRow:
        return next(one for one in self.site.rows(OutgoingRow) if (one.number, one.kind) == (number, kind))

    def row(self, number: str) -> ReferralRow:
        with self.site.database.reading() as session:
            return session.exec(select(ReferralRow).where(ReferralRow.number == number)).one()

    def progress(self, number: str) -> Progress:
        with self.site.database.reading() as session:
            found = bootstrap.follow(self.station, session).named(number)
        assert found is not None
        return found

    def replies(self) -> list[ReplyRow]:
        return self.site.rows(ReplyRow)

    def due(self) -> list[tuple[str, str]]:
        return [(one.number, one.step.value) for one in bootstrap.duty(self.station).due(self.person)]

    def go(self, step: timedelta) -> None:
        self.line.clock.go(step)
