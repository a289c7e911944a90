"""Picking up: in a thread of its own mail is looked for, stored, and only then marked, for as long as the daemon runs.

A letter is there at once where the server can say so (IDLE). Between storing and marking nothing can be lost: whoever
is killed there stores a second copy at the next start, and a copy is settled by its letter id. What is not ours is left
as it lies, and only the head of it is read; of what may be a report the whole, for only there it says whose it is.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.adapters.imap_in import Bell, Found, Mailbox, PickupTrouble, Stopped, code_of, open_mailbox
from gateway.site.log import Event, Log
from gateway.site.settings import PickupSettings
from gateway.wire.mail_limits import MAIL_BYTES
from gateway.wire.picking import Look, first_look, from_nobody

HEADS_AT_ONCE: Final = 100
FIRST_REST: Final = 1.0
LONGEST_REST: Final = 300.0
"""Seconds after trouble until it is tried again: one, then twice as long each time, up to five minutes."""
GRACE_SECONDS: Final = 10.0
"""How long a stop waits for the thread; only a server that is slow to shake hands takes so long."""

log = Log("stafet.pickup")


class Site(Protocol):
    """What the site does with what is picked up. Everything is called in the thread that picks up, and may block."""

    @property
    def addresses(self) -> AbstractSet[str]:
        """Tell which addresses are ours now, in small letters."""

    def store(self, raw: bytes, *, from_nobody: bool) -> int:
        """Keep a mail durably; gives the arrival's id."""

    def is_about_ours(self, raw: bytes, *, from_nobody: bool) -> bool:
        """Tell whether a report is about something that left here."""

    def went_well(self, too_large: int) -> None:
        """Take note that everything was looked at."""

    def failed(self, reason: str) -> None:
        """Take note of why it fails."""


@dataclass
class _Place:
    """How far everything in the folder has been looked at, in one connection; it is looked at again in the next."""

    next_uid: int = 1
    too_large: int = 0
    addresses: AbstractSet[str] = frozenset()


@dataclass
class PickUp:
    """Picks up for a site, from `start` until `stop`, if it has a mailbox at all.

    The thread ends with the process, if it must.
    """

    settings: PickupSettings | None
    site: Site
    _bell: Bell = field(default_factory=Bell)
    _unmarked: set[tuple[int, int]] = field(default_factory=set)
    """What was stored, and could not be marked: it is not stored again while the process runs."""
    _theirs: set[tuple[int, int]] = field(default_factory=set)
    """Reports about nothing of ours: read once, for a mailbox may hold thousands, and each connection looks anew."""
    _failed: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How often it ended over a mail: that one comes last, or it would keep all that lie behind it from us."""
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        if self.settings is not None:
            self._thread = threading.Thread(target=self._run, args=(self.settings,), name="pickup", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End at once; a mail that is being stored is stored first."""
        self._bell.ring()
        if self._thread is not None:
            self._thread.join(GRACE_SECONDS)
        if self._thread is None or not self._thread.is_alive():
            self._bell.close()

    def _run(self, settings: PickupSettings) -> None:
        rest = FIRST_REST
        while True:
            try:
                if self._stay(settings):
                    rest = FIRST_REST
                self._bell.wait(rest)
            except Stopped:
                return
            rest = min(rest * 2, LONGEST_REST)

    def _stay(self, settings: PickupSettings) -> bool:
        """Pick up as long as the connection holds; tell whether it ever went well. Raises Stopped."""
        well = False
        try:
            with open_mailbox(settings, self._bell) as mailbox:
                place = _Place()
                while True:
                    self._look(mailbox, place)
                    self.site.went_well(place.too_large)
                    well = True
                    mailbox.wait()
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever it was, the mail lies where it lay and is tried again
            self._tell(error)
        return well

    def _tell(self, error: Exception) -> None:
        code = code_of(error)
        log(Event.PICKUP_FAILED, code=code, error=error)
        try:
            self.site.failed(code)
        except Exception as worse:  # noqa: BLE001 - the edge: a locked database must not end the thread
            log(Event.PICKUP_NOT_NOTED, error=worse)

    def _look(self, mailbox: Mailbox, place: _Place) -> None:
        """Look at everything that was not dealt with, from where the last look ended; all of it, when we have moved."""
        addresses = frozenset(self.site.addresses)
        if addresses != place.addresses:
            place.next_uid, place.too_large, place.addresses = 1, 0, addresses
        uids = mailbox.unmarked(place.next_uid)
        for some in self._in_order(mailbox, uids):
            with self._blaming(mailbox, some):
                heads = mailbox.found(some)
            for found in heads:
                with self._blaming(mailbox, [found.uid]):
                    self._look_at(mailbox, found, place)
        place.next_uid = max(uids, default=place.next_uid - 1) + 1

    def _in_order(self, mailbox: Mailbox, uids: Sequence[int]) -> Iterator[Sequence[int]]:
        """Give what there is to look at: many at once, then each that it ended over before, the worst last."""
        times = {uid: self._failed[mailbox.uid_validity, uid] for uid in uids}
        good = [uid for uid in uids if not times[uid]]
        for first in range(0, len(good), HEADS_AT_ONCE):
            yield good[first : first + HEADS_AT_ONCE]
        yield from ([uid] for uid in sorted(filter(times.get, uids), key=times.__getitem__))

    @contextmanager
    def _blaming(self, mailbox: Mailbox, uids: Sequence[int]) -> Iterator[None]:
        """Remember that it ended over these mails, if it does."""
        mails = [(mailbox.uid_validity, uid) for uid in uids]
        try:
            yield
        except Exception:
            self._failed.update(mails)
            raise

    def _look_at(self, mailbox: Mailbox, found: Found, place: _Place) -> None:
        look, mail = first_look(found.head, place.addresses), (mailbox.uid_validity, found.uid)
        if look is Look.OTHERS or mail in self._theirs:
            return
        if mail in self._unmarked:
            self._mark(mailbox, found.uid)
            return
        raw = mailbox.content(found.uid) if found.size <= MAIL_BYTES else None
        nobody = from_nobody(found.head)
        if found.size > MAIL_BYTES or (raw and len(raw) > MAIL_BYTES):
            self._leave(found, look, place)
        elif raw and (look is Look.LETTER or self.site.is_about_ours(raw, from_nobody=nobody)):
            self._take(mailbox, found.uid, raw, nobody=nobody)
        elif raw:
            self._theirs.add(mail)

    def _leave(self, found: Found, look: Look, place: _Place) -> None:
        """Leave what is too large where it lies; of a letter people are told, of others' reports nobody."""
        if look is Look.LETTER:
            place.too_large += 1
            log(Event.MAIL_TOO_LARGE, bytes=found.size)

    def _take(self, mailbox: Mailbox, uid: int, raw: bytes, *, nobody: bool) -> None:
        """Store, and then mark."""
        try:
            arrival = self.site.store(raw, from_nobody=nobody)
        except Exception as error:
            raise PickupTrouble("PICKUP_NOT_STORED") from error
        log(Event.ARRIVAL_PICKED_UP, arrival=arrival, bytes=len(raw))
        self._unmarked.add((mailbox.uid_validity, uid))
        self._mark(mailbox, uid)

    def _mark(self, mailbox: Mailbox, uid: int) -> None:
        mailbox.put_mark(uid)
        self._unmarked.discard((mailbox.uid_validity, uid))
