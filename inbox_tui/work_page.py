"""What has happened to a case since its letter, as sections: added, withdrawn, consented, done here, met about.

What is done here is read here only; nothing of it leaves (L4).
"""

from collections.abc import Iterator
from datetime import date, datetime

from gateway.consents.model import Consent, Purpose, latest_expiry
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.meetings.book import MeetingState
from gateway.terminal import dates
from gateway.terminal.plain import one_line, plain
from gateway.terminal.sections import Section, Tone
from gateway.wire.cpr import masked
from gateway.wire.referral import Consent as DisclosureConsent
from gateway.wire.supplement import OF_CITIZEN
from inbox_tui import held_up, presentation, words
from inbox_tui.casework.case import Case, Forwarded, Rank
from inbox_tui.casework.notes import Assessment, Closing, Contact, Familiar, GpInvolved, Note, SentBack, TakenOver
from inbox_tui.casework.supplements import Supplemented, source

Facts = tuple[tuple[str, str], ...]


def given(*facts: tuple[str, str]) -> Facts:
    """Leave out what says nothing."""
    return tuple((label, value) for label, value in facts if value)


def warnings(case: Case) -> Iterator[Section]:
    """Say what stops the case, before anything else is read."""
    for one in case.held_up:
        yield Section(Tone.ALERT, held_up.heading(one), held_up.advice(one, case.region_phone))
    yield _withdrawn(case)
    yield _reminder(case)


def _withdrawn(case: Case) -> Section:
    gone = case.withdrawn
    heading = _("The citizen has withdrawn the consent")
    if gone is None:
        return Section(Tone.ALERT, heading)
    meaning = _(
        "From now on, use nothing that rests on the consent: do not forward, do not involve the GP, call no meeting. "
        "Where another law is your basis, you decide yourselves whether you go on. It stays here for now."
    )
    told = presentation.SEPARATOR.join(filter(None, (one_line(gone.by), one_line(gone.unit), dates.phone(gone.phone))))
    facts = given((_("Withdrawn"), dates.day_and_clock(gone.at)), (_("Told to"), told))
    return Section(Tone.ALERT, heading, meaning, facts)


def _reminder(case: Case) -> Section:
    asked = case.reminder
    heading = _("Præhospitalet has reminded you")
    if asked is None:
        return Section(Tone.REMARK, heading)
    meaning = _("Nobody has acknowledged this referral. Press K when you have taken it, or phone if it is not for you.")
    who = presentation.SEPARATOR.join(filter(None, (one_line(asked.by), dates.phone(asked.phone))))
    return Section(
        Tone.REMARK, heading, meaning, given((_("Reminded"), dates.day_and_clock(asked.at)), (_("Phone"), who))
    )


def supplements(case: Case, *, show_cpr: bool) -> Iterator[Section]:
    """Show each supplement under its own heading; the first letter stands below, unchanged (O23)."""
    for one in case.supplements:
        yield _supplement(one, show_cpr=show_cpr)


def _supplement(one: Supplemented, *, show_cpr: bool) -> Section:
    said = one.supplement
    heading = _("Corrected {when}") if said.correction else _("Added {when}")
    number = one_line(said.cpr or "")
    return Section(
        Tone.REMARK,
        heading.format(when=dates.day_and_clock(one.received_at)),
        plain(said.text).strip("\n"),
        given(
            (_("Name"), one_line(said.name or "")),
            (_("CPR"), number if show_cpr or not number else masked(number)),
            (_("Phone"), dates.phone(said.phone or "")),
            (_("Address"), one_line(said.address or "")),
            (_("Wants to be contacted"), one_line(said.how_to_reach or "")),
            (_("Safety"), one_line(said.safety_note or "")),
            (_("Interpreter"), one_line(said.interpreter or "")),
            (_("Calls to 1-1-2"), presentation.calls(said)),
            (_("Written by"), _who(said.written_by, said.written_at)),
            (_("Phone of the writer"), dates.phone(said.sender_phone)),
        ),
    )


def since(one: Supplemented) -> str:
    """Say since when something stands as it does."""
    said = _("corrected {date}") if one.supplement.correction else _("added {date}")
    return said.format(date=dates.short_day(one.received_at))


def at_first(case: Case, *, show_cpr: bool) -> Section:
    """Show what the letter itself said, where a correction holds now (O23)."""
    first = case.referral.citizen
    corrections = [one for one in case.supplements if one.supplement.correction]
    changed = {name for name in OF_CITIZEN if source(name, corrections)}
    number = one_line(first.cpr or "")
    told = {
        "name": (_("Name"), one_line(first.name or "")),
        "cpr": (_("CPR"), number if show_cpr or not number else masked(number)),
        "phone": (_("Phone"), dates.phone(first.phone or "")),
        "address": (_("Address"), one_line(first.address or "")),
        "how_to_reach": (_("Wants to be contacted"), one_line(first.how_to_reach or "")),
        "safety_note": (_("Safety"), one_line(first.safety_note or "")),
        "interpreter": (_("Interpreter"), one_line(first.interpreter or "")),
    }
    facts = given(*(fact for name, fact in told.items() if name in changed))
    return Section(Tone.FACTS, _("As it stood in the letter at first"), facts=facts)


