"""Enter how a unit is reached from a day on: another's, which a colleague confirms, or our own, which all are told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur
from textual.widgets import Input, Static

from directory.days import beginning, typed_day
from directory.errors import (
    AddressTaken,
    BadAddress,
    BadDay,
    BadGln,
    BadHours,
    BadPhone,
    BadPostal,
    BadSor,
    BadUnitName,
    DirectoryError,
    PersonalAddress,
    WrongDomain,
)
from directory.model import REGION, Contact, UnitKind
from gateway.contacts.errors import NothingChanges
from gateway.keeping import commands, words
from gateway.keeping.fields import Either, LineField
from gateway.keeping.page import KeepingPage
from gateway.keeping.ports import Keeper
from gateway.keeping.refusals import by_code
from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings

DAY: Final = "day"
FIELD_OF: Final[Mapping[type[Exception], str]] = {
    BadUnitName: "unit_name",
    BadAddress: "email",
    WrongDomain: "email",
    PersonalAddress: "email",
    AddressTaken: "email",
    BadPhone: "phone",
    BadHours: "hours",
    BadGln: "gln",
    BadSor: "sor",
    BadPostal: "postal",
    BadDay: DAY,
}
"""Beside which field a refusal is said."""
RIGHT: Final = {"party": REGION, "unit_name": "x", "email": "x@x.dk", "phone": "+4595000000"}
"""What one field is tried with, to see whether it is the one that is wrong."""
KEYS: Final = (commands.NEXT_FIELD, commands.SAVE, commands.BACK, commands.HELP)


@dataclass(frozen=True)
class Asked:
    """What the form is about: its words, how the unit is reached now, and what is done with what was typed.

    `submit` takes the contact, and whether an address that looks like one person's is right all the same.
    """

    party: str
    title: str
    why: str
    now: Contact | None
    submit: Callable[[Contact, bool], object]


class ContactForm(KeepingPage[object]):
    """Answers with what `submit` gave; None when the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.SAVE, commands.BACK, commands.HELP)
    AUTO_FOCUS = "#field-unit-name Input"

    def __init__(self, keeper: Keeper, asked: Asked) -> None:
        super().__init__(keeper)
        self._asked = asked
        self._personal = ""

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        now = self._asked.now
        yield from self.above()
        yield Static(Content(self._asked.title), id="subject", markup=False)
        with VerticalScroll(id="guide", can_focus=False):
            yield Static(Content(self._asked.why), markup=False, classes="paragraph")
            for name, label in words.FIELDS:
                if name == "kind":
                    yield from self._kind(_(label))
                else:
                    yield LineField(name, _(label), self._before(name), _hint(name))
            yield LineField(DAY, _("Holds from"), dates.day(self.keeper.now()), _("A day from today, like 01-12-2026."))
            if now:
                yield Static(Content(_kept()), markup=False, classes="aside")
        yield CommandBar(KEYS)

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Say what is wrong with a field as soon as it is left."""
        field = event.widget.parent.parent if event.widget.parent else None
        if isinstance(field, LineField) and isinstance(event.widget, Input) and self.is_current:
            wrong = self._wrong(field.field, field.value)
            if wrong:
                field.complain(wrong, focus=False)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Go on to the next field."""
        self.focus_next()

    def action_save(self) -> None:
        """Hand it in."""
        self.look(self._save, "act")

    def _kind(self, label: str) -> ComposeResult:
        now = self._asked.now
        mail_client = now is not None and now.kind is UnitKind.MAIL_CLIENT
        with Horizontal(classes="kind"):
            yield Static(Content(label), markup=False, classes="field-label")
            yield Either(*(_(words.KINDS[kind]) for kind in UnitKind), second=mail_client)

    def _before(self, name: str) -> str:
        now = self._asked.now
        return str(getattr(now, name)) if now else ""

    def _wrong(self, name: str, value: str) -> str:
        """Say what is wrong with one field, by itself; an empty one is not wrong before it is handed in."""
        if not value.strip():
            return ""
        try:
            if name == DAY:
                beginning(typed_day(value), self.keeper.now())
            else:
                Contact.checked(**{**RIGHT, name: value}, valid_from=self.keeper.now(), entered_by="")  # type: ignore[arg-type]
        except DirectoryError as refused:
            return by_code(refused.code)
        return ""

    async def _save(self) -> None:
        outcome = await self.ask(self._hand_in)
        if isinstance(outcome, DirectoryError | NothingChanges):
            self._say_beside(outcome)
        elif outcome is not None:
            self.dismiss(outcome)

    def _hand_in(self) -> object:
        """Submit it; a refusal is an answer here, with a field it belongs to."""
        try:
            contact = self._typed()
            return self._asked.submit(contact, contact.email == self._personal)
        except PersonalAddress as refused:
            self._personal = contact.email
            return refused
        except (DirectoryError, NothingChanges) as refused:
            return refused

    def _typed(self) -> Contact:
        typed = {field.field: field.value for field in self.query(LineField)}
        mail_client = self.query_one(Either).second
        return Contact.checked(
            party=self._asked.party,
            unit_name=typed["unit_name"],
            email=typed["email"],
            phone=typed["phone"],
            hours=typed["hours"],
            kind=UnitKind.MAIL_CLIENT if mail_client else UnitKind.GATEWAY,
            gln=typed["gln"],
            sor=typed["sor"],
            postal=typed["postal"],
            valid_from=beginning(typed_day(typed[DAY]) if typed[DAY].strip() else None, self.keeper.now()),
            entered_by=self.keeper.person.id,
        )

    def _say_beside(self, refused: Exception) -> None:
        said = self.in_words(refused)
        name = FIELD_OF.get(type(refused))
        for field in self.query(LineField):
            if field.field == name:
                field.complain(said)
                field.scroll_visible(animate=False)
                return
        self.say(said, "warning")


def _hint(name: str) -> str:
    if name == "email":
        return _("The unit's own, not a person's. One address.")
    if name == "hours":
        return _("When the phone is answered: man-ons 8-15, tor 8-17, fre 8-13. May stay empty.")
    return ""


def _kept() -> str:
    return _("How they were reached before stays visible on their page. Letters in the queue leave to the new address.")
