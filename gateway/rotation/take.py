"""Take another party's new key, which its old one has announced: nobody needs to ring about it.

The announcement was signed by a key that was pinned when it arrived. It must be the party's present one: a key that is
in its last days, or has been revoked, names no successor. What is wrong is answered with a refusal, and pins nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session

from directory.book import AddressBook
from directory.errors import KeyTaken
from directory.model import PinnedKey
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.exchange import arrivals
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Arrived
from gateway.site.ports import Clock
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.keeping import KeyChange, statement
from keys import succession
from keys.errors import ImportRefused, OpenRefused
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

LONGEST_OVERLAP: Final = timedelta(days=400)
"""However long another party says that its old key holds, it is not believed for longer."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

NOT_THE_PRESENT_KEY: Final = "NOT_THE_PRESENT_KEY"


@dataclass(frozen=True)
class TakeKeyChange:
    """The handler, at either end. `clock` is the machine's.

    What a crash leaves in the key ring is in nobody's book, and is believed by nobody; the letter is then taken anew.
    """

    own: Identity
    keyring: Keyring
    clock: Clock

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Pin the new key beside the old one. The same announcement again changes nothing.

        Raises LetterUnreadable, or LetterOutOfTurn, whose text is the code of what is wrong.
        """
        said, now = KeyChange.read(arrived.body), self.clock()
        book, new = AddressBook(session), Fingerprint(said.new)
        present = book.pinned(arrived.from_party)
        if present is not None and present.fingerprint == new:
            return
        if present is None or not present.fingerprint == said.old == arrived.signed_by:
            raise LetterOutOfTurn(NOT_THE_PRESENT_KEY)
        try:
            self._pin(session, book, said, arrived.from_party, now)
        except (ImportRefused, OpenRefused, KeyTaken) as error:
            raise LetterOutOfTurn(error.code) from None
        arrivals.look_again(session)
        noted_by_daemon(
            session, Action.TAKE_KEY, now, arrived.from_party, detail={"key": new, "letter": arrived.letter_id}
        )

    def _pin(self, session: Session, book: AddressBook, said: KeyChange, party: str, now: datetime) -> None:
        new, certificate = Fingerprint(said.new), said.certificate.encode()
        ours = self.own.book(session).keys()
        if new in {row.fingerprint for row in ours} or book.owner_of(new, EVER) is not None:
            raise KeyTaken
        proved = statement(party=party, old=said.old, new=said.new)
        succession.check(certificate, proved, said.proof, expected=new, now=now)
        ends_at = min(max(said.old_ends_at, now), now + LONGEST_OVERLAP)
        book.succeed(PinnedKey(party, new, certificate, now, None, pinned_by=party), ends_at)
        self.keyring.import_public(certificate, expected=new, now=now)
