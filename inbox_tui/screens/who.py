"""What is said at the inbox's door."""

from typing import Final

from gateway.language import gettext as _
from gateway.terminal.door import Question

ADD_STAFF: Final = 'stafet-inbox staff add "NAVN" --role intake'


def question() -> Question:
    """Say why one signs in, and what to do when there is nobody who can."""
    return Question(
        why=_("Your name goes back to Præhospitalet when you acknowledge, and is noted with what you do."),
        nobody=_("Nobody can work in this inbox yet."),
        what_to_do=_("Ask your administrator to add you with this command, and start the inbox again:"),
        command=ADD_STAFF,
    )
