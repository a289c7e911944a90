"""The desk, joined to the region's end: the ports of its screens, each with a session of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from directory import municipalities
from directory.book import AddressBook
from directory.errors import NotAParty
from gateway import bootstrap
from gateway.desk.ports import Board, DeskPorts, Reach
from gateway.referring.dossier import Dossier
from gateway.referring.follow import Progress
from gateway.referring.journal import note
from gateway.referring.journal_entry import entry
from gateway.referring.past import Past
from gateway.site.people import Person
from gateway.station import Station
from gateway.wire.referral import Referral


def desk_ports(station: Station, person: Person | None = None, notice: str | None = None) -> DeskPorts:
    """Give the desk what it needs."""
    desk = _Reading(station)
    return DeskPorts(
        unit=station.settings.unit,
        people=desk.people,
        drafts=bootstrap.drafts(station),
        submit=bootstrap.submit(station),
        decline=bootstrap.decline(station),
        recognise=bootstrap.recognise(station),
        duty=bootstrap.duty(station),
        correspond=bootstrap.correspond(station),
        board=desk.board,
        finished=desk.finished,
        named=desk.named,
        about=desk.about,
        sent=desk.sent,
        resend=desk.resend,
        journal=desk.journal,
        reach=desk.reach,
        chase_after=timedelta(hours=station.settings.promise.chase_drafts_hours),
        now=station.clocks.rules,
        person=person,
        notice=notice,
    )


@dataclass(frozen=True)
class _Reading:
    """What the screens read; each question opens and closes its own session."""

    station: Station

    def people(self) -> tuple[Person, ...]:
        with self.station.database.reading() as session:
            return self.station.people(session).active()

    def board(self) -> Board:
        with self.station.database.reading() as session:
            waiting = tuple(bootstrap.follow(self.station, session).active())
        return Board(waiting, bootstrap.drafts(self.station).all())

    def finished(self) -> Sequence[Progress]:
        with self.station.database.reading() as session:
            return bootstrap.follow(self.station, session).finished()

    def named(self, name: str) -> Progress | None:
        with self.station.database.reading() as session:
            return bootstrap.follow(self.station, session).named(name)

    def about(self, text: str) -> Sequence[Progress]:
        with self.station.database.reading() as session:
            return bootstrap.follow(self.station, session).about(text)

    def sent(self, name: str) -> Referral | None:
        with self.station.database.reading() as session:
            row = Past(session, self.station.vault).row(name)
            return Dossier(session, self.station.vault, row).content if row else None

    def resend(self, name: str) -> Progress | None:
        with self.station.database.session() as session:
            return bootstrap.follow(self.station, session).send_again(name, self.station.clocks.machine())

    def journal(self, name: str) -> str | None:
        with self.station.database.reading() as session:
            found = entry(session, self.station.vault, name)
            return note(found) if found else None

    def reach(self, code: str) -> Reach:
        place = municipalities.by_code(code)
        if place is None:
            raise NotAParty
        with self.station.database.reading() as session:
            book = AddressBook(session)
            pin = book.pinned(code)
            return Reach(place, book.contact(code), pin.valid_from if pin else None)
