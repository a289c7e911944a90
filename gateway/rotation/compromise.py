"""What is done when another party's key is stolen (S25), and what was sealed to any key that is (S34)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from directory.book import AddressBook
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.exchange import outbox
from gateway.exchange.delivery import KEY_REVOKED, State, parked
from gateway.exchange.identity import Identity
from gateway.exchange.rows import OutgoingRow
from gateway.rotation.exposed import Exposed, exposed
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from keys.fingerprint import Fingerprint


@dataclass(frozen=True)
class Compromise:
    """What people do about a stolen key. `clock` is the machine's; `own` is who the site began as."""

    sessions: Sessions
    own: Identity
    clock: Clock

    def revoke(self, party: str, person: Person) -> tuple[Fingerprint, ...]:
        """Believe none of a party's keys any more, from now on and in what has not been looked at; tell which.

        Letters to it wait until a new one is compared by phone: those in the queue, and those that would go again
        because no receipt has come. What is on its way cannot be called back. Raises MayNot, PersonGone.
        """
        now = self.clock()
        with act(self.sessions, person, Action.REVOKE_KEY, now, party) as deed:
            ended = AddressBook(deed.session).revoke(party, now)
            if ended:
                deed.detail["letters"] = _park(deed.session, party, now)
            deed.detail["keys"] = len(ended)
            return ended

    def exposed(
        self, fingerprint: Fingerprint, since: datetime | None, until: datetime | None, person: Person
    ) -> Exposed:
        """List every letter that was sealed to a key, from `since` until `until` (None: ever); S34.

        Raises MayNot, PersonGone.
        """
        with act(self.sessions, person, Action.LIST_EXPOSED, self.clock(), fingerprint) as deed:
            found = exposed(self.own.book(deed.session), fingerprint, since, until)
            deed.detail["letters"] = len(found.letters)
            return found


def _park(session: Session, party: str, now: datetime) -> int:
    """Let wait what would be sealed to a key that is gone; a receipt that has left is not sent again by itself."""
    would_leave = or_(
        col(OutgoingRow.state) == State.QUEUED,
        (col(OutgoingRow.state) == State.SENT) & col(OutgoingRow.next_at).is_not(None),
    )
    rows = session.exec(select(OutgoingRow).where(OutgoingRow.to_party == party, would_leave)).all()
    for row in rows:
        outbox.steer(session, row, parked(KEY_REVOKED, now), now)
    return len(rows)
