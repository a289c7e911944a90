"""What each form asks: the words around an act, and what is written down when nothing else is typed."""

from collections.abc import Sequence
from typing import Final

from directory.model import Contact
from gateway.consents.model import Form as ConsentForm
from gateway.language import danish
from gateway.language import gettext as _
from gateway.meetings.book import MeetingState
from gateway.site.people import Person
from gateway.site.settings import CaseworkSettings
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from inbox_tui import commands, presentation, words
from inbox_tui.casework.case import Case
from inbox_tui.screens.form import Box, Form

QUOTED: Final = 200
"""Characters of the sender's remark that a form quotes."""


def about(case: Case) -> str:
    """Name the case a form is about."""
    return presentation.SEPARATOR.join(
        (presentation.citizen(case.in_force.citizen.name), presentation.number(case.number))
    )


def acknowledge(case: Case, person: Person, unit: Contact) -> Form:
    """Show exactly what goes back to Præhospitalet; a date may be added, and no words (E15)."""
    question = _("You take referral {number} about {citizen}.").format(
        number=presentation.number(case.number), citizen=presentation.citizen(case.in_force.citizen.name)
    )
    goes_back = "\n\n".join((_("Nothing about the citizen goes back."), _("This goes back to Præhospitalet, signed:")))
    facts = (
        (_("Name"), one_line(person.name)),
        (_("Unit"), one_line(unit.unit_name)),
        (_("Phone"), dates.phone(unit.phone)),
    )
    by = Box("contact_by", _("You contact the citizen by (a date such as 27-11; may be left empty)"))
    return Form(_("Acknowledge"), question, (), (by,), goes_back, command=commands.CONFIRM, facts=facts)


def assess(case: Case, terms: CaseworkSettings) -> Form:
    """Ask whether it is acute (E1); the judgement is the municipality's, whatever the sender remarks (E2)."""
    return Form(
        _("Assess"),
        about(case),
        (("acute", _("Acute: contact is needed quickly")), ("not-acute", _("Not acute"))),
        (Box("why", _("Why, in one line"), needed=_("Write why, in one line.")),),
        "\n".join(filter(None, (words.acute_means(terms.acute_days), _remarked(case)))),
        open_choice=True,
    )


def _remarked(case: Case) -> str:
    """Quote the sender: a remark, which decides nothing (E2)."""
    remark = one_line(case.in_force.urgency_remark or "")
    said = _("The sender's remark, which you weigh yourselves: «{remark}»")
    return "\n" + said.format(remark=shortened(remark)) if remark else ""


def shortened(text: str) -> str:
    """Leave room for the question: the whole of it stands in the letter."""
    return text if len(text) <= QUOTED else text[:QUOTED].rsplit(" ", 1)[0] + " …"


def take_over(case: Case) -> Form:
    """Ask whoever sits in the department whether they have it now (S19)."""
    aside = _("Your name and the time are noted, and your department has it. Præhospitalet does not see it.")
    return Form(_("Take over"), about(case), aside=aside, command=commands.TAKE)


def taken_over(case: Case) -> Form:
    """Ask who in the department has it, to note it for those who work elsewhere."""
    department = one_line(case.responsible.name) if case.responsible else ""
    who = _("Who in {department} has taken it over? (may be left empty)").format(department=department)
    aside = _("Write it down when you have heard from the department. Your name is noted too. Stays with you.")
    return Form(_("Take over"), about(case), (), (Box("by", who),), aside)


def send_back(case: Case) -> Form:
    """Ask why the department gives it back (S19)."""
    aside = _("It waits again for those who forwarded it, and they see your reason. Præhospitalet does not see it.")
    reason = Box("reason", _("Reason"), needed=_("Write the reason, in one line."))
    return Form(_("Send back"), about(case), (), (reason,), aside)


def contact(case: Case) -> Form:
    """Ask whether the citizen was reached (E5)."""
    return Form(
        _("Note contact"),
        about(case),
        (("reached", _("The citizen was reached")), ("not-reached", _("The citizen was not reached"))),
        (Box("remark", _("Remark (may be left empty)")),),
        _("Your name and the time are noted. Stays with you."),
        open_choice=True,
    )


def own_case(case: Case) -> Form:
    """Ask which number the citizen has in our own case system (A10)."""
    number = case.familiar.own_case if case.familiar else ""
    return Form(
        _("Known here"),
        about(case),
        (("known", _("The citizen is known here")), ("unknown", _("The citizen is not known here after all"))),
        (Box("own_case", _("Your own case number (may be left empty)"), number),),
        _("Stays with you."),
    )


