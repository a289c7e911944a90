"""How our own unit is reached, now and from a day on, and who uses the new address already."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from directory.model import Contact
from gateway.contacts.ours import OwnChange
from gateway.keeping import commands, words
from gateway.keeping.contact_form import Asked, ContactForm
from gateway.keeping.page import KeepingPage
from gateway.keeping.ports import Keeper
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.liveness.look import name_of
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.letter_view import LetterView
from gateway.terminal.sections import Section, Tone


class OwnContactScreen(KeepingPage[None]):
    """Shows it, and leads to the form."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.OWN, commands.BACK, commands.HELP)

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper)
        self._read: tuple[Contact, tuple[OwnChange, ...]] | None = None
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static(Content(_("Our own unit")), id="subject", markup=False)
        yield LetterView(())
        yield CommandBar(self.offered())

    def on_mount(self) -> None:
        """Read it, and go on reading."""
        self.query_one(LetterView).focus()
        self._look()
        self.set_interval(self.keeper.poll_seconds, self._look)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self._look()

    def offered(self) -> tuple[Command, ...]:
        """Tell what this person can do."""
        return (*((commands.OWN,) if self.keeper.may_keep else ()), commands.BACK, commands.HELP)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the change only to who may make it."""
        return (action != commands.OWN.action or self.keeper.may_keep) and super().check_action(action, parameters)

    def action_own_contact(self) -> None:
        """Change it."""
        self.look(self._change, "act")

    def _look(self) -> None:
        if self.is_current:
            self.look(self._load, "look")

    async def _load(self) -> None:
        async with self._one_at_a_time:
            now = await self.ask(self.keeper.own_contact)
            changes = await self.ask(self.keeper.ours.listed, self.keeper.person)
            if now is None or changes is None:
                return
            shown = _page(now, changes, self.keeper.now())
            if self._read is None or _page(*self._read, self.keeper.now()) != shown:
                self._read = (now, changes)
                await self.query_one(LetterView).show(shown)

    async def _change(self) -> None:
        if self._read is None:
            return
        asked = Asked(
            self._read[0].party,
            _("Our own unit is reached in another way"),
            _(
                "Write what shall hold, and from which day. Everybody is told in a signed letter, and confirms it by "
                "ringing the number they know. Mail to the address you have now is taken in meanwhile."
            ),
            self._read[0],
            self._propose,
        )
        if await self.app.push_screen_wait(ContactForm(self.keeper, asked)):
            self.say(_("Everybody is told. This page shows who uses the new address."))
        await self._load()

    def _propose(self, contact: Contact, personal_ok: bool) -> bool:  # noqa: FBT001 - as the form hands it in
        self.keeper.ours.propose(contact, self.keeper.person, personal_ok=personal_ok)
        return True


def _page(now: Contact, changes: Sequence[OwnChange], at: datetime) -> tuple[Section, ...]:
    coming = [one for one in changes if one.contact.valid_from > at]
    return (
        *(_coming(one) for one in coming),
        Section(Tone.LEAD if not coming else Tone.FACTS, _("Reached like this now"), facts=words.facts(now)),
        *_using(changes, at),
        *_before(changes, at),
    )


def _coming(one: OwnChange) -> Section:
    heading = _("From {day}").format(day=dates.day(one.contact.valid_from))
    return Section(Tone.LEAD, heading, facts=words.facts(one.contact))


def _using(changes: Sequence[OwnChange], at: datetime) -> Iterator[Section]:
    """Say who is not known to write to the newest address yet."""
    newest = changes[0] if changes else None
    if newest is None or len(changes) < 2:  # noqa: PLR2004 - the first row is how it was before any change
        return
    everybody = len(newest.using) + len(newest.waiting)
    said = ngettext(
        "{using} of {count} party is known to write there.",
        "{using} of {count} parties are known to write there.",
        everybody,
    ).format(using=len(newest.using), count=everybody)
    missing = ", ".join(map(name_of, newest.waiting))
    begun = newest.contact.valid_from <= at
    waits = ((_("Not yet"), missing),) if missing and begun else ()
    yield Section(Tone.FACTS, _("Who uses the new address"), said, waits)


def _before(changes: Sequence[OwnChange], at: datetime) -> Iterator[Section]:
    past = [one for one in changes if one.contact.valid_from <= at and one.ends_at]
    facts = tuple((dates.day(one.contact.valid_from), _line(one, at)) for one in past)
    if facts:
        yield Section(Tone.FACTS, _("Before"), facts=facts)


def _line(one: OwnChange, at: datetime) -> str:
    open_still = one.ends_at is not None and at < one.ends_at
    until = _("mail is taken in until {day}") if open_still else _("closed {day}")
    ended = until.format(day=dates.day(one.ends_at)) if one.ends_at else ""
    return words.SEPARATOR.join((words.value(one.contact, "email"), words.value(one.contact, "phone"), ended))
