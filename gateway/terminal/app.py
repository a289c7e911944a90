"""What both applications are: a door, the work behind it, the same colours and styles, and a word on Ctrl+C.

The door and the work are two stacks of screens. While the door is shut whatever goes on at work goes on out of sight:
nothing is drawn over the door, and nothing is said there.
"""

import asyncio
import signal
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import WorkerFailed

from gateway.language import gettext as _
from gateway.terminal import theme
from gateway.terminal.commands import LOCK, OWN_PASSWORD
from gateway.terminal.door import OutOfReachError, Somebody
from gateway.terminal.entrance import Entrance
from gateway.terminal.own_password import OwnPasswordScreen
from gateway.terminal.sign_in import Asking, DoorScreen, LetIn
from gateway.terminal.window import driver_for

if TYPE_CHECKING:
    from textual.worker import WorkType

Answer = TypeVar("Answer")

STYLES: Final = Path(__file__).with_name("terminal.tcss")
"""The styles both share; an application puts its own after them."""
DOOR: Final = "door"
WORK: Final = "work"
ASKED_TO_LEAVE: Final = (signal.SIGHUP, signal.SIGTERM)
"""The window is closed, or the machine stops: what is open is closed, and its keys are locked."""
LOOKING: Final = "look around"
NAVIGATING: Final = "navigate"
"""The workers that change screens; none goes on when nobody works here any more."""


