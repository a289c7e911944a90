"""The second person's call (D11): ring the number known before, ask, compare the key aloud, write down with whom.

Nothing holds before the last step. Whoever entered the change is told why a colleague does this.
"""

import enum
from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from directory import phone
from directory.errors import BadPhone
from directory.model import Contact
from gateway.contacts.errors import WrongNumber
from gateway.contacts.model import Call, Change, Ended
from gateway.keeping import commands, words
from gateway.keeping.fields import LineField, Typed
from gateway.keeping.fingerprint import FingerprintView
from gateway.keeping.guide import Guide, aside, band, comparing, lead, number, why
from gateway.keeping.ports import Keeper
from gateway.keeping.refusals import by_code
from gateway.language import gettext as _
from gateway.language import mark
from gateway.terminal import dates
from gateway.terminal.commands import Command, bindings
from gateway.terminal.letter_view import Fact
from gateway.terminal.question import QuestionScreen
from keys.fingerprint import Fingerprint


class Step(enum.Enum):
    """What is done in the call, in its order."""

    RING = mark("Ring")
    """The number that was known before."""
    ASK = mark("Ask")
    """Whether they asked for this."""
    COMPARE = mark("Their key")
    """They read it aloud, group by group."""
    READ = mark("Our key")
    """We read ours aloud."""
    NAME = mark("With whom")
    """Whom we spoke with."""


KEYS: Final = {
    Step.RING: (commands.NEXT,),
    Step.ASK: (commands.YES, commands.NOT_THEIRS),
    Step.COMPARE: (commands.FITS, commands.DIFFERS),
    Step.READ: (commands.FITS,),
    Step.NAME: (commands.NEXT,),
}


