"""Change our own key: a new one is made and announced, both hold for a while, then the old one ends (S24, S28).

Nothing has to happen at one moment. Each letter is signed by the newest key its reader is known to use, and opened by
whichever of ours it was sealed to. The secret of an old key stays in the key ring, for what lies here sealed to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from directory.model import Contact
from directory.own import OwnKeyRow
from gateway.access.act import act, looking, noted_by_daemon
from gateway.access.actions import Action
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Post
from gateway.rotation.announce import Announce, let_go, take_back
from gateway.rotation.errors import NoRotation, NotToBeTold, OwnKeyEnded, RotationRuns, StragglersLeft
from gateway.rotation.model import Rotating, rotating
from gateway.site.data_key import DataKeyFile
from gateway.site.log import Event, Log
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import KeepingSettings
from keys.errors import KeyNotFound
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring
from keys.revocation import Revocation

DAYS_A_YEAR: Final = 365
STEADY: Final = timedelta(hours=6)
"""The clock has gone on for so long without a leap before a key is revoked, which nothing undoes."""

log = Log("stafet.rotation")


@dataclass(frozen=True)
class Rotation:
    """Changes a site's own key. `clock` is the machine's; `own` is who the site began as, `unit` how it is reached.

    `steady` tells whether that clock has gone on without a leap until now for as long as it is asked about.
    """

    sessions: Sessions
    keyring: Keyring
    own: Identity
    post: Post
    data_key: DataKeyFile
    terms: KeepingSettings
    unit: Callable[[], Contact]
    clock: Clock
    steady: Callable[[Session, datetime, timedelta], bool]

    def begin(self, person: Person) -> Rotating:
        """Make the next key and announce it; from here on both hold, for `terms.overlap_days`.

        Raises RotationRuns while an old key still holds; OwnKeyEnded when ours has expired, for what it announces
        nobody would believe: then `lost` is the way; MayNot, PersonGone, SealRefused, KeyringError.
        """
        unit, now = self.unit(), self.clock()
        with act(self.sessions, person, Action.ROTATE_KEY, now) as deed:
            own = self.own.book(deed.session)
            if len(own.opening(now)) > 1:
                raise RotationRuns
            ends_at = self._end_of(own.current(now), now)
            new = self._made(unit)
            own.succeed(new, now, ends_at)
            deed.about, deed.detail["parties"] = new, self._announce(own, now)
            return rotating(own, now)

    def status(self, person: Person) -> Rotating:
        """Tell how it stands; raises MayNot, PersonGone."""
        now = self.clock()
        with looking(self.sessions, person, Action.LIST_KEYS, now) as session:
            return rotating(self.own.book(session), now)

    def stragglers(self, session: Session, now: datetime) -> tuple[str, ...]:
        """List the parties that are not known to use our newest key."""
        return self.own.book(session).stragglers(now)

    def told(self, party: str, person: Person) -> Rotating:
        """Note that a party was told of our newest key by phone, and has pinned it: what waited for that leaves.

        Raises NotToBeTold, MayNot, PersonGone.
        """
        now = self.clock()
        with act(self.sessions, person, Action.CONFIRM_OWN_KEY, now, party) as deed:
            own = self.own.book(deed.session)
            if party not in own.stragglers(now):
                raise NotToBeTold
            newest = own.newest().fingerprint
            own.known(party, newest, now, person.id)
            take_back(deed.session, now, (party,))
            let_go(deed.session, party, now)
            deed.detail["key"] = newest
            return rotating(own, now)

    def retire(self, person: Person, *, force: bool = False) -> Rotating:
        """End the old key now.

        Raises NoRotation; StragglersLeft while some party is not known to use the new one, unless `force` leaves it
        behind to be told by phone; MayNot, PersonGone.
        """
        now = self.clock()
        with act(self.sessions, person, Action.RETIRE_KEY, now) as deed:
            own = self.own.book(deed.session)
            ending = [row for row in own.keys()[:-1] if row.opens_at(now)]
            if not ending:
                raise NoRotation
            left = own.stragglers(now)
            if left and not force:
                raise StragglersLeft(len(left))
            for row in ending:
                row.ends_at = now
                deed.session.add(row)
            take_back(deed.session, now)
            deed.about, deed.detail["left"] = ending[-1].fingerprint, len(left)
            return rotating(own, now)

    def lost(self, person: Person) -> Rotating:
        """Give up every key of ours, for one was lost or stolen, and make another.

        Nothing is announced: whoever has the old key could do so too. Each party is told by phone, and letters to it
        wait until then. What is sealed to an old key stays shut (FOR_FORMER_KEY), also what came before and was not
        looked at; without a receipt its sender's gateway sends it again to the new key. Raises MayNot, PersonGone,
        KeyringError.
        """
        unit, now = self.unit(), self.clock()
        with act(self.sessions, person, Action.REVOKE_KEY, now) as deed:
            own = self.own.book(deed.session)
            new = self._made(unit)
            own.succeed(new, now, now)
            own.lose(now)
            take_back(deed.session, now)
            deed.about, deed.detail["parties"] = new, len(own.stragglers(now))
            return rotating(own, now)

    def tick(self) -> int:
        """Announce again where the new key is not heard yet, and finish with keys that have ended: the daemon's chore.

        Tells how many letters came of it. Raises SealRefused or KeyringError; the next round goes on from there.
        """
        now = self.clock()
        with self.sessions.reading() as session:
            own = self.own.book(session)
            keys = own.keys()
            steady = self.steady(session, now, STEADY)
            ended = [Fingerprint(row.fingerprint) for row in keys if steady and _to_retire(row, now)]
            newest, runs, missing = own.newest(), len(own.opening(now)) > 1, own.stragglers(now)
        if newest.replaces is None:
            return 0
        for key in ended:
            self._retire(key, now)
        if runs:
            return self._announced_again(now) if missing else 0
        self.data_key.keep_for(Fingerprint(newest.fingerprint), now)
        return 0

    def _announced_again(self, now: datetime) -> int:
        """Announce once more, unless somebody has ended the old key in the meantime."""
        with self.sessions.session() as session:
            own = self.own.book(session)
            return self._announce(own, now) if len(own.opening(now)) > 1 else 0

    @property
    def _announce(self) -> Announce:
        return Announce(self.keyring, self.post, self.own.party)

    def _retire(self, key: Fingerprint, now: datetime) -> None:
        """Revoke an ended key in our own ring, as superseded: what it signed before still holds here."""
        try:
            if not self.keyring.describe(key).revoked:
                self.keyring.revoke(key, Revocation.SUPERSEDED)
        except KeyNotFound:
            log(Event.KEY_MISSING, key=key)
        with self.sessions.session() as session:
            row = session.get_one(OwnKeyRow, key)
            if row.retired_at is not None:
                return
            row.retired_at = now
            session.add(row)
            if len(self.own.book(session).opening(now)) == 1:
                take_back(session, now)
            noted_by_daemon(session, Action.TAKE_EFFECT, now, key, detail={"key": "retired"})

    def _made(self, unit: Contact) -> Fingerprint:
        """Make a key. One that a crash leaves unrecorded lies in the ring for nothing: nothing is ever sealed to it."""
        user_id = f"{unit.unit_name} <{unit.email}>"
        return self.keyring.generate(user_id, lifetime_days=self.terms.key_years * DAYS_A_YEAR)

    def _end_of(self, key: Fingerprint, now: datetime) -> datetime:
        """Tell until when a key shall hold beside the next one, which is never longer than it can."""
        expires, planned = self.keyring.describe(key).expires, now + timedelta(days=self.terms.overlap_days)
        if expires is not None and expires <= now:
            raise OwnKeyEnded
        return min(filter(None, (expires, planned)))


def _to_retire(row: OwnKeyRow, now: datetime) -> bool:
    return row.retired_at is None and not row.opens_at(now)
