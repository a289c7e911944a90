"""Keep the staff: who works here as what, who has left, and the first password that somebody else gives a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from gateway.access import passwords
from gateway.access.act import act, looking
from gateway.access.actions import Action, purpose_of
from gateway.access.credentials import Credentials
from gateway.audit.read import last_done
from gateway.audit.trail import CONSOLE, Entry, note
from gateway.site.cipher import Vault
from gateway.site.errors import PersonUnknown
from gateway.site.people import People, Person, Role
from gateway.site.ports import Clock, Sessions


@dataclass(frozen=True)
class FirstPassword:
    """A password from somebody else: until `expires_at` it opens its own change, and nothing more."""

    password: str
    expires_at: datetime


@dataclass(frozen=True)
class Staff:
    """The staff of a site, and who may change what about it. First passwords hold `first_days` days."""

    sessions: Sessions
    vault: Vault
    now: Clock
    first_days: int

    def listed(self, by: Person) -> tuple[Person, ...]:
        """List those who work here now, by name."""
        with act(self.sessions, by, Action.LIST_STAFF, self.now()) as deed:
            return People(deed.session, self.vault).active()

    def last_signed_in(self, by: Person) -> dict[str, datetime]:
        """Tell when those who work here signed in last, by their ids; who never has is left out."""
        with looking(self.sessions, by, Action.LIST_STAFF, self.now()) as session:
            here = {one.id for one in People(session, self.vault).active()}
            return last_done(session, Action.SIGN_IN, here)

    def add(self, wanted: Person, by: Person, chosen: str | None = None) -> tuple[Person, FirstPassword | None]:
        """Let somebody work here, or in another role; who cannot sign in yet is given a first password.

        The id of `wanted` is not looked at. Raises MayNot, PersonUnnamed, LastAdmin, PasswordPoor.
        """
        with act(self.sessions, by, Action.ADD_PERSON, self.now()) as deed:
            person = People(deed.session, self.vault).add(wanted.name, wanted.role, wanted.department)
            deed.about, deed.detail = person.id, {"role": person.role.value}
            if person.department:
                deed.detail["department"] = person.department
            known = Credentials(deed.session, self.vault).of(person.id)
            return person, None if known else self._given(deed.session, person, chosen)

    def end(self, name: str, by: Person) -> Person:
        """Let somebody leave, at once; raises MayNot, PersonUnknown, LastAdmin."""
        with act(self.sessions, by, Action.END_PERSON, self.now()) as deed:
            person = self._found(deed.session, name)
            deed.about = person.id
            People(deed.session, self.vault).end(person)
            Credentials(deed.session, self.vault).drop(person.id)
        return person

    def reset(self, name: str, by: Person, chosen: str | None = None) -> tuple[Person, FirstPassword]:
        """Give somebody who has forgotten theirs a first password; raises MayNot, PersonUnknown, PasswordPoor."""
        with act(self.sessions, by, Action.RESET_PASSWORD, self.now()) as deed:
            person = self._found(deed.session, name)
            deed.about = person.id
            return person, self._given(deed.session, person, chosen)

    def recover(self, name: str | None) -> tuple[Person, FirstPassword]:
        """Give an administrator a first password without anybody signed in; noted as done by the console.

        For whoever holds the service account and the passphrase file, and can read everything as it is; so that a site
        whose administrators have all forgotten their passwords is not lost. Raises PersonUnknown when the name is no
        administrator's, or when none was given and there are several.
        """
        with self.sessions.session() as session:
            person = self._admin(session, name)
            action = Action.RESET_PASSWORD
            note(session, Entry(self.now(), action, purpose_of(action), CONSOLE, about=person.id))
            return person, self._given(session, person, None)

    def _admin(self, session: Session, name: str | None) -> Person:
        admins = [one for one in People(session, self.vault).active() if one.role is Role.ADMIN]
        if name is not None:
            admins = [one for one in admins if one == self._found(session, name)]
        if len(admins) != 1:
            raise PersonUnknown
        return admins[0]

    def _found(self, session: Session, name: str) -> Person:
        if found := People(session, self.vault).named(name):
            return found
        raise PersonUnknown

    def _given(self, session: Session, person: Person, chosen: str | None) -> FirstPassword:
        if chosen is not None:
            passwords.check(chosen, person.name)
        first = FirstPassword(chosen or passwords.first_password(), expiry(self.now(), self.first_days))
        Credentials(session, self.vault).put(person.id, first.password, first.expires_at)
        return first


def expiry(now: datetime, days: int) -> datetime:
    """Tell until when a first password opens its own change."""
    return now + timedelta(days=days)
