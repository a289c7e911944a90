"""What desk and commands say alike: where a referral stands, why it waits, what is due, why a step is not taken."""

from collections.abc import Mapping
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark
from gateway.referring.follow import ACKNOWLEDGED, CLOSED, NOT_OURS, TAKEN_BY_PHONE, WITHDRAWN
from gateway.referring.promise import BY_HAND, CallOutcome, Due, Step
from gateway.wire.answers import Elsewhere
from gateway.wire.warnings import Notice

Sentences = tuple[str, str, str]
"""What happened, what it means for the citizen, what to do now."""

STATES: Final[Mapping[str, str]] = {
    "queued": mark("in the queue"),
    "sent": mark("sent"),
    "handed-over": mark("handed to the mail server"),
    "received": mark("received by the municipality's gateway"),
    "refused": mark("refused by the municipality's gateway"),
    "parked": mark("waiting here"),
    "given-up": mark("given up"),
    "cancelled": mark("cancelled before it was sent"),
    ACKNOWLEDGED: mark("taken over by a person"),
    TAKEN_BY_PHONE: mark("taken over by a person on the phone"),
    NOT_OURS: mark("answered: not our citizen"),
    CLOSED: mark("closed by the municipality"),
    WITHDRAWN: mark("consent withdrawn"),
}

NOTICES: Final[Mapping[Notice, str]] = {
    Notice.CPR_MISSING: mark("Note: no CPR number. It can follow later."),
    Notice.REPLACEMENT_CPR: mark("Note: the number is a replacement for a CPR number."),
    Notice.NO_FIXED_ADDRESS: mark("Note: the citizen has no fixed address."),
    Notice.ADDRESS_MISSING: mark("Note: no address."),
    Notice.PROTECTED_ADDRESS: mark("Note: name and address are protected."),
    Notice.SAFETY_NOTE: mark("Note: the remark about staff safety goes along."),
    Notice.INTERPRETER_NEEDED: mark("Note: the citizen needs an interpreter."),
    Notice.INTOXICATED: mark("Note: the citizen seemed under the influence. A consent must be understood to count."),
    Notice.CHILD_CONCERN_SEPARATE_CHANNEL: mark(
        "Note: there are children in the home. A statutory notification is a duty of its own and does not go this way."
    ),
    Notice.SENDER_URGENCY_REMARK: mark(
        "Note: the remark on urgency goes along; the municipality decides how urgent it is."
    ),
    Notice.PHONE_FOLLOW_UP: mark(
        "Phone the unit as well: a letter is never the only way for something that cannot wait."
    ),
    Notice.PRIOR_REFERRAL_OTHER_MUNICIPALITY: mark(
        "Note: the citizen was referred to another municipality before. The municipality is not told."
    ),
}

STEPS: Final[Mapping[Step, str]] = {
    Step.PHONE_AT_ONCE: mark("Phone the unit now: the sender remarked that it is urgent."),
    Step.WITHDRAWAL: mark(
        "Phone the unit: the citizen has withdrawn the consent, and the letter has not come through."
    ),
    Step.READ: mark("Read the answer: it was written in a mail program, and may say something else than yes."),
    Step.PHONE: mark("Phone the unit: nobody there has taken over."),
    Step.CALL_AGAIN: mark("Phone the unit again: the last call reached nobody."),
    Step.RECEIPT: mark("The municipality's gateway has not confirmed the letter yet. It is tried again by itself."),
    Step.REMIND: mark("Nobody there has taken over. The municipality is reminded by letter."),
}

NOT_LEFT: Final = mark("The letter has not left yet. It is tried again by itself.")
"""What is said of a letter to a mail program, which confirms nothing by itself."""

WRONG_NUMBER: Final = mark(
    "The unit's number is wrong: use the municipality's main number, and tell the administrator."
)

OUTCOMES: Final[Mapping[CallOutcome, str]] = {
    CallOutcome.TAKEN: mark("a person there has it now"),
    CallOutcome.PROMISED: mark("they will take it up"),
    CallOutcome.NO_ANSWER: mark("nobody answered"),
    CallOutcome.WRONG_NUMBER: mark("wrong number"),
    CallOutcome.CLOSED: mark("the unit had closed"),
    CallOutcome.NOT_OURS: mark("the citizen is not theirs"),
    CallOutcome.ENDED: mark("they have ended the case"),
}