def not_ours(case: Case) -> Form:
    """Ask why the citizen is not ours (O7)."""
    return Form(
        _("Not our citizen"),
        about(case),
        tuple((code.value, _(label)) for code, label in words.ELSEWHERE.items()),
        (Box("remark", _("Remark to Præhospitalet (may be left empty)")),),
        _(
            "Your name, the unit, the reason and the remark go back to Præhospitalet, signed. They ask the citizen and "
            "send anew. Do not pass the referral on to another municipality: no consent covers that."
        ),
        command=commands.TELL,
        open_choice=True,
    )


def close(case: Case, terms: CaseworkSettings) -> Form:
    """Ask how it ended, and why (H11)."""
    return Form(
        _("Close the case"),
        about(case),
        words.outcomes(terms),
        (Box("reason", _("Reason"), needed=_("Write the reason, in one line.")),),
        _(
            "Space marks one or more, Enter goes on. Præhospitalet hears only that it is closed; the rest stays with "
            "you."
        ),
        several=True,
    )


def withdraw(case: Case) -> Form:
    """Ask whether the citizen has said so here (O10); it cannot be undone, so one key alone does not do it."""
    return Form(
        _("The citizen has withdrawn the consent"),
        about(case),
        (("said", _("Yes, the citizen has said so")),),
        aside=_(
            "Præhospitalet is told, with your name. From then on nothing here may rest on the consent. Nothing is "
            "deleted, and no reason is asked for. This cannot be undone."
        ),
        command=commands.TELL,
        open_choice=True,
    )


def gp_consent(case: Case) -> Form:
    """Ask for the citizen's consent to involving the GP (C5)."""
    return _consent(case, _("Own GP: the citizen's consent"), danish(words.TOLD), ())


def gp_involved(case: Case) -> Form:
    """Ask whether the GP is involved now."""
    return Form(
        _("Own GP"),
        about(case),
        aside=_("The consent is written down. Save when the GP is involved, or leave and come back."),
        leave=commands.LATER,
    )


def meeting_consent(case: Case, parties: str) -> Form:
    """Ask for the citizen's consent to a joint meeting, and with whom (C7, S21)."""
    who = Box(
        "parties",
        _("Who takes part, besides you and Præhospitalet: role: name, role …"),
        parties,
        _("Write who takes part. The citizen says yes to each of them."),
    )
    return _consent(case, _("Joint meeting: the citizen's consent"), danish(words.TOLD), (who,))


def _consent(case: Case, title: str, told: str, before: tuple[Box, ...]) -> Form:
    return Form(
        title,
        about(case),
        ((ConsentForm.SPOKEN, _("Spoken")), (ConsentForm.WRITTEN, _("In writing"))),
        (
            *before,
            Box("told", _("What the citizen was told"), told, _("Write what the citizen was told.")),
            Box("waived", _("Why not in writing (when spoken)"), danish(words.WAIVED)),
        ),
        _("The consent is yours to obtain; Præhospitalet's does not cover this."),
    )


def meeting(case: Case) -> Form:
    """Ask when and where."""
    boxes = (
        Box("day", _("Date (24-11-2026)"), needed=_("Write the date.")),
        Box("begins", _("From (13.00)"), needed=_("Write when it begins.")),
        Box("ends", _("To (14.00)"), needed=_("Write when it ends.")),
        Box("place", _("Place (may be left empty)")),
    )
    aside = _("Præhospitalet is asked, signed. You invite the others yourselves, as you usually do.")
    return Form(_("Joint meeting"), about(case), (), boxes, aside, command=commands.PROPOSE)


def answer(one: MeetingState) -> Form:
    """Ask whether we come."""
    return Form(
        _("Joint meeting"),
        words.when(one),
        (("accepted", _("We come")), ("declined", _("We cannot come"))),
        (Box("remark", _("Remark to Præhospitalet (may be left empty)")),),
        _("Your name and the unit go back to Præhospitalet, signed. Write nothing about the citizen's case."),
        open_choice=True,
    )


def change(meetings: Sequence[MeetingState]) -> Form:
    """Ask what is to become of the meetings we proposed, or whether a new one is."""
    of_each = (
        choice
        for one in meetings
        for choice in (
            (f"move {one.id}", _("Propose another time: {when}").format(when=words.when(one))),
            (f"cancel {one.id}", _("Call off: {when}").format(when=words.when(one))),
        )
    )
    return Form(_("Joint meeting"), _("What is to be done?"), (("propose", _("Propose a new meeting")), *of_each))


def cancel(one: MeetingState) -> Form:
    """Ask what Præhospitalet is told when a meeting of ours is called off."""
    remark = Box("remark", _("Remark to Præhospitalet (may be left empty)"))
    aside = _("Præhospitalet is told, signed. Write nothing about the citizen's case.")
    return Form(_("Call the meeting off"), words.when(one), (), (remark,), aside)
