"""A case as a MedCom message: the referral as Præhospitalet wrote it, and what it has added since (E11).

It holds nothing of what was done here. What a withdrawn consent, an acute situation or a missing CPR number stops is
stopped here, before anything is written.
"""

from datetime import datetime
from typing import Any

from directory.calendar import local_day
from directory.model import Contact
from gateway.language import danish as _
from gateway.medcom.errors import AcuteByPhone, ContentErased
from gateway.medcom.message import Lack, Message, Party, message
from gateway.wire.letters import Kind, Letter
from inbox_tui.casework.actions import still_consented
from inbox_tui.casework.case import Case


def told(case: Case, sender: Contact | None, receiver: Party, now: datetime) -> Message:
    """Read the message out of a case. `now` is the rules' time; `sender` is the region, as the address book knows it.

    Raises ConsentWithdrawn (O10), ContentErased, AcuteByPhone, CprNeeded or CprUnusable.
    """
    if case.erased:
        raise ContentErased
    still_consented(case, "export")
    if case.assessment and case.assessment.acute:
        raise AcuteByPhone
    region = Party.of(sender) if sender else Party(_("Præhospitalet"), case.region_phone)
    later = sorted(case.supplements, key=lambda one: one.supplement.written_at)
    letters = (_letter(case), *(_supplement(case, one.letter_id, one.supplement.written()) for one in later))
    return message(letters, region, receiver, case.seal.signed_at, local_day(now))


def lacks(case: Case, said: Message) -> tuple[Lack, ...]:
    """Tell what must be seen to before it may be sent."""
    return said.lacks if case.assessment else (*said.lacks, Lack.NOT_ASSESSED)


def _letter(case: Case) -> Letter:
    """Write the referral's letter again as it came."""
    previous = {"previous": case.previous.written()} if case.previous else {}
    body = {"referral": case.referral.as_json(), **previous}
    return Letter(Kind.REFERRAL, case.id, "", case.number, body, case.letter_id)


def _supplement(case: Case, letter_id: str, body: dict[str, Any]) -> Letter:
    return Letter(Kind.SUPPLEMENT, case.id, "", case.number, body, letter_id)
