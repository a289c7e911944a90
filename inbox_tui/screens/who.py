"""Who works in this inbox: what is asked, and what to do when there is nobody to choose."""

from collections.abc import Sequence

from gateway.language import gettext as _
from gateway.site.people import Person
from gateway.terminal.who import Question, WhoScreen
from inbox_tui import commands
from inbox_tui.casework.actions import INTAKE_ROLES

ADD_STAFF = 'stafet-inbox staff add "NAVN" --role intake'


def who_screen(people: Sequence[Person], unit_name: str) -> WhoScreen[Person]:
    """Ask who of those who may take referrals sits here."""
    able = [person for person in people if person.role in INTAKE_ROLES]
    return WhoScreen(able, unit_name, _question(), choose=commands.CHOOSE, leave=commands.QUIT)


def _question() -> Question:
    return Question(
        why=_("Your name goes back to Præhospitalet when you acknowledge, and is noted with what you do."),
        nobody=_("Nobody can work in this inbox yet."),
        what_to_do=_("Ask your administrator to add you with this command, and start the inbox again:"),
        command=ADD_STAFF,
    )
