"""What every screen has in common: asking the store off the app's thread, saying things, the way back and to help."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from textual.screen import Screen

from gateway.site.errors import SiteError
from gateway.terminal.plain import plain
from inbox_tui import refusals
from inbox_tui.casework.errors import CaseworkError
from inbox_tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from textual.worker import WorkType

Result = TypeVar("Result")
Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")


class Page(Screen[Result]):
    """A screen of the inbox."""

    async def ask(
        self,
        question: Callable[Asked, Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer | None:
        """Ask the store from a thread; a refusal or trouble is said to the person, and gives None."""
        try:
            return await asyncio.to_thread(question, *args, **kwargs)
        except CaseworkError as refusal:
            self.say(refusals.in_words(refusal), "warning")
        except (SiteError, SQLAlchemyError):
            self.say(refusals.database_trouble(), "error")
        return None

    def begin(self, task: Callable[[], Coroutine[None, None, object]], group: str) -> None:
        """Do something in the background of the app's own thread; the group's last one counts."""
        work: WorkType[object] = task
        self.run_worker(work, group=group, exclusive=True)

    def say(self, words: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """Say something in a corner for a while."""
        self.notify(plain(words), severity=severity, markup=False, timeout=8)

    def action_help(self) -> None:
        """Show what the keys do."""
        self.app.push_screen(HelpScreen())

    def action_back(self) -> None:
        """Go back to where one came from."""
        self.dismiss()
