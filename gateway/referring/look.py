"""What a person looks at: the list, one referral, «har kommunen fået det?», the note for the journal (S30).

Opening and searching are noted; what a screen asks for every other second is only let pass.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

from directory.calendar import local_day
from gateway.access.act import Deed, act, looking, permit
from gateway.access.actions import Action
from gateway.referring.dossier import Dossier
from gateway.referring.errors import ReferralNotFound
from gateway.referring.follow import Follow, Progress
from gateway.referring.journal_entry import Entry, entry
from gateway.referring.past import Past
from gateway.referring.reply_book import read
from gateway.referring.search import kind_of, tell_of_search
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import PromiseSettings
from gateway.wire.referral import Referral


@dataclass(frozen=True)
class Look:
    """The looks, each in a person's name; all raise MayNot or PersonGone. `clock` is the rules' clock.

    A referral is named by its number, its letter's id or the sender's reference; ReferralNotFound is raised for others.
    """

    sessions: Sessions
    vault: Vault
    clock: Clock
    terms: PromiseSettings

    def active(self, person: Person) -> tuple[Progress, ...]:
        """List those the desk still waits for, the most pressing first. Not noted: the board asks again and again."""
        with looking(self.sessions, person, Action.LIST_REFERRALS, self.clock()) as session:
            return tuple(self._follow(session).active())

    def finished(self, person: Person) -> tuple[Progress, ...]:
        """List the latest of those that are «afsluttet hos os» (L5). Not noted, as the board is not."""
        with looking(self.sessions, person, Action.LIST_REFERRALS, self.clock()) as session:
            return tuple(self._follow(session).finished())

    def latest(self, person: Person) -> tuple[Progress, ...]:
        """List both, once."""
        with act(self.sessions, person, Action.LIST_REFERRALS, self.clock()) as deed:
            found = tuple(self._follow(deed.session).latest())
            deed.detail["found"] = len(found)
            return found

    def named(self, name: str, person: Person) -> Progress:
        """Tell how one stands that was opened before. Not noted: its page asks again and again."""
        with looking(self.sessions, person, Action.OPEN_REFERRAL, self.clock()) as session:
            return self._progress(session, name)

    def open(self, name: str, person: Person) -> Progress:
        """Open one; what was answered from a mail program is read by that, and no longer waits for somebody."""
        with self._opened(person, Action.OPEN_REFERRAL) as deed:
            found = self._progress(deed.session, name)
            deed.about = found.conversation_id
            answers = read(deed.session, found.referral_id, self.clock())
            if answers:
                deed.detail["answers"] = answers
            return found

    def about(self, text: str, person: Person) -> tuple[Progress, ...]:
        """Search by number, reference, CPR or phone, however it is written; newest first (L6)."""
        with self._opened(person, Action.SEARCH) as deed:
            found = tuple(self._follow(deed.session).about(text))
            by = kind_of(self.vault, text, local_day(self.clock()))
            tell_of_search(deed, by, [one.conversation_id for one in found])
            return found

    def sent(self, name: str, person: Person) -> Referral | None:
        """Read what was sent, to refer the citizen again; None once it was taken back."""
        with self._opened(person, Action.OPEN_REFERRAL) as deed:
            row = Past(deed.session, self.vault).row(name)
            if row is None:
                raise ReferralNotFound
            deed.about = row.conversation_id
            return Dossier(deed.session, self.vault, row).content

    def journal(self, name: str, person: Person) -> Entry:
        """Gather what goes into Præhospitalet's own journal (C2)."""
        with self._opened(person, Action.WRITE_JOURNAL) as deed:
            found = entry(deed.session, self.vault, name)
            if found is None:
                raise ReferralNotFound
            deed.about = found.conversation_id
            return found

    @contextmanager
    def _opened(self, person: Person, action: Action) -> Iterator[Deed]:
        """Begin an act; a search is a municipality's too, but here only who may open what it leads to searches."""
        with act(self.sessions, person, action, self.clock()) as deed:
            permit(deed.session, person, Action.OPEN_REFERRAL)
            yield deed

    def _progress(self, session: Session, name: str) -> Progress:
        found = self._follow(session).named(name)
        if found is None:
            raise ReferralNotFound
        return found

    def _follow(self, session: Session) -> Follow:
        return Follow(session, self.vault, self.clock, self.terms)
