"""A guided page: one step at a time, what to do in front and why below, and where in the whole one is."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from gateway.keeping import commands
from gateway.keeping.fingerprint import FingerprintView, spelt
from gateway.keeping.page import KeepingPage
from gateway.keeping.ports import Keeper
from gateway.language import gettext as _
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings

Result = TypeVar("Result")


class StepLine(Static):
    """The steps, and the one we are at."""

    def __init__(self) -> None:
        super().__init__("", id="steps", markup=False)

    def show(self, labels: Sequence[str], here: int) -> None:
        """Mark the steps before as done, and the one we are at."""
        self.update(Content("  ›  ").join([_label(place, label, here) for place, label in enumerate(labels)]))


def _label(place: int, label: str, here: int) -> Content:
    style = "bold $primary" if place == here else "$success" if place < here else "$stafet-quiet"
    return Content.assemble(("✓ " if place < here else f"{place + 1} ") + label, "").stylize(style)


class Guide(KeepingPage[Result]):
    """One step at a time; `at` is where we are. Esc goes one step back, and from the first one leaves."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.FITS, commands.NEXT, commands.BACK, commands.HELP)

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper)
        self.at = 0

    @abstractmethod
    def steps(self) -> Sequence[str]:
        """Name the steps."""

    @abstractmethod
    def subject(self) -> str:
        """Say on a line what this is about."""

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """Lay out the step we are at."""

    @abstractmethod
    def keys(self) -> tuple[Command, ...]:
        """Name the keys of the step we are at."""

    def compose(self) -> ComposeResult:
        """Lay the page out around the step."""
        yield from self.above()
        yield StepLine()
        yield Static(Content(self.subject()), id="subject", markup=False)
        yield VerticalScroll(id="guide", can_focus=False)
        yield CommandBar(self.keys())

    def on_mount(self) -> None:
        """Begin at the first step."""
        self.go(0)

    def go(self, step: int) -> None:
        """Go to a step."""
        self.at = step
        self.begin(self._show, "step")

    def action_next(self) -> None:
        """Go on."""

    def action_back(self) -> None:
        """Go one step back; from the first, leave everything as it is."""
        if self.at:
            self.go(self.at - 1)
        else:
            self.dismiss(None)

    def action_fits(self) -> None:
        """Tick the group that was just read."""
        for view in self.query(FingerprintView):
            view.tick()
            self.query_one("#spelt", Static).update(Content(spelling(view)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take only the keys of the step we are at."""
        of_the_step = {command.action for command in self.keys()} | {"back", "help"}
        mine = action in {command.action for command in (*commands.GUIDED,)}
        return (not mine or action in of_the_step) and super().check_action(action, parameters)

    async def _show(self) -> None:
        self.query_one(StepLine).show(self.steps(), self.at)
        guide = self.query_one("#guide", VerticalScroll)
        async with guide.batch():
            await guide.remove_children()
            await guide.mount_all(self.body())
        await self.query_one(CommandBar).show(self.keys())
        for field in self.query(Input):
            field.focus()
            break
        else:
            guide.focus()


def lead(text: str) -> Static:
    """Say what to do."""
    return Static(Content(text), markup=False, classes="lead")


def why(text: str) -> Static:
    """Say why."""
    return Static(Content(text), markup=False, classes="paragraph")


def aside(text: str) -> Static:
    """Say what helps, quietly."""
    return Static(Content(text), markup=False, classes="aside")


def band(text: str) -> Static:
    """Say what must not be overlooked."""
    return Static(Content(text), markup=False, classes="reminder")


def number(text: str) -> Static:
    """Show a phone number so that it can be read from a chair's distance."""
    return Static(Content("☎  " + text), markup=False, classes="number")


def comparing(view: FingerprintView) -> Iterable[Widget]:
    """Lay out a fingerprint that is gone through group by group."""
    yield view
    yield Static(Content(spelling(view)), id="spelt", markup=False, classes="aside")


def spelling(view: FingerprintView) -> str:
    """Say how the group to read now is spelt."""
    said = spelt(view.now)
    return _("Group {number}: {spelt}").format(number=(view.step or 0) + 1, spelt=said) if said else ""
