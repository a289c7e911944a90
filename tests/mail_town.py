"""Randers with a referral that was acknowledged, and a department that is reached in a mail program of its own."""

from typing import Protocol

import sites
from mail_program import ADDRESS

from gateway.exchange.rows import OutgoingRow
from gateway.wire.letters import Kind, Letter, new_id
from inbox_tui import bootstrap, work_page
from keys.fingerprint import Fingerprint
from tests.inbox_site import ANNE, BODIL, HOME_CARE, referral, row_of


class Program(Protocol):
    """What the inbox needs of a department's mail program."""

    @property
    def key(self) -> Fingerprint: ...

    @property
    def certificate(self) -> bytes: ...

    def knows(self, certificate: bytes) -> None: ...


class Town:
    """Randers with a referral that was acknowledged, and Hjemmepleje reached by mail."""

    def __init__(self, line: sites.Line, program: Program) -> None:
        self.site, self.clock, self.program = line.randers, line.clock, program
        self.site.database.create(bootstrap.TABLES)
        with self.site.database.session() as session:
            session.add_all(row_of(one, self.site.station.vault) for one in (ANNE, BODIL))
        self.store, self.acts = bootstrap.case_store(self.site.station), bootstrap.acts(self.site.station)
        self.mail = bootstrap.department_mail(self.site.station)
        self.site.handlers.update(bootstrap.handlers(self.site.station))
        self.site.take_reply = bootstrap.take_reply(self.site.station)
        program.knows(self.site.station.keyring.export_public(self.site.key))
        self.case_id = self.arrive(line, sites.NUMBER)
        self.mail.reach("Hjemmepleje", ADDRESS, program.certificate, program.key, BODIL)

    def arrive(self, line: sites.Line, number: str) -> str:
        letter = Letter(Kind.REFERRAL, new_id(), sites.RANDERS, number, {"referral": referral("R02")})
        self.site.take(sites.sealed(line.region, letter).content)
        self.store.acknowledge(letter.conversation_id, ANNE, self.clock())
        self.site.send()
        return letter.conversation_id

    def forward(self, case_id: str = "", to: str = HOME_CARE, also=()) -> list[bytes]:
        self.store.forward(case_id or self.case_id, to, ANNE, "Ring til mig.", self.clock(), also=also)
        return self.site.send()

    @property
    def case(self):
        return self.store.get(self.case_id, ANNE, self.clock())

    @property
    def course(self) -> dict[str, str]:
        return dict(work_page.course(self.case, self.clock().date()).facts)

    def forwards(self) -> list[OutgoingRow]:
        return [row for row in self.site.rows(OutgoingRow) if row.kind == Kind.FORWARD]

    def taken_over_by(self) -> str | None:
        return self.case.taken_over.by if self.case.taken_over else None
