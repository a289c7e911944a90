"""Every command of the inbox, defined once: keys, footer and help are all made from this."""

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.access.actions import MAY, Action
from gateway.language import mark
from gateway.site.roles import Person
from gateway.terminal.commands import LOCK, OWN_PASSWORD, Command

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
    mark("Forward to a department, with a note. One is responsible; others may be brought in beside it."),
)
TAKE_OVER: Final = Command(
    "o,O",
    "take_over",
    "O",
    mark("take over"),
    mark("Note that a person in the department has taken it over. Stays with you."),
)
SEND_BACK: Final = Command(
    "r,R",
    "send_back",
    "R",
    mark("send back"),
    mark("Send a referral back from the department to those who forwarded it, with a reason. Stays with you."),
)
MORE: Final = Command("f,F", "more", "F", mark("more …"), mark("Everything else that can be done with a referral."))
ASSESS: Final = Command(
    "u,U",
    "assess",
    "U",
    mark("assess"),
    mark("Assess whether it is acute, and say why. Stays with you."),
)
CONTACT: Final = Command(
    "t,T", "contact", "T", mark("note contact"), mark("Note that you have tried to reach the citizen. Stays with you.")
)
FAMILIAR: Final = Command(
    "e,E",
    "familiar",
    "E",
    mark("known here"),
    mark("Mark the citizen as known here; press again for your own case number. Stays with you."),
)
GP: Final = Command(
    "l,L",
    "gp",
    "L",
    mark("own GP"),
    mark("Write down the citizen's consent to involve their own GP, and that the GP is involved."),
)
MEETING: Final = Command(
    "m,M",
    "meeting",
    "M",
    mark("joint meeting"),
    mark("Propose a joint meeting, answer one, move or call one off. The citizen's consent comes first."),
)
NOT_OURS: Final = Command(
    "i,I",
    "not_ours",
    "I",
    mark("not our citizen"),
    mark("Answer that the citizen is not your citizen. Only Præhospitalet is told."),
)
WITHDRAW: Final = Command(
    "s,S",
    "withdraw",
    "S",
    mark("consent withdrawn"),
    mark("The citizen has told you that the consent is withdrawn. Præhospitalet is told."),
)
CLOSE: Final = Command(
    "a,A",
    "close",
    "A",
    mark("close"),
    mark("Close the case, with outcome and reason. Præhospitalet is told only that it is closed."),
)
EXPORT: Final = Command(
    "g,G",
    "export",
    "G",
    mark("save as a file"),
    mark("Save the referral as a PDF, as text, or for a case system. It is noted that you did."),
)
CPR: Final = Command(
    "c,C",
    "cpr",
    "C",
    mark("show CPR"),
    mark("Show or hide the citizen's CPR number. Each time it is shown is noted, with your name."),
)
QUARANTINE: Final = Command(
    "q,Q",
    "quarantine",
    "Q",
    mark("set aside"),
    mark("Letters whose seal does not hold: why, and what to do. They are never opened."),
)
LINE: Final = Command(
    "p,P",
    "line",
    "P",
    mark("the line to Præhospitalet"),
    mark("Whether the line to Præhospitalet works, its phone, the addresses and keys of both ends, and what waits."),
)
DRILL: Final = Command(
    "d,D",
    "drill",
    "D",
    mark("acknowledge the TEST"),
    mark("Acknowledge a TEST from Præhospitalet by hand: it shows that a person reads what comes here."),
)
OUR_CONTACT: Final = Command(
    "a,A", "our_contact", "A", mark("address and phone"), mark("How your unit is reached; change it, dated ahead.")
)
OUR_KEY: Final = Command("n,N", "our_key", "N", mark("key"), mark("Your key; renew it, or give it up when lost."))
THEIRS: Final = Command(
    "r,R",
    "theirs",
    "R",
    mark("Præhospitalet's"),
    mark("Præhospitalet's contact and key; confirm a change as the second person, or refuse it."),
)
ENROL: Final = Command("e,E", "enrol", "E", mark("enrol"), mark("Five minutes on the phone, the first time."))
NOTICES: Final = Command("b,B", "notices", "B", mark("to see to"), mark("What an administrator should see to."))
FIND: Final = Command(
    "slash,ctrl+f",
    "find",
    "/",
    mark("find"),
    mark("Search by CPR number, phone, the referral's number or a part of the name, among the ended ones too."),
)
SHOW: Final = Command(
    "x,X",
    "show",
    "X",
    mark("show something else"),
    mark("Choose which referrals are listed, of which department, and in which order. Esc shows everything open."),
)
LIST_BELOW: Final = Command("tab", "app.focus_next", "Tab", mark("what to show"), mark("To what is listed below."))
HOUSE: Final = Command(
    "h,H",
    "house",
    "H",
    mark("departments and staff"),
    mark("Which departments there are, and who works here. Only an administrator changes them."),
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
CONFIRM: Final = Command("ctrl+s,enter", "send", "Enter", mark("acknowledge"), mark("Acknowledge."))
TAKE: Final = Command("ctrl+s,enter", "send", "Enter", TAKE_OVER.label, TAKE_OVER.help)
LATER: Final = Command("escape", "back", "Esc", mark("later"), mark("Go back; what was saved stays saved."))
RING_LATER: Final = Command("escape", "back", "Esc", mark("later"), mark("Go back; the clock runs on."))
RING: Final = Command("t,T", "contact", "T", mark("note contact"), mark("Note how it went, straight away."))
ACKNOWLEDGE_DRILL: Final = Command("k,K,enter", "confirm", "K", mark("acknowledge"), mark("Acknowledge the TEST."))
SAVE: Final = Command("ctrl+s,enter", "send", "Ctrl+S", mark("save"), mark("Save what is written."))
TELL: Final = Command("ctrl+s,enter", "send", "Ctrl+S", mark("send"), mark("Write it down, and tell Præhospitalet."))
SEEN: Final = Command("enter", "send", "Enter", mark("go on"), mark("Go on."))
GO_ON: Final = Command("enter", "confirm", "Enter", mark("go on"), mark("Go on to Præhospitalet's page."))
MARK: Final = Command("space", "mark", mark("Space"), mark("mark"), mark("Mark the one the cursor is on."))
BESIDE: Final = Command(
    "space", "mark", mark("Space"), mark("bring in"), mark("Bring another department in beside it.")
)
CHOOSE: Final = Command("enter,space", "choose", "Enter", mark("choose"), mark("Choose the one the cursor is on."))
AMONG: Final = Command("up,down", "between(1)", "↑↓", CHOOSE.label, CHOOSE.help)
PROPOSE: Final = Command("ctrl+s,enter", "send", "Ctrl+S", mark("propose"), mark("Propose the meeting."))
SEND: Final = Command("ctrl+s", "send", "Ctrl+S", mark("forward"), mark("Forward to the chosen department."))
CANCEL: Final = Command("escape", "back", "Esc", mark("cancel"), mark("Leave without doing anything."))
MOVE: Final = Command(
    "up,down", "move", "↑↓", mark("move"), mark("Move. Page up, page down, Home and End move further.")
)

RARER: Final = (TAKE_OVER, SEND_BACK, ASSESS, CONTACT, FAMILIAR, GP, MEETING, NOT_OURS, WITHDRAW, CLOSE, EXPORT)
"""What is found behind MORE; each has its own key all the same."""
OF_A_DEPARTMENT: Final = frozenset({TAKE_OVER, SEND_BACK})
"""What can be done only while a department is responsible."""
INBOX: Final = (OPEN, ACKNOWLEDGE, FORWARD, MORE, FIND, HELP, QUIT)
"""What fits on one line of 80 cells, in either language."""
ON_THE_LINE: Final = (OUR_CONTACT, OUR_KEY, THEIRS, ENROL, BACK, HELP)
LETTER: Final = (ACKNOWLEDGE, FORWARD, MORE, CPR, BACK, HELP)
EXPLAINED: Final = (
    MOVE,
    OPEN,
    ACKNOWLEDGE,
    FORWARD,
    *RARER,
    MORE,
    FIND,
    SHOW,
    CPR,
    QUARANTINE,
    DRILL,
    LINE,
    NOTICES,
    HOUSE,
    BACK,
    HELP,
    OWN_PASSWORD,
    LOCK,
    QUIT,
)
"""What the help page tells of, in the order of a day's work."""

NEEDS: Final[Mapping[str, Action]] = {
    OPEN.action: Action.OPEN_CASE,
    FIND.action: Action.SEARCH,
    ACKNOWLEDGE.action: Action.ACKNOWLEDGE,
    FORWARD.action: Action.FORWARD,
    TAKE_OVER.action: Action.TAKE_OVER,
    SEND_BACK.action: Action.SEND_BACK,
    HOUSE.action: Action.SET_DEPARTMENT,
    ASSESS.action: Action.ASSESS,
    CONTACT.action: Action.CONTACT,
    FAMILIAR.action: Action.MARK_KNOWN,
    GP.action: Action.INVOLVE_GP,
    MEETING.action: Action.PROPOSE_MEETING,
    NOT_OURS.action: Action.NOT_OURS,
    WITHDRAW.action: Action.WITHDRAW,
    CLOSE.action: Action.CLOSE,
    CPR.action: Action.SHOW_CPR,
    EXPORT.action: Action.EXPORT_CASE,
    QUARANTINE.action: Action.SEE_QUARANTINE,
    DRILL.action: Action.ACKNOWLEDGE_DRILL,
    ENROL.action: Action.PROPOSE_CHANGE,
    NOTICES.action: Action.PROPOSE_CHANGE,
}
"""What a person must be allowed before a screen offers a command; anybody may do the others."""


OF_AN_OPEN_CASE: Final = frozenset({ACKNOWLEDGE, FORWARD})
"""What does nothing any more once a case has ended: it leaves the line below."""
INSTEAD: Final[Mapping[Command, Command]] = {ACKNOWLEDGE: TAKE_OVER, FORWARD: SEND_BACK}
"""What takes the place of a command on the line below, for somebody it is not for."""


def is_offered(action: str, person: Person) -> bool:
    """Tell whether a screen's action is offered to `person`; whether it is done, the act itself decides."""
    return action not in NEEDS or person.role in MAY[NEEDS[action]]


def offered(commands: Iterable[Command], person: Person) -> tuple[Command, ...]:
    """Leave out the commands that are not for `person`."""
    return tuple(command for command in commands if is_offered(command.action, person))


def bar(commands: Iterable[Command], person: Person, *, ended: bool = False) -> tuple[Command, ...]:
    """Give what stands on the line below for `person`: a department takes over and sends back there (S19)."""
    commands = [one for one in commands if not (ended and one in OF_AN_OPEN_CASE)]
    return offered((one if is_offered(one.action, person) else INSTEAD.get(one, one) for one in commands), person)
