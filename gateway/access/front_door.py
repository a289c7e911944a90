"""The door of a terminal: who may sit there is let in, and everything that can be wrong is said in words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from gateway.access.actions import Action
from gateway.access.errors import PasswordExpired, PasswordMustChange, PasswordPoor, SignInRefused, SignInWait
from gateway.access.sign_in import SignIn
from gateway.language import gettext as _
from gateway.language import mark
from gateway.site.errors import SiteError
from gateway.site.people import Person, Role
from gateway.terminal.door import MustChangeError, NotLetInError, OutOfReachError

RESET: Final = mark("Your password was reset. Sign in with the new one.")
WORDS: Final[Mapping[type[SiteError], str]] = {
    SignInRefused: mark("The name and the password do not belong together. Try again, or ask your administrator."),
    SignInWait: mark("Wrong too many times. You can try again at {detail}."),
    PasswordExpired: mark("Your first password was not used in time. Ask your administrator for a new one."),
    PasswordMustChange: RESET,
    PasswordPoor: mark("Choose at least 12 characters that are neither your name nor the password you had."),
}
OTHERWISE: Final = mark("That could not be checked just now. Try again, and tell your administrator.")
GONE: Final = mark("You no longer have access here. If that is a mistake, ask your administrator.")
CHANGED: Final = mark("What you may do here has changed. Sign in again.")


@dataclass(frozen=True)
class FrontDoor:
    """The door of one end's terminal, for `roles`; `elsewhere` says where everybody else's work is done."""

    enter: SignIn
    roles: frozenset[Role]
    elsewhere: str

    def names(self) -> Sequence[str]:
        """Name those who work at this screen."""
        with _in_words():
            return [person.name for person in self.enter.people() if person.role in self.roles]

    def sign_in(self, name: str, password: str) -> Person:
        """Let somebody in; raises NotLetInError or MustChangeError."""
        with _in_words():
            try:
                return self._seated(self.enter(name, password))
            except PasswordMustChange:
                raise MustChangeError from None

    def change(self, name: str, password: str, new: str) -> Person:
        """Let somebody in and give them another password; raises NotLetInError."""
        with _in_words():
            return self._seated(self.enter.change(name, password, new))

    def unlock(self, person: Person, password: str) -> None:
        """Let the same person in again; raises NotLetInError."""
        with _in_words():
            self.enter.unlock(person, password)

    def locked(self, person: Person) -> None:
        """Note that the screen was locked."""
        with _in_words():
            self.enter.left(person, Action.LOCK)

    def left(self, person: Person) -> None:
        """Note that somebody signed out."""
        with _in_words():
            self.enter.left(person)

    def gone(self, person: Person) -> str | None:
        """Say why somebody may not go on sitting here; None while they may."""
        try:
            with _in_words():
                return self._why_gone(person)
        except NotLetInError:
            return None  # what is wrong with the site is said where the work is done

    def _why_gone(self, person: Person) -> str | None:
        now = self.enter.here(person)
        if now is None:
            return _(GONE)
        if self.enter.was_reset(person):
            return _(RESET)
        return None if (now.role, now.department) == (person.role, person.department) else _(CHANGED)

    def _seated(self, person: Person) -> Person:
        if person.role not in self.roles:
            self.left(person)
            raise NotLetInError(self.elsewhere)
        return person


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn every refusal into one that says itself in words; raises NotLetInError, or OutOfReachError."""
    try:
        yield
    except SiteError as refusal:
        raise NotLetInError(_(WORDS.get(type(refusal), OTHERWISE)).format(detail=refusal)) from None
    except SQLAlchemyError as error:
        raise OutOfReachError(error.code) from None
