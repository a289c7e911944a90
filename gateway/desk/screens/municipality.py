"""The second step: the citizen's own municipality, by its name and never by an address (B2, D15)."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from directory.municipalities import Municipality
from gateway.desk import commands, words
from gateway.desk.content import Place, consented, get, put, text
from gateway.desk.places import Found, find
from gateway.desk.screens.step import StepPage
from gateway.desk.widgets.fields import LINE
from gateway.language import gettext as _
from gateway.referring import writing
from gateway.referring.refusals import OutsideRegion, Reason, Refused
from gateway.terminal.letter_view import Fact


class NameInput(Input):
    """Where the name is typed; the arrows move in the list below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "screen.move(-1)", show=False),
        Binding("down", "screen.move(1)", show=False),
    ]


class MunicipalityScreen(StepPage):
    """Typing narrows the list; Enter chooses what the cursor is on, if it is on anything."""

    PLACE = Place.MUNICIPALITY
    KEYS = (commands.MOVE, commands.CHOOSE, commands.BACK, commands.HELP)
    AUTO_FOCUS = "NameInput"

    def body(self) -> Iterable[Widget]:
        """Lay out the name, the list, and how the one the cursor is on is reached."""
        with VerticalScroll(id="step", can_focus=False):
            yield Static(Content(_("Which municipality does the citizen live in?")), markup=False, classes="lead")
            yield NameInput(placeholder=_("Begin typing the name"), max_length=LINE)
            yield OptionList(id="matches", markup=False)
            yield Static("", id="said", markup=False)
            yield VerticalScroll(id="facts", can_focus=False)

    def on_mount(self) -> None:
        """Show the one that was chosen before, or all of them."""
        super().on_mount()
        self.query_one(OptionList).can_focus = False
        self._found = Found(())
        chosen = text(self.pad.content, "citizen.home_municipality_text")
        self.query_one(NameInput).value = chosen.removesuffix(" Kommune")
        self._narrow(chosen)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._narrow(event.value)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Choose the one the cursor is on."""
        at = self.query_one(OptionList).highlighted
        if at is None:
            self.say(
                _("Type more of the name, or choose with the arrow keys.") if self._found.matches else self._said()
            )
            return
        self._choose(self._found.matches[at])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose what was clicked."""
        self._choose(self._found.matches[event.option_index])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show how it is reached."""
        if event.option_index < len(self._found.matches):
            self._look_up(self._found.matches[event.option_index])

    def action_move(self, step: int) -> None:
        """Move the cursor of the list."""
        matches = self.query_one(OptionList)
        if self._found.matches:
            at = -1 if matches.highlighted is None else matches.highlighted
            matches.highlighted = max(0, min(at + step, len(self._found.matches) - 1))

    def _choose(self, chosen: Municipality) -> None:
        before = get(self.pad.content, "citizen.home_municipality_code")
        asked_anew = before and before != chosen.code and consented(self.pad.content)
        changed = writing.with_municipality(self.pad.content, chosen)
        self.write(put(changed, "desk.consent_was_for", before) if asked_anew else changed)
        self.go(Place.DETAILS if consented(self.pad.content) else Place.CONSENT)

    def _narrow(self, typed: str) -> None:
        self._found = find(typed)
        matches = self.query_one(OptionList)
        matches.clear_options()
        matches.add_options([Option(Content(one.official_name)) for one in self._found.matches])
        matches.display = bool(self._found.matches)
        sure = bool(typed.strip()) and self._found.asks is None and self._found.matches
        matches.highlighted = 0 if sure else None
        self.query_one("#said", Static).update(Content(self._said()))
        if not sure:
            self.begin(self._no_facts, "facts")

    def _said(self) -> str:
        """Say what is known of what was typed, where it is none of the 19."""
        if self._found.asks:
            return _(
                "Do you mean {municipality}? {typed} belongs there today. Ask the citizen; arrow down and Enter choose "
                "it."
            ).format(municipality=self._found.asks.official_name, typed=self.query_one(NameInput).value.strip())
        if self._found.outside:
            refused = OutsideRegion(self._found.outside)
            return f"{refused.what()} {refused.next_step()}"
        if not self._found.matches:
            return Refused(Reason.UNKNOWN_MUNICIPALITY).next_step() + " " + _("The draft is kept.")
        return ""

    def _look_up(self, one: Municipality) -> None:
        self.begin(partial(self._facts, one), "facts")

    async def _no_facts(self) -> None:
        await self.query("#facts > *").remove()

    async def _facts(self, one: Municipality) -> None:
        reach = await self.ask(self.ports.reach, one.code)
        if reach is None:
            return
        shown: list[Widget] = [Fact(label, value) for label, value in words.facts(reach, self.ports.now())]
        if words.waits(reach):
            shown.append(Static(Content("▲ " + words.waits(reach)), markup=False, classes="reminder"))
        facts = self.query_one("#facts")
        async with facts.batch():
            await facts.remove_children()
            await facts.mount_all(shown)
