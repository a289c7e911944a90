"""What the list's screen reads, in a thread: as little as it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from directory.calendar import local_day
from gateway.site.people import Role
from inbox_tui import commands
from inbox_tui.cases import Cases
from inbox_tui.casework.case import CaseLine, HeldUp, Rank
from inbox_tui.casework.departments import Department
from inbox_tui.casework.reader import Reader
from inbox_tui.casework.view import Only, View
from inbox_tui.ports import Seat
from inbox_tui.widgets.case_list import Page

FRESH: Final = timedelta(days=14)
"""How long the list tells of a letter that was given up; a case tells of it always."""


@dataclass(frozen=True)
class Glance:
    """What tells whether the list must be read again: something changed, the day turned, or a letter was set aside."""

    revision: tuple[int, ...]
    today: date
    set_aside: int
    drills: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The list as it was read at one moment. `counts` are of every case the reader sees, whatever is shown."""

    view: View
    glance: Glance
    counts: Mapping[Rank, int]
    reminders: int
    page: Page
    held_up: tuple[HeldUp, ...]
    phone: str
    departments: tuple[Department, ...]

    @property
    def ever(self) -> int:
        """Count every case there is."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Morning:
    """Reads the list for who sits at `seat`."""

    seat: Seat

    def glance(self) -> Glance:
        """See whether anything is new."""
        with self.seat.ports.store.looking(self.seat.person, self.seat.ports.now()) as cases:
            return self._glance(cases)

    def lines(self, offset: int, limit: int, view: View) -> tuple[CaseLine, ...]:
        """Read some rows more."""
        now = self.seat.ports.now()
        with self.seat.ports.store.looking(self.seat.person, now) as cases:
            return cases.page(offset, limit, local_day(now), view)

    def read(self, view: View, case_id: str | None, offset: int, limit: int) -> Snapshot:
        """Read the list around the case the cursor is on."""
        now, departments = self.seat.ports.now(), self._departments()
        with self.seat.ports.store.looking(self.seat.person, now) as cases:
            today, counts, held_up = local_day(now), cases.tally(local_day(now)), cases.held_up(now - FRESH)
            reader = Reader(today, self.seat.ports.casework.remind_days, cases.department_of(self.seat.person))
            cursor = cases.position(case_id, today, view) if case_id else None
            if cursor is not None and not offset <= cursor < offset + limit:
                offset = max(0, cursor - limit // 2)
            lines = cases.page(offset, limit, today, view)
            return Snapshot(
                view,
                self._glance(cases),
                counts,
                cases.reminders(reader),
                Page(_total(cases, counts, today, view), offset, lines, reader, cursor),
                held_up,
                cases.region_phone() if held_up else "",
                departments,
            )

    def _departments(self) -> tuple[Department, ...]:
        """List what a list can be narrowed to: a department sees one alone."""
        return () if self.seat.person.role is Role.DEPARTMENT else self.seat.ports.store.departments()

    def _glance(self, cases: Cases) -> Glance:
        ports, person, now = self.seat.ports, self.seat.person, self.seat.ports.now()
        drills = ports.drills.open(person, now) if commands.is_offered(commands.DRILL.action, person) else ()
        waiting = tuple(one.id for one in drills)
        return Glance(cases.revision(), local_day(now), ports.set_aside.count(person, now), waiting)


def _total(cases: Cases, counts: Mapping[Rank, int], today: date, view: View) -> int:
    """Count what a view shows; of everything open the tally tells already."""
    if view == View(Only.OPEN, view.order):
        return sum(count for rank, count in counts.items() if rank is not Rank.ENDED)
    return cases.count(today, view)
