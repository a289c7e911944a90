"""A case as a page to read, top to bottom in the order it matters to the citizen and to whoever goes there.

First how the citizen wants to be reached (A13), then safety (G8), then what went before (F4) and the sender's remark
(E2); then the letter's own words; facts, consent and sender after that.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gateway.language import gettext as _
from gateway.terminal import dates
from gateway.terminal.plain import one_line, plain
from gateway.wire.cpr import masked
from gateway.wire.referral import Consent, Origin, Referral
from inbox_tui import presentation
from inbox_tui.casework.case import Case, CaseState, Forwarded


class Tone(enum.StrEnum):
    """How much a section asks for attention; the words say it too."""

    LEAD = "lead"
    """What to read first."""
    ALERT = "alert"
    """Safety."""
    REMARK = "remark"
    """What went before, and what the sender remarks."""
    LETTER = "letter"
    """The sender's own words."""
    FACTS = "facts"
    """Facts, one to a line."""


@dataclass(frozen=True)
class Section:
    """One part of the page: a heading, then text, or facts as label and value."""

    tone: Tone
    heading: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def sections(case: Case, today: date, *, show_cpr: bool = False) -> tuple[Section, ...]:
    """Lay the page out; sections with nothing in them are left out. The CPR number is masked unless asked for."""
    referral = case.referral
    return tuple(
        section
        for section in (
            Section(Tone.ALERT, _("Your acknowledgement has not got through"), presentation.not_told(case)),
            _reaching(referral),
            _safety(referral),
            _again(case),
            _remark(referral),
            Section(Tone.LETTER, _("What Præhospitalet writes"), plain(referral.text).strip("\n")),
            _citizen(referral, show_cpr=show_cpr),
            _consent(referral.consent),
            _sender(referral),
            _course(case, today),
        )
        if section.text or section.facts
    )


def _reaching(referral: Referral) -> Section:
    citizen = referral.citizen
    wish = plain(citizen.how_to_reach or "") or _("Nothing is said about it.")
    return Section(
        Tone.LEAD,
        _("How the citizen wants to be contacted"),
        wish,
        _given((_("Phone"), dates.phone(citizen.phone or "")), (_("Interpreter"), one_line(citizen.interpreter or ""))),
    )


def _safety(referral: Referral) -> Section:
    return Section(Tone.ALERT, _("Be aware: safety"), plain(referral.citizen.safety_note or ""))


def _again(case: Case) -> Section:
    again = case.referral.re_referral
    facts = _given(
        (_("Previous referral"), _previous(case)),
        (_("Handled by"), presentation.holder(case.earlier) if case.earlier else ""),
    )
    reason = plain(again.reason or "") if again else ""
    return Section(Tone.REMARK, presentation.re_referral(case), reason, facts)


def _previous(case: Case) -> str:
    if case.previous is None:
        return ""
    return f"{presentation.number(case.previous.number)}{presentation.SEPARATOR}{dates.day(case.previous.sent_at)}"


def _remark(referral: Referral) -> Section:
    return Section(Tone.REMARK, _("Sender's remark on urgency"), plain(referral.urgency_remark or ""))


def _citizen(referral: Referral, *, show_cpr: bool) -> Section:
    citizen = referral.citizen
    number = one_line(citizen.cpr or "")
    protected = " " + _("(protected: do not pass it on)") if citizen.address_protected else ""
    return Section(
        Tone.FACTS,
        _("The citizen"),
        facts=_given(
            (_("Name"), presentation.citizen(citizen.name)),
            (_("CPR"), (number if show_cpr else masked(number)) if number else _("not given")),
            (_("Age"), _("about {years} years").format(years=citizen.approx_age) if citizen.approx_age else ""),
            (_("Address"), one_line(citizen.address or "") + protected if citizen.address or protected else ""),
            (_("Lives"), presentation.open_word(citizen.residence)),
            (_("It is about"), ", ".join(map(presentation.open_word, referral.problem_types))),
            (_("Calls to 1-1-2"), presentation.calls(referral)),
            (_("Who called"), presentation.open_word(referral.caller)),
            (
                _("Children"),
                _("in the home. Notifying (underretning) is a duty of its own and is not done here.")
                if referral.children_in_home
                else "",
            ),
        ),
    )


def _consent(consent: Consent) -> Section:
    when = dates.day_and_clock(consent.obtained_at) if consent.obtained_at else ""
    return Section(
        Tone.FACTS,
        _("The citizen's consent, and how far it goes"),
        facts=_given(
            (_("Given"), presentation.SEPARATOR.join(filter(None, (presentation.open_word(consent.form), when)))),
            (_("Obtained by"), one_line(consent.obtained_by or "")),
            (_("Agreed to"), one_line(consent.scope or "")),
            (_("Was told"), one_line(consent.information_given or "")),
            (
                _("Limits"),
                _("The citizen's own GP and a joint meeting each need a consent of their own, which you obtain."),
            ),
            (_("Journal"), one_line(consent.journal_ref or "")),
        ),
    )


def _sender(referral: Referral) -> Section:
    sender = referral.sender
    origins = {
        Origin.AMK_CALL: _("a call to 1-1-2"),
        Origin.AMBULANCE_ON_SCENE: _("an ambulance crew on the scene"),
    }
    return Section(
        Tone.FACTS,
        _("Sender"),
        facts=_given(
            (_("Name"), presentation.SEPARATOR.join(filter(None, map(one_line, (sender.name, sender.role or ""))))),
            (_("Unit"), one_line(sender.unit or "")),
            (_("Phone"), dates.phone(sender.phone or "")),
            (_("Began with"), origins[referral.origin]),
        ),
    )


def _course(case: Case, today: date) -> Section:
    taken = case.acknowledged
    target = dates.day(case.target_date)
    if case.state is not CaseState.FORWARDED:
        target += f" ({presentation.days_left(case.target_date, today)})"
    return Section(
        Tone.FACTS,
        _("What has happened"),
        facts=_given(
            (_("Received"), dates.day_and_clock(case.received_at)),
            (_("Signed"), dates.day_and_clock(case.seal.signed_at)),
            (_("Key"), case.seal.signed_by.grouped),
            (_("Target"), target),
            (_("Acknowledged"), f"{one_line(taken.by)}, {dates.day_and_clock(taken.at)}" if taken else ""),
            (_("Acknowledgement"), presentation.told(case)),
            *(pair for move in case.history for pair in _move(move)),
        ),
    )


def _move(move: Forwarded) -> Iterator[tuple[str, str]]:
    where = f"{one_line(move.department.name)}, {one_line(move.by)}, {dates.day_and_clock(move.at)}"
    yield _("Forwarded"), where
    yield _("Note"), one_line(move.note)
    yield _("Reason"), one_line(move.reason or "")


def _given(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts if value)
