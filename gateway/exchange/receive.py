"""Receive: one stored mail becomes a letter taken over and receipted, a duplicate, a refusal, or quarantine.

The same road at both ends: which letters this end takes, and what it does with them, are the handlers it is given.
Remembering the letter, handing it over and posting its receipt are one transaction, so a crash leaves either nothing
done or all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from directory.book import AddressBook
from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.audit import witness
from gateway.exchange import arrivals, bounces
from gateway.exchange.arrivals import Outcome
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Handler, Post
from gateway.exchange.replies import Answered, TakeReply, When, is_reply, open_reply
from gateway.exchange.rows import ArrivalRow
from gateway.exchange.sealing import OpenedLetter, open_letter
from gateway.exchange.taking import Taking
from gateway.site.cipher import Vault
from gateway.site.log import Event, Log
from gateway.site.ports import Clock, Sessions
from gateway.wire.errors import ReplyAutomatic, ReplyFromGateway, WireError
from gateway.wire.letters import Kind
from gateway.wire.payload import Payload
from gateway.wire.reply import sender_of
from keys.errors import OpenRefused
from keys.keyring import Keyring

log = Log("stafet.receive")


@dataclass(frozen=True)
class Receive:
    """Looks at one arrival per call. `clock` is the machine's; when a letter arrived is read from its row.

    `take_reply` is what this end does with what people answer by hand: departments, and units without a gateway.
    """

    sessions: Sessions
    own: Identity
    keyring: Keyring
    vault: Vault
    post: Post
    handlers: Mapping[Kind, Handler]
    clock: Clock
    take_reply: TakeReply | None = None

    def waiting(self) -> tuple[int, ...]:
        """List the arrivals to look at now."""
        with self.sessions.reading() as session:
            return tuple(arrivals.waiting(session, self.clock()))

    def put_off(self, arrival_id: int) -> None:
        """Let an arrival that could not be looked at wait a little, so that those behind it pass."""
        with self.sessions.session() as session:
            arrivals.put_off(session, arrival_id, self.clock())

    def __call__(self, arrival_id: int) -> Outcome:
        """Look at one arrival, unless another process has; raises KeyringError when gpg fails, and nothing was done."""
        with self.sessions.reading() as session:
            arrival = session.get_one(ArrivalRow, arrival_id)
            if arrival.outcome != Outcome.WAITING:
                return Outcome(arrival.outcome)
            raw = self.vault.open(arrival.locked, arrival.place)
            by_hand = self._by_hand(session, raw, arrival)
            try:
                opened = self._opened(session, raw, arrival, by_hand)
            except (OpenRefused, WireError) as error:
                opened, refusal = None, arrivals.as_reply(error.code) if by_hand else error.code
                known = _known(session, arrival)  # as it was looked up just now: a session sees one state of all
        with self.sessions.session() as session:
            arrival = session.get_one(ArrivalRow, arrival_id)
            if arrival.outcome != Outcome.WAITING:  # another process was quicker
                return Outcome(arrival.outcome)
            if opened is None and _known(session, arrival) != known:
                return Outcome.WAITING  # what it lacked may have come into the book meanwhile: it is looked at again
            if isinstance(opened, Answered):
                arrival.outcome, arrival.reason = self._take_reply(session, opened)
            elif opened:
                arrival.outcome = self._take(session, opened, arrival)
            else:
                arrival.outcome, arrival.reason = self._set_aside(session, raw, arrival, refusal)
            return self._noted(session, arrival)

    def _by_hand(self, session: Session, raw: bytes, arrival: ArrivalRow) -> str | None:
        """Tell who a mail says it comes from, if they write by hand: then it can be nothing but their answer."""
        if self.take_reply is None:
            return None
        return AddressBook(session).mail_client_at(sender_of(raw), arrival.arrived_at)

    def _opened(
        self, session: Session, raw: bytes, arrival: ArrivalRow, by_hand: str | None
    ) -> OpenedLetter | Answered:
        now, book, at = self.clock(), AddressBook(session), arrival.arrived_at
        own, ring = self.own.reading(session, at), self.keyring
        when = When(now, at, arrival.rules_at)
        if by_hand is not None:
            if arrival.from_nobody:  # no person's mail: whoever is away is answered for so (RFC 3834, section 3.3)
                raise ReplyAutomatic
            return open_reply(raw, by_hand, own=own, book=book, keyring=ring, when=when)
        try:
            return open_letter(raw, own=own, book=book, keyring=ring, now=now, arrived_at=at)
        except (OpenRefused, WireError):
            gateway = book.gateway_at(sender_of(raw), at) if self.take_reply else None
            if gateway is not None and is_reply(raw, gateway, own=own, book=book, keyring=ring, when=when):
                raise ReplyFromGateway from None
            raise

    def _take_reply(self, session: Session, answered: Answered) -> tuple[Outcome, str]:
        """Take an answer; which key of ours its writer uses is known from it in any case."""
        take, now = self.take_reply, self.clock()
        self.own.book(session).known(answered.party, answered.opened_with, now)
        try:
            with session.begin_nested():
                news = take is not None and take(session, answered)
        except WireError as error:
            return Outcome.QUARANTINED, arrivals.as_reply(error.code)
        return (Outcome.TAKEN if news else Outcome.DUPLICATE), ""

    def _take(self, session: Session, opened: OpenedLetter, arrival: ArrivalRow) -> Outcome:
        if opened.payload is not None:
            witness.remember(session, opened.party, opened.payload.trail, opened.payload.letter_id, self.clock())
        outcome = Taking(self.post, self.handlers, self.clock)(session, opened, arrival)
        if opened.payload is not None:  # last, for what a restored party has forgotten is not what it used just now
            self._remember_what_they_use(session, opened, opened.payload)
            arrival.letter_id = opened.payload.letter_id
        return outcome

    def _remember_what_they_use(self, session: Session, opened: OpenedLetter, payload: Payload) -> None:
        """Note the key and address of ours a party has used, unless it only tried an address of ours."""
        book, now = self.own.book(session), self.clock()
        book.known(opened.party, opened.opened_with, now)
        if payload.kind is not Kind.HEARTBEAT:
            book.known(opened.party, payload.to.address, now)

    def _set_aside(self, session: Session, raw: bytes, arrival: ArrivalRow, refusal: str) -> tuple[Outcome, str]:
        """Keep apart what is no letter we can trust; nobody is answered."""
        told = bounces.take(session, raw, from_nobody=arrival.from_nobody, now=self.clock())
        return told or (Outcome.QUARANTINED, refusal)

    def _noted(self, session: Session, arrival: ArrivalRow) -> Outcome:
        log(Event.ARRIVAL_LOOKED_AT, arrival=arrival.id or 0, outcome=arrival.outcome, reason=arrival.reason)
        if arrival.outcome == Outcome.QUARANTINED:
            detail = {"arrival": arrival.id or 0}
            noted_by_daemon(session, Action.QUARANTINE, self.clock(), outcome=arrival.reason, detail=detail)
        return Outcome(arrival.outcome)


def _known(session: Session, arrival: ArrivalRow) -> tuple[object, ...]:
    """Give what a mail's sender is looked up in: whom we know, and by which keys."""
    book = AddressBook(session)
    return book.everybody(), book.believed(arrival.arrived_at)
