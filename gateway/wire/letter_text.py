"""The letter in plain Danish, as it stands inside the seal beside the payload.

Complete, so that a person with nothing but an OpenPGP mail client can act on it. Always Danish. What to do first comes
first: how the citizen wants to be contacted, then what to be careful about, then what happened.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from directory.calendar import COPENHAGEN
from gateway.language import danish as _
from gateway.language import mark
from gateway.wire.letters import HEADINGS, Kind, Letter
from gateway.wire.referral import Citizen, MalformedReferral, Origin, Referral, ReReferralKind
from gateway.wire.warnings import Notice, notices

NOTICES: Final[Mapping[Notice, str]] = {
    Notice.CPR_MISSING: mark("The CPR number is not known yet. It may follow in a later letter."),
    Notice.REPLACEMENT_CPR: mark("The number is a replacement for a CPR number."),
    Notice.NO_FIXED_ADDRESS: mark("The citizen has no fixed address."),
    Notice.ADDRESS_MISSING: mark("No address has been given."),
    Notice.PROTECTED_ADDRESS: mark("Name and address are protected."),
    Notice.INTERPRETER_NEEDED: mark("The citizen needs an interpreter."),
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

Lines = Iterable[str]


def letter_text(letter: Letter) -> str:
    """Write any letter in plain Danish; a body that does not parse gives the heading alone."""
    heading = f"{_(HEADINGS[letter.kind])} {letter.number}".strip()
    try:
        lines = list(_WRITERS[letter.kind](letter.body))
    except (MalformedReferral, KeyError, ValueError, TypeError):
        lines = []
    return "\n".join([heading, "=" * len(heading), "", *lines, ""])


def moment(value: datetime) -> str:
    """Write a moment as Danes do: 22-11-2026 kl. 8.14."""
    local = value.astimezone(COPENHAGEN)
    return local.strftime("%d-%m-%Y kl. ") + f"{local.hour}.{local.minute:02}"


def _referral(body: Mapping[str, Any]) -> Lines:
    referral = Referral.parse(body["referral"])
    yield _("Præhospitalet passes on, with the citizen's consent, a request for help with social problems.")
    yield from _re_referral(referral, body.get("previous"))
    yield from _section(
        _("How the citizen wants to be contacted"), [_on_one_line(referral.citizen.how_to_reach or _("Not stated"))]
    )
    yield from _section(_("Please be aware (staff safety)"), [_on_one_line(referral.citizen.safety_note or "")])
    yield from _section(_("The sender's remark on urgency"), _urgency(referral))
    yield from _section(
        _("What it is about"), [_fact(_("Problems"), ", ".join(referral.problem_types)), _indented(referral.text)]
    )
    yield from _section(_("The citizen"), _citizen(referral.citizen))
    yield from _section(_("Worth knowing"), [_(NOTICES[seen]) for seen in notices(referral) if seen in NOTICES])
    yield from _section(_("The call"), _call(referral))
    yield from _section(_("Consent"), _consent(referral))
    yield from _section(_("What to do"), [_to_do()])


def _re_referral(referral: Referral, previous: Mapping[str, Any] | None) -> Lines:
    again = referral.re_referral
    if again is None:
        return ()
    earlier = _fact(_("Earlier referral"), _earlier(previous)) if previous else None
    return _section(
        _("The citizen has been referred before"),
        [_(KINDS_OF_RE_REFERRAL[again.kind]), _indented(again.reason or ""), earlier],
    )


def _earlier(previous: Mapping[str, Any]) -> str:
    sent, first = (datetime.fromisoformat(previous[name]) for name in ("sent_at", "first_sent_at"))
    began = _("(first {date})").format(date=moment(first)) if first != sent else ""
    return f"{previous['number']}, {moment(sent)} {began}".strip()


def _urgency(referral: Referral) -> list[str | None]:
    if not referral.urgency_remark:
        return []
    return [_indented(referral.urgency_remark), _("The municipality decides how urgent it is.")]


def _citizen(citizen: Citizen) -> list[str | None]:
    return [
        _fact(_("Name"), citizen.name),
        _fact(_("CPR number"), citizen.cpr),
        _fact(_("Approximate age"), citizen.approx_age),
        _fact(_("Phone"), citizen.phone),
        _fact(_("Address"), citizen.address),
        _fact(_("Residence"), (citizen.residence or "").replace("_", " ")),
        _fact(_("Home municipality"), citizen.home_municipality_text),
        _fact(_("Interpreter"), citizen.interpreter),
    ]


def _call(referral: Referral) -> list[str | None]:
    sender = referral.sender
    return [
        _fact(_("How it came up"), _(ORIGINS[referral.origin])),
        _fact(_("Who called"), referral.caller),
        _fact(_("Written"), moment(referral.submitted_at) if referral.submitted_at else None),
        _fact(_("Calls today"), referral.calls_today),
        _fact(_("Calls in the last 30 days"), referral.calls_last_30_days),
        _fact(_("Screening"), _screening(referral)),
        _fact(_("Sender"), ", ".join(part for part in (sender.name, sender.role, sender.unit) if part)),
        _fact(_("Sender's phone"), sender.phone),
        _fact(_("Sender's reference"), referral.reference),
    ]


def _screening(referral: Referral) -> str:
    if referral.screening.suicidal_thoughts:
        return _("no acute somatic problem; has suicidal thoughts and can distance themselves from them")
    return _("no acute somatic problem; no suicidal thoughts")


def _consent(referral: Referral) -> list[str | None]:
    consent = referral.consent
    return [
        _indented(consent.scope or ""),
        _indented(consent.information_given or ""),
        _fact(_("Given by"), consent.given_by),
        _fact(_("Form"), consent.form),
        _fact(_("Obtained"), moment(consent.obtained_at) if consent.obtained_at else None),
        _fact(_("Obtained by"), consent.obtained_by),
        _fact(_("Journal reference"), consent.journal_ref),
    ]


def _to_do() -> str:
    return _(
        "Assess whether it is urgent and contact the citizen, preferably within 5 working days. "
        "Acknowledge the referral, so that Præhospitalet knows that you have taken over."
    )


def _receipt(body: Mapping[str, Any]) -> Lines:
    good = body["verdict"] == "ok"
    yield _("Your letter has been received and opened.") if good else _("Your letter could not be taken.")
    if body.get("reason"):
        yield _fact(_("Reason"), body["reason"]) or ""
    yield _("This receipt was made by a machine and needs no answer.")


def _acknowledgement(body: Mapping[str, Any]) -> Lines:
    yield _("The referral has been taken over by a person.")
    yield _fact(_("Acknowledged by"), body["acknowledged_by"]) or ""
    yield _fact(_("Unit"), body["unit"]) or ""
    yield _fact(_("Phone"), body["phone"]) or ""
    yield _fact(_("Time"), moment(datetime.fromisoformat(body["acknowledged_at"]))) or ""


def _section(title: str, lines: Iterable[str | None]) -> Lines:
    written = [line for line in lines if line]
    return ["", title, "-" * len(title), *written] if written else []


def _fact(label: str, value: object) -> str | None:
    return f"{label}: {_on_one_line(value)}" if value not in (None, "") else None


def _on_one_line(value: object) -> str:
    """Keep a fact from looking like several."""
    return " ".join(str(value).split())


def _indented(text: str) -> str:
    """Set prose in, so that no line of it can pass for one of ours."""
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


_WRITERS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], Lines]]] = {
    Kind.REFERRAL: _referral,
    Kind.RECEIPT: _receipt,
    Kind.ACKNOWLEDGEMENT: _acknowledgement,
}
