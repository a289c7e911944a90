"""Everything a person can do here, who may, and to what end: the one table the flows, the screens and the log share.

An action's value is what stands in the audit trail, and is never reused for anything else.
"""

import enum
from collections.abc import Mapping
from typing import Final

from gateway.site.roles import Role


class Purpose(enum.StrEnum):
    """To what end something was done; it stands beside each entry of the log (S30)."""

    CARE = "care"
    """To help the citizen the referral is about."""
    ADMINISTRATION = "administration"
    """To keep the site, its staff, contacts and keys."""
    CONTROL = "control"
    """To see that everything was done as it should be."""
    INSIGHT = "insight"
    """To answer a citizen who asks what is held about them (O21)."""
    STATISTICS = "statistics"
    """To count, without looking at anyone."""
    OPERATION = "operation"
    """What the daemon does by itself."""


class Action(enum.StrEnum):
    """One thing that is done, or tried."""

    # At either end
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    LOCK = "lock"
    UNLOCK = "unlock"
    CHANGE_PASSWORD = "change-password"  # noqa: S105 - the name of an act
    LIST_STAFF = "list-staff"
    ADD_PERSON = "add-person"
    END_PERSON = "end-person"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - likewise
    LIST_CONTACTS = "list-contacts"
    SET_CONTACT = "set-contact"
    IMPORT_CONTACTS = "import-contacts"
    LIST_KEYS = "list-keys"
    EXPORT_KEY = "export-key"
    PIN_KEY = "pin-key"
    FORGET_KEY = "forget-key"
    SET_RELAY = "set-relay"
    SET_MAILBOX = "set-mailbox"
    SEE_BOARD = "see-board"
    PROPOSE_CHANGE = "propose-change"
    CONFIRM_CHANGE = "confirm-change"
    REFUSE_CHANGE = "refuse-change"
    PROVE_ADDRESS = "prove-address"
    ROTATE_KEY = "rotate-key"
    RETIRE_KEY = "retire-key"
    REVOKE_KEY = "revoke-key"
    CONFIRM_OWN_KEY = "confirm-own-key"
    LIST_EXPOSED = "list-exposed"
    SEND_TEST = "send-test"
    BACK_UP = "back-up"
    MOVE_DATABASE = "move-database"
    SEE_FIGURES = "see-figures"
    READ_LOG = "read-log"
    VERIFY_LOG = "verify-log"
    SAMPLE_LOG = "sample-log"
    JUDGE_SAMPLE = "judge-sample"
    EXPORT_CITIZEN = "export-citizen"
    SEE_RETENTION = "see-retention"
    RUN_RETENTION = "run-retention"
    SEE_QUARANTINE = "see-quarantine"
    SEARCH = "search"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    PROPOSE_MEETING = "propose-meeting"
    ANSWER_MEETING = "answer-meeting"
    CANCEL_MEETING = "cancel-meeting"
    # At the region
    WRITE_DRAFT = "write-draft"
    OPEN_DRAFT = "open-draft"
    DROP_DRAFT = "drop-draft"
    NOTE_REFUSAL = "note-refusal"
    SEND_REFERRAL = "send-referral"
    SEND_AGAIN = "send-again"
    LIST_REFERRALS = "list-referrals"
    OPEN_REFERRAL = "open-referral"
    WRITE_JOURNAL = "write-journal"
    LOG_CALL = "log-call"
    ENTER_FIGURES = "enter-figures"
    EXPORT_INCIDENT = "export-incident"
    EXPORT_REFERRAL = "export-referral"
    # At a municipality
    LIST_CASES = "list-cases"
    OPEN_CASE = "open-case"
    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    CONTACT = "contact"
    MARK_KNOWN = "mark-known"
    WRITE_CONSENT = "write-consent"
    INVOLVE_GP = "involve-gp"
    NOT_OURS = "not-ours"
    CLOSE = "close"
    FORWARD = "forward"
    TAKE_OVER = "take-over"
    SEND_BACK = "send-back"
    SHOW_CPR = "show-cpr"
    EXPORT_CASE = "export-case"
    LIST_DEPARTMENTS = "list-departments"
    SET_DEPARTMENT = "set-department"
    SAMPLE_CASES = "sample-cases"
    SHARE_FIGURES = "share-figures"
    ACKNOWLEDGE_DRILL = "acknowledge-drill"
    # By itself: the daemon, and the doctor
    START = "start"
    STOP = "stop"
    ERASE = "erase"
    MEND = "mend"
    QUARANTINE = "quarantine"
    GIVE_UP = "give-up"
    PARK = "park"
    RESTORE = "restore"
    UPGRADE_DATABASE = "upgrade-database"
    DOWNGRADE_DATABASE = "downgrade-database"
    TAKE_EFFECT = "take-effect"
    TAKE_KEY = "take-key"
    TAKE_PROPOSAL = "take-proposal"
    REFUSE_LETTER = "refuse-letter"
    TELL_MAILBOX = "tell-mailbox"
    TEST = "test"
    WARN = "warn"


