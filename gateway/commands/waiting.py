"""Why a letter waits, came back or was given up, in words for the person who counts on it."""

from collections.abc import Mapping
from typing import Final

from gateway.commands.explain import Words
from gateway.language import gettext as _
from gateway.language import mark

UNTIL_NEW_KEY: Final = mark("The referral waits here until there is a new key.")
TRIED_AGAIN: Final = mark("The referral waits here and is tried again by itself.")
TELL: Final = mark("Phone the unit if it cannot wait, and tell the administrator.")
TELL_AT_ONCE: Final = mark("Phone the unit if it cannot wait, and tell the administrator at once.")

RELAY_AWAY: Final[Words] = (mark("The mail server does not answer as it should just now."), TRIED_AGAIN, TELL)
RELAY_UNSAFE: Final[Words] = (
    mark("The mail server cannot prove that it is the right one, or cannot encrypt the connection."),
    mark("The referral waits here: it is never sent over a connection that is not safe."),
    TELL_AT_ONCE,
)
OWN_TROUBLE: Final[Words] = (mark("The letter could not be sealed or sent just now."), TRIED_AGAIN, TELL)
NOT_TAKEN: Final[Words] = (
    mark("The municipality's gateway got the letter and could not take it in."),
    mark("Nobody there has seen it."),
    mark("Phone the unit now, and tell the administrator."),
)

WAITING: Final[Mapping[str, Words]] = {
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
    "RELAY_PASSWORD_UNREADABLE": (mark("The password for the mail server cannot be read."), TRIED_AGAIN, TELL),
    "UNREADABLE": NOT_TAKEN,
    "OUT_OF_TURN": NOT_TAKEN,
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

FAMILIES: Final[Mapping[str, Words]] = {"SMTP_": RELAY_AWAY, "RELAY_": RELAY_AWAY, "GPG_": OWN_TROUBLE}
"""What codes have in common that differ only for whoever reads the log."""


def why_waiting(code: str) -> tuple[str, ...]:
    """Say why a letter waits or was given up, and what to do; a code nobody knows is told as it is."""
    family = next((words for name, words in FAMILIES.items() if code.startswith(name)), None)
    words = WAITING.get(code, family)
    return tuple(map(_, words)) if words else ((f"({code})",) if code else ())
