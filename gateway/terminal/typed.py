"""What the door and the change of one's password share: fields that are typed one after the other, and then tried."""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from gateway.language import gettext as _
from gateway.language import mark
from gateway.terminal.commands import Command
from gateway.terminal.door import NotLetInError, OutOfReachError, database_trouble
from gateway.terminal.settling import settled

if TYPE_CHECKING:
    from textual.worker import WorkType

Result = TypeVar("Result")

GO_ON: Final = Command("enter", "go_on", "Enter", mark("go on"), mark("Go on."))
CHOOSE: Final = mark("Choose a password of your own: at least 12 characters")


class TypedScreen(Screen[Result]):
    """Enter goes from field to field; from the last one, what was typed is tried, and a refusal is said in words."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(GO_ON.keys, GO_ON.action, show=False, priority=True)]
    """Enter is taken before what is typed next is handed to a field: no letter of a password lands in the name."""

    @abstractmethod
    def fields(self) -> tuple[str, ...]:
        """Name the fields of what is asked for, in their order."""

    @abstractmethod
    async def through(self) -> None:
        """Do what was asked for; raises NotLetInError or OutOfReachError."""

    @abstractmethod
    async def once_more(self, said: str) -> None:
        """Ask again, and say why."""

    @abstractmethod
    def say(self, words: str) -> None:
        """Say something below the fields."""

    def action_go_on(self) -> None:
        """Go to the next field; from the last one, try what was typed."""
        fields = self._fields()
        rest = fields[fields.index(self.focused) + 1 :] if self.focused in fields else ()
        if rest:
            self.set_focus(rest[0])
        elif fields:
            self.begin(self._try)

    def begin(self, task: Callable[[], object]) -> None:
        """Do something behind what is drawn; the last of a kind counts."""
        work: WorkType[object] = task
        self.run_worker(work, group=task.__name__, exclusive=True)

    def typed(self, field: str) -> str:
        """Give what stands in a field."""
        return self.query_one(f"#{field}", Input).value

    def chosen(self) -> str:
        """Give the new password, typed twice; raises NotLetInError when the two are not the same."""
        new = self.typed("new")
        if new != self.typed("again"):
            raise NotLetInError(_("The two are not the same. Type the new password twice."))
        return new

    def begin_at_the_first(self) -> None:
        """Go to the first field that is empty."""
        fields = self._fields()
        if fields:
            next((field for field in fields if not field.value), fields[-1]).focus()

    def write(self, name: str, words: str) -> None:
        """Write a line; one with nothing to say takes no room."""
        line = self.query_one(name, Static)
        line.update(Content(words))
        line.display = bool(words)

    async def _try(self) -> None:
        """Try what was typed, when all of it has come; what is empty still is asked for first."""
        for field in self._fields():
            await settled(field)
        empty = next((field for field in self._fields() if not field.value), None)
        if empty:
            self.set_focus(empty)
            return
        self.say(_("One moment …"))
        try:
            await self.through()
        except NotLetInError as refusal:
            await self.once_more(str(refusal))
        except OutOfReachError as trouble:
            await self.once_more(database_trouble(trouble))

    def _fields(self) -> tuple[Input, ...]:
        return tuple(self.query_one(f"#{name}", Input) for name in self.fields())
