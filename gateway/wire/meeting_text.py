"""The letters about a joint meeting, in plain Danish."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.language import danish as _
from gateway.language import mark
from gateway.wire.letters import Kind
from gateway.wire.meeting import Attendance, Meeting, MeetingAnswer, MeetingCancelled, MeetingConsent, Party
from gateway.wire.text_lines import Lines, fact, moment, section

ATTENDANCES: Final[Mapping[Attendance, str]] = {
    Attendance.ACCEPTED: mark("We come to the meeting."),
    Attendance.DECLINED: mark("We cannot come to the meeting at that time."),
}
FORMS: Final[Mapping[str, str]] = {"spoken": mark("spoken"), "written": mark("written")}
"""The words of a consent's form in this software; any other stands as written."""


def _meeting(body: Mapping[str, Any]) -> Lines:
    said = Meeting.read(body)
    if said.sequence:
        yield _("The proposal of a joint meeting has been changed. This replaces what was proposed before.")
    else:
        yield _("A joint meeting with the citizen is proposed.")
    yield from section(_("The meeting"), _when_and_where(said))
    yield from section(_("Who takes part"), [_party(party) for party in said.parties])
    yield from section(_("The citizen's consent to the meeting"), _consent(said.consent))
    yield from section(_("What to do"), [_("Answer whether you come. If you cannot, suggest another time.")])


def _when_and_where(said: Meeting) -> list[str | None]:
    return [
        fact(_("Begins"), moment(said.starts_at)),
        fact(_("Ends"), moment(said.ends_at)),
        fact(_("Place"), said.place),
        fact(_("Convened by"), said.convened_by),
        fact(_("Unit"), said.unit),
        fact(_("Phone"), said.phone),
        fact(_("Proposed"), moment(said.proposed_at)),
        fact(_("Meeting id"), said.meeting_id),
    ]


def _party(party: Party) -> str | None:
    return fact(_("Participant"), ", ".join(filter(None, (party.role, party.name, party.contact))))


def _consent(consent: MeetingConsent) -> list[str | None]:
    return [
        fact(_("Covers"), ", ".join(consent.parties)),
        fact(_("Form"), _(FORMS.get(consent.form, consent.form)) if consent.form else None),
        fact(_("Obtained"), moment(consent.obtained_at)),
        fact(_("Obtained by"), consent.obtained_by),
    ]


def _answer(body: Mapping[str, Any]) -> Lines:
    said = MeetingAnswer.read(body)
    yield _(ATTENDANCES[said.attendance])
    facts = [
        fact(_("Remark"), said.remark),
        fact(_("Answered by"), said.answered_by),
        fact(_("Unit"), said.unit),
        fact(_("Time"), moment(said.answered_at)),
        fact(_("Meeting id"), said.meeting_id),
    ]
    yield from filter(None, facts)


def _cancelled(body: Mapping[str, Any]) -> Lines:
    said = MeetingCancelled.read(body)
    yield _("The joint meeting is called off. Please tell whoever you have invited yourselves.")
    facts = [
        fact(_("Remark"), said.remark),
        fact(_("Called off by"), said.cancelled_by),
        fact(_("Unit"), said.unit),
        fact(_("Time"), moment(said.cancelled_at)),
        fact(_("Meeting id"), said.meeting_id),
    ]
    yield from filter(None, facts)


WRITERS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], Lines]]] = {
    Kind.MEETING: _meeting,
    Kind.MEETING_ANSWER: _answer,
    Kind.MEETING_CANCELLED: _cancelled,
}
