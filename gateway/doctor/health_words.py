"""What the quick checks of `health` find, in words: how it is, what that means, and what to do."""

from typing import Final

from gateway.language import mark

SAID: Final = {
    "ROUNDS_STAND": (
        mark("it runs, and has done nothing for {minutes} minutes"),
        mark("Letters may lie here that nobody has looked at, or that have not left."),
        mark("See what its log says, and restart it."),
    ),
    "DATABASE_ANSWERS": (mark("it answers"), "", ""),
    "DATABASE_AWAY": (
        mark("it does not answer ({reason})"),
        mark("No letter comes in or goes out meanwhile. None is lost: what is here lies safely, the rest comes again."),
        mark("See that the database runs and that its disk has room. The daemon goes on by itself."),
    ),
    "DATABASE_OTHER": (
        mark("its tables are not those of this program ({reason})"),
        mark("Nothing works until they are."),
        mark("See how it stands, and what to do: database status"),
    ),
    "LETTERS_LEAVE": (mark("none waits longer than it should to leave"), "", ""),
    "LETTERS_WAIT": (
        mark("one has waited {minutes} minutes to leave"),
        mark("It lies here safely, and nobody there has seen it."),
        mark("See whether the mail server takes our letters: doctor"),
    ),
    "PICKUP_STANDS": (
        mark("nothing has been picked up from the mailbox for an hour or more"),
        mark("Letters wait there unseen."),
        mark("See why: doctor"),
    ),
    "LINE_RED": (
        mark("{count} warnings that cannot wait: {codes}"),
        mark("Somebody should act today."),
        mark("See whom they are about, and what to do: doctor"),
    ),
}
