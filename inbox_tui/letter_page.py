"""A case as a page to read, top to bottom in the order it matters to the citizen and to whoever goes there.

First what stops it (O10), then how the citizen wants to be reached (A13), then safety (G8), then what went before
(F4); then the sender's remark and the municipality's own judgement, each for itself (E2); then what was added, and the
letter's own words; facts, consent and sender after that, and last what has happened, with the seal.
Where something was added or corrected since, the facts are those that hold now, and say so; how they read at first
stands below (O23).
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from directory.calendar import local_day
from gateway.language import gettext as _
from gateway.site.erasing import Erased
from gateway.terminal import dates, erased
from gateway.terminal.plain import one_line, plain
from gateway.terminal.sections import Section, Tone
from gateway.wire.cpr import masked
from gateway.wire.referral import Origin, Referral, says_something
from inbox_tui import presentation, work_page
from inbox_tui.casework.case import Case
from inbox_tui.casework.supplements import source
from inbox_tui.work_page import given


def sections(case: Case, now: datetime, *, show_cpr: bool = False) -> tuple[Section, ...]:
    """Lay the page out; sections with nothing in them are left out. The CPR number is masked unless asked for."""
    if case.erased:
        return tuple(_what_is_left(case, case.erased, local_day(now)))
    referral, today = case.in_force, local_day(now)
    return tuple(
        section
        for section in (
            *work_page.warnings(case),
            _reaching(case),
            _safety(case),
            _again(case),
            _remark(referral),
            work_page.judgement(case, today),
            work_page.handed(case),
            *work_page.supplements(case, show_cpr=show_cpr),
            Section(Tone.LETTER, _("What Præhospitalet writes"), plain(referral.text).strip("\n")),
            work_page.at_first(case, show_cpr=show_cpr),
            *work_page.meetings(case),
            _citizen(case, referral, show_cpr=show_cpr),
            work_page.consent(case, now),
            _sender(referral),
            work_page.work(case),
            work_page.course(case, today),
        )
        if section.text or section.facts
    )


def _what_is_left(case: Case, gone: Erased, today: date) -> Iterator[Section]:
    yield Section(Tone.LEAD, erased.heading(), erased.said(gone.at, gone.days))
    yield from (section for section in work_page.warnings(case) if section.text or section.facts)
    yield work_page.course(case, today)


def _later(case: Case, field: str, write: Callable[[str], str] = one_line) -> str:
    """Write a fact of the citizen, and since when it stands so; what was added stands beside what was said first."""
    first, now = (write(getattr(one.citizen, field) or "") for one in (case.referral, case.in_force))
    one = source(field, case.supplements)
    if one is None:
        return first
    said = f"{now} ({work_page.since(one)})"
    return said if one.supplement.correction or not first else f"{said}{presentation.SEPARATOR}{first}"


def _reaching(case: Case) -> Section:
    wish = _later(case, "how_to_reach", plain) or _("Nothing is said about it.")
    return Section(
        Tone.LEAD,
        _("How the citizen wants to be contacted"),
        wish,
        given(
            (_("Phone"), _later(case, "phone", dates.phone)),
            (_("Interpreter"), _later(case, "interpreter")),
        ),
    )


def _safety(case: Case) -> Section:
    """Show the first note and every later one; only a correction takes the place of what was said before."""
    notes = [plain(case.referral.citizen.safety_note or "")]
    for one in case.supplements:
        if says_something(one.supplement.safety_note):
            notes = [] if one.supplement.correction else notes
            notes.append(f"{plain(one.supplement.safety_note or '')} ({work_page.since(one)})")
    return Section(Tone.ALERT, _("Be aware: safety"), "\n".join(filter(None, notes)))


def _again(case: Case) -> Section:
    again = case.referral.re_referral
    facts = given(
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
    """Show it as what it is: the sender's, and nothing that decides for the municipality (E2)."""
    remark = plain(referral.urgency_remark or "")
    return Section(Tone.REMARK, _("Sender's remark (you judge the urgency yourselves)"), remark)


def _citizen(case: Case, referral: Referral, *, show_cpr: bool) -> Section:
    citizen = referral.citizen
    protected = " " + _("(protected: do not pass it on)") if citizen.address_protected else ""
    number = _later(case, "cpr", one_line if show_cpr else _masked)
    return Section(
        Tone.FACTS,
        _("The citizen"),
        facts=given(
            (_("Name"), _later(case, "name") or presentation.citizen(None)),
            (_("CPR"), number or _("not given")),
            (_("Age"), _("about {years} years").format(years=citizen.approx_age) if citizen.approx_age else ""),
            (_("Address"), _later(case, "address") + protected),
            (_("Lives"), presentation.open_word(citizen.residence)),
            (_("Known by"), one_line(referral.known_by or "")),
            (_("It is about"), ", ".join(map(presentation.open_word, referral.problem_types))),
            (_("Calls to 1-1-2"), presentation.calls(referral)),
            (_("Who called"), presentation.open_word(referral.caller)),
            (_("Called from"), one_line(referral.called_from or "")),
            (_("Intoxicated"), _("seemed under the influence") if referral.intoxicated else ""),
            (_("Children"), _children() if referral.children_in_home else ""),
        ),
    )


def _masked(written: str) -> str:
    return masked(one_line(written)) if one_line(written) else ""


def _children() -> str:
    return _("in the home. Notifying (underretning) is a duty of its own and is not done here.")


def _sender(referral: Referral) -> Section:
    sender = referral.sender
    origins = {
        Origin.AMK_CALL: _("a call to 1-1-2"),
        Origin.AMBULANCE_ON_SCENE: _("an ambulance crew on the scene"),
    }
    return Section(
        Tone.FACTS,
        _("Sender"),
        facts=given(
            (_("Name"), presentation.SEPARATOR.join(filter(None, map(one_line, (sender.name, sender.role or ""))))),
            (_("Unit"), one_line(sender.unit or "")),
            (_("Phone"), dates.phone(sender.phone or "")),
            (_("Began with"), origins[referral.origin]),
            (_("Seen on the scene by"), one_line(referral.seen_by or "")),
        ),
    )
