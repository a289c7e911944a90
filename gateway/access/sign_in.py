"""Sign in: a name and its password give the person, or the refusal; either is noted, and never what was typed.

Whoever tries is kept waiting after wrong passwords, each name apart, whether somebody of that name works here or not.
A right password is refused as well while the wait lasts: several guesses at the same moment gain nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from directory.calendar import COPENHAGEN
from gateway.access import passwords
from gateway.access.act import act, noted
from gateway.access.actions import Action, purpose_of
from gateway.access.credentials import Credential, Credentials
from gateway.access.errors import (
    AccessError,
    PasswordExpired,
    PasswordMustChange,
    PasswordPoor,
    SignInRefused,
    SignInWait,
)
from gateway.audit.trail import DONE, UNKNOWN, Entry, note
from gateway.site.cipher import Vault
from gateway.site.people import People, Person, same_name
from gateway.site.ports import Clock, Sessions

COUNTS: Final = 4
"""Hexadecimal digits: 65,536 counts for the names that nobody has."""


@dataclass(frozen=True)
class SignIn:
    """The door of a site."""

    sessions: Sessions
    vault: Vault
    now: Clock

    def __call__(self, name: str, password: str) -> Person:
        """Let somebody in.

        Raises SignInRefused, SignInWait, PasswordMustChange (the first password opens only `change`), PasswordExpired.
        """
        return self._let_in(name, password, Action.SIGN_IN)

    def unlock(self, person: Person, password: str) -> Person:
        """Let the same person in again after the screen was locked; raises as above."""
        return self._let_in(person.name, password, Action.UNLOCK)

    def change(self, name: str, password: str, new: str) -> Person:
        """Let somebody in and give them another password; raises PasswordPoor too."""
        person = self._let_in(name, password, Action.SIGN_IN, first=True)
        passwords.check(new, person.name)
        if new == password:
            raise PasswordPoor("same")
        with act(self.sessions, person, Action.CHANGE_PASSWORD, self.now(), person.id) as deed:
            Credentials(deed.session, self.vault).put(person.id, new)
        return person

    def left(self, person: Person, action: Action = Action.SIGN_OUT) -> None:
        """Note that somebody signed out, or locked the screen."""
        with self.sessions.session() as session:
            noted(session, person, action, self.now())

    def here(self, person: Person) -> Person | None:
        """Give the person as they are now, perhaps in another role; None when they no longer work here."""
        with self.sessions.reading() as session:
            return People(session, self.vault).here(person.id)

    def was_reset(self, person: Person) -> bool:
        """Tell whether somebody has been given a new first password, which whoever sits here may not know."""
        with self.sessions.reading() as session:
            credential = Credentials(session, self.vault).of(person.id)
        return credential is not None and credential.is_first

    def people(self) -> tuple[Person, ...]:
        """List those who work here, for the door to suggest their names."""
        with self.sessions.reading() as session:
            return People(session, self.vault).active()

    def _let_in(self, name: str, password: str, action: Action, *, first: bool = False) -> Person:
        person, credential, wait = self._before(name, action)
        if wait:
            raise wait
        who = self._who(person, name)
        right = passwords.matches(credential.hash if credential else None, password)
        refusal: AccessError | None
        with self.sessions.session() as session:
            refusal = self._after(session, who, person, credential if right else None, first=first)
            self._note(session, person, action, refusal)
            if refusal is None and person and credential and passwords.is_outdated(credential.hash):
                Credentials(session, self.vault).put(person.id, password, credential.expires_at)
        if refusal:
            raise refusal
        assert person is not None  # noqa: S101 - who is nobody was refused
        return person

    def _before(self, name: str, action: Action) -> tuple[Person | None, Credential | None, SignInWait | None]:
        """Look who it is, and whether they must wait; only then is a password worth the work."""
        with self.sessions.session() as session:
            person = People(session, self.vault).named(name)
            wait = self._wait(session, self._who(person, name))
            if wait:
                self._note(session, person, action, wait)
            credential = Credentials(session, self.vault).of(person.id) if person else None
        return person, credential, wait

    def _after(
        self, session: Session, who: str, person: Person | None, right: Credential | None, *, first: bool
    ) -> AccessError | None:
        """Judge in one transaction, with what others have tried and done in the meantime."""
        if wait := self._wait(session, who):
            return wait
        book, now = Credentials(session, self.vault), self.now()
        if person is None or right is None or book.of(person.id) != right:
            book.remember(who, book.tries(who, now).and_one(now))
            return SignInRefused()
        book.forgive(who)
        if right.expires_at and now >= right.expires_at:
            return PasswordExpired()
        return PasswordMustChange() if right.is_first and not first else None

    def _wait(self, session: Session, who: str) -> SignInWait | None:
        book, now = Credentials(session, self.vault), self.now()
        tries = book.tries(who, now)
        if tries.wrong:
            book.remember(who, tries)
        until = tries.until(now)
        return SignInWait(_clock(until)) if until else None

    def _who(self, person: Person | None, name: str) -> str:
        """Tell whose tries are counted; unknown names share so many counts that few meet, and none fill the disk."""
        return person.id if person else f"{UNKNOWN}:{self.vault.index(f'tries:{same_name(name)}')[:COUNTS]}"

    def _note(self, session: Session, person: Person | None, action: Action, refusal: AccessError | None) -> None:
        outcome = refusal.code if refusal else DONE
        if person:
            noted(session, person, action, self.now(), outcome=outcome)
        else:
            note(session, Entry(self.now(), action, purpose_of(action), UNKNOWN, outcome=outcome))


def _clock(until: datetime) -> str:
    """Write the first whole second at which one may try again, as a Danish clock shows it."""
    local = (until + timedelta(seconds=1)).astimezone(COPENHAGEN)
    return f"{local.hour}.{local:%M.%S}"