ELSEWHERE: Final[Mapping[Elsewhere, str]] = {
    Elsewhere.MOVED: mark("the citizen has moved away"),
    Elsewhere.NEVER_HERE: mark("the citizen does not live or stay there"),
    Elsewhere.NOT_FOUND: mark("they cannot tell who is meant"),
    Elsewhere.OTHER: mark("another reason"),
}

UNTIL_NEW_KEY: Final = mark("The referral waits here until there is a new key.")
TRIED_AGAIN: Final = mark("The referral waits here and is tried again by itself.")
TELL: Final = mark("Phone the unit if it cannot wait, and tell the administrator.")
TELL_AT_ONCE: Final = mark("Phone the unit if it cannot wait, and tell the administrator at once.")

RELAY_AWAY: Final[Sentences] = (mark("The mail server does not answer as it should just now."), TRIED_AGAIN, TELL)
RELAY_UNSAFE: Final[Sentences] = (
    mark("The mail server cannot prove that it is the right one, or cannot encrypt the connection."),
    mark("The referral waits here: it is never sent over a connection that is not safe."),
    TELL_AT_ONCE,
)
OWN_TROUBLE: Final[Sentences] = (mark("The letter could not be sealed or sent just now."), TRIED_AGAIN, TELL)
NOT_TAKEN: Final[Sentences] = (
    mark("The municipality's gateway got the letter and could not take it in."),
    mark("Nobody there has seen it."),
    mark("Phone the unit now, and tell the administrator."),
)

WAITING: Final[Mapping[str, Sentences]] = {
    "NO_CONTACT": (
        mark("The municipality has no registered receiver yet."),
        mark("The referral waits here and has not been sent to anyone."),
        mark("Phone the municipality's main number, and ask the administrator to register its contact."),
    ),
    "NO_KEY": (
        mark("No key is pinned for the municipality yet."),
        mark("The referral waits here and has not been sent to anyone."),
        mark("Phone the unit if it cannot wait, and ask the administrator to import its key."),
    ),
    "KEY_REVOKED": (
        mark("The municipality's key was lost or stolen, and nothing is sealed to it any more."),
        UNTIL_NEW_KEY,
        mark("Phone the unit if it cannot wait, and ask the administrator for its new key."),
    ),
    "OWN_KEY_UNKNOWN_THERE": (
        mark("The municipality does not know our new key yet."),
        mark("The referral waits here, and leaves by itself once the unit has been told of the key by phone."),
        mark("Phone the unit if it cannot wait, and tell the administrator that it must be told of the key."),
    ),
    "READER_EXPIRED": (
        mark("The municipality's key has expired."),
        UNTIL_NEW_KEY,
        mark("Phone the unit if it cannot wait, and ask the administrator for its new key."),
    ),
    "READER_REVOKED": (
        mark("The municipality's key has been withdrawn."),
        UNTIL_NEW_KEY,
        mark("Phone the unit if it cannot wait, and ask the administrator for its new key."),
    ),
    "SIGNER_EXPIRED": (
        mark("This site's own key has expired."),
        UNTIL_NEW_KEY,
        TELL_AT_ONCE,
    ),
    "CLOCK_BEHIND_KEY": (
        mark("The clock of this machine is behind."),
        mark("The referral waits here until the clock is right."),
        mark("Tell the administrator to set the clock."),
    ),
    "SIGNER_REVOKED": (mark("This site's own key has been withdrawn."), UNTIL_NEW_KEY, TELL_AT_ONCE),
    "SIGNER_UNUSABLE": (mark("This site's own key cannot be used."), UNTIL_NEW_KEY, TELL_AT_ONCE),
    "READER_UNUSABLE": (
        mark("The municipality's key cannot be used."),
        UNTIL_NEW_KEY,
        mark("Phone the unit if it cannot wait, and ask the administrator for its new key."),
    ),
    "SEAL_INSPECTION_FAILED": OWN_TROUBLE,
    "UNEXPECTED": OWN_TROUBLE,
    "TLS_NOT_TRUSTED": RELAY_UNSAFE,
    "TLS_NOT_OFFERED": RELAY_UNSAFE,
    "TLS_FAILED": RELAY_UNSAFE,
    "RELAY_LOGIN_REFUSED": (mark("The mail server does not accept our user name and password."), TRIED_AGAIN, TELL),
    "RELAY_PASSWORD_UNREADABLE": (mark("The password for the mail server cannot be read."), TRIED_AGAIN, TELL),
    "UNREADABLE": NOT_TAKEN,
    "OUT_OF_TURN": NOT_TAKEN,
    "DELAYED": (
        mark("A mail server on the way has not been able to pass the letter on yet."),
        mark("It goes on trying. Count on nobody there having seen the letter yet."),
        mark("Phone the unit if it cannot wait."),
    ),
    "RELAY_REFUSED": (
        mark("The mail server would not take the letter."),
        mark("The referral waits here and is tried again every hour."),
        TELL,
    ),
    "NO_RECEIPT": (
        mark("The letter was sent three times, and the municipality's gateway has not confirmed it."),
        mark("Nobody can be sure that it arrived."),
        mark("Phone the unit now."),
    ),
}

