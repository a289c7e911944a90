"""The inbox: what needs a person first. New mail shows up by itself."""

from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gateway.keeping.notices import NoticesScreen, lines
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.terminal.bars import CommandBar, TitleBar
from gateway.terminal.commands import OWN_PASSWORD, Command, bindings
from gateway.terminal.notice_band import NoticeBand
from gateway.terminal.plain import one_line
from inbox_tui import commands, held_up, line_page, row_words, view_words
from inbox_tui.casework.case import Case, Rank
from inbox_tui.casework.view import Only, Order, View
from inbox_tui.messages import CaseChosen, PageWanted
from inbox_tui.ports import Seat
from inbox_tui.screens import drill
from inbox_tui.screens.departments import DepartmentsScreen
from inbox_tui.screens.doing import DoingPage
from inbox_tui.screens.letter import LetterScreen
from inbox_tui.screens.line import LineScreen
from inbox_tui.screens.look import LookScreen
from inbox_tui.screens.morning import Glance, Morning, Snapshot
from inbox_tui.screens.quarantine import QuarantineScreen
from inbox_tui.widgets.case_list import CaseList, Page

WARNED_SECONDS: Final = 60
"""How often an administrator's notices are looked at again, and under an empty list whether the line is alive."""


class InboxScreen(DoingPage[None]):
    """The list of cases, with the counts above it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            *commands.INBOX,
            commands.QUARANTINE,
            commands.DRILL,
            commands.LINE,
            commands.NOTICES,
            commands.HOUSE,
            commands.BACK,
            *commands.RARER,
        ),
        commands.FIND.binding(at_once=True),
        commands.SHOW.binding(at_once=True),
    ]

    def __init__(self, seat: Seat, unit_name: str) -> None:
        super().__init__(seat)
        self._unit_name = unit_name
        self._morning = Morning(seat)
        self._shot: Snapshot | None = None
        self._view = View()
        self._typed, self._found = "", ""
        self._alive = ""
        self._offered_ended = False

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
        yield Static("", id="view", markup=False)
        yield CaseList(id="cases")
        yield Static("", id="empty", markup=False)
        yield CommandBar(commands.bar(commands.INBOX, self.seat.person))

    def on_mount(self) -> None:
        """Read the list, and go on looking for news."""
        for name in ("#empty", "#set-aside-count", "#held-up", "#drill", "#view"):
            self.query_one(name).display = False
        self.query_one(CaseList).focus()
        self.watch(self.query_one(CaseList), "cursor", self._offer, init=False)
        self.reload()
        self.set_interval(self.seat.ports.poll_seconds, self._look)
        self._warn()
        self.set_interval(WARNED_SECONDS, self._every_minute)

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

    async def action_find(self) -> None:
        """Ask what to search by; what is typed in the same burst as the key is waited with until there is a line."""
        await self._look_at(typing=True)

    async def action_show(self) -> None:
        """Ask what to show instead, and in which order."""
        await self._look_at(typing=False)

    def action_house(self) -> None:
        """Show the departments, and from there who works here."""
        self.app.push_screen(DepartmentsScreen(self.seat, self._unit_name))

    def action_back(self) -> None:
        """Show everything open again; there is nowhere further back."""
        self._turn(View())

    def on_case_chosen(self, event: CaseChosen) -> None:
        """Open what was clicked."""
        self.begin(partial(self._open, event.case_id), "open")

    def on_page_wanted(self, event: PageWanted) -> None:
        """Fetch rows the list has come upon."""
        self.begin(partial(self._fetch, event.offset, event.limit), "rows")

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        if self._shot:
            self.query_one(CaseList).point()
            if not self._typed:  # what is found is shown in a moment instead
                self.reload()
            self._warn()

    def rarer(self) -> tuple[Command, ...]:
        """Offer what is about no case too."""
        return (*super().rarer(), commands.SHOW, commands.LINE, commands.HOUSE, OWN_PASSWORD)

    def _look(self) -> None:
        self.begin(self._compare, "look")

    async def _compare(self) -> None:
        glance = await self.ask(self._morning.glance)
        if glance and glance != self._glance:
            self.reload()

    @property
    def _glance(self) -> Glance | None:
        return self._shot.glance if self._shot else None

    async def _load(self) -> None:
        cases, view = self.query_one(CaseList), self._view
        turned = self._shot is not None and self._shot.view != view
        shot = await self.ask(
            self._morning.read, view, self.chosen(), *((0, cases.window()[1]) if turned else cases.window())
        )
        if shot and turned and shot.page.cursor is None:
            shot = replace(shot, page=replace(shot.page, cursor=0))
        if shot and view == self._view:
            first = self._shot is None
            self._show(shot)
            if first:
                self.look(self._learn, "names")

    async def _fetch(self, offset: int, limit: int) -> None:
        shot = self._shot
        lines = await self.ask(self._morning.lines, offset, limit, shot.view) if shot else None
        if shot and lines and self._shot and self._shot.view == shot.view:
            self.query_one(CaseList).add(Page(0, offset, lines, shot.page.reader))

    # What is looked at

    async def _look_at(self, *, typing: bool) -> None:
        departments = self._shot.departments if self._shot else ()
        await self.app.push_screen(LookScreen(self._view, departments, typing=typing), self._looked)

    def _looked(self, wanted: str | View | None) -> None:
        if isinstance(wanted, View):
            self._turn(wanted)
        elif wanted:
            self._typed = wanted
            self.begin(self._search, "view")

    async def _learn(self) -> None:
        """Get ready to be searched while the list is read."""
        await self.ask(self.seat.ports.store.learn_names, self.seat.person, self.seat.ports.now())

    async def _search(self) -> None:
        """Find what was typed; it is forgotten before anything else happens."""
        typed, self._typed = self._typed, ""
        sought = await self.ask(self.seat.ports.store.search, typed, self.seat.person, self.seat.ports.now())
        if sought:
            self._found, self._view = sought.by, View(Only.ALL, Order.NEWEST, ids=sought.ids)
            self.reload()

    def _turn(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self.reload()

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

    # Whether the line is alive

    def _every_minute(self) -> None:
        self._warn()
        if self._shot and self._shot.page.total == 0:
            self.look(self._listen, "alive")

    async def _listen(self) -> None:
        pulse = await self.ask(self.seat.ports.line.pulse, self.seat.person)
        if pulse and self._shot:
            self._alive = line_page.alive(pulse)
            self._explain(self._shot)

    # What is shown

    def _show(self, shot: Snapshot) -> None:
        if self._shot and shot.ever > self._shot.ever:
            self.say(_arrived(shot.ever - self._shot.ever))
        self._shot = shot
        department = next((one.name for one in shot.departments if one.id == shot.view.department), "")
        self._say("#tally", row_words.tally(shot.counts, shot.page.reader, shot.reminders) or _nothing_waits(shot))
        self._say("#held-up", held_up.summary(shot.held_up, shot.phone))
        self._say("#set-aside-count", _aside(shot.glance.set_aside) if shot.glance.set_aside else "")
        self._say("#view", view_words.bar(shot.view, department, self._found, shot.page.total))
        self.query_one("#drill").display = bool(shot.glance.drills)
        self.query_one("#tally").display = shot.ever > 0
        cases = self.query_one(CaseList)
        cases.show(shot.page)
        cases.display = shot.page.total > 0
        if cases.display and self.focused is None:
            cases.focus()
        self._explain(shot)
        self._offer()

    def _offer(self) -> None:
        """Show on the line below what can be done with the case the cursor is on; mostly that is what stands there."""
        line = self.query_one(CaseList).selected
        ended = line is not None and line.ended
        if ended != self._offered_ended:
            self._offered_ended = ended
            keys = commands.bar(commands.INBOX, self.seat.person, ended=ended)
            self.call_later(self.query_one(CommandBar).show, keys)

    def _say(self, name: str, words: str) -> None:
        """Write a line above the list; one with nothing to say takes no room."""
        line = self.query_one(name, Static)
        line.update(Content(words))
        line.display = bool(words)

    def _explain(self, shot: Snapshot) -> None:
        """Say why nothing is listed, and whether the line is alive."""
        empty = shot.page.total == 0
        if not empty:
            self._alive = ""
        elif not self._alive:
            self.look(self._listen, "alive")
        self._say("#empty", f"{_empty(shot)}\n\n{self._alive}".strip() if empty else "")


def _aside(count: int) -> str:
    return ngettext(
        "▲ {count} letter cannot be trusted (Q)",
        "▲ {count} letters cannot be trusted (Q)",
        count,
    ).format(count=count)


def _arrived(count: int) -> str:
    return ngettext("A new referral has arrived.", "{count} new referrals have arrived.", count).format(count=count)


def _nothing_waits(shot: Snapshot) -> str:
    return _("Nothing waits for you.") if shot.ever else ""


def _empty(shot: Snapshot) -> str:
    """Say why nothing is listed: nothing ever came, nothing is open, or nothing is like what was asked for."""
    if shot.view != View(Only.OPEN, shot.view.order):
        return view_words.nothing(shot.view)
    ended = shot.counts.get(Rank.ENDED, 0)
    if ended:
        said = ngettext(
            "Nothing is open\n\n{count} referral has ended: X shows it. New ones show up here by themselves.",
            "Nothing is open\n\n{count} referrals have ended: X shows them. New ones show up here by themselves.",
            ended,
        )
        return said.format(count=ended)
    if shot.page.reader.department is not None:
        return _(
            "No referrals\n\n"
            "Nothing is wrong: what your colleagues who receive referrals forward to you shows up here by itself.\n\n"
            "F1 tells what happens then."
        )
    return _(
        "No referrals\n\n"
        "Nothing is wrong: some municipalities get only a few in a year. When Præhospitalet passes one on, it shows up "
        "here by itself, and you need do nothing to fetch it.\n\n"
        "F1 tells what happens then, P more about the line.",
    )
