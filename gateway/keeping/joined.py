"""The screens that keep the line, joined to either end: the same flows as the commands, for one person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from directory.book import AddressBook
from directory.errors import NotAParty
from gateway import upkeep
from gateway.access.act import looking
from gateway.access.actions import Action
from gateway.keeping.ports import Keeper, Known
from gateway.liveness.board import Row
from gateway.liveness.look import Board
from gateway.liveness.notices import Notice
from gateway.site.people import Person
from gateway.station import Station
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint


def keeper(station: Station, person: Person, board: Board, *, command: str = "stafet-gateway") -> Keeper:
    """Give the screens what they need, for one person; `board` and `command` are the end's own."""
    reading = _Reading(station, board)
    return Keeper(
        unit=station.settings.unit.name,
        person=person,
        board=reading.board,
        notices=reading.notices,
        known=reading.known,
        changes=upkeep.changes(station),
        ours=upkeep.our_contact(station),
        own_contact=lambda: station.unit,
        rotation=upkeep.rotation(station),
        compromise=upkeep.compromise(station),
        test=upkeep.heartbeats(station).test,
        key_ends_at=reading.key_ends_at,
        now=station.clocks.machine,
        command=command,
        alone=station.settings.keeping.alone,
    )


@dataclass(frozen=True)
class _Reading:
    """What the screens read; each question opens and closes its own session."""

    station: Station
    line: Board

    def board(self, person: Person) -> tuple[Row, ...]:
        now = self.station.clocks.machine()
        with looking(self.station.database, person, Action.SEE_BOARD, now) as session:
            return self.line.rows(session, now)

    def notices(self, person: Person) -> tuple[Notice, ...]:
        now = self.station.clocks.machine()
        with looking(self.station.database, person, Action.SEE_BOARD, now) as session:
            return upkeep.notices(self.station).now(session, now)

    def known(self, party: str, person: Person) -> Known:
        now = self.station.clocks.machine()
        with looking(self.station.database, person, Action.SEE_BOARD, now) as session:
            if party not in self.line.parties:
                raise NotAParty
            [row] = replace(self.line, parties=(party,)).rows(session, now)
            book = AddressBook(session)
            contacts, keys = book.history(party), book.keys(party)
            ids = {who for one in contacts for who in (one.entered_by, one.confirmed_by)}
            ids |= {who for one in keys for who in (one.pinned_by, one.confirmed_by)}
            return Known(row, contacts, keys, self._names(session, ids))

    def key_ends_at(self, fingerprint: Fingerprint) -> datetime | None:
        try:
            return self.station.keyring.describe(fingerprint).expires
        except KeyNotFound:
            return None

    def _names(self, session: Session, ids: Iterable[str]) -> Mapping[str, str]:
        """Name the people who stand as ids in the book, also those who have left."""
        people = self.station.people(session)
        return {one.id: one.name for one in map(people.with_id, ids) if one}
