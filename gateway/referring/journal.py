"""The note for Præhospitalet's own journal, ready to paste, and the same as facts for other systems (C2).

Always Danish. The journal is the citizen's own, so it names them; it is shown where it is asked for and kept nowhere.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from directory.calendar import local_day
from gateway.consents.model import Consent, Form, Purpose
from gateway.exchange.delivery import State
from gateway.language import danish as _
from gateway.language import mark
from gateway.referring.follow import ACKNOWLEDGED, CLOSED, NOT_OURS, WITHDRAWN
from gateway.referring.journal_entry import CANCELLED, SENT_ANEW, Entry, Event
from gateway.site.erasing import Erased
from gateway.terminal.plain import one_line, plain
from gateway.wire.referral import Referral
from gateway.wire.referral_text import agreement_reference
from gateway.wire.supplement import Supplement
from gateway.wire.text_lines import day, fact, indented, moment, section

SAID_YES: Final[Mapping[Purpose, str]] = {
    Purpose.DISCLOSURE: mark("The citizen has said yes, {form}, {when}."),
    Purpose.RENEWED_DISCLOSURE: mark("The citizen has been asked again and has said yes, {form}, {when}."),
}
FORMS: Final[Mapping[Form, str]] = {Form.SPOKEN: mark("spoken"), Form.WRITTEN: mark("in writing")}

HAPPENED: Final[Mapping[str, str]] = {
    State.SENT: mark("sent"),
    State.HANDED_OVER: mark("sent to the municipality's mail program"),
    State.RECEIVED: mark("received by the municipality's gateway"),
    ACKNOWLEDGED: mark("taken over by the municipality"),
    NOT_OURS: mark("the municipality has answered that the citizen is not its citizen"),
    SENT_ANEW: mark("sent anew to another municipality, with a new consent, as {number}"),
    CLOSED: mark("closed by the municipality"),
    WITHDRAWN: mark("the citizen has withdrawn the consent"),
    CANCELLED: mark("the citizen withdrew the consent; taken back before it was sent, so nothing was passed on"),
}

FACTS: Final[Mapping[str, Callable[[Referral], object]]] = {
    mark("Name"): lambda sent: sent.citizen.name,
    mark("CPR number"): lambda sent: sent.citizen.cpr,
    mark("Phone"): lambda sent: sent.citizen.phone,
    mark("Address"): lambda sent: sent.citizen.address,
    mark("How the citizen wants to be contacted"): lambda sent: sent.citizen.how_to_reach,
    mark("Interpreter"): lambda sent: sent.citizen.interpreter,
    mark("Known already by"): lambda sent: sent.known_by,
    mark("Called from"): lambda sent: sent.called_from,
    mark("Seen on the scene by"): lambda sent: sent.seen_by,
    mark("Calls today"): lambda sent: sent.calls_today,
    mark("Calls in the last 30 days"): lambda sent: sent.calls_last_30_days,
    mark("Please be aware (staff safety)"): lambda sent: sent.citizen.safety_note,
    mark("The sender's remark on urgency"): lambda sent: sent.urgency_remark,
    mark("Problems"): lambda sent: ", ".join(sent.problem_types),
}
"""What was passed on, on a line each; the prose stands below."""

ADDED: Final[Mapping[str, Callable[[Supplement], object]]] = {
    mark("Name"): lambda added: added.name,
    mark("CPR number"): lambda added: added.cpr,
    mark("Phone"): lambda added: added.phone,
    mark("Address"): lambda added: added.address,
    mark("How the citizen wants to be contacted"): lambda added: added.how_to_reach,
    mark("Interpreter"): lambda added: added.interpreter,
    mark("Please be aware (staff safety)"): lambda added: added.safety_note,
    mark("Calls today"): lambda added: added.calls_today,
    mark("Calls in the last 30 days"): lambda added: added.calls_last_30_days,
}


def note(entry: Entry) -> str:
    """Write the note; what anybody typed is made harmless, for it goes to a screen and to the clipboard."""
    lines = [
        _("Referral {number} to {municipality}").format(number=entry.number, municipality=entry.municipality),
        agreement_reference(),
        *(line for consent in entry.consents for line in section(_("Consent"), _consent(consent, entry.sent))),
        *section(_("Recipient"), _recipient(entry)),
        *section(_("What the referral says"), _told(entry)),
        *(line for added in entry.supplements for line in section(_added_when(added), _added(added))),
        *section(_("What has happened since"), _since(entry)),
    ]
    return plain("\n".join(lines))


def facts(entry: Entry) -> dict[str, Any]:
    """Give the same as JSON values; times are in UTC."""
    contact = entry.contact
    return {
        "number": entry.number,
        "referral_id": entry.referral_id,
        "agreement": agreement_reference(),
        "submitted_at": entry.submitted_at.isoformat(),
        "written_by": entry.written_by,
        "recipient": entry.municipality,
        "unit": contact.unit_name if contact else None,
        "phone": contact.phone if contact else None,
        "consents": [_consent_facts(consent) for consent in entry.consents],
        "sent": entry.sent.as_json() if entry.sent else None,
        "erased_at": entry.erased.at.isoformat() if entry.erased else None,
        "supplements": [added.written() for added in entry.supplements],
        "acknowledged_by": entry.acknowledgement.acknowledged_by if entry.acknowledgement else None,
        "contact_by": _promised(entry),
        "events": [{"state": event.code, "at": event.at.isoformat()} for event in entry.events],
    }


def _promised(entry: Entry) -> str | None:
    by = entry.acknowledgement.contact_by if entry.acknowledgement else None
    return by.isoformat() if by else None


def _consent(consent: Consent, sent: Referral | None) -> Iterator[str | None]:
    said = _(SAID_YES[consent.purpose])
    yield said.format(form=_(FORMS[consent.form]), when=moment(consent.obtained_at))
    yield fact(_("Given by"), consent.given_by)
    yield fact(_("Obtained by"), consent.taken_by)
    yield fact(_("Not in writing because"), consent.writing_waived_because)
    yield fact(_("Consented to"), consent.scope)
    yield fact(_("Information given"), consent.information_given)
    yield fact(_("Remark on the consent"), sent.consent.remark if sent else None)
    yield fact(_("Holds at the latest until"), day(local_day(consent.expires_at)))
    yield fact(_("Journal reference"), consent.journal_ref)


def _consent_facts(consent: Consent) -> dict[str, Any]:
    return {
        "purpose": consent.purpose.value,
        "form": consent.form.value,
        "given_by": consent.given_by,
        "obtained_by": consent.taken_by,
        "obtained_at": consent.obtained_at.isoformat(),
        "expires_at": consent.expires_at.isoformat(),
        "writing_waived_because": consent.writing_waived_because or None,
        "scope": consent.scope,
        "information_given": consent.information_given,
        "municipality": consent.municipality,
        "journal_ref": consent.journal_ref or None,
    }


def _recipient(entry: Entry) -> Iterator[str | None]:
    yield entry.municipality
    if entry.contact:
        yield _("{unit}, phone {phone}").format(unit=one_line(entry.contact.unit_name), phone=entry.contact.phone)
    yield fact(_("Written"), moment(entry.submitted_at))
    yield fact(_("Written by"), entry.written_by)


def _told(entry: Entry) -> Iterator[str | None]:
    if entry.sent is None:
        gone = entry.erased
        yield _erased(gone) if gone else _("Nothing: it was taken back before it was sent.")
        return
    yield from (fact(_(label), value(entry.sent)) for label, value in FACTS.items())
    yield fact(_("Screening"), _screening(entry.sent))
    yield indented(entry.sent.text)


def _erased(gone: Erased) -> str:
    return _("The content was erased {date}; it was kept for {days} days.").format(
        date=day(local_day(gone.at)), days=gone.days
    )


def _screening(sent: Referral) -> str:
    if sent.screening.suicidal_thoughts:
        return _("no acute somatic problem; has suicidal thoughts and can distance themselves from them")
    return _("no acute somatic problem; no suicidal thoughts")


def _added_when(added: Supplement) -> str:
    heading = _("Corrected {when} by {person}") if added.correction else _("Added {when} by {person}")
    return heading.format(when=moment(added.written_at), person=one_line(added.written_by))


def _added(added: Supplement) -> Iterator[str | None]:
    yield from (fact(_(label), value(added)) for label, value in ADDED.items())
    yield indented(added.text)


def _since(entry: Entry) -> Iterator[str]:
    if not entry.erased and not {event.code for event in entry.events} & {State.SENT, State.HANDED_OVER, CANCELLED}:
        yield _("Not sent yet: it waits in the queue.")
    yield from (_happened(event, entry) for event in entry.events)


def _happened(event: Event, entry: Entry) -> str:
    said = _(HAPPENED[event.code]).format(number=event.number)
    taken = entry.acknowledgement
    if event.code == ACKNOWLEDGED and taken:
        by = _("{person}, {unit}, phone {phone}").format(
            person=one_line(taken.acknowledged_by), unit=one_line(taken.unit), phone=one_line(taken.phone)
        )
        said = f"{said}: {by}"
        if taken.contact_by:
            said += "; " + _("expects to contact the citizen by {date}").format(date=day(taken.contact_by))
    return f"{moment(event.at)}: {said}"
