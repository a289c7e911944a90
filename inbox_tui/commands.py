"""Every command of the inbox, defined once: keys, footer and help are all made from this."""

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType

from gateway.language import mark


@dataclass(frozen=True)
class Command:
    """One command: the keys that run it, the screen's action, how the key is written, and what it is for."""

    keys: str
    action: str
    shown: str
    label: str
    help: str

    def binding(self) -> Binding:
        """Bind the keys for Textual; the label is shown by our own footer, in the language in use."""
        return Binding(self.keys, self.action, self.label, show=False)


OPEN: Final = Command("enter", "open", "Enter", mark("read"), mark("Read the referral the cursor is on."))
ACKNOWLEDGE: Final = Command(
    "k,K",
    "acknowledge",
    "K",
    mark("acknowledge"),
    mark("Take the referral. Your name, the unit and its phone number go back to Præhospitalet, signed."),
)
FORWARD: Final = Command(
    "v,V",
    "forward",
    "V",
    mark("forward"),
    mark("Forward to a department, with a note. One department at a time is responsible."),
)
CPR: Final = Command("c,C", "cpr", "C", mark("show CPR"), mark("Show or hide the citizen's CPR number."))
QUARANTINE: Final = Command(
    "q,Q",
    "quarantine",
    "Q",
    mark("set aside"),
    mark("Letters whose seal does not hold: why, and what to do. They are never opened."),
)
HELP: Final = Command("f1,question_mark", "help", "F1", mark("help"), mark("This page. The key ? does the same."))
BACK: Final = Command("escape", "back", "Esc", mark("back"), mark("Back to where you came from."))
QUIT: Final = Command(
    "ctrl+q",
    "app.quit",
    "Ctrl+Q",
    mark("quit"),
    mark("Leave the inbox. Letters still arrive while it is closed."),
)
CONFIRM: Final = Command("enter", "confirm", "Enter", mark("acknowledge"), mark("Acknowledge."))
SEND: Final = Command("ctrl+s", "send", "Ctrl+S", mark("forward"), mark("Forward to the chosen department."))
CANCEL: Final = Command("escape", "back", "Esc", mark("cancel"), mark("Leave without doing anything."))
CHOOSE: Final = Command("enter", "choose", "Enter", mark("choose"), mark("Choose the one the cursor is on."))
MOVE: Final = Command(
    "up,down", "move", "↑↓", mark("move"), mark("Move. Page up, page down, Home and End move further.")
)

INBOX: Final = (OPEN, ACKNOWLEDGE, FORWARD, QUARANTINE, HELP, QUIT)
LETTER: Final = (ACKNOWLEDGE, FORWARD, CPR, BACK, HELP, QUIT)
EXPLAINED: Final = (MOVE, OPEN, ACKNOWLEDGE, FORWARD, CPR, QUARANTINE, BACK, HELP, QUIT)
"""What the help page tells of, in the order of a day's work."""


def bindings(*commands: Command) -> list[BindingType]:
    """Bind several commands."""
    return [command.binding() for command in commands]
