"""Our own key, guided: what changing it means, how far the new one has come, who is missing, and the end of the old."""

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from gateway.keeping import commands, words
from gateway.keeping.drawn import Bricks, Overlap
from gateway.keeping.fingerprint import FingerprintView
from gateway.keeping.guide import aside, band, lead, why
from gateway.keeping.page import KeepingPage
from gateway.keeping.ports import Keeper
from gateway.keeping.tell import TellScreen
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.liveness.look import name_of
from gateway.rotation.model import Rotating
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.question import QuestionScreen
from gateway.terminal.row_list import Item, Line, RowList

NAME: int = 22
"""Cells of a party's name in the list."""


class RotationScreen(KeepingPage[None]):
    """Shows how it stands, and reads itself again and again."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        commands.BEGIN, commands.TOLD, commands.RETIRE, commands.LOST, commands.BACK, commands.HELP
    )

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper)
        self._stands: Rotating | None = None
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static(Content(_("Our own key")), id="subject", markup=False)
        yield VerticalScroll(id="guide", can_focus=False)
        yield Vertical(RowList(id="rows"), id="missing")
        yield CommandBar((commands.BACK, commands.HELP))

    def on_mount(self) -> None:
        """Read it, and go on reading."""
        self.query_one("#missing").display = False
        self._look()
        self.set_interval(self.keeper.poll_seconds, self._look)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self._look()

    def on_row_list_chosen(self, _event: RowList.Chosen) -> None:
        """Tell the one that was clicked."""
        self.action_told()

    def offered(self) -> tuple[Command, ...]:
        """Tell what can be done now, by this person."""
        return (*(_offered(self._stands) if self.keeper.may_keep else ()), commands.BACK, commands.HELP)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take only the keys that are offered now."""
        acts = {one.action for one in (commands.BEGIN, commands.TOLD, commands.RETIRE, commands.LOST)}
        offered = {command.action for command in self.offered()}
        return (action not in acts or action in offered) and super().check_action(action, parameters)

    def action_begin_rotation(self) -> None:
        """Make the next key, and announce it."""
        self.look(self._rotate, "act")

    def action_told(self) -> None:
        """Tell the one the cursor is on of our new key, by phone."""
        self.look(self._tell, "act")

    def action_retire(self) -> None:
        """End the old key now."""
        self.look(self._retire, "act")

    def action_lost(self) -> None:
        """Give our keys up: one was lost or stolen."""
        self.look(self._lost, "act")

    def _look(self) -> None:
        if self.is_current:
            self.look(self._load, "look")

    async def _load(self) -> None:
        stands = await self.ask(self.keeper.rotation.status, self.keeper.person)
        if stands and stands != self._stands:
            ends_at = await self.ask(self._ends, stands)
            await self._show(stands, ends_at or "")

    def _ends(self, stands: Rotating) -> str:
        return words.until(self.keeper.key_ends_at(stands.present), self.keeper.now())

    async def _show(self, stands: Rotating, ends_at: str) -> None:
        async with self._one_at_a_time:
            self._stands = stands
            await self.query_one(CommandBar).show(self.offered())
            guide, rows = self.query_one("#guide", VerticalScroll), self.query_one(RowList)
            body = _at_rest(stands, ends_at) if stands.new is None else self._under_way(stands)
            async with guide.batch():
                await guide.remove_children()
                await guide.mount_all(body)
            rows.show([_straggler(party, stands) for party in stands.stragglers])
            self.query_one("#missing").display = bool(stands.stragglers)
            self.set_class(bool(stands.stragglers), "with-list")
            (rows if stands.stragglers else guide).focus()

    def _under_way(self, stands: Rotating) -> Iterable[Widget]:
        heard, everybody = len(stands.heard), len(stands.heard) + len(stands.stragglers)
        said = ngettext(
            "{heard} of {count} party uses the new key", "{heard} of {count} parties use the new key", everybody
        )
        yield lead(("✓ " if not stands.stragglers else "") + said.format(heard=heard, count=everybody))
        yield Bricks(heard, everybody)
        if stands.runs and stands.begun_at and stands.old_ends_at:
            yield Overlap(stands.begun_at, stands.old_ends_at, self.keeper.now())
        yield _what_now(stands)

    async def _rotate(self) -> None:
        question = QuestionScreen(
            _("Make the next key?"),
            _("It is made here and announced to everybody in a signed letter. The key you have now goes on beside it."),
            _("Nothing stops, and nobody has to do anything at a certain moment. You can leave this page meanwhile."),
        )
        if await self.app.push_screen_wait(question):
            self.say(_("The key is being made …"))
            await self._do(self.keeper.rotation.begin)

    async def _tell(self) -> None:
        party, stands = self.query_one(RowList).selected, self._stands
        if not party or stands is None:
            return
        phone = stands.phones.get(party, "")
        if await self.app.push_screen_wait(TellScreen(self.keeper, party, phone, stands.present)):
            self.say(_("{party} has the new key. What waited leaves by itself.").format(party=name_of(party)))
        await self._load()

    async def _retire(self) -> None:
        left = len(self._stands.stragglers) if self._stands else 0
        if left:
            what = ngettext(
                "{count} party does not use the new key yet. Letters to it wait here until you have rung.",
                "{count} parties do not use the new key yet. Letters to them wait here until you have rung.",
                left,
            ).format(count=left)
        else:
            what = _("Everybody uses the new key, so nobody is left behind.")
        question = QuestionScreen(
            _("End the old key now?"), what, _("What lies here sealed to the old key can still be opened here.")
        )
        if await self.app.push_screen_wait(question):
            rotation = self.keeper.rotation
            await self._do(lambda person: rotation.retire(person, force=bool(left)))

    async def _lost(self) -> None:
        first = QuestionScreen(
            _("Is our key lost or stolen?"),
            _("Every key of ours is given up at once, and a new one is made. Nothing is announced by letter."),
            _("You then ring everybody and read the new key aloud. Letters wait here until each has it."),
        )
        again = QuestionScreen(
            _("This cannot be undone"),
            _("Give our key up now, and make a new one?"),
            _("Tell your data protection officer as well. The notice to Datatilsynet has a limit of 72 hours."),
        )
        for question in (first, again):
            if not await self.app.push_screen_wait(question):
                return
        await self._do(self.keeper.rotation.lost)

    async def _do(self, act: Callable[..., Rotating]) -> None:
        await self.ask(act, self.keeper.person)
        await self._load()


