"""The citizen may have been referred before: a person says whether it is the same, and what that means (F1, G2, G9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content as Drawn
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gateway.desk import commands, words
from gateway.desk.content import Content, get, put
from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.recognise import Seen, Sign
from gateway.referring.words import STATES
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import CANCEL, bindings
from gateway.terminal.once import Dialog
from gateway.wire.referral import ReReferralKind

SIGNS = {Sign.CPR: mark("same CPR number"), Sign.PHONE: mark("same phone; perhaps somebody else")}
KINDS = {ReReferralKind.ONGOING: mark("still calling"), ReReferralKind.RELAPSE: mark("has begun again")}


@dataclass(frozen=True)
class Choice:
    """What was decided: a re-referral of a kind, an addition to the open one, or something of its own."""

    seen: Seen
    kind: ReReferralKind | None = None
    add: bool = False

    def applied(self, content: Content) -> dict[str, Any]:
        """Write the decision down; the reason stays, if one was written."""
        if self.kind is None:
            return put(put(content, "re_referral", None), "desk.apart", [*_apart(content), self.seen.referral_id])
        previous = {"previous_id": self.seen.referral_id, "kind": self.kind.value}
        reason = get(content, "re_referral.reason")
        return put(content, "re_referral", {**previous, **({"reason": reason} if reason else {})})


class SeenScreen(Dialog[Choice | None]):
    """Lists the earlier referrals; the keys say what the new one is."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        commands.ONGOING, commands.RELAPSE, commands.ADD, commands.APART, CANCEL
    )

    def __init__(self, seen: Sequence[Seen], now: datetime) -> None:
        super().__init__()
        self._seen = seen
        self._now = now

    def compose(self) -> ComposeResult:
        """Lay the list and the choices out."""
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = Drawn(_("Is it the same citizen?")).markup
            yield OptionList(*(Option(Drawn(line(one, self._now))) for one in self._seen), markup=False)
            yield Static(Drawn(self._advice()), markup=False, classes="aside")
        yield CommandBar(
            (commands.ONGOING, commands.RELAPSE, commands.ADD, commands.APART, CANCEL),
        )

    def on_mount(self) -> None:
        """Begin at the newest."""
        self.query_one(OptionList).highlighted = 0

    def action_ongoing(self) -> None:
        """Refer again: the citizen went on calling (F2)."""
        self.dismiss(Choice(self._chosen, ReReferralKind.ONGOING))

    def action_relapse(self) -> None:
        """Refer again: the citizen had stopped and began again (F3)."""
        self.dismiss(Choice(self._chosen, ReReferralKind.RELAPSE))

    def action_add(self) -> None:
        """Add to the open referral."""
        if self._chosen.open:
            self.dismiss(Choice(self._chosen, add=True))
        else:
            self.notify(_("That one is over; nothing can be added to it. Refer again with F or B."), markup=False)

    def action_apart(self) -> None:
        """Leave it as a referral of its own."""
        self.dismiss(Choice(self._chosen))

    def action_back(self) -> None:
        """Decide later."""
        self.dismiss(None)

    @property
    def _chosen(self) -> Seen:
        return self._seen[self.query_one(OptionList).highlighted or 0]

    def _advice(self) -> str:
        again = _(
            "F: refer again, the citizen is still calling. B: refer again, they had stopped and have begun again. "
            "N: it is somebody else, or something else. You decide; nothing is joined by itself."
        )
        if any(one.open and one.within_a_day for one in self._seen):
            return (
                _("It is less than a day since the last one: T adds to it instead of sending a new one.") + " " + again
            )
        return _("T: add to the one that is open.") + " " + again


def banner(seen: Sequence[Seen], content: Content, now: datetime) -> str:
    """Say above the form that the citizen may be known here, or what was decided about it."""
    kind, previous = get(content, "re_referral.kind"), get(content, "re_referral.previous_id")
    if kind:
        number = next((one.number for one in seen if previous in (one.referral_id, one.number)), "")
        return _("» Referred again: {kind} {number}   F4 changes it").format(
            kind=_(KINDS[ReReferralKind(kind)]), number=number
        )
    open_ones = [one for one in seen if one.referral_id not in _apart(content)]
    if not open_ones:
        return ""
    return _("▲ May have been referred before: {line}   F4: look and choose").format(line=line(open_ones[0], now))


def line(seen: Seen, now: datetime) -> str:
    """Say on one line which referral it was, how it stands, and by what it was found."""
    said = (
        seen.number,
        words.short_municipality(seen.municipality),
        words.moment(seen.submitted_at, now),
        _(STATES[seen.state]) if seen.state in STATES else seen.state,
        _(SIGNS[seen.by]),
    )
    return words.SEPARATOR.join(said)


def _apart(content: Content) -> list[str]:
    return list(get(content, "desk.apart") or [])
