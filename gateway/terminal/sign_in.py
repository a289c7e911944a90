"""The screen at the door: sign in, choose a password of one's own, unlock. Nothing of the work shows behind it."""

import asyncio
import enum
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, Generic

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from gateway.language import gettext as _
from gateway.language import mark
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.door import MustChangeError, NotLetInError, OutOfReachError, Somebody, database_trouble
from gateway.terminal.entrance import Entrance
from gateway.terminal.plain import one_line
from gateway.terminal.settling import settled

if TYPE_CHECKING:
    from textual.worker import WorkType

GO_ON: Final = Command("enter", "go_on", "Enter", mark("go on"), mark("Go on."))
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
    Asking.CHANGE: mark("Choose a password of your own: at least 12 characters"),
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


class DoorScreen(Screen[None], Generic[Somebody]):
    """The door."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(OTHER),
        Binding(GO_ON.keys, GO_ON.action, show=False, priority=True),
    ]
    """Enter is taken before what is typed next is handed to a field: no letter of a password lands in the name."""

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
        self._begin(self._suggest_names)

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
        self._show("door-heading", _(HEADINGS[asking]) if HEADINGS[asking] else self._entrance.question.nobody)
        self._show("door-person", one_line(person.name) if person else "")
        self.query_one("#door-why").display = asking is Asking.SIGN_IN
        self._say(self._said)
        self._focus()
        await self.query_one(CommandBar).show((*COMMANDS[asking], self._entrance.quit))

    def action_go_on(self) -> None:
        """Go to the next field; from the last one, try what was typed."""
        fields = self._fields()
        rest = fields[fields.index(self.focused) + 1 :] if self.focused in fields else ()
        if rest:
            self.set_focus(rest[0])
        elif fields:
            self._begin(self._try)

    async def action_other(self) -> None:
        """Let somebody else sign in."""
        if self._asking is Asking.UNLOCK:
            self.post_message(SomebodyElse())
        elif self._asking is Asking.CHANGE:
            await self.ask(Asking.SIGN_IN)

    async def _try(self) -> None:
        """Try what was typed, when all of it has come; what is empty still is asked for first."""
        for field in self._fields():
            await settled(field)
        empty = next((field for field in self._fields() if not field.value), None)
        if empty:
            self.set_focus(empty)
        else:
            await self._tried()

    async def _tried(self) -> None:
        tries = {Asking.SIGN_IN: self._sign_in, Asking.CHANGE: self._change, Asking.UNLOCK: self._unlock}
        self._say(_("One moment …"))
        try:
            await tries[self._asking]()
        except NotLetInError as refusal:
            await self.ask(self._asking, str(refusal), self._person)
        except OutOfReachError:
            await self.ask(self._asking, database_trouble(), self._person)

    async def _sign_in(self) -> None:
        name, password = self._typed("name"), self._typed("password")
        try:
            person = await asyncio.to_thread(self._entrance.door.sign_in, name, password)
        except MustChangeError:
            await self.ask(Asking.CHANGE)
            self._first = (name, password)
        else:
            self.post_message(LetIn(person))

    async def _change(self) -> None:
        new = self._typed("new")
        if new != self._typed("again"):
            raise NotLetInError(_("The two are not the same. Type the new password twice."))
        person = await asyncio.to_thread(self._entrance.door.change, *self._first, new)
        self._first = ("", "")
        self.post_message(LetIn(person))

    async def _unlock(self) -> None:
        if self._person is not None:
            await asyncio.to_thread(self._entrance.door.unlock, self._person, self._typed("password"))
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
                    self._say(database_trouble())
                await asyncio.sleep(self._entrance.watch.every_seconds)
            else:
                if self._said_now == database_trouble():
                    self._say("")
                return names

    def _fields(self) -> tuple[Input, ...]:
        """Give the fields of what is asked for, in their order."""
        return tuple(self.query_one(f"#{name}", Input) for name in FIELDS[self._asking])

    def _typed(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value

    def _focus(self) -> None:
        fields = self._fields()
        if fields:
            next((field for field in fields if not field.value), fields[-1]).focus()

    def _say(self, words: str) -> None:
        self._said_now = words
        self._show("door-said", words)

    def _show(self, name: str, words: str) -> None:
        shown = self.query_one(f"#{name}", Static)
        shown.update(Content(words))
        shown.display = bool(words)

    def _begin(self, task: Callable[[], object]) -> None:
        work: WorkType[object] = task
        self.run_worker(work, group=task.__name__, exclusive=True)