class TerminalApp(App[None], Generic[Somebody]):
    """An application of either end."""

    TITLE = "Stafet"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [LOCK.binding(at_once=True), OWN_PASSWORD.binding()]

    def __init__(self, entrance: Entrance[Somebody], *, dark: bool) -> None:
        super().__init__()
        self.register_theme(theme.DARK)
        self.register_theme(theme.LIGHT)
        self.theme = theme.DARK.name if dark else theme.LIGHT.name
        self._entrance = entrance
        self._person: Somebody | None = None
        self._said_until: dict[str, float] = {}
        self._touched = entrance.watch.ticks()

    @abstractmethod
    def first_screen(self, person: Somebody) -> Screen[Any]:
        """Give the screen that somebody works from."""

    async def before_leaving(self) -> None:
        """Save what was typed, before somebody signs out."""

    def get_driver_class(self) -> type[Driver]:
        """Draw in a window that may be closed."""
        return driver_for(super().get_driver_class())

    async def on_mount(self) -> None:
        """Open the door, unless who sits here is known already."""
        self.add_mode(DOOR, lambda: DoorScreen(self._entrance))
        if self._entrance.person is None:
            await self.switch_mode(DOOR)
        else:
            await self._sit_down(self._entrance.person)
        self.set_interval(self._entrance.watch.every_seconds, self._look)
        if not self.is_web:  # there the driver hears it
            for asked in ASKED_TO_LEAVE:
                asyncio.get_running_loop().add_signal_handler(asked, self._asked_to_leave)

    @property
    def is_shut(self) -> bool:
        """Tell whether the door stands before the work."""
        return self.current_mode == DOOR

    @property
    def at_work(self) -> Screen[Any] | None:
        """Give the screen somebody works at, also behind the door; None when nobody has signed in."""
        return self._screen_stacks[WORK][-1] if self._person is not None else None

    async def on_let_in(self, message: LetIn[Somebody]) -> None:
        """Let whoever signed in begin."""
        await self._sit_down(message.person)

    async def on_unlocked(self) -> None:
        """Go on where the screen was locked."""
        self._touched = self._entrance.watch.ticks()
        await self.switch_mode(WORK)

    async def on_somebody_else(self) -> None:
        """Let somebody else sign in than the one who locked the screen."""
        await self.before_leaving()
        await self._leave("")

    async def on_departed(self) -> None:
        """Show the door to somebody who no longer works here."""
        await self._look_who()

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is at the keyboard."""
        if isinstance(event, events.InputEvent | events.Paste):
            self._touched = self._entrance.watch.ticks()
        await super().on_event(event)

    async def action_lock(self) -> None:
        """Lock the screen."""
        if self._person is not None and not self.is_shut:
            person = self._person
            await self._shut(Asking.UNLOCK, "", person)
            await self._tell(self._entrance.door.locked, person)

    def action_own_password(self) -> None:
        """Let whoever works here choose another password."""
        if self._person is not None and not self.is_shut:
            self.push_screen(OwnPasswordScreen(self._entrance.door, self._person))

    async def action_quit(self) -> None:
        """Sign out and leave."""
        if self._person is not None:
            await self._tell(self._entrance.door.left, self._person)
        self.exit()

    def action_help_quit(self) -> None:
        """Say how to leave, when somebody tries Ctrl+C."""
        self.notify(_("Press Ctrl+Q to quit."), markup=False)

    def _fatal_error(self) -> None:
        """End in words. What Textual would print quotes what was being read, and stays in the terminal (O2)."""
        said = _("Stafet had to close: something went wrong that nobody foresaw. What was saved or sent is safe.")
        tell = _("Tell the person who runs Stafet: {trouble}").format(trouble=_named(self._exception))
        self.panic(Text(f"{said}\n{tell}"))

    def notify(self, message: str, **how: Any) -> None:  # noqa: ANN401 - Textual's own
        """Say something in a corner, unless nobody may see it; trouble that stands there already is not said twice."""
        if not (self.is_shut or (how.get("severity") == "error" and self._stands_there(message, how.get("timeout")))):
            super().notify(message, **how)

    def _stands_there(self, message: str, seconds: float | None) -> bool:
        """Tell whether this is said already; if not, it is from now on."""
        now = time.monotonic()
        standing = self._said_until.get(message, now) > now
        if not standing:
            self._said_until[message] = now + (seconds or self.NOTIFICATION_TIMEOUT)
        return standing

    def push_screen(self, screen: Any, *how: Any, mode: str | None = None, **more: Any) -> Any:  # noqa: ANN401 - Textual's own
        """Open another screen for who is at work, also behind the door."""
        return super().push_screen(screen, *how, mode=mode or (WORK if self.is_shut else None), **more)

    def pop_screen(self) -> AwaitComplete:
        """Close the screen somebody works at, also behind the door."""
        with self._behind_the_door():
            return super().pop_screen()

    def switch_screen(self, screen: Screen[Any] | str) -> AwaitComplete:
        """Change the screen somebody works at, also behind the door."""
        with self._behind_the_door():
            return super().switch_screen(screen)

    @contextmanager
    def _behind_the_door(self) -> Iterator[None]:
        before = self._current_mode
        self._current_mode = WORK if before == DOOR else before
        try:
            yield
        finally:
            self._current_mode = before

    def navigate(self, task: "WorkType[None]") -> None:
        """Go to another screen by way of a task."""
        self.run_worker(task, group=NAVIGATING)

    def _asked_to_leave(self) -> None:
        """Leave as by the key; who asks once more ends the program at once."""
        for asked in ASKED_TO_LEAVE:
            asyncio.get_running_loop().remove_signal_handler(asked)
        self.call_later(self.action_quit)

    async def _sit_down(self, person: Somebody) -> None:
        if self._person is not None:
            return
        self._person, self._touched = person, self._entrance.watch.ticks()
        self.add_mode(WORK, lambda: self.first_screen(person))
        await self.switch_mode(WORK)

    async def _shut(self, asking: Asking, said: str, person: Somebody | None = None) -> None:
        self.clear_notifications()
        self._said_until.clear()
        await self.switch_mode(DOOR)
        door = self.screen
        assert isinstance(door, DoorScreen)  # noqa: S101 - the only screen of its stack
        await door.ask(asking, said, person)

    async def _leave(self, said: str) -> None:
        """Sign out: nothing of the work is left."""
        person, self._person = self._person, None
        await self._shut(Asking.SIGN_IN, said)
        self.workers.cancel_group(self, NAVIGATING)
        await self.remove_mode(WORK)
        if person is not None:
            await self._tell(self._entrance.door.left, person)

    def _look(self) -> None:
        """Look whether the keyboard is idle, and whether who sits there still works here."""
        if not any(worker.group == LOOKING and worker.is_running for worker in self.workers):
            work: WorkType[None] = self._look_around
            self.run_worker(work, group=LOOKING)

    async def _look_around(self) -> None:
        watch = self._entrance.watch
        if watch.ticks() - self._touched >= watch.idle_seconds:
            await self.action_lock()
        await self._look_who()

    async def _look_who(self) -> None:
        person = self._person
        if person is None:
            return
        why = await self._tell(self._entrance.door.gone, person)
        if why and self._person is person:
            await self._leave(why)

    @staticmethod
    async def _tell(told: Callable[[Somebody], Answer], person: Somebody) -> Answer | None:
        """Tell the door something, or ask it; a database that does not answer now is asked again soon."""
        try:
            return await asyncio.to_thread(told, person)
        except OutOfReachError:
            return None


def _named(failure: Exception | None) -> str:
    """Name what went wrong and where, without quoting it: its text could hold what was being read."""
    error = failure.error if isinstance(failure, WorkerFailed) else failure
    frames = extract_tb(error.__traceback__) if error else []
    where = f" {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where
