"""Change how a party is reached, and by which key: proposed by one person, confirmed by another, proved, and in effect.

Every try is noted, also one that is refused. What the second person does is ring: the number we knew before the change,
or the switchboard, so that whoever wrote the proposal cannot answer for it (D11).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, select

from directory.book import AddressBook
from directory.changes import ChangeRow, Stand, open_change
from directory.errors import BadContactLine, DirectoryError
from directory.model import Contact, PinnedKey, is_party
from gateway.access.act import Deed, act, admitted, looking, noted, noted_by_daemon
from gateway.access.actions import Action
from gateway.access.four_eyes import confirms_alone
from gateway.audit.trail import DONE
from gateway.contacts.effect import take_effect, unverified_since
from gateway.contacts.errors import (
    ChangeGone,
    ChangeOpen,
    ChangeRefused,
    ChangeReplaced,
    CodeWrong,
    KeyMissing,
    NotCompared,
    NothingChanges,
)
from gateway.contacts.judging import Judge, rung
from gateway.contacts.model import Call, Change, Ended, Wanted
from gateway.contacts.proving import Proving, answered, wants_another
from gateway.contacts.rows import Shown, contact_in, end, ended_since, needs_proof, new_row, place
from gateway.exchange import arrivals, outbox
from gateway.exchange.identity import Identity
from gateway.exchange.ports import Post
from gateway.site.cipher import Vault
from gateway.site.log import Event, Log
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.site.settings import KeepingSettings
from keys.errors import ImportRefused, WrongFingerprint
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring

LATELY: Final = timedelta(days=1)
"""For so long a proposal that ended may still be the one a colleague has read."""

log = Log("stafet.contacts")


@dataclass(frozen=True)
class Changes:
    """The changes of one site's book. `unit` tells how we are reached ourselves, `clock` is the machine's."""

    sessions: Sessions
    vault: Vault
    keyring: Keyring
    post: Post
    own: Identity
    unit: Callable[[], Contact]
    keeping: KeepingSettings
    clock: Clock

    def propose(self, wanted: Wanted, person: Person) -> Change:
        """Propose a change; a contact and a key that one person proposes after one another become one change.

        Raises ChangeOpen, and what `Judge` does: RecordRefused, AddressTaken, KeyTaken, ImportRefused, NothingChanges.
        """
        about = wanted.party if is_party(wanted.party) else ""
        with self._attempt(person, Action.PROPOSE_CHANGE, about) as deed:
            row = self._enter(deed.session, wanted, person)
            change = Shown(deed.session, self.vault).one(row)
            deed.about, deed.detail["change"] = change.party, change.id
            if change.looks_personal:
                deed.detail["personal"] = 1
            return change

    def propose_all(self, contacts: Sequence[Contact], person: Person) -> tuple[Change, ...]:
        """Propose a table of contacts as one act, all or none; those that change nothing are passed over (D5).

        Raises BadContactLine for the first that cannot be proposed; the table's first line names its columns.
        """
        with self._attempt(person, Action.IMPORT_CONTACTS, "") as deed:
            entered = (self._entered(deed.session, line, one, person) for line, one in enumerate(contacts, 2))
            rows = list(filter(None, entered))
            deed.detail["contacts"] = len(rows)
            return tuple(Shown(deed.session, self.vault).one(row) for row in rows)

    def meant(self, party: str, begins: str, person: Person) -> str:
        """Give the id of the change of a party that is to be confirmed; nothing when none is open, or it is another.

        `begins` is how its id begins, as it was read. Raises ChangeReplaced where that is left out and another change
        ended lately: whoever proposed it could put another in its place while a colleague is on the phone.
        """
        now = self.clock()
        with (
            self._refusals_noted(person, Action.CONFIRM_CHANGE, party),
            looking(self.sessions, person, Action.LIST_CONTACTS, now) as session,
        ):
            row = open_change(session, party)
            if row and not begins and ended_since(session, party, now - LATELY):
                raise ChangeReplaced
            return row.id if row and row.id.startswith(begins.strip().lower()) else ""

    def confirm(self, change_id: str, call: Call, person: Person) -> Change:
        """Confirm a change after a call: its key is pinned at once, its address gets a TEST.

        Raises SamePerson (unless `keeping.alone`), WrongNumber, NobodyNamed, BadPhone, NotCompared, KeyMissing,
        ChangeGone, and KeyTaken or ImportRefused for its key.
        """
        with self._attempt(person, Action.CONFIRM_CHANGE, self._party(change_id)) as deed:
            row, now = _at(deed.session, change_id, Stand.PROPOSED), self.clock()
            row.alone = confirms_alone(row.proposed_by, person, alone=self.keeping.alone)
            active = AddressBook(deed.session).contact(row.party)
            row.called = rung(call, active, row.phone)
            # At a first enrolment there may be no other number; whoever checks the log sees that it was so.
            deed.detail["only_in_the_change"] = int(active is None and row.called == row.phone)
            row.spoken_with = self.vault.lock(call.spoken_with.strip().encode(), place(row.id))
            row.confirmed_by, row.confirmed_at, row.stand = person.id, now, Stand.CONFIRMED
            deed.detail |= {"change": row.id, "alone": int(row.alone), "switchboard": int(call.switchboard)}
            if row.fingerprint:
                deed.detail["key"] = row.fingerprint
                self._pin(deed.session, row, call, person)
            self._after_confirmation(deed.session, row)
            return Shown(deed.session, self.vault).one(row)

    def refuse(self, change_id: str, person: Person, reason: str = "") -> None:
        """End a change that is wrong, or take one's own back; a key that was pinned with it stays. Raises ChangeGone.

        `reason` is the code of an `Ended`.
        """
        with self._attempt(person, Action.REFUSE_CHANGE, self._party(change_id)) as deed:
            row = _at(deed.session, change_id, *Stand)
            own = Ended.WITHDRAWN if row.proposed_by == person.id else Ended.REFUSED
            why = Ended(reason) if reason in set(Ended) else own
            end(deed.session, row, why, self.clock())
            outbox.cancel(deed.session, row.test_letter_id or "", self.clock())
            deed.detail |= {"change": row.id, "why": why.value}

    def test_again(self, change_id: str, person: Person) -> None:
        """Send another TEST to an address that has not answered. Raises ChangeGone."""
        with self._attempt(person, Action.SEND_TEST, self._party(change_id)) as deed:
            row = _at(deed.session, change_id, Stand.CONFIRMED)
            self._proving.test(deed.session, row, self.clock())
            deed.detail["change"] = row.id

    def prove_by_code(self, change_id: str, code: str, person: Person) -> Change:
        """Take the code of the TEST as a mail-client unit read it aloud. Raises CodeWrong, CodeSpent or ChangeGone."""
        now, party = self.clock(), self._party(change_id)
        with (
            self._refusals_noted(person, Action.PROVE_ADDRESS, party),
            admitted(self.sessions, person, Action.PROVE_ADDRESS, now, party) as session,
        ):
            row = _at(session, change_id, Stand.CONFIRMED)
            right = self._proving.is_right(row, code)
            outcome = DONE if right else CodeWrong.code
            noted(session, person, Action.PROVE_ADDRESS, now, party, outcome, {"change": row.id})
            if right:
                self._proved(session, row)
            change = Shown(session, self.vault).one(row)
        if not right:
            raise CodeWrong
        return change

    def listed(self, person: Person, party: str | None = None) -> tuple[Change, ...]:
        """List changes: the open ones first, then the past. Of one party, or of all."""
        with looking(self.sessions, person, Action.LIST_CONTACTS, self.clock()) as session:
            return Shown(session, self.vault).every(party)

    def tick(self) -> int:
        """Hear answers, let changes take effect on their day, send TESTs again; tell how much there was to do."""
        with self.sessions.reading() as session:
            waiting = select(ChangeRow.id).where(
                col(ChangeRow.ended_at).is_(None), col(ChangeRow.stand).in_((Stand.CONFIRMED, Stand.PROVED))
            )
            ids, news = session.exec(waiting).all(), unverified_since(session)
        if news:
            with self.sessions.session() as session:
                for party, at in unverified_since(session).items():
                    AddressBook(session).verified(party, at)
        return sum(self._tried(change_id) for change_id in ids)

    def _tried(self, change_id: str) -> int:
        """Go on with one change; whatever stops it keeps none behind it waiting."""
        try:
            return self._go_on(change_id)
        except Exception as error:  # noqa: BLE001 - the edge: it stays as it is, and is tried again
            log(Event.CHANGE_FAILED, change=change_id, error=error)
            return 0

    def _go_on(self, change_id: str) -> int:
        now = self.clock()
        with self.sessions.session() as session:
            row = session.get_one(ChangeRow, change_id)
            if row.stand == Stand.CONFIRMED and (at := answered(session, row)):
                row.answered_at, row.stand = at, Stand.PROVED
                noted_by_daemon(session, Action.TEST, now, row.party, "ANSWERED", {"change": row.id})
            if row.stand == Stand.PROVED and row.valid_from <= now:
                take_effect(session, row, now)
                return 1
            if row.stand == Stand.CONFIRMED and wants_another(session, row, now):
                self._proving.test(session, row, now)
                return 1
        return 0

    @property
    def _proving(self) -> Proving:
        return Proving(self.vault, self.post, self.unit)

    def judge(self, session: Session) -> Judge:
        """Give what proposals are held against."""
        return Judge(session, self.own.book(session), self.own.party, self.keeping.domains, self.clock())

    def _entered(self, session: Session, line: int, contact: Contact, person: Person) -> ChangeRow | None:
        try:
            return self._enter(session, Wanted(contact.party, contact), person)
        except NothingChanges:
            return None
        except ChangeOpen as refusal:
            raise BadContactLine(line, "code", refusal.code) from None
        except DirectoryError as refusal:
            raise BadContactLine(line, "email", refusal.code) from None

    def _enter(self, session: Session, wanted: Wanted, person: Person) -> ChangeRow:
        wanted, now = self.judge(session).wanted(wanted), self.clock()
        key = (wanted.fingerprint, wanted.certificate) if wanted.fingerprint and wanted.certificate else None
        row = new_row(wanted.party, wanted.contact, key, by=person.id, at=now)
        if standing := open_change(session, wanted.party):
            _complete(row, standing)
            end(session, standing, Ended.REPLACED, now)
        session.add(row)
        session.flush()
        return row

    def _pin(self, session: Session, row: ChangeRow, call: Call, person: Person) -> None:
        """Pin the key whose fingerprint was compared; ours was read aloud in the same call."""
        fingerprint, now = Fingerprint.parse(row.fingerprint or ""), self.clock()
        if call.compared is None:
            raise NotCompared
        if call.compared != fingerprint:
            raise WrongFingerprint
        certificate = row.certificate or b""
        self.keyring.import_public(certificate, expected=fingerprint, now=now)
        pin = PinnedKey(row.party, fingerprint, certificate, now, None, row.proposed_by, person.id)
        AddressBook(session).pin_instead(pin)
        own = self.own.book(session)
        own.known(row.party, own.current(now), now, person.id)
        arrivals.look_again(session)
        outbox.look_now(session, row.party, now)

    def _after_confirmation(self, session: Session, row: ChangeRow) -> None:
        """Let a new address be proved; what needs no proof takes effect on its day."""
        book = AddressBook(session)
        if needs_proof(session, row):
            if book.pinned(row.party) is None:
                raise KeyMissing
            self._proving.test(session, row, self.clock())
            return
        self._settle(session, row)
        contact = book.contact(row.party)
        if row.fingerprint and contact:
            self._proving.greet(session, contact)

    def _proved(self, session: Session, row: ChangeRow) -> None:
        row.answered_at = self.clock()
        self._settle(session, row)

    def _settle(self, session: Session, row: ChangeRow) -> None:
        row.stand = Stand.PROVED
        if contact_in(row) is None or row.valid_from <= self.clock():
            take_effect(session, row, self.clock())

    def _party(self, change_id: str) -> str:
        with self.sessions.reading() as session:
            row = session.get(ChangeRow, change_id)
            return row.party if row else ""

    @contextmanager
    def _attempt(self, person: Person, action: Action, party: str) -> Iterator[Deed]:
        """Open an act of which a refusal is noted too, whatever the reason."""
        with (
            self._refusals_noted(person, action, party),
            act(self.sessions, person, action, self.clock(), party) as deed,
        ):
            yield deed

    @contextmanager
    def _refusals_noted(self, person: Person, action: Action, party: str) -> Iterator[None]:
        try:
            yield
        except (ChangeRefused, DirectoryError, ImportRefused) as refusal:
            with self.sessions.session() as session:
                noted(session, person, action, self.clock(), party, outcome=refusal.code)
            raise


def _at(session: Session, change_id: str, *stands: Stand) -> ChangeRow:
    """Find an open change that has come so far. Raises ChangeGone."""
    row = session.get(ChangeRow, change_id, with_for_update=True)
    if row is None or row.ended_at is not None or row.stand not in stands:
        raise ChangeGone
    return row


def _complete(row: ChangeRow, standing: ChangeRow) -> None:
    """Add what stands to what the same person proposes beside it, into a proposal that takes its place.

    So nobody confirms what they have not seen. Raises ChangeOpen.
    """
    untouched = standing.stand == Stand.PROPOSED and standing.proposed_by == row.proposed_by
    apart = (row.email is None) != (standing.email is None) and (row.fingerprint is None) != (
        standing.fingerprint is None
    )
    if not untouched or not apart:
        raise ChangeOpen
    if standing.email:
        row.valid_from = standing.valid_from
    for name in ChangeRow.model_fields:
        if getattr(row, name) is None:
            setattr(row, name, getattr(standing, name))