class CallScreen(Guide[Change]):
    """Answers with the confirmed change; None when it was refused, or left as it was."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(commands.YES, commands.NOT_THEIRS, commands.DIFFERS)

    def __init__(self, keeper: Keeper, change: Change, active: Contact | None, ours: Fingerprint) -> None:
        super().__init__(keeper)
        self._change, self._active, self._ours = change, active, ours
        with_key = (Step.COMPARE, Step.READ) if change.fingerprint else ()
        self._plan: tuple[Step, ...] = (Step.RING, Step.ASK, *with_key, Step.NAME)
        self._number = change.numbers_to_call[0] if change.numbers_to_call else ""
        self._asked_about, self._other = "", ""

    @property
    def _step(self) -> Step:
        return self._plan[self.at]

    def steps(self) -> tuple[str, ...]:
        """Name the steps of this call."""
        return tuple(_(step.value) for step in self._plan)

    def subject(self) -> str:
        """Say whom the call is to, and what it is about."""
        return words.SEPARATOR.join((words.party(self._change.party), words.what(self._change)))

    def keys(self) -> tuple[Command, ...]:
        """Name the keys of this step."""
        return (*KEYS[self._step], commands.BACK, commands.HELP)

    def body(self) -> Iterable[Widget]:
        """Lay this step out."""
        match self._step:
            case Step.RING:
                return self._ring()
            case Step.ASK:
                return self._ask()
            case Step.COMPARE:
                return self._compare()
            case Step.READ:
                return self._read()
            case Step.NAME:
                return self._with_whom()

    def on_typed(self, event: Typed) -> None:
        """Keep what is typed."""
        if self._step is Step.RING:
            self._number = event.value
        else:
            self._other = event.value

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Go on from the field."""
        self.action_next()

    def on_fingerprint_view_finished(self, _event: FingerprintView.Finished) -> None:
        """Go on when every group was read."""
        self.go(self.at + 1)

    def action_next(self) -> None:
        """Go on from a field, when what stands there will do."""
        if self._step is Step.RING and self._rings_rightly():
            self.go(self.at + 1)
        elif self._step is Step.NAME:
            self.look(self._confirm, "act")

    def action_yes(self) -> None:
        """Go on: they know of it."""
        self.go(self.at + 1)

    def action_not_theirs(self) -> None:
        """Refuse it: somebody may be trying to take their place."""
        self.look(self._refuse, "act")

    def action_differs(self) -> None:
        """Refuse it: the key they have is another."""
        self.look(self._refuse, "act")

    def _ring(self) -> Iterable[Widget]:
        if self._change.numbers_to_call:
            yield lead(_("Ring this number. You knew it before the change."))
            yield number(dates.phone(self._change.numbers_to_call[0]))
            yield why(_("Never ring a number from the change itself: whoever wrote it could answer there."))
        else:
            yield lead(_("Ring their main number, and ask to be put through."))
            yield why(
                _(
                    "No number is known here yet. Find the main number yourself in a public directory, and never in "
                    "what they sent you: whoever wrote it could answer there."
                )
            )
        if self._is_mine:
            yield band(_("You entered this yourself, and your site says that you are alone. The log will show it."))
        yield LineField("number", _("Rang"), self._number)

    @property
    def _is_mine(self) -> bool:
        return not self._change.by_letter and self._change.proposed_by == self.keeper.person.name

    def _ask(self) -> Iterable[Widget]:
        yield lead(_("Ask: have you asked for this?"))
        if self._change.contact:
            for label, said in words.differences(self._active, self._change.contact):
                yield Fact(label, said)
        if self._change.fingerprint:
            yield Fact(_("Key"), _("A new one. You compare it in the next step."))
        yield Fact(_("From"), dates.day(self._change.valid_from))
        yield Fact(_("Asked for by"), words.proposed(self._change))
        if self._change.looks_personal:
            yield band(_("The address looks like one person's. Ask whether it outlives its people."))
        yield aside(_("If they know nothing of it, press N. It is refused, and the log tells why."))

    def _compare(self) -> Iterable[Widget]:
        yield lead(_("Let them read their key's fingerprint aloud. Follow along here."))
        if self._change.fingerprint:
            yield from comparing(FingerprintView(self._change.fingerprint, 0))
        yield why(_("Press Space for each group that is the same, and N as soon as one is not."))

    def _read(self) -> Iterable[Widget]:
        yield lead(_("Now read our fingerprint to them. They follow along."))
        yield from comparing(FingerprintView(self._ours, 0))
        yield why(_("Press Space for each group they say is the same. So both ends know the other's right key."))

    def _with_whom(self) -> Iterable[Widget]:
        yield lead(_("Whom did you speak with?"))
        yield LineField("name", _("Name"), self._other)
        yield why(_("Both names are kept with the change: yours and theirs. Enter confirms it."))
        if self._change.needs_proof:
            yield aside(_("A TEST then goes to the new address. It is used once the signed answer has come."))

    def _rings_rightly(self) -> bool:
        """Tell whether the number will do; another than the known one is asked about once (D11)."""
        field, known = self.query_one(LineField), self._change.numbers_to_call
        try:
            rung = phone.normalise(self._number)
        except BadPhone as bad:
            field.complain(by_code(bad.code))
            return False
        if rung in known or self._asked_about == rung:
            return True
        if known and self._change.contact and rung == self._change.contact.phone:
            field.complain(by_code(WrongNumber.code))
            return False
        self._asked_about = rung
        field.complain(
            _(
                "You did not know this number from us before. Is it the main number, which you found yourself, and "
                "were you put through? Then press Enter once more."
            )
        )
        return False

    async def _confirm(self) -> None:
        rung = phone.normalise(self._number)
        call = Call(rung, self._other.strip(), rung not in self._change.numbers_to_call, self._change.fingerprint)
        confirmed = await self.ask(self.keeper.changes.confirm, self._change.id, call, self.keeper.person)
        if confirmed:
            self.dismiss(confirmed)

    async def _refuse(self) -> None:
        question = QuestionScreen(
            _("Refuse the change?"),
            _("Nothing changes, and letters go on as before. That it was refused, and why, is noted."),
            _("Somebody may be trying to take their place. Tell them that, and tell your data protection officer."),
        )
        if not await self.app.push_screen_wait(question):
            return
        changes, person = self.keeper.changes, self.keeper.person

        def refuse() -> bool:
            changes.refuse(self._change.id, person, Ended.NOT_THEIRS)
            return True

        if await self.ask(refuse):
            self.dismiss(None)
