"""Fields to write in: one line each, with the label to the left, and choices by single keys. None knows a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from gateway.language import gettext as _

LINE: Final = 500
"""Characters of a line, as a referral takes it."""
KEYS: Final = "1234567890"
GAP: Final = 2


BY_TAB: Final[list[BindingType]] = [
    Binding("tab", "screen.next_field", show=False, priority=True),
    Binding("shift+tab", "screen.previous_field", show=False, priority=True),
]
"""Taken before what is typed next is handed to a field: on a slow line many keys come at once."""
BETWEEN_FIELDS: Final[list[BindingType]] = [
    *BY_TAB,
    Binding("enter,down", "screen.next_field", show=False, priority=True),
    Binding("up", "screen.previous_field", show=False, priority=True),
]


class Edited(Message):
    """The person has changed what stands in a field."""

    def __init__(self, path: str, value: object) -> None:
        super().__init__()
        self.path = path
        self.value = value


@dataclass(frozen=True)
class Spec:
    """A field: where it stands in the referral, what it is called, and what is said while it is filled in."""

    path: str
    label: str
    hint: str
    placeholder: str = ""


class Field(Horizontal):
    """A label, and beside it whatever is filled in. Widgets inside say `Edited`."""

    def __init__(self, spec: Spec, inner: "LineInput | Prose | Choices") -> None:
        super().__init__(id=field_id(spec.path))
        self.spec = spec
        self.inner = inner
        self._first, self._touched = self._value, False

    @property
    def _value(self) -> str | tuple[str, ...]:
        if isinstance(self.inner, Choices):
            return self.inner.chosen
        return self.inner.value if isinstance(self.inner, Input) else self.inner.text

    def compose(self) -> ComposeResult:
        """Lay out label and field."""
        yield Static(Content(_(self.spec.label)), markup=False, classes="field-label")
        yield self.inner

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self._tell()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Pass on what is written."""
        event.stop()
        self._tell()

    def on_choices_changed(self, event: "Choices.Changed") -> None:
        """Pass on what was chosen."""
        event.stop()
        self._tell()

    def edited(self) -> Iterator[Edited]:
        """Give what stands here now, if anything was ever changed."""
        if self._touched or self._value != self._first:
            yield Edited(self.spec.path, self._value)

    def _tell(self) -> None:
        self._touched = True
        self.post_message(Edited(self.spec.path, self._value))


class LineInput(Input):
    """One line to type in; Enter goes on, as Tab does, and the arrows go up and down between fields."""

    BINDINGS: ClassVar[list[BindingType]] = BETWEEN_FIELDS

    def __init__(self, value: str, placeholder: str = "", limit: int = LINE) -> None:
        super().__init__(value, placeholder=placeholder, max_length=limit, compact=True, select_on_focus=False)


class Prose(TextArea):
    """Several lines to write in; Tab leaves."""

    BINDINGS: ClassVar[list[BindingType]] = BY_TAB

    def __init__(self, value: str) -> None:
        super().__init__(
            value, soft_wrap=True, tab_behavior="focus", compact=True, highlight_cursor_line=False, theme="css"
        )


class Choices(Widget, can_focus=True):
    """Words to choose among by single keys; one at a time, or several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *BETWEEN_FIELDS,
        *(Binding(key, f"pick({place})", show=False) for place, key in enumerate(KEYS)),
    ]

    chosen: reactive[tuple[str, ...]] = reactive((), layout=True)

    class Changed(Message):
        """What is chosen has changed."""

        def __init__(self, choices: "Choices") -> None:
            super().__init__()
            self.choices = choices

        @property
        def control(self) -> "Choices":
            """Tell which choices."""
            return self.choices

    def __init__(self, words: Sequence[tuple[str, str]], chosen: Sequence[str], *, several: bool = False) -> None:
        super().__init__()
        self._words = tuple(words)
        self._several = several
        self.set_reactive(Choices.chosen, tuple(chosen))

    def action_pick(self, place: int) -> None:
        """Choose a word, or take it away again."""
        if place >= len(self._words):
            return
        word = self._words[place][0]
        if self._several:
            kept = {*self.chosen} ^ {word}
            self.chosen = tuple(one for one, _label in self._words if one in kept)
        else:
            self.chosen = () if self.chosen == (word,) else (word,)
        self.post_message(self.Changed(self))

    def render(self) -> Content:
        """Draw the words, the chosen ones with a tick."""
        return Content("\n").join(self._rows(self.size.width))

    def get_content_height(self, _container: object, _viewport: object, width: int) -> int:
        """Take as many lines as the words need."""
        return len(self._rows(width))

    def _rows(self, width: int) -> list[Content]:
        rows: list[Content] = []
        row, used = Content(""), 0
        for place, (word, label) in enumerate(self._words):
            piece = self._piece(KEYS[place], _(label), chosen=word in self.chosen)
            if used and used + piece.cell_length > width:
                rows.append(row)
                row, used = Content(""), 0
            row += piece + " " * GAP
            used += piece.cell_length + GAP
        return [*rows, row]

    @staticmethod
    def _piece(key: str, label: str, *, chosen: bool) -> Content:
        return Content.assemble(
            (key, "bold $primary"), (" ✓ " if chosen else " · "), (label, "bold $success" if chosen else "")
        )


class ChoiceField(Field):
    """A label and choices. `words` are codes with their labels."""

    def __init__(
        self, spec: Spec, words: Sequence[tuple[str, str]], chosen: Sequence[str], *, several: bool = False
    ) -> None:
        super().__init__(spec, Choices(words, chosen, several=several))


def line_field(spec: Spec, value: str) -> Field:
    """Make a field of one line."""
    return Field(spec, LineInput(value, _(spec.placeholder) if spec.placeholder else ""))


def prose_field(spec: Spec, value: str) -> Field:
    """Make a field of several lines."""
    made = Field(spec, Prose(value))
    made.add_class("prose")
    return made


def all_edited(page: Widget) -> Iterator[Edited]:
    """Give what was changed in any field of a page. A page asks before it sends.

    The key that sends may come in one burst with the last that changed something, and overtake what a field says of it.
    """
    for field in page.query(Field):
        yield from field.edited()


def field_id(path: str) -> str:
    """Name the field of a path as Textual names widgets."""
    return "field-" + path.replace(".", "-").replace("_", "-")
