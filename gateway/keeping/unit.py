"""One party: how it is reached, its key to read aloud, the change that waits, and what can be done about it now."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from directory.changes import Stand
from directory.model import Contact
from gateway.contacts.model import Change, Wanted
from gateway.keeping import commands, said, unit_page, words
from gateway.keeping.call import CallScreen
from gateway.keeping.code import CodeDialog
from gateway.keeping.contact_form import Asked, ContactForm
from gateway.keeping.key_form import KeyForm
from gateway.keeping.page import KeepingPage
from gateway.keeping.ports import Keeper, Known
from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import Command, bindings
from gateway.terminal.letter_view import LetterView
from gateway.terminal.question import QuestionScreen


class UnitScreen(KeepingPage[None]):
    """Reads itself again and again; who may not change anything sees it, with the phone."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        *commands.PARTY, commands.CONFIRM, commands.REFUSE, commands.AGAIN, commands.CODE
    )

    def __init__(self, keeper: Keeper, party: str) -> None:
        super().__init__(keeper)
        self._party = party
        self._known: Known | None = None
        self._changes: tuple[Change, ...] = ()
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static("", id="subject", markup=False)
        yield LetterView(())
        yield CommandBar((commands.BACK, commands.HELP))

    def on_mount(self) -> None:
        """Read it, and go on reading."""
        self.query_one(LetterView).focus()
        self._look()
        self.set_interval(self.keeper.poll_seconds, self._look)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self._look()

    @property
    def change(self) -> Change | None:
        """Give the change that is under way."""
        return next((one for one in self._changes if one.is_open), None)

    def offered(self) -> tuple[Command, ...]:
        """Tell what can be done now, by this person."""
        return (*_offered(self._known, self.change, may=self.keeper.may_keep), commands.BACK, commands.HELP)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take only the keys that are offered now."""
        acts = {command.action for command in commands.ACTS}
        offered = {command.action for command in self.offered()}
        return (action not in acts or action in offered) and super().check_action(action, parameters)

    def action_contact(self) -> None:
        """Enter another contact."""
        self.look(self._contact, "act")

    def action_key(self) -> None:
        """Enter another key."""
        self.look(self._key, "act")

    def action_confirm_change(self) -> None:
        """Ring them and confirm, unless a colleague must."""
        self.look(self._confirm, "act")

    def action_refuse(self) -> None:
        """Refuse the change, or take it back."""
        self.look(self._refuse, "act")

    def action_again(self) -> None:
        """Send the TEST of the new address once more."""
        self.look(self._again, "act")

    def action_code(self) -> None:
        """Take the code that they read aloud."""
        self.look(self._code, "act")

    def action_test(self) -> None:
        """Send a TEST now."""
        self.look(self._test, "act")

    def action_lost(self) -> None:
        """Give their keys up: one was lost or stolen."""
        self.look(self._lost, "act")

    def _look(self) -> None:
        if self.is_current:
            self.look(self._load, "look")

    async def _load(self) -> None:
        async with self._one_at_a_time:
            known = await self.ask(self.keeper.known, self._party, self.keeper.person)
            changes = await self.ask(self.keeper.changes.listed, self.keeper.person, self._party)
            if known is None or changes is None or (known, changes) == (self._known, self._changes):
                return
            self._known, self._changes = known, changes
            self.query_one("#subject", Static).update(_subject(known))
            await self.query_one(CommandBar).show(self.offered())
            page = unit_page.sections(known, changes, self.keeper.command, self.keeper.now())
            await self.query_one(LetterView).show(page)

    async def _contact(self) -> None:
        now = self._known.contact if self._known else None
        enrols = bool(self._known and not self._known.key)
        asked = Asked(
            self._party,
            words.SEPARATOR.join((words.party(self._party), _("New contact details"))),
            _("Write what shall hold, and from which day. Nothing holds before a colleague has rung and confirmed it."),
            now,
            self._propose,
        )
        change = await self.app.push_screen_wait(ContactForm(self.keeper, asked))
        if isinstance(change, Change):
            await (self._key() if enrols and not change.fingerprint else self._entered(change))

    def _propose(self, contact: Contact, personal_ok: bool) -> Change:  # noqa: FBT001 - as the form hands it in
        wanted = Wanted(self._party, contact, personal_ok=personal_ok)
        return self.keeper.changes.propose(wanted, self.keeper.person)

    async def _key(self) -> None:
        change = await self.app.push_screen_wait(KeyForm(self.keeper, self._party))
        if change:
            await self._entered(change)

    async def _entered(self, change: Change) -> None:
        await self.app.push_screen_wait(said.proposed(change, self.keeper))
        await self._load()

    async def _confirm(self) -> None:
        change, known = self.change, self._known
        if change is None or known is None:
            return
        mine = not change.by_letter and change.proposed_by == self.keeper.person.name
        if mine and not self.keeper.alone:
            await self.app.push_screen_wait(said.a_colleague(change))
            return
        ours = await self.ask(self.keeper.rotation.status, self.keeper.person)
        if ours is None:
            return
        confirmed = await self.app.push_screen_wait(CallScreen(self.keeper, change, known.contact, ours.present))
        if confirmed:
            await self.app.push_screen_wait(said.confirmed(confirmed))
        await self._load()

    async def _refuse(self) -> None:
        change = self.change
        question = QuestionScreen(
            _("Refuse the change?"), _("It is taken off the table. Nothing changes, and letters go on as before.")
        )
        if change is None or not await self.app.push_screen_wait(question):
            return
        await self._do(lambda: self.keeper.changes.refuse(change.id, self.keeper.person), _("It is refused."))

    async def _again(self) -> None:
        change = self.change
        if change:
            told = _("Another TEST is on its way.")
            await self._do(lambda: self.keeper.changes.test_again(change.id, self.keeper.person), told)

    async def _code(self) -> None:
        change = self.change
        if change is None:
            return
        if await self.app.push_screen_wait(CodeDialog(self.keeper, change)):
            self.say(_("The code is right: the address is theirs."))
            await self._load()

    async def _test(self) -> None:
        told = _("A TEST is on its way. The answer shows here when it comes.")
        await self._do(lambda: self.keeper.test(self._party, self.keeper.person), told)

    async def _lost(self) -> None:
        first = QuestionScreen(
            _("Is their key lost or stolen?"),
            _("Every key of theirs is given up at once, and nothing signed by it is believed any more."),
            _("Letters to {party} wait until a new key was compared by phone. Until then you ring instead.").format(
                party=words.party(self._party)
            ),
        )
        again = QuestionScreen(
            _("This cannot be undone"),
            _("Give up every key of {party} now?").format(party=words.party(self._party)),
            _("Afterwards their page names the command that lists every letter that was sealed to it."),
        )
        for question in (first, again):
            if not await self.app.push_screen_wait(question):
                return
        told = _("Their keys are given up. Ring them, and let them make a new one.")
        await self._do(lambda: self.keeper.compromise.revoke(self._party, self.keeper.person), told)

    async def _do(self, act: Callable[[], object], told: str) -> None:
        """Do something, tell that it was done, and show what has become of it."""

        def done() -> bool:
            act()
            return True

        if await self.ask(done):
            self.say(told)
        await self._load()


def _offered(known: Known | None, change: Change | None, *, may: bool) -> Sequence[Command]:
    """Tell what makes sense now: what the change under way waits for comes first; a key can be lost at any time."""
    if known is None or not may:
        return ()
    test = (commands.TEST,) if known.key and known.contact else ()
    lost = (commands.LOST,) if known.key else ()
    return (*_about(change), *test, *lost)


def _about(change: Change | None) -> Sequence[Command]:
    """Tell what can be done about contact and key: one change is under way at a time."""
    if change is None:
        return (commands.NEW_CONTACT, commands.NEW_KEY)
    if change.stand is Stand.PROPOSED:
        contact = () if change.contact else (commands.NEW_CONTACT,)
        key = () if change.fingerprint else (commands.NEW_KEY,)
        return (commands.CONFIRM, commands.REFUSE, *contact, *key)
    proving = (commands.CODE, commands.AGAIN) if change.awaits_code else (commands.AGAIN,)
    return (*(proving if change.stand is Stand.CONFIRMED else ()), commands.REFUSE)


def _subject(known: Known) -> Content:
    grade = known.row.grade
    style = {"alert": "bold $error", "accent": "bold $accent", "done": "$success"}[words.STYLES[grade]]
    phone = dates.phone(known.contact.phone) if known.contact else _("no phone known")
    name = (words.party(known.row.facts.party), "bold")
    return Content.assemble((words.grade(grade), style), "   ", name, "   ", ("☎ " + phone, "bold $primary"))