def _at_rest(stands: Rotating, ends_at: str) -> Iterable[Widget]:
    yield lead(_("This is our key. It holds until: {day}").format(day=ends_at))
    yield FingerprintView(stands.present)
    yield why(_("Press B to make the next one, well before this one ends. It goes by itself from there:"))
    steps = (
        _("A new key is made here. All get a letter signed with the old one."),
        _("Each gateway takes it in by itself, and you see here who uses it."),
        _("Both keys hold side by side meanwhile, so no letter is lost."),
        _("You ring those who are missing. Then the old key ends."),
    )
    yield Static(Content("\n".join(f"{place}  {step}" for place, step in enumerate(steps, 1))), markup=False)


def _what_now(stands: Rotating) -> Widget:
    """Say what is left to do."""
    if stands.lost:
        return band(
            _("▲ The old key is given up. Letters to those below wait until you have rung and read the new key.")
        )
    if not stands.runs:
        return band(_("▲ The old key has ended. Letters to those below wait until you have rung and read the new key."))
    if stands.stragglers:
        ends = dates.day(stands.old_ends_at) if stands.old_ends_at else words.NONE
        return why(
            _("These are missing. They get the letter again every day; ring them before {day}.").format(day=ends)
        )
    return aside(_("Everybody has it. The old key ends by itself on its day, or now with S."))


def _straggler(party: str, stands: Rotating) -> Item:
    phone = stands.phones.get(party, "")
    waits = stands.lost or not stands.runs
    sign, style = ("▲", "alert") if waits else ("◆", "accent")
    said = _("letters wait") if waits else ""
    number = ("☎ " + dates.phone(phone) if phone else _("no phone known"), "state")
    name = (f" {sign} ", style), (name_of(party).ljust(NAME), "name")
    return Item((Line((*name, number, ("   " + said, style))),), party)


def _offered(stands: Rotating | None) -> tuple[Command, ...]:
    if stands is None:
        return ()
    begin = () if stands.runs else (commands.BEGIN,)
    told = (commands.TOLD,) if stands.stragglers else ()
    retire = (commands.RETIRE,) if stands.runs else ()
    return (*told, *begin, *retire, commands.LOST)
