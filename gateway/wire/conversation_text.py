"""The letters that follow a referral, in plain Danish: what was added, who has taken it, reminders and endings."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.language import danish as _
from gateway.language import mark
from gateway.wire.answers import Acknowledgement, Closed, Elsewhere, NotOurs, Reminder, Withdrawal
from gateway.wire.letters import Kind
from gateway.wire.referral_text import by_mail
from gateway.wire.supplement import Supplement
from gateway.wire.text_lines import Lines, day, fact, indented, moment, on_one_line, section

WHY: Final[Mapping[Elsewhere, str]] = {
    Elsewhere.MOVED: mark("the citizen has moved away"),
    Elsewhere.NEVER_HERE: mark("the citizen neither lives nor usually stays in the municipality"),
    Elsewhere.NOT_FOUND: mark("nobody here can tell who is meant"),
    Elsewhere.OTHER: mark("another reason"),
}


def _acknowledgement(body: Mapping[str, Any]) -> Lines:
    said = Acknowledgement.read(body)
    yield _("The referral has been taken over by a person.")
    yield from _facts(
        (_("Acknowledged by"), said.acknowledged_by),
        (_("Unit"), said.unit),
        (_("Phone"), said.phone),
        (_("Time"), moment(said.acknowledged_at)),
        (_("Expects to contact the citizen by"), day(said.contact_by) if said.contact_by else None),
    )


def _reminder(body: Mapping[str, Any]) -> Lines:
    said = Reminder.read(body)
    yield _("Præhospitalet has not heard that anybody has taken over the referral with this number.")
    yield from _facts(
        (_("Referred"), moment(said.referred_at)),
        (_("Reminded"), moment(said.reminded_at)),
        (_("Unit"), said.unit),
        (_("Phone"), said.phone),
    )
    yield from section(
        _("What to do"),
        [
            _("Find the referral and acknowledge it, so that Præhospitalet knows that you have taken over."),
            _("If you do not have it, please ring the number above. No answer means that Præhospitalet rings you."),
            by_mail(),
        ],
    )


def _not_ours(body: Mapping[str, Any]) -> Lines:
    said = NotOurs.read(body)
    yield _("The municipality answers that the citizen is not its citizen.")
    yield from _facts(
        (_("Reason"), _(WHY[said.why])),
        (_("Remark"), said.remark),
        (_("Answered by"), said.answered_by),
        (_("Unit"), said.unit),
        (_("Phone"), said.phone),
        (_("Time"), moment(said.answered_at)),
    )
    yield from section(
        _("What to do"),
        [_("Ask the citizen where they live, obtain a new consent, and send the referral to that municipality.")],
    )


def _withdrawal(body: Mapping[str, Any]) -> Lines:
    said = Withdrawal.read(body)
    yield _("The citizen has withdrawn the consent to this referral.")
    yield from _facts(
        (_("Time"), moment(said.withdrawn_at)),
        (_("Told to"), said.taken_by),
        (_("Unit"), said.unit),
        (_("Phone"), said.phone),
    )
    yield from section(
        _("What to do"),
        [
            _("From now on, do not use or pass on what rests on the consent. Keep what the law requires you to keep."),
            _("Where another law is your basis, you decide yourselves whether you go on."),
        ],
    )


def _closed(body: Mapping[str, Any]) -> Lines:
    said = Closed.read(body)
    yield _("The municipality has closed the referral with this number. Nothing is told of what came of it.")
    yield from _facts((_("Time"), moment(said.closed_at)), (_("Unit"), said.unit), (_("Phone"), said.phone))


def _supplement(body: Mapping[str, Any]) -> Lines:
    return supplement_lines(Supplement.read(body))


def supplement_lines(said: Supplement) -> Lines:
    """Write out what a supplement adds or corrects."""
    if said.correction:
        yield _("Præhospitalet corrects the referral with this number. This replaces the same in what was sent.")
    else:
        yield _("Præhospitalet adds to the referral with this number. What was sent stands unchanged.")
    yield from section(_("How the citizen wants to be contacted"), [on_one_line(said.how_to_reach or "")])
    yield from section(_("Please be aware (staff safety)"), [on_one_line(said.safety_note or "")])
    yield from section(_("What it is about"), [indented(said.text)])
    yield from section(
        _("The citizen"),
        _facts(
            (_("Name"), said.name),
            (_("CPR number"), said.cpr),
            (_("Phone"), said.phone),
            (_("Address"), said.address),
            (_("Interpreter"), said.interpreter),
        ),
    )
    yield from section(
        _("The call"),
        _facts(
            (_("Calls today"), said.calls_today),
            (_("Calls in the last 30 days"), said.calls_last_30_days),
        ),
    )
    yield from section(
        _("Sender"),
        _facts(
            (_("Written"), moment(said.written_at)),
            (_("Written by"), said.written_by),
            (_("Sender's phone"), said.sender_phone),
        ),
    )


def _facts(*told: tuple[str, object]) -> Lines:
    return [line for label, value in told if (line := fact(label, value))]


WRITERS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], Lines]]] = {
    Kind.ACKNOWLEDGEMENT: _acknowledgement,
    Kind.REMINDER: _reminder,
    Kind.NOT_OURS: _not_ours,
    Kind.WITHDRAWAL: _withdrawal,
    Kind.CLOSED: _closed,
    Kind.SUPPLEMENT: _supplement,
}
