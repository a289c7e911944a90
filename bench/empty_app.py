"""The least a Textual application can do: one line that tells how often a key was pressed. `inbox.py` runs it."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static


class EmptyApp(App[None]):
    """Counts key presses."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "count", show=False)]
    counted = 0

    def compose(self) -> ComposeResult:
        """Lay the one line out."""
        yield Static("ready 0")

    def action_count(self) -> None:
        """Count one more."""
        self.counted += 1
        self.query_one(Static).update(f"ready {self.counted}")


if __name__ == "__main__":
    EmptyApp().run()
