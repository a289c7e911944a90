"""A command of a screen, defined once: keys, footer and help are all made from it."""

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType

from gateway.language import mark


@dataclass(frozen=True)
class Command:
    """One command: the keys that run it, the screen's action, how the key is written, and what it is for."""

    keys: str
    action: str
    shown: str
    label: str
    help: str

    @property
    def from_a_screen(self) -> str:
        """Name the action as a screen, or anything on it, runs it."""
        return self.action if self.action.startswith("app.") else f"screen.{self.action}"

    def binding(self, *, at_once: bool = False) -> Binding:
        """Bind the keys for Textual; the label is shown by our own footer, in the language in use.

        What is done `at_once` is done before the next key is handed to anything: that key may be meant for a field that
        this one opens.
        """
        return Binding(self.keys, self.action, self.label, show=False, priority=at_once)


LOCK: Final = Command(
    "ctrl+l",
    "app.lock",
    "Ctrl+L",
    mark("lock"),
    mark("Lock the screen until you type your password. It also locks by itself when nobody touches it."),
)
"""Works everywhere, whatever is open."""
OWN_PASSWORD: Final = Command(
    "f9", "app.own_password", "F9", mark("own password"), mark("Choose another password for yourself.")
)
"""Works wherever no question is open."""
CONFIRM: Final = Command("j,J", "confirm", "J", mark("yes"), mark("Go through with it."))
CANCEL: Final = Command("escape", "back", "Esc", mark("cancel"), mark("Leave without doing anything."))


def bindings(*commands: Command) -> list[BindingType]:
    """Bind several commands."""
    return [command.binding() for command in commands]
