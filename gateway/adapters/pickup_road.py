"""The road in, where mail is picked up: sign in and open the folder as the daemon does, and look at no mail."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from imapclient.exceptions import IMAPClientError

from gateway.adapters.imap_in import Bell, PickupTrouble, open_mailbox
from gateway.adapters.road import Seen, Step, Trouble, Wrong, in_time, knock, named, shown
from gateway.site.settings import PickupSettings

LOOK_SECONDS: Final = 30.0
"""For all of it: a server that does not accept a password takes its time to say so."""
OTHER_LANGUAGE: Final = "unexpected response"
"""What the library says of an answer that is no IMAP; nothing else tells it from a cut line."""


def look(settings: PickupSettings) -> Seen:
    """Go the road as far as it goes; ends by itself."""
    return in_time(lambda: _look(settings), LOOK_SECONDS, Step.GREETING)


def _look(settings: PickupSettings) -> Seen:
    try:
        knock(settings.host, settings.port).close()
        with _named(), _bell() as bell, open_mailbox(settings, bell) as mailbox:
            tls, ends = shown(mailbox.client.socket())
    except Trouble as trouble:
        return Seen(trouble)
    return Seen(tls=tls, ends=ends)


@contextmanager
def _bell() -> Iterator[Bell]:
    bell = Bell()
    try:
        yield bell
    finally:
        bell.close()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except PickupTrouble as trouble:
        raise Trouble(*_TROUBLES[trouble.code]) from None
    except imaplib.IMAP4.abort as error:
        other = OTHER_LANGUAGE in str(error)
        raise Trouble(Wrong.NO_MAIL_SERVER if other else Wrong.HUNG_UP, Step.GREETING) from None
    except OSError as error:
        raise Trouble(named(error), Step.TLS) from None
    except (IMAPClientError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        raise Trouble(Wrong.NO_MAIL_SERVER, Step.GREETING) from None  # what the library raises over what is no IMAP


_TROUBLES: Final = {
    "TLS_NOT_OFFERED": (Wrong.TLS_NOT_OFFERED, Step.TLS),
    "PICKUP_TOO_MUCH": (Wrong.NO_MAIL_SERVER, Step.GREETING),
    "PICKUP_TROUBLE": (Wrong.LATER, Step.SIGN_IN),
    "PICKUP_LOGIN_REFUSED": (Wrong.SIGN_IN_REFUSED, Step.SIGN_IN),
    "PICKUP_NO_FOLDER": (Wrong.FOLDER_MISSING, Step.FOLDER),
    "PICKUP_CANNOT_MARK": (Wrong.FOLDER_FOR_READING, Step.FOLDER),
}
