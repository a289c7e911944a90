"""Every command of the screens that keep the line, defined once: keys, footer and help are all made from this."""

from typing import Final

from gateway.language import mark
from gateway.terminal.commands import LOCK, Command

HELP: Final = Command("f1", "help", "F1", mark("help"), mark("This page."))
BACK: Final = Command("escape", "back", "Esc", mark("back"), mark("Back to where you came from."))
MOVE: Final = Command(
    "up,down", "move", "↑↓", mark("move"), mark("Move. Page up, page down, Home and End move further.")
)
OPEN: Final = Command("enter", "open", "Enter", mark("open"), mark("Open the one the cursor is on."))
NEXT: Final = Command("enter", "next", "Enter", mark("go on"), mark("Go on to the next step."))
NEXT_FIELD: Final = Command("tab", "next_field", "Tab", mark("next"), mark("To the next field. Shift+Tab goes back."))
SAVE: Final = Command("ctrl+s", "save", "Ctrl+S", mark("save"), mark("Enter the change. Nothing holds before it."))

NEW_CONTACT: Final = Command(
    "k,K", "contact", "K", mark("new contact"), mark("Enter a new address, phone, name or hours, dated ahead.")
)
NEW_KEY: Final = Command("n,N", "key", "N", mark("new key"), mark("Enter a key they have sent, from its file."))
CONFIRM: Final = Command(
    "b,B", "confirm_change", "B", mark("confirm"), mark("Ring them and confirm a change that a colleague has entered.")
)
REFUSE: Final = Command("a,A", "refuse", "A", mark("refuse"), mark("Refuse or take back the change that waits."))
AGAIN: Final = Command("g,G", "again", "G", mark("test again"), mark("Send the TEST to the new address once more."))
CODE: Final = Command("c,C", "code", "C", mark("read the code"), mark("They read the code in the TEST to you."))
TEST: Final = Command("t,T", "test", "T", mark("TEST"), mark("Send a TEST now. It holds nothing of a citizen."))
LOST: Final = Command("x,X", "lost", "X", mark("key lost"), mark("A key was lost or stolen. You are asked twice."))

GO_ON: Final = Command("enter,escape", "back", "Enter", mark("go on"), mark("Go on."))
FITS: Final = Command("space,j,J", "fits", mark("Space"), mark("it fits"), mark("The group they read is the one here."))
DIFFERS: Final = Command("n,N", "differs", "N", mark("it differs"), mark("The group is another: do not go on."))
YES: Final = Command("j,J", "yes", "J", mark("yes, they asked for it"), mark("They know of the change."))
NOT_THEIRS: Final = Command(
    "n,N", "not_theirs", "N", mark("no, it is not theirs"), mark("They know nothing of it: it is refused.")
)

TAKEN: Final = Command("j,J", "taken", "J", mark("they have it"), mark("They have put our new key in."))
BEGIN: Final = Command("b,B", "begin_rotation", "B", mark("begin"), mark("Make the next key, and announce it."))
TOLD: Final = Command("f,F", "told", "F", mark("told by phone"), mark("Tell one of them of the new key by phone."))
RETIRE: Final = Command("s,S", "retire", "S", mark("end the old key"), mark("End the old key now."))
OWN: Final = Command("k,K", "own_contact", "K", mark("our unit"), mark("Our own address, phone, name or hours change."))

GUIDED: Final = (FITS, DIFFERS, YES, NOT_THEIRS, TAKEN, NEXT, SAVE)
"""What works in one step of a guide and not in another."""
PARTY: Final = (NEW_CONTACT, NEW_KEY, TEST, LOST, BACK, HELP)
ACTS: Final = (NEW_CONTACT, NEW_KEY, CONFIRM, REFUSE, AGAIN, CODE, TEST, LOST)
"""What changes something about a party, and is offered only when it makes sense."""
EXPLAINED: Final = (
    MOVE,
    OPEN,
    NEW_CONTACT,
    NEW_KEY,
    CONFIRM,
    REFUSE,
    AGAIN,
    CODE,
    TEST,
    LOST,
    BEGIN,
    TOLD,
    RETIRE,
    BACK,
    HELP,
    LOCK,
)
"""What the help page tells of."""