NOBODY_SAW_IT: Final = mark("Count on nobody there having seen it. It is tried again every hour.")
CHECK_ADDRESS: Final = mark("Phone the unit now, and ask the administrator to check its address.")
TELL_THE_UNIT: Final = mark("Phone the unit now, and tell them that their mailbox sends letters back.")
TELL_ADMIN: Final = mark("Phone the unit now, and tell the administrator.")

LARGER: Final = mark("The letter came back: it is larger than the municipality's mail server takes.")
NO_ADDRESS: Final = mark("The letter came back: the municipality's mail server does not know the address.")
CLOSED_MAILBOX: Final = mark("The letter came back: the unit's mailbox takes no mail.")
ON_THE_WAY: Final = mark("The letter came back from a mail server on the way.")
NOT_TRIED: Final = mark("Nobody there has seen it, and it is not tried again by itself.")

FAMILIES: Final[Mapping[str, Sentences]] = {
    "SMTP_": RELAY_AWAY,
    "RELAY_": RELAY_AWAY,
    "GPG_": OWN_TROUBLE,
    "BOUNCED_5.1": (
        NO_ADDRESS,
        NOBODY_SAW_IT,
        CHECK_ADDRESS,
    ),
    "BOUNCED_5.2.2": (mark("The letter came back: the unit's mailbox is full."), NOBODY_SAW_IT, TELL_THE_UNIT),
    "BOUNCED_5.2.3": (LARGER, NOBODY_SAW_IT, TELL_ADMIN),
    "BOUNCED_5.2": (CLOSED_MAILBOX, NOBODY_SAW_IT, TELL_THE_UNIT),
    "BOUNCED_5.3.4": (LARGER, NOBODY_SAW_IT, TELL_ADMIN),
    "BOUNCED_5.4": (
        mark("The letter came back: the municipality's mail server could not be reached."),
        NOBODY_SAW_IT,
        TELL_ADMIN,
    ),
    "BOUNCED_5.7": (
        mark("The letter came back: the municipality's mail server refuses mail from us."),
        NOBODY_SAW_IT,
        TELL_ADMIN,
    ),
    "BOUNCED": (ON_THE_WAY, NOBODY_SAW_IT, TELL_ADMIN),
    "RETURNED_5.1": (NO_ADDRESS, NOT_TRIED, CHECK_ADDRESS),
    "RETURNED_5.2.3": (LARGER, NOT_TRIED, TELL_ADMIN),
    "RETURNED_5.2": (CLOSED_MAILBOX, NOT_TRIED, TELL_THE_UNIT),
    "RETURNED_5.3.4": (LARGER, NOT_TRIED, TELL_ADMIN),
    "RETURNED": (ON_THE_WAY, NOT_TRIED, TELL_ADMIN),
}
"""What codes have in common that differ only for whoever reads the log, by how they begin (RFC 3463 for what came
back); the most particular first.
"""


NOTHING_SENT: Final = mark("Nothing was sent or changed.")
ASK_THE_CITIZEN: Final = mark("Ask the citizen, and write down the consent first.")

