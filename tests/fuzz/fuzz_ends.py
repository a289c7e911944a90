"""Both ends, each with a referral under way between them, so that any letter of a conversation may come next."""

import base64
import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sites
from fuzz_watch import CANARY

from directory.calendar import local_day
from gateway import bootstrap
from gateway.desk import referral_page
from gateway.exchange import sealing
from gateway.referring.example import example
from gateway.site.people import Person, Role
from gateway.station import Station
from gateway.terminal.sections import Section, Tone
from inbox_tui import bootstrap as inbox
from inbox_tui import letter_page
from inbox_tui.casework.reader import Reader
from inbox_tui.row_words import deadline, marks, whereabouts
from keys.errors import Damaged, TooLarge, WrongSigner
from keys.fingerprint import Fingerprint
from keys.packets import MalformedPackets, dearmor
from keys.sealing import LIMIT_BYTES, Opened

OWN_RECORDS = {"arrivals", "sqlite_sequence"}
"""What any mail may change: that it came. What is noted of it in the audit trail is counted apart."""


@dataclass
class StandIn:
    """A seal that costs nothing, for speed: content, its signer, and a sum that tells when either was changed.

    `believed` is who signed the latest one that was opened: only such a letter may be answered.
    """

    believed: Fingerprint | None = None

    @staticmethod
    def seal(content: bytes, signer: str) -> bytes:
        whole = hashlib.sha256(content).digest() + signer.encode() + content
        return b"-----BEGIN PGP MESSAGE-----\n\n" + base64.encodebytes(whole) + b"-----END PGP MESSAGE-----\n"

    def __call__(self, _ring: object, sealed: bytes, *, signers: Any, now: datetime, **_more: object) -> Opened:
        if len(sealed) > LIMIT_BYTES:
            raise TooLarge
        try:
            whole = dearmor(sealed, kind=b"MESSAGE")
        except MalformedPackets:
            raise Damaged from None
        digest, signer, content = whole[:32], whole[32:72].decode("latin-1"), whole[72:]
        if hashlib.sha256(content).digest() != digest:
            raise Damaged
        if signer not in signers:
            raise WrongSigner
        self.believed = Fingerprint(signer)
        return Opened(content, self.believed, now)


@dataclass
class End:
    """One end, whose database can be put back to where it was before the first case."""

    site: sites.Site
    database: Path
    person: Person
    pages: Callable[["End"], Iterator[Section]]
    """What a person reads after a letter was taken: the list, and every page behind it."""
    _pristine: Path = field(init=False)
    _before: dict[str, int] = field(init=False)

    def keep(self) -> None:
        """Remember the database as it is now."""
        self.site.database.forget()
        self._pristine = self.database.with_suffix(".pristine")
        self.site.database.close()
        shutil.copy(self.database, self._pristine)
        self._before = self.state()

    def reset(self) -> None:
        """Put it back."""
        self.site.database.close()
        for ending in ("-wal", "-shm"):
            self.database.with_name(self.database.name + ending).unlink(missing_ok=True)
        shutil.copy(self._pristine, self.database)

    def changes(self) -> set[str]:
        """Tell which tables hold something else than before."""
        now = self.state()
        return {table for table, seen in now.items() if seen != self._before.get(table)} - OWN_RECORDS

    def state(self) -> dict[str, int]:
        with closing(sqlite3.connect(self.database)) as raw:
            names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = [name for name in names if name not in OWN_RECORDS]
            return {name: hash(tuple(raw.execute(f'SELECT * FROM "{name}"'))) for name in kept}  # noqa: S608 - our tables


@dataclass(frozen=True)
class Ends:
    """The region, Randers, and Favrskov as a party that is trusted and has no part in the conversation."""

    region: End
    randers: End
    stranger: sites.Site
    conversation: str
    number: str
    stand_in: StandIn
    outcomes: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def without_keys(self) -> Iterator[StandIn]:
        """Let the stand-in open seals while the block runs."""
        real, self.stand_in.believed = sealing.open_sealed, None
        sealing.open_sealed = self.stand_in
        try:
            yield self.stand_in
        finally:
            sealing.open_sealed = real


def desk_pages(end: End) -> Iterator[Section]:
    """Read what the region's desk shows of every referral, and what goes into the journal."""
    look, now = bootstrap.look(end.site.station), end.site.clock()
    for progress in look.active(end.person) + look.finished(end.person):
        yield from referral_page.sections(look.open(progress.number, end.person), now)
        look.journal(progress.number, end.person)


def inbox_pages(end: End) -> Iterator[Section]:
    """Read what the inbox shows of every case."""
    store, now = inbox.case_store(end.site.station), end.site.clock()
    for line in store.listed(50, local_day(now), end.person, now):
        reader = Reader(local_day(now))
        said = ((whereabouts(line, reader), deadline(line, reader)),)
        yield Section(Tone.FACTS, " ".join(marks(line, reader)), facts=said)
        yield from letter_page.sections(store.open(line.id, end.person, now), now, show_cpr=True)


@contextmanager
def joined_ends(opened: Mapping[str, Station], folder: Path) -> Iterator[Ends]:
    """Give the three sites new databases below `folder`, and send one referral all the way."""
    with sites.line(opened, folder) as line:
        region, randers = line.region, line.randers
        region.database.create(bootstrap.TABLES)
        randers.database.create(inbox.TABLES)
        region.handlers = dict(bootstrap.handlers(region.station))
        randers.handlers = dict(inbox.handlers(randers.station))
        sender = sites.hire(region.station, "Mette Testgaard", Role.SENDER)
        worker = sites.hire(randers.station, "Birgit Prøvegaard", Role.INTAKE)
        written = {**example(sites.RANDERS, line.clock()), "text": f"{CANARY} ringer om natten."}
        sent = bootstrap.submit(region.station)(written, sender)
        for crossed in region.send():
            randers.take(crossed)
        for receipt in randers.send():
            region.take(receipt)
        [conversation] = {row.conversation_id for row in region.rows(sites.OutgoingRow)}
        ends = (
            End(region, folder / f"{region.party}.db", sender, desk_pages),
            End(randers, folder / f"{randers.party}.db", worker, inbox_pages),
        )
        made = Ends(*ends, line.favrskov, conversation, sent.number, StandIn())
        made.region.keep()
        made.randers.keep()
        yield made
