"""What the pages of an administrator share: a list, what the keys do, and how a refusal is said (D14, S29)."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.errors import LastAdmin, PersonUnknown, PersonUnnamed
from gateway.terminal.bars import CommandBar, TitleBar
from gateway.terminal.commands import Command
from gateway.terminal.help import HelpScreen
from gateway.terminal.page import Stopped
from gateway.terminal.plain import one_line
from gateway.terminal.row_list import Item, RowList
from inbox_tui import commands
from inbox_tui.ports import Seat
from inbox_tui.screens.form import Filled, Form, FormScreen
from inbox_tui.screens.page import Page

STAFF_WORDS: Final[Mapping[type[Exception], str]] = {
    PersonUnnamed: mark("Write the person's name on one line, in ordinary characters."),
    PersonUnknown: mark("That person does not work here any longer."),
    LastAdmin: mark("This is the only administrator. Give somebody else that role first."),
}


def _staff_words(refusal: Exception) -> str:
    return _(STAFF_WORDS[type(refusal)])


class HousePage(Page[None]):
    """A page of departments or of staff. It is read anew after every change."""

    REFUSALS = {**dict.fromkeys(STAFF_WORDS, _staff_words), **Page.REFUSALS}  # noqa: RUF012 - as every page has it
    KEYS: ClassVar[tuple[Command, ...]]

    def __init__(self, seat: Seat, unit_name: str) -> None:
        super().__init__()
        self.seat = seat
        self.unit_name = unit_name

    @abstractmethod
    def heading(self) -> tuple[str, str]:
        """Give the page's title, and what to know first."""

    @abstractmethod
    async def items(self) -> Sequence[Item] | None:
        """Read what is listed; None when it could not be read."""

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        title, lead = self.heading()
        yield TitleBar(self.unit_name, one_line(self.seat.person.name))
        yield Static(Content(title), id="page-title", markup=False)
        yield Static(Content(lead), id="page-lead", markup=False)
        yield RowList()
        yield CommandBar(self.KEYS)

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one(RowList).focus()
        self.begin(self.reload, "list")

    def action_help(self) -> None:
        """Show what the keys do."""
        self.app.push_screen(HelpScreen(self.heading()[1:], self.KEYS, commands.BACK))

    async def reload(self) -> None:
        """Show the list as it has become."""
        items = await self.items()
        if items is not None:
            self.query_one(RowList).show(items)

    @property
    def selected(self) -> str:
        """The key of the one the cursor is on."""
        return self.query_one(RowList).selected

    async def fill(self, form: Form, act: Callable[[Filled], str]) -> None:
        """Ask, and carry out what was filled in; `act` runs in a thread, and says what the list does not show."""

        async def through(filled: Filled) -> str | None:
            said = await self.attempt(act, filled)
            if isinstance(said, Stopped):
                return said.words
            if said:
                self.say(said)
            await self.reload()
            return None

        await self.app.push_screen_wait(FormScreen(form, through))

    async def do(self, act: Callable[[], object]) -> None:
        """Do something in a thread that asks for nothing, and show what has become of it."""
        if await self.ask(act) is not None:
            await self.reload()