def consent(case: Case, now: datetime) -> Section:
    """Show how far the citizen's consent goes, until when, and what was consented to here."""
    told = case.referral.consent
    when = dates.day_and_clock(told.obtained_at) if told.obtained_at else ""
    return Section(
        Tone.FACTS,
        _("The citizen's consent, and how far it goes"),
        facts=given(
            (_("Given"), presentation.SEPARATOR.join(filter(None, (presentation.open_word(told.form), when)))),
            (_("Holds until"), _expiry(case, told, now)),
            (_("Not in writing"), one_line(told.writing_waived_because or "")),
            (_("Obtained by"), one_line(told.obtained_by or "")),
            (_("Agreed to"), one_line(told.scope or "")),
            (_("Was told"), one_line(told.information_given or "")),
            (_("Remark"), _consent_remark(case)),
            (_("Limits"), "" if case.consents else _limits()),
            *((words_of(one), _own(case, one, now)) for one in case.consents),
            (_("Journal"), one_line(told.journal_ref or "")),
        ),
    )


def _limits() -> str:
    return _("The citizen's own GP and a joint meeting each need a consent of their own, which you obtain.")


def _consent_remark(case: Case) -> str:
    seemed = _("The citizen seemed under the influence.") if case.referral.intoxicated else ""
    return " ".join(filter(None, (seemed, one_line(case.referral.consent.remark or ""))))


def _expiry(case: Case, told: DisclosureConsent, now: datetime) -> str:
    """Say until when Præhospitalet's consent holds: a year at most (O11)."""
    if case.withdrawn:
        return _("! withdrawn {date}").format(date=dates.day(case.withdrawn.at))
    return _until(latest_expiry(told.obtained_at), now) if told.obtained_at else ""


def _until(end: datetime, now: datetime) -> str:
    if end <= now:
        return _("! lapsed {date}: it is more than a year old").format(date=dates.day(end))
    return dates.day(end)


def words_of(one: Consent) -> str:
    """Name what a consent of our own is for."""
    return {Purpose.OWN_GP: _("Own GP"), Purpose.JOINT_MEETING: _("Joint meeting")}.get(one.purpose, one.purpose)


def _own(case: Case, one: Consent, now: datetime) -> str:
    gone = case.withdrawn
    if gone and gone.at >= one.obtained_at:
        held = _("! withdrawn {date}").format(date=dates.day(gone.at))
    else:
        held = _("holds until {date}").format(date=_until(one.expires_at, now))
    parties = ", ".join(map(one_line, one.parties))
    said = (_(words.FORMS[one.form]), _who(one.taken_by, one.obtained_at), parties, held)
    return presentation.SEPARATOR.join(filter(None, said))


def meetings(case: Case) -> Iterator[Section]:
    """Show each joint meeting and how it stands (F5)."""
    for one in case.meetings:
        yield _meeting(one)


def _meeting(one: MeetingState) -> Section:
    said = one.meeting
    ends = dates.clock(said.ends_at)
    parties = (
        ", ".join(filter(None, map(one_line, (party.role, party.name, party.contact)))) for party in said.parties
    )
    last = one.cancelled or one.answer
    return Section(
        Tone.REMARK if one.waits_for_us else Tone.FACTS,
        _("Joint meeting"),
        facts=given(
            (_("When"), f"{dates.day_and_clock(said.starts_at)}–{ends}"),
            (_("Place"), one_line(said.place)),
            (_("Phone"), dates.phone(said.phone)),
            (_("Convened by"), ", ".join(map(one_line, (said.convened_by, said.unit)))),
            (_("Who takes part"), "; ".join(parties)),
            (_("Stands"), _(words.STANDINGS[one.standing, one.proposed_here])),
            (_("Remark"), one_line(last.remark) if last else ""),
        ),
    )


def judgement(case: Case, today: date) -> Section:
    """Show the municipality's own assessment, apart from what the sender remarks (E2), and its clock (E3)."""
    note, by = case.assessment, case.acute_by
    heading = _("Your own assessment")
    if note is None:
        return Section(Tone.REMARK, heading)
    clock = words.reach_by(by, today) if by else ""
    said = f"{words.acute(note.acute)}: {one_line(note.why)}"
    return Section(Tone.REMARK, heading, said, given((_("Assessed by"), _by(note)), (_("The clock"), clock)))


def handed(case: Case) -> Section:
    """Show the words that came along when it changed hands last: to a department, or back with a reason (S19)."""
    back = case.sent_back
    if back:
        heading = _("Sent back from {department}").format(department=one_line(back.department))
        return Section(Tone.REMARK, heading, one_line(back.reason), given((_("Sent back by"), _by(back))))
    if case.responsible is None or not case.history[-1].note:
        return Section(Tone.REMARK, "")
    move = case.history[-1]
    heading = _("Note to {department}").format(department=one_line(move.department.name))
    return Section(Tone.REMARK, heading, one_line(move.note), given((_("Forwarded by"), _who(move.by, move.at))))


