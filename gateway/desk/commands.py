"""Every command of the desk, defined once: keys, footer and help are all made from this."""

from typing import Final

from gateway.language import mark
from gateway.terminal.commands import LOCK, OWN_PASSWORD, Command

HELP: Final = Command("f1", "help", "F1", mark("help"), mark("This page."))
QUIT: Final = Command(
    "ctrl+q", "app.leave", "Ctrl+Q", mark("quit"), mark("Leave the desk. Drafts are kept, and letters are still sent.")
)
BACK: Final = Command("escape", "back", "Esc", mark("back"), mark("Back to where you came from. A draft is kept."))
ASIDE: Final = Command(
    "f8",
    "aside",
    "F8",
    mark("put aside"),
    mark("Put the draft aside and go to the board. The shift can go on with it."),
)
CHOOSE: Final = Command("enter", "choose", "Enter", mark("choose"), mark("Choose the one the cursor is on."))
MOVE: Final = Command(
    "up,down", "move", "↑↓", mark("move"), mark("Move. Page up, page down, Home and End move further.")
)

NEW: Final = Command("n,N", "new", "N", mark("new referral"), mark("Begin a referral, with the citizen on the line."))
OPEN: Final = Command("enter", "open", "Enter", mark("open"), mark("Open the referral or the draft the cursor is on."))
FIND: Final = Command(
    "f2,slash",
    "find",
    "F2",
    mark("has the municipality got it?"),
    mark("Has the municipality got it? Type CPR, phone or number, and read the answer aloud. The key / does the same."),
)
CALL: Final = Command(
    "r,R", "call", "R", mark("log a call"), mark("Note a call to the unit, and how it went. Its number is shown.")
)
FINISHED: Final = Command(
    "a,A", "finished", "A", mark("finished"), mark("Those that are finished here: somebody has taken over.")
)

YES: Final = Command("j,J", "say('yes')", "J", mark("yes"), mark("Answer yes."))
NO: Final = Command("n,N", "say('no')", "N", mark("no"), mark("Answer no."))
UNKNOWN: Final = Command("v,V", "say('unknown')", "V", mark("don't know"), mark("Nobody knows. It clears nobody."))
CALLED: Final = Command("1", "say('1')", "1", mark("1-1-2 call"), mark("The citizen has called 1-1-2."))
ON_SCENE: Final = Command("2", "say('2')", "2", mark("on the scene"), mark("An ambulance crew met the citizen."))
CORRECT: Final = Command("escape", "back", "Esc", mark("correct the answer"), mark("Back to the question."))
KEEP: Final = Command("b,B", "keep", "B", mark("keep the draft"), mark("Keep what is written, for later."))
DROP: Final = Command("s,S", "drop", "S", mark("delete the draft"), mark("Delete what is written."))

SPOKEN: Final = Command("j,J", "spoken", "J", mark("yes, spoken"), mark("The citizen has said yes."))
WRITTEN: Final = Command("s,S", "written", "S", mark("in writing"), mark("The citizen has signed."))
REFUSED: Final = Command(
    "n,N", "refused", "N", mark("no thanks"), mark("The citizen says no: everything about them is deleted at once.")
)
INTOXICATED: Final = Command(
    "p,P", "intoxicated", "P", mark("under the influence"), mark("The citizen seems under the influence.")
)
REMARK: Final = Command(
    "b,B", "remark", "B", mark("note it"), mark("A remark on how the consent was given, or why not in writing.")
)
CONTINUE: Final = Command("enter", "next", "Enter", mark("go on"), mark("Go on to the next step."))

SEND: Final = Command("ctrl+s", "send", "Ctrl+S", mark("send"), mark("Send to the citizen's municipality."))
MORE: Final = Command("f3", "more", "F3", mark("more"), mark("More about the citizen: address, safety, who called."))
KNOWN: Final = Command("f4", "known", "F4", mark("seen before?"), mark("The citizen may have been referred before."))
NEXT_FIELD: Final = Command("tab", "next_field", "Tab", mark("next"), mark("To the next field. Shift+Tab goes back."))

ONGOING: Final = Command(
    "f,F", "ongoing", "F", mark("still calling"), mark("A new referral: the citizen has gone on calling.")
)
RELAPSE: Final = Command(
    "b,B", "relapse", "B", mark("begun again"), mark("A new referral: the citizen had stopped, and has begun again.")
)
ADD: Final = Command(
    "t,T", "add", "T", mark("add to it"), mark("Add to the open referral instead of sending a new one.")
)
APART: Final = Command("n,N", "apart", "N", mark("a new one"), mark("It has nothing to do with that one."))