REFUSED: Final[Mapping[str, Sentences]] = {
    "NOT_FOUND": (
        mark("There is no referral with that number or id."),
        NOTHING_SENT,
        mark("Look in the list, or search by CPR or phone."),
    ),
    "REFERRAL_ENDED": (
        mark("The municipality has closed the case, or answered that it is not their citizen."),
        NOTHING_SENT,
        mark("If the citizen still needs help, write a new referral with a new consent."),
    ),
    "ALREADY_WITHDRAWN": (
        mark("The consent is withdrawn already."),
        mark("Nothing more is sent about this referral."),
        mark("You do not need to do more. Tell the citizen so."),
    ),
    "NOT_ANSWERED": (
        mark("There is nothing to send anew: no such answer has come, or it was done already."),
        NOTHING_SENT,
        mark("Look at the referral's state."),
    ),
    "UNREADABLE": (
        mark("What was written cannot be read, or says nothing."),
        NOTHING_SENT,
        mark("Correct it, and try again."),
    ),
    "ANSWERS_BY_LETTER": (
        mark("The municipality has Stafet, and says that itself from there."),
        mark("Nothing was noted."),
        mark("Ask them to answer from Stafet. You can still log the call as promised, or as taken."),
    ),
    "OUT_OF_TURN": (
        mark("That cannot be said about this referral now."),
        NOTHING_SENT,
        mark("Look at the referral's state. Phone the unit if it cannot wait."),
    ),
    "CONSENT_INCOMPLETE": (
        mark("The consent does not say everything it must."),
        NOTHING_SENT,
        mark("Say who gave it and to whom, when, what the citizen said yes to, and what they were told."),
    ),
    "NO_CONSENT": (mark("There is no consent to this."), NOTHING_SENT, ASK_THE_CITIZEN),
    "CONSENT_WITHDRAWN": (
        mark("The citizen has withdrawn the consent."),
        mark("Nothing more is sent about this referral."),
        mark("If the citizen wants help after all, write a new referral with a new consent."),
    ),
    "CONSENT_LAPSED": (mark("The consent is more than a year old."), NOTHING_SENT, ASK_THE_CITIZEN),
    "PARTY_NOT_COVERED": (
        mark("Somebody is to come whom the citizen has not said yes to."),
        NOTHING_SENT,
        ASK_THE_CITIZEN,
    ),
    "MEETING_UNKNOWN": (mark("There is no meeting with that id."), NOTHING_SENT, mark("Look in the list of meetings.")),
    "MEETING_INCOMPLETE": (
        mark("The meeting lacks something, or its times cannot be right."),
        NOTHING_SENT,
        mark("Give a beginning that lies ahead, an end after it, and who is to come."),
    ),
    "MEETING_NOT_OUR_TURN": (
        mark("Whoever proposed the meeting may move it or call it off; the other side answers."),
        NOTHING_SENT,
        mark("Look at who proposed it."),
    ),
    "MEETING_OVER": (mark("The meeting is called off."), NOTHING_SENT, mark("Propose a new one, if it is needed.")),
}
"""Why a step about a referral that was sent is not taken, by the error's code."""


def outcomes(*, by_hand: bool) -> tuple[CallOutcome, ...]:
    """List how a call can end; what a gateway says by letter is noted only of a unit where people write by hand."""
    return tuple(one for one in OUTCOMES if by_hand or one not in BY_HAND)


def why_waiting(code: str) -> tuple[str, ...]:
    """Say why a letter waits or was given up, and what to do; a code nobody knows is told as it is."""
    family = next((words for name, words in FAMILIES.items() if code.startswith(name)), None)
    words = WAITING.get(code, family)
    return tuple(map(_, words)) if words else ((f"({code})",) if code else ())


def why_due(due: Due) -> tuple[str, ...]:
    """Say what the desk is asked to do, and why."""
    waits = due.step is Step.RECEIPT and due.contact is not None and due.contact.by_hand
    return (
        _(NOT_LEFT if waits else STEPS[due.step]),
        *([_(WRONG_NUMBER)] if due.last_call is CallOutcome.WRONG_NUMBER else []),
    )


def why_refused(code: str) -> tuple[str, ...]:
    """Say why a step was not taken, what that means, and what to do; a code nobody knows is told as it is."""
    return tuple(map(_, REFUSED[code])) if code in REFUSED else (_(NOTHING_SENT), f"({code})")
