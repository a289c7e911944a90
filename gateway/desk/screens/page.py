"""What every screen of the desk has in common: how refusals are said, who sits there, and help."""

from typing import TypeVar

from textual.app import ComposeResult

from gateway.consents.errors import ConsentError
from gateway.desk import commands, refusals
from gateway.desk.ports import DeskPorts, Seat
from gateway.language import gettext as _
from gateway.meetings.errors import MeetingError
from gateway.referring.drafts import DraftError
from gateway.referring.errors import ReferralError
from gateway.referring.refusals import Refused
from gateway.site.errors import MayNot, PersonGone, SiteError
from gateway.terminal import page
from gateway.terminal.bars import TitleBar
from gateway.terminal.help import HelpScreen
from gateway.terminal.plain import one_line
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable

Result = TypeVar("Result")


class DeskPage(page.Page[Result]):
    """A screen of the desk."""

    REFUSALS = {  # noqa: RUF012 - the class it overrides says that it is the class's
        MayNot: refusals.of_a_role,
        Refused: refusals.of_a_referral,
        DraftError: refusals.of_a_draft,
        ReferralError: refusals.by_code,
        ConsentError: refusals.by_code,
        MeetingError: refusals.by_code,
        LetterOutOfTurn: refusals.by_code,
        LetterUnreadable: refusals.by_code,
    }
    GONE = (PersonGone,)
    TROUBLE = (SiteError,)

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat

    @property
    def ports(self) -> DeskPorts:
        """Give what is reached from here."""
        return self.seat.ports

    def above(self) -> ComposeResult:
        """Lay out the line above."""
        yield TitleBar(one_line(self.ports.unit.name), one_line(self.seat.person.name))

    def action_next_field(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """Go to the field before."""
        self.focus_previous()

    def action_help(self) -> None:
        """Show what the keys do."""
        self.app.push_screen(HelpScreen(_paragraphs(), commands.EXPLAINED, commands.BACK))


def _paragraphs() -> tuple[str, ...]:
    return (
        _(
            "A referral in four steps: N, then the questions about what is acute, then the municipality, then read the "
            "text aloud and take the yes or the no, then the rest, and Ctrl+S. Everything is saved as you type."
        ),
        _(
            "Write what happened and how the citizen wants to be reached. Do not paste from the journal, and promise "
            "nothing on the municipality's behalf: it decides what help there is, and how fast."
        ),
        _(
            "A referral is off your hands when a named person there has taken it. Until then it stands on the board, "
            "and a number to phone comes to the top by itself when it has taken too long."
        ),
        _("What cannot wait is said by phone as well. A letter is never the only way."),
    )