SUPPLEMENT: Final = Command("t,T", "supplement", "T", mark("add"), mark("Add something: a CPR number, a correction."))
AGAIN: Final = Command("g,G", "again", "G", mark("refer again"), mark("Refer the same citizen again."))
ANEW: Final = Command("s,S", "anew", "S", mark("send again"), mark("Send it again, or to the right municipality."))
WITHDRAW: Final = Command("f,F", "withdraw", "F", mark("withdrawn"), mark("The citizen has withdrawn the consent."))
JOURNAL: Final = Command("j,J", "journal", "J", mark("journal note"), mark("A note for the journal, ready to paste."))
MEETING: Final = Command("m,M", "meeting", "M", mark("meeting"), mark("A joint meeting: propose, answer, call off."))
PROPOSE: Final = Command("p,P", "propose", "P", mark("propose"), mark("Propose a joint meeting."))
COMING: Final = Command("j,J", "answer('accepted')", "J", mark("we come"), mark("Say that we come."))
NOT_COMING: Final = Command("n,N", "answer('declined')", "N", mark("we cannot"), mark("Say that we cannot come."))
CALL_OFF: Final = Command("x,X", "call_off", "X", mark("call off"), mark("Call a meeting of ours off."))
SAVE: Final = Command("ctrl+s", "save", "Ctrl+S", mark("save"), mark("Save it."))
POST: Final = Command("ctrl+s", "save", "Ctrl+S", mark("send"), mark("Send it."))
ASK: Final = Command("enter", "ask", "Enter", mark("look"), mark("Look it up."))
SHOW: Final = Command("f5", "show", "F5", mark("open it"), mark("Open the referral that was found."))
TO_BOARD: Final = Command("enter,escape", "back", "Enter", mark("to the board"), mark("Back to the board."))
UNDERSTOOD: Final = Command(
    "enter,escape", "back", "Enter", mark("back to the referral"), mark("Go back and correct it.")
)
THEIRS: Final = Command("enter", "theirs", "Enter", mark("go on from theirs"), mark("Go on from what they wrote."))
MINE: Final = Command("b,B", "mine", "B", mark("keep mine beside"), mark("Keep yours as a draft of its own."))

DIRECTORY: Final = Command(
    "f6,k,K", "directory", "F6", mark("the 19"), mark("The municipalities: who answers, whom to ring. K does the same.")
)
NOTICES: Final = Command(
    "f7", "notices", "F7", mark("to do"), mark("What an administrator should see to, and what to do.")
)
UNIT: Final = Command("enter", "open", "Enter", mark("open"), mark("Open the municipality the cursor is on."))
OWN_KEY: Final = Command("e,E", "own_key", "E", mark("our key"), mark("Our own key: change it, or give it up."))
OWN_CONTACT: Final = Command(
    "u,U", "own_contact", "U", mark("our unit"), mark("How our own unit is reached, and from when.")
)

BOARD: Final = (NEW, OPEN, FIND, CALL, FINISHED, DIRECTORY, HELP, QUIT)
BOARD_BAR: Final = tuple(one for one in BOARD if one is not OPEN)
"""What fits on one line of 80 cells; that Enter opens is told by the help."""
DIRECTORY_PAGE: Final = (UNIT, OWN_KEY, OWN_CONTACT, NOTICES, BACK, HELP)
REFERRAL: Final = (CALL, SUPPLEMENT, AGAIN, WITHDRAW, MEETING, JOURNAL, BACK, HELP)
STUCK: Final = (ANEW, CALL, AGAIN, WITHDRAW, JOURNAL, BACK, HELP)
"""Where it came back, was given up, or went to the wrong municipality: what to do about it comes first."""
WITHDRAWN: Final = (CALL, AGAIN, JOURNAL, BACK, HELP)
"""Once the citizen has withdrawn the consent, nothing more is sent about it."""
EXPLAINED: Final = (
    MOVE,
    NEW,
    OPEN,
    FIND,
    CALL,
    FINISHED,
    DIRECTORY,
    NOTICES,
    OWN_KEY,
    OWN_CONTACT,
    SUPPLEMENT,
    AGAIN,
    ANEW,
    WITHDRAW,
    MEETING,
    JOURNAL,
    SEND,
    MORE,
    KNOWN,
    ASIDE,
    BACK,
    HELP,
    OWN_PASSWORD,
    LOCK,
    QUIT,
)
"""What the help page tells of, in the order of a day's work."""
