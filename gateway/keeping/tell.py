"""Tell one party of our new key by phone: ring, read it aloud group by group, and hear that they have put it in."""

import enum
from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from gateway.keeping import commands, words
from gateway.keeping.fingerprint import FingerprintView
from gateway.keeping.guide import Guide, aside, comparing, lead, number, why
from gateway.keeping.ports import Keeper
from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.commands import Command, bindings
from keys.fingerprint import Fingerprint


class Step(enum.IntEnum):
    """What is done in the call, in its order."""

    RING = 0
    """The number we know."""
    READ = 1
    """Our key, group by group."""
    HEAR = 2
    """That they have taken it in."""


class TellScreen(Guide[bool]):
    """Answers True when they have our new key; None when the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.TAKEN)

    def __init__(self, keeper: Keeper, party: str, phone: str, ours: Fingerprint) -> None:
        super().__init__(keeper)
        self._party, self._phone, self._ours = party, phone, ours

    def steps(self) -> tuple[str, ...]:
        """Name the steps."""
        return (_("Ring"), _("Our key"), _("They have it"))

    def subject(self) -> str:
        """Say whom the call is to."""
        return words.SEPARATOR.join((words.party(self._party), _("our new key")))

    def keys(self) -> tuple[Command, ...]:
        """Name the keys of this step."""
        own = {Step.RING: commands.NEXT, Step.READ: commands.FITS, Step.HEAR: commands.TAKEN}
        return (own[Step(self.at)], commands.BACK, commands.HELP)

    def body(self) -> Iterable[Widget]:
        """Lay this step out."""
        return {Step.RING: self._ring, Step.READ: self._read, Step.HEAR: self._hear}[Step(self.at)]()

    def on_fingerprint_view_finished(self, _event: FingerprintView.Finished) -> None:
        """Go on when every group was read."""
        self.go(Step.HEAR)

    def action_next(self) -> None:
        """Go on from the first step."""
        if self.at == Step.RING:
            self.go(Step.READ)

    def action_taken(self) -> None:
        """Note that they have it."""
        if self.at == Step.HEAR:
            self.look(self._told, "act")

    def _ring(self) -> Iterable[Widget]:
        if self._phone:
            yield lead(_("Ring them on the number that is known here."))
            yield number(dates.phone(self._phone))
        else:
            yield lead(_("Ring the main number, which you find yourself, and ask to be put through."))
        yield why(
            _("Ask for the one who keeps their gateway. They need the file with our new key: keys export writes it.")
        )
        yield aside(_("It may be sent by ordinary mail: the fingerprint you now read aloud is what counts."))

    def _read(self) -> Iterable[Widget]:
        yield lead(_("Read our new key's fingerprint to them. They follow along."))
        yield from comparing(FingerprintView(self._ours, 0))
        yield why(_("Press Space for each group they say is the same."))

    def _hear(self) -> Iterable[Widget]:
        yield lead(_("Have they put the new key in?"))
        yield why(
            _("Press J when they say so. From then on letters to them are signed with it, and what waited leaves.")
        )

    async def _told(self) -> None:
        if await self.ask(self.keeper.rotation.told, self._party, self.keeper.person):
            self.dismiss(result=True)
