"""The desk, joined to the region's end: the ports of its screens, each with a session of its own."""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from directory import municipalities
from directory.book import AddressBook
from directory.errors import NotAParty
from gateway import bootstrap
from gateway.access.actions import SENDING
from gateway.access.front_door import FrontDoor
from gateway.desk.ports import Board, DeskPorts, Reach
from gateway.keeping.joined import keeper
from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.people import Person
from gateway.station import Station
from gateway.terminal.appearance import is_dark
from gateway.terminal.door import Watch

ELSEWHERE: Final = mark("The desk is for those who send referrals. To check what was done: stafet-gateway audit")
"""What somebody else is told, such as an auditor."""


def desk_ports(
    station: Station, person: Person | None = None, notice: str | None = None, *, name: str = ""
) -> DeskPorts:
    """Give the desk what it needs."""
    desk = _Reading(station)
    return DeskPorts(
        unit=station.settings.unit,
        door=FrontDoor(station.sign_in, SENDING, _(ELSEWHERE)),
        drafts=bootstrap.drafts(station),
        submit=bootstrap.submit(station),
        decline=bootstrap.decline(station),
        recognise=bootstrap.recognise(station),
        duty=bootstrap.duty(station),
        correspond=bootstrap.correspond(station),
        look=bootstrap.look(station),
        board=desk.board,
        reach=desk.reach,
        keeper=lambda who: keeper(station, who, bootstrap.board(station)),
        chase_after=timedelta(hours=station.settings.promise.chase_drafts_hours),
        now=station.clocks.rules,
        person=person,
        name=name,
        watch=Watch(idle_seconds=station.settings.sign_in.idle_minutes * 60),
        notice=notice,
        dark=is_dark(station.settings.appearance, os.environ),
    )


@dataclass(frozen=True)
class _Reading:
    """What the screens read; each question opens and closes its own session."""

    station: Station

    def board(self, person: Person) -> Board:
        return Board(
            bootstrap.look(self.station).active(person),
            bootstrap.drafts(self.station).all(person),
        )

    def reach(self, code: str) -> Reach:
        place = municipalities.by_code(code)
        if place is None:
            raise NotAParty
        with self.station.database.reading() as session:
            book = AddressBook(session)
            pin = book.pinned(code)
            return Reach(place, book.contact(code), pin.valid_from if pin else None)
