"""Saving a case as a file, the same from the list and from the letter (E11).

In a browser it lands where the browser puts what is downloaded; in a terminal it lies on the machine the inbox runs on,
and the screen says where.
"""

from io import BytesIO

from gateway.language import gettext as _
from gateway.medcom.words import before_sending
from inbox_tui import commands
from inbox_tui.casework.case import Case
from inbox_tui.exporting import TYPES, Exported
from inbox_tui.exporting import Form as Kind
from inbox_tui.screens import forms
from inbox_tui.screens.form import Form, FormScreen
from inbox_tui.screens.handing import HandingPage
from inbox_tui.screens.page import Result


class SavingPage(HandingPage[Result]):
    """A screen from which a case can be saved as a file."""

    def action_export(self) -> None:
        """Ask what to save it as, then save it."""
        self.begin(self._export, "act")

    async def _export(self) -> None:
        case, ports = await self._fresh(), self.seat.ports
        filled = await self.app.push_screen_wait(FormScreen(_asked(case))) if case else None
        if case is None or filled is None:
            return
        done = await self.ask(ports.export, case.id, Kind(filled.chosen[0]), self.seat.person, ports.now())
        if done:
            await self._hand_over(case, done)

    async def _hand_over(self, case: Case, exported: Exported) -> None:
        if self.app.is_web:
            file, kind = BytesIO(exported.content), TYPES[exported.form]
            self.app.deliver_binary(file, save_filename=exported.name, mime_type=kind)
            said = _("It is among your browser's downloads: {file}").format(file=exported.name)
            if exported.lacks:
                await self.app.push_screen_wait(FormScreen(_saved(case, exported, said)))
            else:
                self.say(said)
        elif path := await self.ask(self.seat.ports.export.keep, exported):
            aside = _(
                "Saved on the machine the inbox runs on. Move it to where it belongs, such as your case system. It "
                "holds the CPR number, and is yours to look after now. What still lies there after a week is erased."
            )
            await self.app.push_screen_wait(FormScreen(_saved(case, exported, str(path), aside)))


def _asked(case: Case) -> Form:
    return Form(
        _("Save as a file"),
        forms.about(case),
        (
            (Kind.PDF.value, _("PDF: to print or to file, with the CPR number on every page")),
            (Kind.TEXT.value, _("Text: to read, or to paste into another system")),
            (Kind.JSON.value, _("JSON: for a case system to take in")),
            (Kind.MEDCOM.value, _("MedCom (FHIR): what Præhospitalet wrote, for MedCom's network")),
        ),
        aside=_("It holds everything, with the CPR number. That you saved it is noted."),
    )


def _saved(case: Case, exported: Exported, *said: str) -> Form:
    aside = "\n\n".join((*said, *before_sending(exported.lacks)))
    return Form(_("Saved"), forms.about(case), aside=aside, command=commands.SEEN, leave=commands.BACK)
