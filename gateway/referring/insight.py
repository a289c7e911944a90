"""All that the region holds about one citizen who asks for it, found by CPR or phone (O21, S32).

A phone may be shared, so what is found by it alone is for a person to look through before it is handed over.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from directory import municipalities
from directory.calendar import local_day
from directory.model import Contact
from gateway.access.actions import Action
from gateway.audit.read import entries
from gateway.insight.answer import LOG, Insight, Writer, log_of, without_staff
from gateway.insight.words import Words
from gateway.language import mark
from gateway.meetings.insight import consents_of, letters_of, meetings_of, received_of
from gateway.referring.dossier import Dossier
from gateway.referring.drafts import Draft, read_all
from gateway.referring.past import cpr_index_of, phone_index, with_phone
from gateway.referring.promise import Call
from gateway.referring.reply_book import Reply
from gateway.referring.rows import ReferralRow, ReminderRow
from gateway.referring.words import OUTCOMES, STATES, STEPS
from gateway.site.cipher import Vault
from gateway.site.people import People

LABELS: Final[Mapping[str, str]] = {
    "calls": mark("Call to the municipality"),
    "answers": mark("Answer from the municipality's mail program"),
    "outcome": mark("How it went"),
    "reminders": mark("Reminder"),
    "fired_at": mark("Time"),
    "step": mark("What"),
    "drafts": mark("Being written"),
    "draft_id": mark("Id"),
    "started_at": mark("Begun"),
    "saved_at": mark("Last saved"),
    "first_sent_at": mark("First referred"),
}
WORDS: Final[Words] = {"state": STATES, "outcome": OUTCOMES, "step": STEPS}
SCREENS_OWN: Final = "desk"
"""Where a draft keeps which questions the screen has asked."""


@dataclass(frozen=True)
class Gather:
    """Gathers it in one session. `own` is whom the citizen may ask."""

    session: Session
    vault: Vault
    own: Contact

    def __call__(self, typed: str, now: datetime, *, with_staff: bool) -> Insight:
        """Find what is held under a CPR or a phone number, and write it; under anything else nothing is found.

        `now` is the rules' time. Staff are named only where `with_staff` says so.
        """
        today = local_day(now)
        cpr, phone = cpr_index_of(self.vault, typed, today), phone_index(self.vault, typed)
        rows = self._rows(cpr, phone)
        drafts = [draft for draft in read_all(self.session, self.vault) if self._about(draft, cpr, phone, rows, today)]
        abouts = (*(row.conversation_id for row in rows), *(draft.id for draft in drafts))
        held: dict[str, Any] = {
            "referrals": [self._referral(row, self._found_by(row, cpr, phone)) for row in rows],
            "drafts": [_draft(draft) for draft in drafts],
            LOG: log_of(self.session, self.vault, {*abouts, *self._sent_drafts(abouts)}, with_staff=with_staff),
        }
        facts = held if with_staff else without_staff(held)
        text = Writer(self.own.unit_name, self.own.phone, LABELS, WORDS)(facts, now)
        return Insight("cpr" if cpr else "phone", abouts, facts, text)

    def _rows(self, cpr: str | None, phone: str | None) -> list[ReferralRow]:
        """Find the referrals, and those that a person has said are about the same citizen; oldest first."""
        if cpr is None and phone is None:
            return []
        same = col(ReferralRow.cpr_index) == cpr if cpr else with_phone(phone or "")
        linked = col(ReferralRow.citizen_id).in_(select(ReferralRow.citizen_id).where(same))
        return list(self.session.exec(select(ReferralRow).where(linked).order_by(col(ReferralRow.submitted_at))))

    def _found_by(self, row: ReferralRow, cpr: str | None, phone: str | None) -> str:
        if cpr:
            return "cpr" if row.cpr_index == cpr else "linked"
        found = select(ReferralRow.letter_id).where(with_phone(phone or ""), ReferralRow.letter_id == row.letter_id)
        return "phone" if self.session.exec(found).first() else "linked"

    def _about(
        self, draft: Draft, cpr: str | None, phone: str | None, rows: Collection[ReferralRow], today: date
    ) -> bool:
        """Tell whether a draft names the citizen, or goes on from one of these referrals."""
        content = draft.content
        citizen, again = (
            said if isinstance(said, Mapping) else {} for said in map(content.get, ("citizen", "re_referral"))
        )
        names = {cpr_index_of(self.vault, citizen.get("cpr"), today), phone_index(self.vault, citizen.get("phone"))}
        follows = {again.get("previous_id"), content.get("anew_of")}
        return bool(names & {cpr, phone} - {None} or follows & {row.letter_id for row in rows})

    def _sent_drafts(self, conversations: Collection[str]) -> Iterator[str]:
        """Tell which drafts these referrals were written in: the trail names them where it tells of the sending."""
        for entry in entries(self.session, about=conversations, action=Action.SEND_REFERRAL) if conversations else ():
            if draft := json.loads(entry.detail).get("draft"):
                yield draft

    def _referral(self, row: ReferralRow, found_by: str) -> dict[str, Any]:
        dossier, place = Dossier(self.session, self.vault, row), municipalities.by_code(row.municipality)
        author = People(self.session, self.vault).with_id(row.person_id)
        acknowledgement, answer = dossier.acknowledgement(), dossier.answer()
        return {
            "number": row.number,
            "referral_id": row.letter_id,
            "found_by": found_by,
            "municipality": place.official_name if place else row.municipality,
            "submitted_at": row.submitted_at.isoformat(),
            "first_sent_at": row.first_sent_at.isoformat(),
            "written_by": author.name if author else None,
            "content": dossier.content.as_json() if dossier.content else None,
            "supplements": [added.written() for added in dossier.supplements()],
            "consents": consents_of(self.session, self.vault, row.conversation_id),
            "consent_withdrawn_at": _written(row.withdrawn_at),
            "letters": letters_of(self.session, row.conversation_id),
            "received": received_of(self.session, row.conversation_id),
            "acknowledgement": acknowledgement.written() if acknowledgement else None,
            "not_ours": answer.written() if answer else None,
            "closed_at": _written(row.closed_at),
            "answers": [_answer(reply) for reply in dossier.replies()],
            "calls": [_call(call) for call in dossier.calls()],
            "reminders": [{"step": one.step, "fired_at": _written(one.fired_at)} for one in self._reminders(row)],
            "meetings": meetings_of(self.session, self.vault, row.conversation_id),
        }

    def _reminders(self, row: ReferralRow) -> Iterable[ReminderRow]:
        fired = select(ReminderRow).where(ReminderRow.referral_id == row.letter_id)
        return self.session.exec(fired.order_by(col(ReminderRow.fired_at))).all()


def _call(call: Call) -> dict[str, Any]:
    return {
        "at": _written(call.called_at),
        "outcome": call.outcome.value,
        "remark": call.remark,
        "written_by": call.person,
    }


def _answer(reply: Reply) -> dict[str, Any]:
    return {"at": _written(reply.received_at), "text": reply.text, "written_by": reply.by}


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "draft_id": draft.id,
        "started_at": _written(draft.started_at),
        "saved_at": _written(draft.saved_at),
        "written_by": draft.author,
        "content": {name: said for name, said in draft.content.items() if name != SCREENS_OWN},
    }


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
