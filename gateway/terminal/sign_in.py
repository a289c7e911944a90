"""The screen at the door: sign in, choose a password of one's own, unlock. Nothing of the work shows behind it."""

import asyncio
import enum
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Generic

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from gateway.language import gettext as _
from gateway.language import mark
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.door import MustChangeError, OutOfReachError, Somebody, database_trouble
from gateway.terminal.entrance import Entrance
from gateway.terminal.plain import one_line
from gateway.terminal.typed import CHOOSE, GO_ON, TypedScreen

SIGN_IN: Final = Command("enter", "go_on", "Enter", mark("sign in"), mark("Sign in."))
UNLOCK: Final = Command("enter", "go_on", "Enter", mark("unlock"), mark("Unlock the screen."))
OTHER: Final = Command("f2", "other", "F2", mark("somebody else"), mark("Let somebody else sign in."))


class Asking(enum.Enum):
    """What the door asks for."""

    NOBODY = "nobody"
    """Nothing: nobody can work here yet."""
    SIGN_IN = "sign-in"
    """A name and its password."""
    CHANGE = "change"
    """A password of one's own, instead of the first one."""
    UNLOCK = "unlock"
    """The password of whoever locked the screen."""


FIELDS: Final[Mapping[Asking, tuple[str, ...]]] = {
    Asking.NOBODY: (),
    Asking.SIGN_IN: ("name", "password"),
    Asking.CHANGE: ("new", "again"),
    Asking.UNLOCK: ("password",),
}
HEADINGS: Final[Mapping[Asking, str]] = {
    Asking.NOBODY: "",
    Asking.SIGN_IN: mark("Sign in"),
    Asking.CHANGE: CHOOSE,
    Asking.UNLOCK: mark("The screen is locked"),
}
COMMANDS: Final[Mapping[Asking, tuple[Command, ...]]] = {
    Asking.NOBODY: (),
    Asking.SIGN_IN: (SIGN_IN,),
    Asking.CHANGE: (GO_ON, OTHER),
    Asking.UNLOCK: (UNLOCK, OTHER),
}


class LetIn(Message, Generic[Somebody]):
    """Somebody has signed in."""

    def __init__(self, person: Somebody) -> None:
        super().__init__()
        self.person = person


class Unlocked(Message):
    """The one who locked the screen is back."""


class SomebodyElse(Message):
    """Somebody else wants to sign in than the one who locked the screen."""


class DoorScreen(TypedScreen[None], Generic[Somebody]):
    """The door."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(OTHER)

    def __init__(self, entrance: Entrance[Somebody]) -> None:
        super().__init__()
        self._entrance = entrance
        self._asking = Asking.SIGN_IN
        self._said = self._said_now = ""
        self._person: Somebody | None = None
        self._first = ("", "")

    def compose(self) -> ComposeResult:
        """Lay everything out that is ever asked for; `_ask` shows what is asked for now."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(one_line(self._entrance.unit_name)).markup
            yield Static(id="door-heading", classes="heading", markup=False)
            yield Static(id="door-person", markup=False)
            yield Input(self._entrance.name, placeholder=_("Name"), id="name")
            yield Input(placeholder=_("Password"), password=True, id="password")
            yield Input(placeholder=_("New password"), password=True, id="new")
            yield Input(placeholder=_("The new password once more"), password=True, id="again")
            yield Static(id="door-said", markup=False)
            yield Static(Content(self._entrance.question.why), id="door-why", markup=False, classes="aside")
        yield CommandBar(())

    async def on_mount(self) -> None:
        """Ask whoever comes."""
        await self._lay_out()
        self.begin(self._suggest_names)

    async def ask(self, asking: Asking, said: str = "", person: Somebody | None = None) -> None:
        """Ask for something, with a word on why; whatever was typed before is gone."""
        self._asking, self._said, self._person = asking, said, person
        if self.is_mounted:
            await self._lay_out()

    async def _lay_out(self) -> None:
        asking, person = self._asking, self._person
        for field in self.query(Input):
            field.display = field.id in FIELDS[asking]
            if field.id != "name":
                field.value = ""
        self.write("#door-heading", _(HEADINGS[asking]) if HEADINGS[asking] else self._entrance.question.nobody)
        self.write("#door-person", one_line(person.name) if person else "")
        self.query_one("#door-why").display = asking is Asking.SIGN_IN
        self.say(self._said)
        self.begin_at_the_first()
        await self.query_one(CommandBar).show((*COMMANDS[asking], self._entrance.quit))

    async def action_other(self) -> None:
        """Let somebody else sign in, whose name nobody has typed yet."""
        if OTHER not in COMMANDS[self._asking]:
            return
        self.query_one("#name", Input).value = ""
        if self._asking is Asking.UNLOCK:
            self.post_message(SomebodyElse())
        else:
            await self.ask(Asking.SIGN_IN)

    def fields(self) -> tuple[str, ...]:
        """Name the fields of what is asked for, in their order."""
        return FIELDS[self._asking]

    async def through(self) -> None:
        """Let in whoever it is."""
        tries = {Asking.SIGN_IN: self._sign_in, Asking.CHANGE: self._change, Asking.UNLOCK: self._unlock}
        await tries[self._asking]()

    async def once_more(self, said: str) -> None:
        """Ask for the same again."""
        await self.ask(self._asking, said, self._person)

    def say(self, words: str) -> None:
        """Say why nobody was let in."""
        self._said_now = words
        self.write("#door-said", words)

    async def _sign_in(self) -> None:
        name, password = self.typed("name"), self.typed("password")
        try:
            person = await asyncio.to_thread(self._entrance.door.sign_in, name, password)
        except MustChangeError:
            await self.ask(Asking.CHANGE)
            self._first = (name, password)
        else:
            self.post_message(LetIn(person))

    async def _change(self) -> None:
        person = await asyncio.to_thread(self._entrance.door.change, *self._first, self.chosen())
        self._first = ("", "")
        self.post_message(LetIn(person))

    async def _unlock(self) -> None:
        if self._person is not None:
            await asyncio.to_thread(self._entrance.door.unlock, self._person, self.typed("password"))
            self.post_message(Unlocked())

    async def _suggest_names(self) -> None:
        """Complete the names of those who work here, or say what to do when there is nobody."""
        names = await self._names()
        if names:
            self.query_one("#name", Input).suggester = SuggestFromList(names, case_sensitive=False)
        elif self._asking is Asking.SIGN_IN:
            question = self._entrance.question
            await self.ask(Asking.NOBODY, f"{question.what_to_do}\n\n{question.command}")

    async def _names(self) -> Sequence[str]:
        """Ask for the names until the database answers; meanwhile that is said, where nothing else is."""
        while True:
            try:
                names = await asyncio.to_thread(self._entrance.door.names)
            except OutOfReachError:
                if not self._said_now:
                    self.say(database_trouble())
                await asyncio.sleep(self._entrance.watch.every_seconds)
            else:
                if self._said_now == database_trouble():
                    self.say("")
                return names
