"""What every screen has in common: asking the database off the app's thread, saying things, the way back."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from textual.message import Message

from gateway.terminal.door import database_trouble
from gateway.terminal.once import LeftOnce
from gateway.terminal.plain import plain

if TYPE_CHECKING:
    from textual.worker import WorkType

Result = TypeVar("Result")
Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")
Severity = Literal["information", "warning", "error"]


class Departed(Message):
    """Whoever sits here no longer works here: the application asks anew who it is."""


@dataclass(frozen=True)
class Stopped:
    """Why something was not done: what to say of it."""

    words: str
    severity: Severity


class Page(LeftOnce[Result]):
    """A screen. REFUSALS says each kind of refusal in words; TROUBLE is what else can be wrong beside the database.

    GONE is how the flows say that the person no longer works here.
    """

    REFUSALS: ClassVar[Mapping[type[Exception], Callable[[Any], str]]] = {}
    GONE: ClassVar[tuple[type[Exception], ...]] = ()
    TROUBLE: ClassVar[tuple[type[Exception], ...]] = ()

    async def ask(
        self,
        question: Callable[Asked, Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer | None:
        """Ask from a thread; a refusal or trouble is said to the person, and gives None. So does a page left."""
        answer = await self.attempt(question, *args, **kwargs)
        if isinstance(answer, Stopped):
            self.say(answer.words, answer.severity)
            return None
        return answer

    async def attempt(
        self,
        question: Callable[Asked, Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer | Stopped | None:
        """Ask from a thread, and give what stopped it, if anything did; None when the page was left meanwhile."""
        refusals: tuple[type[Exception], ...] = (*self.REFUSALS,)
        trouble: tuple[type[Exception], ...] = (SQLAlchemyError, *self.TROUBLE)
        try:
            answer = await asyncio.to_thread(question, *args, **kwargs)
        except self.GONE:
            self.post_message(Departed())
        except refusals as refusal:
            return Stopped(self.in_words(refusal), "warning")
        except trouble as error:
            return Stopped(database_trouble(error), "error")
        else:
            return answer if self.is_shown else None
        return None

    @property
    def is_shown(self) -> bool:
        """Tell whether the page is there still, perhaps below another; an answer may come after it was left."""
        return self.app.is_running and self in self.app.screen_stack

    def in_words(self, refusal: Exception) -> str:
        """Say why something was not done, and what to do instead."""
        return next(words(refusal) for kind, words in self.REFUSALS.items() if isinstance(refusal, kind))

    def begin(self, task: Callable[[], Coroutine[None, None, object]], group: str) -> None:
        """Do something in the background of the app's own thread; the group's last one counts."""
        work: WorkType[object] = task
        self.run_worker(work, group=group, exclusive=True)

    def look(self, task: Callable[[], Coroutine[None, None, object]], group: str) -> None:
        """Do something again that is done every so often, unless it is being done still."""
        if not any(worker.group == group and worker.node is self and worker.is_running for worker in self.workers):
            self.begin(task, group)

    def say(self, words: str, severity: Severity = "information") -> None:
        """Say something in a corner for a while."""
        self.notify(plain(words), severity=severity, markup=False, timeout=8)

    def action_back(self) -> None:
        """Go back to where one came from."""
        self.dismiss()
