"""Another password for oneself: the one there is, and the new one twice. It is the same flow as `staff password`."""

import asyncio
from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import CANCEL, bindings
from gateway.terminal.door import Door, Somebody
from gateway.terminal.once import Dialog
from gateway.terminal.plain import one_line
from gateway.terminal.typed import CHOOSE, GO_ON, TypedScreen


class OwnPasswordScreen(TypedScreen[None], Dialog[None], Generic[Somebody]):
    """A question over the work. A wrong password counts here as it does at the door."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CANCEL)

    def __init__(self, door: Door[Somebody], person: Somebody) -> None:
        super().__init__()
        self._door = door
        self._person = person
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay the three fields out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(_("Your own password")).markup
            yield Static(Content(_(CHOOSE)), markup=False, classes="heading")
            yield Static(Content(one_line(self._person.name)), markup=False)
            yield Input(placeholder=_("The password you have now"), password=True, id="password")
            yield Input(placeholder=_("New password"), password=True, id="new")
            yield Input(placeholder=_("The new password once more"), password=True, id="again")
            yield Static(id="typed-said", markup=False)
        yield CommandBar((GO_ON, CANCEL))

    def on_mount(self) -> None:
        """Begin with the password there is."""
        self.say("")
        self.begin_at_the_first()

    def fields(self) -> tuple[str, ...]:
        """Name the three fields."""
        return "password", "new", "again"

    async def through(self) -> None:
        """Change it, say so and close."""
        old, new = self.typed("password"), self.chosen()
        self._busy = True
        try:
            await asyncio.to_thread(self._door.change, self._person.name, old, new)
        finally:
            self._busy = False
        self.dismiss()
        self.app.notify(_("Your password is changed."), markup=False)

    async def once_more(self, said: str) -> None:
        """Begin again with nothing typed, and say why."""
        for field in self.query(Input):
            field.value = ""
        self.say(said)
        self.begin_at_the_first()

    def say(self, words: str) -> None:
        """Say why it was not changed."""
        self.write("#typed-said", words)

    def action_go_on(self) -> None:
        """Go on, unless it is being changed already."""
        if not self._busy:
            super().action_go_on()

    def action_back(self) -> None:
        """Leave the password as it is; what is being carried out is waited for."""
        if not self._busy:
            self.dismiss()