EVERYBODY: Final = frozenset(Role)
SENDING: Final = frozenset({Role.SENDER, Role.ADMIN})
INTAKE: Final = frozenset({Role.INTAKE, Role.ADMIN})
CASEWORK: Final = INTAKE | {Role.DEPARTMENT}
AT_WORK: Final = SENDING | CASEWORK
KEEPING: Final = frozenset({Role.ADMIN})
CONTROL: Final = frozenset({Role.ADMIN, Role.AUDITOR})
NOBODY: Final[frozenset[Role]] = frozenset()

MAY: Final[Mapping[Action, frozenset[Role]]] = {
    Action.SIGN_IN: EVERYBODY,
    Action.SIGN_OUT: EVERYBODY,
    Action.LOCK: EVERYBODY,
    Action.UNLOCK: EVERYBODY,
    Action.CHANGE_PASSWORD: EVERYBODY,
    Action.LIST_STAFF: CONTROL,
    Action.ADD_PERSON: KEEPING,
    Action.END_PERSON: KEEPING,
    Action.RESET_PASSWORD: KEEPING,
    Action.LIST_CONTACTS: EVERYBODY,
    Action.SET_CONTACT: KEEPING,
    Action.IMPORT_CONTACTS: KEEPING,
    Action.LIST_KEYS: EVERYBODY,
    Action.EXPORT_KEY: KEEPING,
    Action.PIN_KEY: KEEPING,
    Action.FORGET_KEY: KEEPING,
    Action.SET_RELAY: KEEPING,
    Action.SET_MAILBOX: KEEPING,
    Action.SEE_BOARD: EVERYBODY,
    Action.PROPOSE_CHANGE: KEEPING,
    Action.CONFIRM_CHANGE: KEEPING,
    Action.REFUSE_CHANGE: KEEPING,
    Action.PROVE_ADDRESS: KEEPING,
    Action.ROTATE_KEY: KEEPING,
    Action.RETIRE_KEY: KEEPING,
    Action.REVOKE_KEY: KEEPING,
    Action.CONFIRM_OWN_KEY: KEEPING,
    Action.LIST_EXPOSED: CONTROL,
    Action.SEND_TEST: KEEPING,
    Action.BACK_UP: KEEPING,
    Action.MOVE_DATABASE: KEEPING,
    Action.SEE_FIGURES: EVERYBODY - {Role.DEPARTMENT},
    Action.READ_LOG: CONTROL,
    Action.VERIFY_LOG: CONTROL,
    Action.SAMPLE_LOG: CONTROL,
    Action.JUDGE_SAMPLE: CONTROL,
    Action.EXPORT_CITIZEN: CONTROL,
    Action.SEE_RETENTION: CONTROL,
    Action.RUN_RETENTION: KEEPING,
    Action.SEE_QUARANTINE: INTAKE | SENDING,
    Action.SEARCH: AT_WORK,
    Action.SUPPLEMENT: SENDING,
    Action.WITHDRAW: AT_WORK,
    Action.PROPOSE_MEETING: AT_WORK,
    Action.ANSWER_MEETING: AT_WORK,
    Action.CANCEL_MEETING: AT_WORK,
    Action.WRITE_DRAFT: SENDING,
    Action.OPEN_DRAFT: SENDING,
    Action.DROP_DRAFT: SENDING,
    Action.NOTE_REFUSAL: SENDING,
    Action.SEND_REFERRAL: SENDING,
    Action.SEND_AGAIN: SENDING,
    Action.LIST_REFERRALS: SENDING,
    Action.OPEN_REFERRAL: SENDING,
    Action.WRITE_JOURNAL: SENDING,
    Action.LOG_CALL: SENDING,
    Action.ENTER_FIGURES: KEEPING,
    Action.EXPORT_INCIDENT: CONTROL,
    Action.EXPORT_REFERRAL: SENDING,
    Action.LIST_CASES: CASEWORK,
    Action.OPEN_CASE: CASEWORK,
    Action.ACKNOWLEDGE: INTAKE,
    Action.ASSESS: INTAKE,
    Action.CONTACT: CASEWORK,
    Action.MARK_KNOWN: CASEWORK,
    Action.WRITE_CONSENT: CASEWORK,
    Action.INVOLVE_GP: CASEWORK,
    Action.NOT_OURS: INTAKE,
    Action.CLOSE: CASEWORK,
    Action.FORWARD: INTAKE,
    Action.TAKE_OVER: CASEWORK,
    Action.SEND_BACK: CASEWORK,
    Action.SHOW_CPR: CASEWORK,
    Action.EXPORT_CASE: CASEWORK,
    Action.LIST_DEPARTMENTS: EVERYBODY,
    Action.SET_DEPARTMENT: KEEPING,
    Action.SAMPLE_CASES: CONTROL,
    Action.SHARE_FIGURES: KEEPING,
    Action.ACKNOWLEDGE_DRILL: INTAKE,
    Action.START: NOBODY,
    Action.STOP: NOBODY,
    Action.ERASE: NOBODY,
    Action.MEND: NOBODY,
    Action.QUARANTINE: NOBODY,
    Action.GIVE_UP: NOBODY,
    Action.PARK: NOBODY,
    Action.RESTORE: NOBODY,
    Action.UPGRADE_DATABASE: NOBODY,
    Action.DOWNGRADE_DATABASE: NOBODY,
    Action.TAKE_EFFECT: NOBODY,
    Action.TAKE_KEY: NOBODY,
    Action.TAKE_PROPOSAL: NOBODY,
    Action.REFUSE_LETTER: NOBODY,
    Action.TELL_MAILBOX: NOBODY,
    Action.TEST: NOBODY,
    Action.WARN: NOBODY,
}
"""Which roles may do what. What nobody may is the daemon's own."""

_CONTROL: Final = frozenset(
    {
        Action.LIST_STAFF,
        Action.READ_LOG,
        Action.VERIFY_LOG,
        Action.SAMPLE_LOG,
        Action.JUDGE_SAMPLE,
        Action.SEE_RETENTION,
        Action.EXPORT_INCIDENT,
        Action.SAMPLE_CASES,
        Action.LIST_EXPOSED,
    }
)
_FIGURES: Final = frozenset({Action.SEE_FIGURES, Action.ENTER_FIGURES, Action.SHARE_FIGURES})
_SITE: Final = frozenset(action for action, roles in MAY.items() if roles in (KEEPING, EVERYBODY)) - _FIGURES


def purpose_of(action: Action) -> Purpose:
    """Tell to what end an action is done."""
    if action is Action.EXPORT_CITIZEN:
        return Purpose.INSIGHT
    if not MAY[action]:
        return Purpose.OPERATION
    named = ((_CONTROL, Purpose.CONTROL), (_FIGURES, Purpose.STATISTICS), (_SITE, Purpose.ADMINISTRATION))
    return next((purpose for actions, purpose in named if action in actions), Purpose.CARE)
