"""What can be done about a referral that was sent, the same from every screen that shows one."""

from abc import abstractmethod

from gateway.desk.screens.call import CallScreen
from gateway.desk.screens.journal import JournalScreen
from gateway.desk.screens.page import DeskPage
from gateway.referring.journal import note


class ActingPage(DeskPage[None]):
    """A screen about one referral."""

    @abstractmethod
    def chosen(self) -> str:
        """Name the referral, by its id."""

    @abstractmethod
    async def changed(self) -> None:
        """Show what has become of it."""

    def action_journal(self) -> None:
        """Make the note for the journal."""
        self.begin(self._journal, "act")

    def action_call(self) -> None:
        """Log a call to the unit."""
        self.begin(self._call, "act")

    async def _journal(self) -> None:
        found = await self.ask(self.ports.look.journal, self.chosen(), self.seat.person)
        if found:
            self.app.push_screen(JournalScreen(note(found)))

    async def _call(self) -> None:
        progress = await self.ask(self.ports.look.named, self.chosen(), self.seat.person)
        if progress is None:
            return
        if await self.app.push_screen_wait(CallScreen(self.seat, progress)):
            await self.changed()
