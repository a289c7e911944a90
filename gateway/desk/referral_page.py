"""A referral that was sent, as a page to read: where it is, who has it, whom to phone.

Never what the municipality does with it (L4, L5).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gateway.desk import words
from gateway.exchange.delivery import State
from gateway.language import gettext as _
from gateway.language import mark
from gateway.meetings.book import MeetingState, Standing
from gateway.referring.follow import Progress
from gateway.referring.words import ELSEWHERE, OUTCOMES, STATES, why_waiting
from gateway.terminal import dates, erased
from gateway.terminal.plain import one_line, plain
from gateway.terminal.sections import Section, Tone

STANDINGS: Final = {
    Standing.PROPOSED: mark("proposed"),
    Standing.ACCEPTED: mark("accepted"),
    Standing.DECLINED: mark("declined"),
    Standing.CANCELLED: mark("called off"),
}

HANDED_OVER: Final = mark("handed to the mail server; the municipality uses a mail program, and acknowledges itself")


def sections(progress: Progress, now: datetime) -> tuple[Section, ...]:
    """Lay the page out; sections with nothing in them are left out."""
    return tuple(
        section
        for section in (
            _pressing(progress, now),
            _held_up(progress),
            _erased(progress),
            _anew(progress, now),
            *_replies(progress, now),
            Section(Tone.LEAD, _("Has the municipality got it?"), words.answer(progress, now)),
            _unit(progress, now),
            _taken(progress, now),
            Section(Tone.FACTS, _("What has happened"), facts=tuple(_course(progress, now))),
            Section(Tone.FACTS, _("Calls to the unit"), facts=tuple(_calls(progress, now))),
            Section(Tone.FACTS, _("Joint meetings"), facts=tuple(map(_meeting, progress.meetings))),
            _links(progress),
        )
        if section.text or section.facts
    )


def _pressing(progress: Progress, now: datetime) -> Section:
    due = progress.due
    if due is None:
        return Section(Tone.ALERT, "")
    heading = (_("Phone now: {phone}") if due.cannot_wait else _("Phone when they open: {phone}")).format(
        phone=words.phone(due.contact)
    )
    if not due.step.asks_for_call:
        return Section(Tone.REMARK, _("Nobody has taken it yet"), words.due_line(due, now))
    return Section(Tone.ALERT, heading, words.due_line(due, now) + ". " + _("R logs the call."))


def _held_up(progress: Progress) -> Section:
    return Section(Tone.ALERT, _("It has not got through"), " ".join(why_waiting(progress.reason)))


def _erased(progress: Progress) -> Section:
    gone = progress.erased
    return Section(Tone.LEAD, erased.heading(), erased.said(gone.at, gone.days) if gone else "")


def _anew(progress: Progress, now: datetime) -> Section:
    said = progress.answer
    if said is None:
        return Section(Tone.ALERT, "")
    what_now = (
        _("Ask the citizen where they live. S opens it as a draft: screening, municipality and consent are blank.")
        if progress.anew
        else ""
    )
    facts = (
        (_("Answered"), f"{one_line(said.answered_by)}, {words.moment(said.answered_at, now)}"),
        (_("Why"), words.SEPARATOR.join(filter(None, (_(ELSEWHERE[said.why]), one_line(said.remark))))),
        (_("Phone"), dates.phone(said.phone)),
    )
    return Section(Tone.ALERT, _("Not their citizen"), what_now, facts)


def _replies(progress: Progress, now: datetime) -> Iterator[Section]:
    """Show what was answered from a mail program, apart from our own words; it counts as taken, whatever it says."""
    for reply in reversed(progress.replies):
        said = _(
            "The answer was written in a mail program: read it. If it is no yes, phone the unit, and log the call."
        )
        yield Section(
            Tone.LEAD if reply.read_at else Tone.ALERT,
            _("Answered from a mail program, {when}").format(when=words.moment(reply.received_at, now)),
            said,
            (
                (_("Signed"), one_line(reply.by) or words.unit(progress.contact)),
                (_("It says"), plain(reply.text) or _("nothing but the referral's number")),
            ),
        )


def _unit(progress: Progress, now: datetime) -> Section:
    contact = progress.contact
    if contact is None:
        return Section(Tone.FACTS, _("The unit"), words.unit(None))
    return Section(
        Tone.FACTS,
        _("The unit"),
        facts=(
            (_("Municipality"), words.municipality(progress.municipality)),
            (_("Unit"), one_line(contact.unit_name)),
            (_("Phone"), dates.phone(contact.phone) + words.SEPARATOR + words.opening(contact, now)),
            *(((_("Answers"), _(words.BY_HAND)),) if contact.by_hand else ()),
        ),
    )


def _taken(progress: Progress, now: datetime) -> Section:
    said = progress.acknowledgement
    if said is None:
        return Section(Tone.FACTS, "")
    return Section(
        Tone.LEAD,
        _("Taken over by"),
        facts=(
            (_("Name"), one_line(said.acknowledged_by)),
            (_("Unit"), one_line(said.unit)),
            (_("Phone"), dates.phone(said.phone)),
            (_("When"), words.moment(said.acknowledged_at, now)),
            *(((_("Next"), words.promised(said.contact_by)),) if said.contact_by else ()),
        ),
    )


def _course(progress: Progress, now: datetime) -> Iterator[tuple[str, str]]:
    yield words.moment(progress.submitted_at, now), _("handed in")
    for step in progress.steps:
        by_hand = progress.by_hand and step.state == State.HANDED_OVER
        yield words.moment(step.at, now), _(HANDED_OVER if by_hand else STATES[step.state])
    if progress.supplements:
        yield _("Added"), str(progress.supplements)


def _calls(progress: Progress, now: datetime) -> Iterator[tuple[str, str]]:
    for call in progress.calls:
        said = (_(OUTCOMES[call.outcome]), one_line(call.person), plain(call.remark))
        yield words.moment(call.called_at, now), words.SEPARATOR.join(filter(None, said))


def _meeting(state: MeetingState) -> tuple[str, str]:
    meeting = state.meeting
    whose = _("ours") if state.proposed_here else _("the municipality's")
    parties = ", ".join(one_line(party.role) for party in meeting.parties)
    said = (_(STANDINGS[state.standing]), whose, one_line(meeting.place), parties)
    return dates.day_and_clock(meeting.starts_at), words.SEPARATOR.join(filter(None, said))


def meeting_line(state: MeetingState) -> str:
    """Say on one line when a meeting is, how it stands, whose it is, where, and who comes."""
    return words.SEPARATOR.join(_meeting(state))


def _links(progress: Progress) -> Section:
    facts = ((_("Follows"), progress.previous_number or ""), (_("Sent anew as"), progress.anew_number or ""))
    return Section(Tone.FACTS, _("Other referrals"), facts=tuple(pair for pair in facts if pair[1]))
