"""A referral in plain Danish: how the citizen wants to be contacted, what to be careful about, then what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from directory import agreement
from gateway.language import danish as _
from gateway.language import mark
from gateway.wire.referral import Origin, Referral, ReReferralKind
from gateway.wire.text_lines import Lines, day, fact, indented, moment, on_one_line, section
from gateway.wire.warnings import Notice, notices

NOTICES: Final[Mapping[Notice, str]] = {
    Notice.CPR_MISSING: mark("The CPR number is not known yet. It may follow in a later letter."),
    Notice.REPLACEMENT_CPR: mark("The number is a replacement for a CPR number."),
    Notice.NO_FIXED_ADDRESS: mark("The citizen has no fixed address."),
    Notice.ADDRESS_MISSING: mark("No address has been given."),
    Notice.PROTECTED_ADDRESS: mark("Name and address are protected."),
    Notice.INTERPRETER_NEEDED: mark("The citizen needs an interpreter."),
    Notice.INTOXICATED: mark("The citizen seemed under the influence during the conversation."),
    Notice.CHILD_CONCERN_SEPARATE_CHANNEL: mark(
        "There are children in the home. A statutory notification is a duty of its own and is not part of this letter."
    ),
}

ORIGINS: Final[Mapping[Origin, str]] = {
    Origin.AMK_CALL: mark("1-1-2 call to the emergency medical coordination centre"),
    Origin.AMBULANCE_ON_SCENE: mark("found by the ambulance crew on the scene"),
}

KINDS_OF_RE_REFERRAL: Final[Mapping[ReReferralKind, str]] = {
    ReReferralKind.ONGOING: mark("the citizen goes on calling 1-1-2"),
    ReReferralKind.RELAPSE: mark("the citizen had stopped and has begun calling 1-1-2 again"),
}


def referral_lines(body: Mapping[str, Any]) -> Lines:
    """Write a referral out in full; raises MalformedReferral, or whatever a body of another shape leads to."""
    yield from told_lines(body)
    yield from section(_("What to do"), [_to_do(), by_mail()])


def told_lines(body: Mapping[str, Any]) -> Lines:
    """Write out all that a referral tells, but not what to do about it; raises as `referral_lines` does."""
    referral = Referral.parse(body["referral"])
    yield _("Præhospitalet passes on, with the citizen's consent, a request for help with social problems.")
    yield from _re_referral(referral, body.get("previous"))
    yield from section(
        _("How the citizen wants to be contacted"), [on_one_line(referral.citizen.how_to_reach or _("Not stated"))]
    )
    yield from section(_("Please be aware (staff safety)"), [on_one_line(referral.citizen.safety_note or "")])
    yield from section(_("The sender's remark on urgency"), _urgency(referral))
    yield from section(
        _("What it is about"), [fact(_("Problems"), ", ".join(referral.problem_types)), indented(referral.text)]
    )
    yield from section(_("The citizen"), _citizen(referral))
    yield from section(_("Worth knowing"), [_(NOTICES[seen]) for seen in notices(referral) if seen in NOTICES])
    yield from section(_("The call"), _call(referral))
    yield from section(_("Consent"), _consent(referral))


def _re_referral(referral: Referral, previous: Mapping[str, Any] | None) -> Lines:
    again = referral.re_referral
    if again is None:
        return ()
    earlier = fact(_("Earlier referral"), _earlier(previous)) if previous else None
    return section(
        _("The citizen has been referred before"),
        [_(KINDS_OF_RE_REFERRAL[again.kind]), indented(again.reason or ""), earlier],
    )


def _earlier(previous: Mapping[str, Any]) -> str:
    sent, first = (datetime.fromisoformat(previous[name]) for name in ("sent_at", "first_sent_at"))
    began = _("(first {date})").format(date=moment(first)) if first != sent else ""
    return f"{previous['number']}, {moment(sent)} {began}".strip()


def _urgency(referral: Referral) -> list[str | None]:
    if not referral.urgency_remark:
        return []
    return [indented(referral.urgency_remark), _("The municipality decides how urgent it is.")]


def _citizen(referral: Referral) -> list[str | None]:
    citizen = referral.citizen
    return [
        fact(_("Name"), citizen.name),
        fact(_("CPR number"), citizen.cpr),
        fact(_("Approximate age"), citizen.approx_age),
        fact(_("Phone"), citizen.phone),
        fact(_("Address"), citizen.address),
        fact(_("Residence"), (citizen.residence or "").replace("_", " ")),
        fact(_("Home municipality"), citizen.home_municipality_text),
        fact(_("Interpreter"), citizen.interpreter),
        fact(_("Known already by"), referral.known_by),
    ]


def _call(referral: Referral) -> list[str | None]:
    sender = referral.sender
    return [
        fact(_("How it came up"), _(ORIGINS[referral.origin])),
        fact(_("Seen on the scene by"), referral.seen_by),
        fact(_("Who called"), referral.caller),
        fact(_("Called from"), _elsewhere(referral)),
        fact(_("Written"), moment(referral.submitted_at) if referral.submitted_at else None),
        fact(_("Calls today"), referral.calls_today),
        fact(_("Calls in the last 30 days"), referral.calls_last_30_days),
        fact(_("Screening"), _screening(referral)),
        fact(_("Sender"), ", ".join(part for part in (sender.name, sender.role, sender.unit) if part)),
        fact(_("Sender's phone"), sender.phone),
        fact(_("Sender's reference"), referral.reference),
    ]


def _elsewhere(referral: Referral) -> str | None:
    """Tell where the call came from, when that is not the citizen's address (B2)."""
    here, home = (on_one_line(place or "").casefold() for place in (referral.called_from, referral.citizen.address))
    return referral.called_from if here != home else None


def _screening(referral: Referral) -> str:
    if referral.screening.suicidal_thoughts:
        return _("no acute somatic problem; has suicidal thoughts and can distance themselves from them")
    return _("no acute somatic problem; no suicidal thoughts")


def _consent(referral: Referral) -> list[str | None]:
    consent = referral.consent
    return [
        indented(consent.scope or ""),
        indented(consent.information_given or ""),
        fact(_("Given by"), consent.given_by),
        fact(_("Form"), consent.form),
        fact(_("Not in writing because"), consent.writing_waived_because),
        fact(_("Obtained"), moment(consent.obtained_at) if consent.obtained_at else None),
        fact(_("Obtained by"), consent.obtained_by),
        fact(_("Remark on the consent"), consent.remark),
        fact(_("Journal reference"), consent.journal_ref),
        fact(_("Agreement"), agreement_reference()),
    ]


def agreement_reference() -> str:
    """Name the agreement with the day it took effect, as consents, records and exports do (A3)."""
    return _("{title}, in force from {date}").format(title=agreement.TITLE, date=day(agreement.IN_FORCE))


def _to_do() -> str:
    return _(
        "Assess whether it is urgent and contact the citizen, preferably within 5 working days. "
        "Acknowledge the referral, so that Præhospitalet knows that you have taken over."
    )


def by_mail() -> str:
    """Tell who reads our letters in a mail program how to answer them; what they write counts, and is read."""
    return _(
        "If you read this in a mail program: acknowledge by answering this mail with your program's reply, signed and "
        "encrypted. Keep the referral's number in it. A person at Præhospitalet reads what you write. If the citizen "
        "is not yours, please ring."
    )
