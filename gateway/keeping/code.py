"""The code in a TEST, as a unit with a mail program reads it aloud: it shows that the letter came where it should."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from gateway.contacts.errors import CodeWrong
from gateway.contacts.model import Change
from gateway.keeping import commands
from gateway.keeping.fields import LineField
from gateway.keeping.page import KeepingDialog
from gateway.keeping.ports import Keeper
from gateway.keeping.refusals import by_code
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import CANCEL, bindings


class CodeDialog(KeepingDialog[bool]):
    """Answers True when the code was right."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CANCEL)
    AUTO_FOCUS = "Input"

    def __init__(self, keeper: Keeper, change: Change) -> None:
        super().__init__(keeper)
        self._change = change

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(_("The code in the TEST")).markup
            yield Static(Content(_("Ask them to open the TEST and read its six digits to you.")), markup=False)
            yield LineField("code", _("Code"))
        yield CommandBar((commands.NEXT, CANCEL))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Compare it."""
        self.look(partial(self._prove, event.value), "act")

    def action_back(self) -> None:
        """Leave everything as it is."""
        self.dismiss(result=False)

    async def _prove(self, typed: str) -> None:
        outcome = await self.ask(self._compare, typed)
        if isinstance(outcome, str):
            self.query_one(LineField).complain(outcome)
        elif outcome:
            self.dismiss(result=True)

    def _compare(self, typed: str) -> bool | str:
        try:
            self.keeper.changes.prove_by_code(self._change.id, typed, self.keeper.person)
        except CodeWrong as wrong:
            return by_code(wrong.code)
        return True
