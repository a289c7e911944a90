"""A forwarded referral in plain Danish: what the department is asked to do, what is new, then the whole referral."""

from collections.abc import Mapping
from typing import Any

from gateway.language import danish as _
from gateway.wire.conversation_text import supplement_lines
from gateway.wire.forward import Forward
from gateway.wire.referral_text import told_lines
from gateway.wire.text_lines import Lines, day, fact, indented, moment, section


def forward_lines(body: Mapping[str, Any]) -> Lines:
    """Write a forward out in full; raises LetterUnreadable, MalformedReferral and what else a bad body leads to."""
    said = Forward.read(body)
    yield _("The municipality's intake forwards this request for help to you.")
    yield ""
    yield from filter(
        None,
        (
            fact(_("To"), said.department),
            fact(_("Responsible"), said.responsible),
            fact(_("Forwarded by"), said.forwarded_by),
            fact(_("Unit"), said.unit),
            fact(_("Phone"), said.phone),
            fact(_("Time"), moment(said.forwarded_at)),
            fact(_("Received from Præhospitalet"), moment(said.received_at)),
        ),
    )
    yield from section(_("What to do"), _to_do(said))
    yield from section(_("Note to you"), [indented(said.note)])
    for one in reversed(said.added):
        when = moment(one.received_at)
        yield from section(_("Added {when}").format(when=when), [_("This came later than the letter below.")])
        yield ""
        yield from supplement_lines(one.said)
    yield from section(_("The referral as it came"), [_("What follows is Præhospitalet's letter, unchanged.")])
    yield ""
    yield from told_lines(body)


def _to_do(said: Forward) -> list[str]:
    if not said.is_theirs:
        return [_("You get this to know of it; another department is responsible. You need not answer.")]
    return [
        *_acute(said),
        _("Contact the citizen in the way they have asked for."),
        _(
            "If you take it over: answer this mail with your program's reply, signed and encrypted. The answer counts "
            "as your having taken it over, whatever else it says. Keep the referral's number in it."
        ),
        _("If you cannot take it over, or have a question: do not answer by mail, but ring the unit above."),
    ]


def _acute(said: Forward) -> Lines:
    if said.acute_by:
        words = _("It is assessed as acute. Please reach the citizen by the end of {day}.")
        yield words.format(day=day(said.acute_by))
