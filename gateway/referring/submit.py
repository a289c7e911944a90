"""Submit a referral: judged, numbered and queued in one transaction, or refused with nothing kept but a tally.

When the call returns, the letter is safe; sending it never makes anyone at the desk wait (B10). A "no" is safe too:
whoever says it is not written down anywhere, and what was written before is erased (C9).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, select

from directory.calendar import local_day
from directory.municipalities import Municipality
from gateway.access.act import Deed, act
from gateway.access.actions import Action
from gateway.consents.book import ConsentBook
from gateway.exchange.ports import Post
from gateway.referring.decline import Decline, count
from gateway.referring.disclosure import disclosure
from gateway.referring.dossier import Dossier, content_place
from gateway.referring.drafts import DraftGone, erase
from gateway.referring.judge import Judgement, judge
from gateway.referring.past import Past, cpr_index, phone_index, reference_index
from gateway.referring.refusals import Malformed, Refused, SaidNo
from gateway.referring.rows import NumberRow, ReferralRow
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.site.ports import Clock, Sessions
from gateway.wire.letters import Kind, Letter, new_id
from gateway.wire.referral import MalformedReferral, Referral
from gateway.wire.warnings import Notice

SKIPPED: Final = 100
"""Half a year's referrals (A1): far more than are ever sent between a backup and its restore."""


@dataclass(frozen=True)
class Submitted:
    """A referral that is queued."""

    referral_id: str
    number: str
    recipient: Municipality
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Submit:
    """Takes referrals in the shape `refer` accepts. `clock` is the rules' clock: it tells how old a consent is."""

    sessions: Sessions
    vault: Vault
    post: Post
    clock: Clock

    def __call__(
        self,
        raw: bytes | str | Mapping[str, Any],
        person: Person,
        draft_id: str | None = None,
        *,
        once: bool = False,
    ) -> Submitted:
        """Queue a referral in `person`'s name, and erase the draft it was written in.

        Raises Refused: then the draft stays as it is and nothing else about the citizen is stored; when the citizen
        has said no, the draft goes too (C9). Raises DraftGone when a colleague was quicker to send or drop it, MayNot
        and PersonGone. `raw` names in `anew_of` the referral it sends anew, if any (O7). `once`: the very same under
        the same reference is one referral, however often it is handed in; the first one's number is given each time.
        """
        try:
            with act(self.sessions, person, Action.SEND_REFERRAL, self.clock()) as deed:
                return self._submit(deed, _parsed(raw).submitted(self.clock()), person, draft_id, once=once)
        except SaidNo:
            Decline(self.sessions, self.clock)(person, draft_id)
            raise
        except Refused as refusal:
            with self.sessions.session() as session:
                count(session, refusal.reason, self.clock())
            raise

    def _submit(self, deed: Deed, referral: Referral, person: Person, draft_id: str | None, *, once: bool) -> Submitted:
        session, now = deed.session, self.clock()
        past = Past(session, self.vault)
        judgement = judge(referral, now=now, history=past)
        if once and (same := self._sent_already(session, referral)):
            deed.about, deed.detail["again"] = same.conversation_id, 1
            return Submitted(same.letter_id, same.number, judgement.recipient, judgement.notices)
        previous = past.row(referral.re_referral.previous_id) if referral.re_referral else None
        first = past.row(referral.anew_of) if referral.anew_of else None
        row = self._row(session, referral, judgement, person)
        session.add(_following(row, previous, first))
        consent = disclosure(referral, row.conversation_id, row.municipality, person.name, now)
        ConsentBook(session, self.vault).write(consent, person, now)
        self.post(session, _letter(row, referral, previous))
        deed.about = row.conversation_id
        if draft_id is not None:
            if not erase(session, draft_id):
                raise DraftGone
            deed.detail["draft"] = draft_id
        return Submitted(row.letter_id, row.number, judgement.recipient, judgement.notices)

    def _sent_already(self, session: Session, referral: Referral) -> ReferralRow | None:
        """Find the very same under the same reference: who hands it in once more has not heard our first answer."""
        if not referral.reference:
            return None
        index = reference_index(self.vault, referral.reference)
        rows = session.exec(select(ReferralRow).where(ReferralRow.reference_index == index))
        return next((row for row in rows if self._said(session, row) == _timeless(referral)), None)

    def _said(self, session: Session, row: ReferralRow) -> Referral | None:
        content = Dossier(session, self.vault, row).content
        return _timeless(content) if content else None

    def _row(self, session: Session, referral: Referral, judgement: Judgement, person: Person) -> ReferralRow:
        letter_id, submitted_at, number = new_id(), referral.submitted_at or self.clock(), judgement.citizen_number
        row = ReferralRow(
            letter_id=letter_id,
            conversation_id=new_id(),
            number=_next_number(session, local_day(submitted_at).year),
            municipality=judgement.recipient.code,
            submitted_at=submitted_at,
            person_id=person.id,
            citizen_id=new_id(),
            first_sent_at=submitted_at,
            cpr_index=cpr_index(self.vault, number.value) if number.names_one_person else None,
            phone_index=phone_index(self.vault, referral.citizen.phone),
            reference_index=reference_index(self.vault, referral.reference) if referral.reference else None,
            locked=b"",
        )
        row.locked = self.vault.lock(json.dumps(referral.as_json()).encode(), content_place(row))
        return row


def _parsed(raw: bytes | str | Mapping[str, Any]) -> Referral:
    try:
        return Referral.parse(raw)
    except MalformedReferral as error:
        raise Malformed(error) from None


def _timeless(referral: Referral) -> Referral:
    return referral.model_copy(update={"submitted_at": None})


def _next_number(session: Session, year: int) -> str:
    """Give the next number of the year; the write lock of the transaction keeps two from getting the same."""
    row = session.get(NumberRow, year, with_for_update=True) or NumberRow(year=year)
    row.last += 1
    session.add(row)
    return f"{year}-{row.last:04}"


def skip_numbers(session: Session, now: datetime) -> None:
    """Leave a gap in the numbers: those after the last one of a backup may have been given to citizens already."""
    year = local_day(now).year
    row = session.get(NumberRow, year, with_for_update=True) or NumberRow(year=year)
    row.last += SKIPPED
    session.add(row)


def _following(row: ReferralRow, previous: ReferralRow | None, first: ReferralRow | None) -> ReferralRow:
    """Link a referral to the one it follows or is sent anew of: a person has said it is the same citizen (G2)."""
    if first is not None:
        row.citizen_id, row.anew_of = first.citizen_id, first.letter_id
    if previous is not None:
        row.citizen_id, row.previous_id = previous.citizen_id, previous.letter_id
        row.first_sent_at, row.position = previous.first_sent_at, previous.position + 1
    return row


def _letter(row: ReferralRow, referral: Referral, previous: ReferralRow | None) -> Letter:
    """Write the letter; the same municipality is told what came before (F4), another one nothing of it."""
    told = previous is not None and previous.municipality == row.municipality and previous.cancelled_at is None
    sent = referral if told or previous is None else referral.model_copy(update={"re_referral": None})
    body: dict[str, Any] = {"referral": sent.as_json()}
    if previous is not None and told:
        body["previous"] = {
            "number": previous.number,
            "sent_at": previous.submitted_at.isoformat(),
            "first_sent_at": row.first_sent_at.isoformat(),
            "position": row.position,
        }
    return Letter(Kind.REFERRAL, row.conversation_id, row.municipality, row.number, body, row.letter_id)
