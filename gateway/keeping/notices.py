"""What people who can act are told, in lines for the band above the work, and on a page with what to do."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gateway.keeping import commands, words
from gateway.keeping.page import KeepingPage
from gateway.keeping.rotation import RotationScreen
from gateway.keeping.unit import UnitScreen
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.liveness.board import Reason
from gateway.liveness.notices import OWN_KEY_ENDED, OWN_KEY_ENDS, Notice
from gateway.liveness.words import notice, notice_advice
from gateway.terminal.bars import CommandBar
from gateway.terminal.commands import bindings
from gateway.terminal.plain import one_line
from gateway.terminal.row_list import Item, Line, RowList

OUR_KEY: Final = (OWN_KEY_ENDS, OWN_KEY_ENDED, Reason.OWN_KEY_PENDING)
NARROWEST: Final = 30
SHOWN: Final = 2
"""How many stand above the work: enough to act on, few enough to leave room for it."""
KEYS: Final = (commands.OPEN, commands.BACK, commands.HELP)


class NoticesScreen(KeepingPage[None]):
    """All of them, the worst first, each with what to do. Enter opens the party it is about."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*KEYS)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield from self.above()
        yield Static(Content(_("What needs somebody")), id="subject", markup=False)
        yield RowList(id="rows")
        yield Static(Content(_nothing()), id="empty", markup=False)
        yield CommandBar(KEYS)

    def on_mount(self) -> None:
        """Read them, and go on reading."""
        self.query_one("#empty").display = False
        self.query_one(RowList).focus()
        self.reload()
        self.set_interval(self.keeper.poll_seconds, self.reload)

    def on_screen_resume(self) -> None:
        """Show what was done on the screen above."""
        self.reload()

    def reload(self) -> None:
        """Read them again."""
        if self.is_current:
            self.look(self._load, "notices")

    def on_row_list_chosen(self, _event: RowList.Chosen) -> None:
        """Open what was clicked."""
        self.action_open()

    def action_open(self) -> None:
        """Open the party a notice is about; one about ourselves is about our own key, or the backup."""
        code, _colon, party = self.query_one(RowList).selected.partition(":")
        if code in OUR_KEY:
            self.app.push_screen(RotationScreen(self.keeper))
        elif party:
            self.app.push_screen(UnitScreen(self.keeper, party))

    async def _load(self) -> None:
        notices = await self.ask(self.keeper.notices, self.keeper.person)
        if notices is None:
            return
        rows = self.query_one(RowList)
        width = rows.size.width or self.size.width
        rows.show([_item(one, width) for one in notices])
        rows.display, self.query_one("#empty").display = bool(notices), not notices


def lines(notices: Sequence[Notice], key: str) -> tuple[str, ...]:
    """Say the worst on a line each, with its sign, for the band above the work, and by which key to see all."""
    if not notices:
        return ()
    more = len(notices) - SHOWN
    counted = (
        ngettext("and {count} more", "and {count} more", more).format(count=more) + words.SEPARATOR if more > 0 else ""
    )
    told = _("{key} shows what to do").format(key=key)
    return (*map(_line, notices[:SHOWN]), counted + told)


def _line(one: Notice) -> str:
    return f"{words.SIGNS[one.grade]} {one_line(notice(one))}"


def _item(one: Notice, width: int) -> Item:
    first = Line(((" " + _line(one), words.STYLES[one.grade]),))
    advised = (
        Line((("   " + text, "plain"),)) for text in wrap(one_line(notice_advice(one)), max(NARROWEST, width - 5))
    )
    return Item((first, *advised, Line(())), f"{one.code}:{one.about}")


def _nothing() -> str:
    return _("Nothing needs anybody just now.")