def work(case: Case) -> Section:
    """Show what was assessed, tried and decided here."""
    familiar, ending = case.familiar, case.ending
    return Section(
        Tone.FACTS,
        _("Done here (Præhospitalet does not see it)"),
        facts=given(
            (_("Known here"), _familiar(familiar) if familiar else ""),
            *((_("Assessed"), _assessed(one)) for one in case.of(Assessment)),
            *((_("Contact"), _contact(one)) for one in case.of(Contact)),
            *((_("Own GP"), _("involved, {who}").format(who=_by(one))) for one in case.of(GpInvolved)),
            *(_ending(ending) if isinstance(ending, Closing) else ()),
        ),
    )


def _familiar(note: Familiar) -> str:
    known = _("yes") if note.known else _("no")
    own = _("own case {number}").format(number=one_line(note.own_case)) if note.own_case else ""
    return presentation.SEPARATOR.join(filter(None, (known, own, _by(note))))


def _assessed(note: Assessment) -> str:
    return f"{words.acute(note.acute)}: {one_line(note.why)}{presentation.SEPARATOR}{_by(note)}"


def _contact(note: Contact) -> str:
    said = (words.reached(note.reached), one_line(note.remark), _by(note))
    return presentation.SEPARATOR.join(filter(None, said))


def _ending(note: Closing) -> Iterator[tuple[str, str]]:
    yield _("Closed"), _by(note)
    yield _("Outcome"), ", ".join(words.outcome(code, note.named) for code in note.outcomes)
    yield _("Reason"), one_line(note.reason)


def course(case: Case, today: date) -> Section:
    """Show what happened when, and what Præhospitalet was told."""
    taken = case.acknowledged
    return Section(
        Tone.FACTS,
        _("What has happened"),
        facts=given(
            (_("Received"), dates.day_and_clock(case.received_at)),
            (_("Signed"), dates.day_and_clock(case.seal.signed_at)),
            (_("Key"), case.seal.signed_by.grouped),
            (_("Target"), _target(case, today)),
            (_("Acknowledged"), _who(taken.by, taken.at) if taken else ""),
            (_("Contact by, as told"), dates.day(taken.contact_by) if taken and taken.contact_by else ""),
            (_("Acknowledgement"), presentation.told(case)),
            *_hands(case),
            *((_("Sealed mail"), held_up.mailed(one)) for one in case.mailed),
            *_answered(case),
            (_("Told Præhospitalet"), presentation.ending_told(case)),
        ),
    )


def _target(case: Case, today: date) -> str:
    waiting = case.rank(today) < Rank.HANDED_OVER
    left = f" ({presentation.days_left(case.target_date, today)})" if waiting else ""
    return dates.day(case.target_date) + left


def _hands(case: Case) -> Iterator[tuple[str, str]]:
    """Tell in order whose hands it has been in (E7)."""
    said = (
        *((move.at, _move(move)) for move in case.history),
        *((note.at, _taken_over(note)) for note in case.of(TakenOver)),
        *((note.at, _sent_back(note)) for note in case.of(SentBack)),
    )
    for _at, facts in sorted(said, key=lambda one: one[0]):
        yield from facts


def _taken_over(note: TakenOver) -> Iterator[tuple[str, str]]:
    who = ", ".join(dict.fromkeys(map(one_line, (note.by, note.department))))
    noted = " " + _("(noted by {person})").format(person=one_line(note.noted_by)) if note.noted_by else ""
    yield _("Taken over"), _who(who, note.at) + noted


def _sent_back(note: SentBack) -> Iterator[tuple[str, str]]:
    yield _("Sent back"), ", ".join((one_line(note.department), _by(note)))
    yield _("Reason"), one_line(note.reason)


def _move(move: Forwarded) -> Iterator[tuple[str, str]]:
    yield _("Forwarded"), f"{one_line(move.department.name)}, {_who(move.by, move.at)}"
    yield _("Brought in too"), ", ".join(one_line(one.name) for one in move.also)
    yield _("Note"), one_line(move.note)
    yield _("Reason"), one_line(move.reason or "")


def _answered(case: Case) -> Iterator[tuple[str, str]]:
    answer = case.ending
    if answer is None or isinstance(answer, Closing):
        return
    yield _("Not our citizen"), f"{_(words.ELSEWHERE[answer.why])}, {_by(answer)}"
    yield _("Remark"), one_line(answer.remark)


def additions(case: Case) -> str:
    """Say how much was added since the letter."""
    count = len(case.supplements)
    return ngettext("{count} addition", "{count} additions", count).format(count=count) if count else ""


def _by(note: Note) -> str:
    return _who(note.by, note.at)


def _who(name: str, at: datetime) -> str:
    return f"{one_line(name)}, {dates.day_and_clock(at)}"
