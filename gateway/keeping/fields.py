"""Fields to write in: a label, one line, and beside it what is wrong with what was typed."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

LONGEST = 254


class Typed(Message):
    """What stands in a field has changed."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self.name = name
        self.value = value


class LineField(Vertical):
    """A label, a line to type in, and below it what is wrong, or what helps."""

    def __init__(self, name: str, label: str, value: str = "", hint: str = "") -> None:
        super().__init__(id=f"field-{name}".replace("_", "-"), classes="line-field")
        self.field = name
        self._label, self._value, self._hint = label, value, hint

    def compose(self) -> ComposeResult:
        """Lay out label, line and what is said about it."""
        with Horizontal():
            yield Static(Content(self._label), markup=False, classes="field-label")
            yield Input(self._value, max_length=LONGEST, compact=True, select_on_focus=False)
        yield Static(Content(self._hint), markup=False, classes="said")

    def on_mount(self) -> None:
        """Say nothing where there is nothing to say."""
        self.query_one(".said").display = bool(self._hint)

    @property
    def value(self) -> str:
        """Give what stands there."""
        return self.query_one(Input).value

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is typed, and take back what was said about what stood there before."""
        event.stop()
        if event.value != self._value:
            self._value = event.value
            self.complain("")
        self.post_message(Typed(self.field, event.value))

    def complain(self, text: str, *, focus: bool = True) -> None:
        """Say what is wrong, and go there; with nothing wrong, say what helps."""
        said = self.query_one(".said", Static)
        said.update(Content("▲ " + text if text else self._hint))
        said.display = bool(text or self._hint)
        self.set_class(bool(text), "wrong")
        if text and focus:
            self.query_one(Input).focus()


class Either(Widget, can_focus=True):
    """Two words, one of which holds; Space or the arrows change it."""

    BINDINGS = [("space,left,right", "turn", "")]  # noqa: RUF012 - as Textual has it

    second: reactive[bool] = reactive(False)  # noqa: FBT003 - where it starts

    def __init__(self, first: str, other: str, *, second: bool) -> None:
        super().__init__()
        self._words = (first, other)
        self.set_reactive(Either.second, second)

    def action_turn(self) -> None:
        """Let the other one hold."""
        self.second = not self.second

    def render(self) -> Content:
        """Draw both, the one that holds with a sign."""
        marked = [("● " if self.second is bool(place) else "○ ") + word for place, word in enumerate(self._words)]
        return Content("\n").join([Content(line) for line in marked])

    def get_content_height(self, _container: object, _viewport: object, _width: int) -> int:
        """Take two lines."""
        return 2
