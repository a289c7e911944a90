"""The inbox: what needs a person first. New mail shows up by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from directory.calendar import local_day
from gateway.keeping.notices import NoticesScreen, lines
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.site.people import Role
from gateway.terminal.bars import CommandBar, TitleBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.notice_band import NoticeBand
from gateway.terminal.plain import one_line
from inbox_tui import commands, held_up, presentation
from inbox_tui.cases import Cases
from inbox_tui.casework.case import Case, CaseLine, HeldUp, Rank
from inbox_tui.messages import CaseChosen, PageWanted
from inbox_tui.ports import Seat
from inbox_tui.screens import drill
from inbox_tui.screens.doing import DoingPage
from inbox_tui.screens.letter import LetterScreen
from inbox_tui.screens.line import LineScreen
from inbox_tui.screens.quarantine import QuarantineScreen
from inbox_tui.widgets.case_list import CaseList, Page

WARNED_SECONDS = 60
"""How often an administrator's notices are looked at again."""
FRESH = timedelta(days=14)
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
    """The list as it was read at one moment."""

    glance: Glance
    counts: Mapping[Rank, int]
    page: Page
    held_up: tuple[HeldUp, ...]
    phone: str


class InboxScreen(DoingPage[None]):
    """The list of cases, with the counts above it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        *commands.INBOX,
        commands.QUARANTINE,
        commands.DRILL,
        commands.LINE,
        commands.NOTICES,
        *commands.RARER,
    )

    def __init__(self, seat: Seat, unit_name: str) -> None:
        super().__init__(seat)
        self._unit_name = unit_name
        self._glance: Glance | None = None
        self._total: int | None = None

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield TitleBar(self._unit_name, one_line(self.seat.person.name))
        if self.seat.ports.notice:
            yield Static(Content(one_line(self.seat.ports.notice)), id="notice", markup=False)
        yield Static(Content(drill.band()), id="drill", markup=False)
        yield NoticeBand(id="notices")
        yield Static("", id="tally", markup=False)
        yield Static("", id="held-up", markup=False)
        yield Static("", id="set-aside-count", markup=False)
        yield CaseList(id="cases")
        yield Static(Content(f"{_empty()}\n{_line_is_near()}"), id="empty", markup=False)
        yield CommandBar(commands.offered(commands.INBOX, self.seat.person))

    def on_mount(self) -> None:
        """Read the list, and go on looking for news."""
        for name in ("#empty", "#set-aside-count", "#held-up", "#drill"):
            self.query_one(name).display = False
        self.query_one(CaseList).focus()
        self.reload()
        self.set_interval(self.seat.ports.poll_seconds, self._look)
        self._warn()
        self.set_interval(WARNED_SECONDS, self._warn)

    def reload(self) -> None:
        """Read the list again."""
        self.begin(self._load, "list")

    def chosen(self) -> str | None:
        """Act on the case the cursor is on."""
        line = self.query_one(CaseList).selected
        return line.id if line else None

    async def changed(self, case: Case) -> None:  # noqa: ARG002 - the list is read anew, whichever it was
        """Show the list as it has become."""
        self.reload()

    def action_open(self) -> None:
        """Open the case the cursor is on."""
        case_id = self.chosen()
        if case_id:
            self.begin(partial(self._open, case_id), "open")

    def action_quarantine(self) -> None:
        """Show the letters that cannot be trusted."""
        self.begin(self._set_aside, "open")

    def action_drill(self) -> None:
        """Show the TEST that waits, to be acknowledged by hand."""
        self.begin(self._drill, "act")

    def action_line(self) -> None:
        """Show the line to Præhospitalet."""
        self.begin(self._line, "open")

    def action_notices(self) -> None:
        """Show everything an administrator should see to."""
        self.begin(self._notices, "open")

    def action_back(self) -> None:
        """Stay: there is nowhere further back."""

    def on_case_chosen(self, event: CaseChosen) -> None:
        """Open what was clicked."""
        self.begin(partial(self._open, event.case_id), "open")

    def on_page_wanted(self, event: PageWanted) -> None:
        """Fetch rows the list has come upon."""
        self.begin(partial(self._fetch, event.offset, event.limit), "rows")

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        if self._glance:
            self.reload()
            self._warn()

    def rarer(self) -> tuple[Command, ...]:
        """Offer the line too, which is about no case."""
        return (*super().rarer(), commands.LINE)

    def _look(self) -> None:
        self.begin(self._compare, "look")

    async def _compare(self) -> None:
        glance = await self.ask(self._read_glance, self._today())
        if glance and glance != self._glance:
            self.reload()

    async def _load(self) -> None:
        cases = self.query_one(CaseList)
        shot = await self.ask(self._read, self._today(), self.chosen(), *cases.window())
        if shot:
            self._show(shot)

    async def _fetch(self, offset: int, limit: int) -> None:
        today = self._today()
        lines = await self.ask(self._lines, offset, limit, today)
        if lines:
            self.query_one(CaseList).add(Page(0, offset, lines, today))

    async def _open(self, case_id: str) -> None:
        case = await self.ask(self.seat.ports.store.open, case_id, self.seat.person, self.seat.ports.now())
        if case:
            self.app.push_screen(LetterScreen(self.seat, case, self._unit_name))

    async def _set_aside(self) -> None:
        lines = await self.ask(self.seat.ports.set_aside, self.seat.person, self.seat.ports.now())
        if lines is not None:
            self.app.push_screen(QuarantineScreen(lines))

    async def _drill(self) -> None:
        """Acknowledge the oldest TEST that waits; a colleague may have done so meanwhile."""
        drills, person, now = self.seat.ports.drills, self.seat.person, self.seat.ports.now
        waiting, unit = await self.ask(drills.open, person, now()), await self.ask(self.seat.ports.store.unit)
        if waiting == ():
            self.say(_("No TEST waits."))
        if not waiting or unit is None:
            return
        if not await self.app.push_screen_wait(drill.DrillScreen(waiting[0], person, unit)):
            return
        if await self.ask(drills.acknowledge, waiting[0].id, person, now()):
            self.say(_("Thank you. Præhospitalet will see that somebody reads what comes here."))
        self.reload()

    async def _line(self) -> None:
        line = await self.ask(self.seat.ports.line.open, self.seat.person)
        if line is not None:
            self.app.push_screen(LineScreen(self.seat, line, self._unit_name))

    async def _notices(self) -> None:
        keeper = await self.ask(self.seat.ports.keeper, self.seat.person)
        if keeper:
            self.app.push_screen(NoticesScreen(keeper))

    def _warn(self) -> None:
        if commands.is_offered(commands.NOTICES.action, self.seat.person):
            self.look(self._warned, "notices")

    async def _warned(self) -> None:
        keeper = await self.ask(self.seat.ports.keeper, self.seat.person)
        notices = await self.ask(keeper.notices, self.seat.person) if keeper else None
        if notices is not None:
            self.query_one(NoticeBand).show(lines(notices, commands.NOTICES.shown))

    def _read_glance(self, today: date) -> Glance:
        with self.seat.ports.store.looking(self.seat.person, self.seat.ports.now()) as cases:
            return self._glance_at(cases, today)

    def _glance_at(self, cases: Cases, today: date) -> Glance:
        ports, person, now = self.seat.ports, self.seat.person, self.seat.ports.now()
        drills = ports.drills.open(person, now) if commands.is_offered(commands.DRILL.action, person) else ()
        waiting = tuple(one.id for one in drills)
        return Glance(cases.revision(), today, ports.set_aside.count(person, now), waiting)

    def _lines(self, offset: int, limit: int, today: date) -> tuple[CaseLine, ...]:
        with self.seat.ports.store.looking(self.seat.person, self.seat.ports.now()) as cases:
            return cases.page(offset, limit, today)

    def _read(self, today: date, case_id: str | None, offset: int, limit: int) -> Snapshot:
        """Read the list around the case the cursor is on; runs in a thread."""
        with self.seat.ports.store.looking(self.seat.person, self.seat.ports.now()) as cases:
            glance = self._glance_at(cases, today)
            cursor = cases.position(case_id, today) if case_id else None
            if cursor is not None and not offset <= cursor < offset + limit:
                offset = max(0, cursor - limit // 2)
            counts = cases.tally(today)
            page = Page(sum(counts.values()), offset, cases.page(offset, limit, today), today, cursor)
            held_up = cases.held_up(self.seat.ports.now() - FRESH)
            return Snapshot(glance, counts, page, held_up, cases.region_phone() if held_up else "")

    def _show(self, shot: Snapshot) -> None:
        total = shot.page.total
        if self._total is not None and total > self._total:
            self.say(_arrived(total - self._total))
        self._glance, self._total = shot.glance, total
        self.query_one("#tally", Static).update(Content(self._tally(shot)))
        self.query_one("#held-up", Static).update(Content(held_up.summary(shot.held_up, shot.phone)))
        self.query_one("#held-up").display = bool(shot.held_up)
        self.query_one("#set-aside-count", Static).update(Content(_aside(shot.glance.set_aside)))
        self.query_one("#drill").display = bool(shot.glance.drills)
        self.query_one("#set-aside-count").display = shot.glance.set_aside > 0
        self.query_one(CaseList).show(shot.page)
        self.query_one(CaseList).display = total > 0
        self.query_one("#empty").display = total == 0

    def _tally(self, shot: Snapshot) -> str:
        """Sum the list up: what waits for those who receive, or what a department has."""
        if self.seat.person.role is Role.DEPARTMENT:
            return presentation.with_us(shot.counts)
        said = presentation.tally(shot.counts, shot.glance.today)
        return presentation.SEPARATOR.join(said) or (_("Nothing waits for you.") if shot.page.total else "")

    def _today(self) -> date:
        return local_day(self.seat.ports.now())


def _aside(count: int) -> str:
    return ngettext(
        "▲ {count} letter cannot be trusted (Q)",
        "▲ {count} letters cannot be trusted (Q)",
        count,
    ).format(count=count)


def _arrived(count: int) -> str:
    return ngettext("A new referral has arrived.", "{count} new referrals have arrived.", count).format(count=count)


def _line_is_near() -> str:
    return _("P shows whether the line to Præhospitalet works.")


def _empty() -> str:
    return _(
        "No referrals\n\n"
        "Nothing is wrong: some municipalities get only a few in a year. When Præhospitalet passes one on, it shows up "
        "here by itself, and you need do nothing to fetch it.\n\n"
        "F1 tells what happens then.",
    )
