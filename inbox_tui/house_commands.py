"""Every command of the administrator's pages, defined once: keys, footer and help are all made from this."""

from typing import Final

from gateway.language import mark
from gateway.terminal.commands import Command
from inbox_tui.commands import BACK, HELP

ADD: Final = Command("n,N", "add", "N", mark("new"), mark("Let there be another one."))
RENAME: Final = Command("o,O", "rename", "O", mark("rename"), mark("Call the department something else."))
KIND: Final = Command(
    "t,T", "kind", "T", mark("kind"), mark("Say what its staff are. The consent names social and health staff.")
)
UP: Final = Command("plus", "move(-1)", "+ -", mark("move"), mark("Offer the department earlier, or later."))
DOWN: Final = Command("minus", "move(1)", "-", mark("move"), mark("Offer the department later."))
RETIRE: Final = Command(
    "l,L", "retire", "L", mark("shut"), mark("Forward nothing more to the department; press again to open it again.")
)
STAFF: Final = Command("m,M", "staff", "M", mark("staff"), mark("Who works here, and as what."))
ROLE: Final = Command("r,R", "role", "R", mark("role"), mark("Let the person work here in another role."))
PASSWORD: Final = Command(
    "p,P", "password", "P", mark("new password"), mark("Give the person a new first password; the old one ends.")
)
END: Final = Command("s,S", "end", "S", mark("end access"), mark("Let the person leave, at once."))

DEPARTMENTS: Final = (ADD, RENAME, KIND, UP, RETIRE, STAFF, BACK, HELP)
WHO_WORKS_HERE: Final = (ADD, ROLE, PASSWORD, END, BACK, HELP)
