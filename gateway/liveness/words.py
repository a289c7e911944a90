"""The board and the notices in words: how bad it is, what it is, and what to do. State is never colour alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.language import gettext as _
from gateway.language import mark
from gateway.liveness.board import Facts, Grade, Reason, Remark
from gateway.liveness.notices import (
    BACKUP_NEVER,
    BACKUP_OLD,
    DEPARTMENT_KEY_ENDED,
    DEPARTMENT_KEY_ENDS,
    MAILBOX_FAILS,
    OWN_KEY_ENDED,
    OWN_KEY_ENDS,
    PICKUP_FAILS,
    Notice,
)
from gateway.terminal import dates

GRADES: Final[Mapping[Grade, str]] = {
    Grade.RED: mark("RED"),
    Grade.AMBER: mark("AMBER"),
    Grade.GREEN: mark("green"),
}
SIGNS: Final[Mapping[Grade, str]] = {Grade.RED: "!!", Grade.AMBER: "!", Grade.GREEN: "ok"}

RING: Final = mark("Ring there: does the gateway run, and does anybody read what comes in?")
NEW_KEY: Final = mark("Ring the unit: it makes its next key, which is announced by itself. Compare it on the phone.")
VERIFY: Final = mark("Ring on the number that is known, and go through address, phone and hours together.")
SECOND: Final = mark("A second person rings the old number and confirms it, or refuses it.")

SAID: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NO_CONTACT: (
        mark("no receiver registered"),
        mark("Nothing is sent there. Use the main number, and get their address and phone."),
    ),
    Reason.NO_KEY: (
        mark("no key pinned"),
        mark("Letters wait. Get the key, and compare its fingerprint by phone: keys import."),
    ),
    Reason.KEY_UNREADABLE: (mark("the key cannot be read"), mark("Get the key anew, and compare it by phone.")),
    Reason.KEY_REVOKED: (mark("the key is withdrawn by its owner"), NEW_KEY),
    Reason.KEY_ENDED: (mark("the key ended {ends_at}"), NEW_KEY),
    Reason.KEY_ENDS: (mark("the key ends {ends_at}"), NEW_KEY),
    Reason.SILENT: (mark("not heard since {since}"), RING),
    Reason.NOT_ANSWERED: (
        mark("the last test is unanswered"),
        mark("It is sent again by itself. If it stays so tomorrow, ring the unit."),
    ),
    Reason.NOT_HEARD: (
        mark("not tested yet"),
        mark("The next test is sent tonight; to know now: directory test."),
    ),
    Reason.ONLY_PEOPLE: (
        mark("a mail program: only people answer"),
        mark("Nothing is tested at night. Only an acknowledgement tells that letters arrive."),
    ),
    Reason.WAITING: (
        mark("a referral nobody has taken, working days: {days}"),
        mark("Ring the unit about it; the list of calls says which it is: due."),
    ),
    Reason.DRILL_UNANSWERED: (
        mark("test referral unanswered, working days: {days}"),
        mark("Ring the unit: does anybody read what comes in? It is not asked again before it has answered."),
    ),
    Reason.DRILL_WAITS: (
        mark("a test referral waits for somebody here, working days: {days}"),
        mark("Whoever takes referrals acknowledges it: in the inbox, or drills acknowledge."),
    ),
    Reason.NO_PERSON: (mark("no person has acknowledged anything since {since}"), VERIFY),
    Reason.NOT_VERIFIED: (mark("the contact is not confirmed"), VERIFY),
    Reason.VERIFIED_LONG_AGO: (mark("the contact was last confirmed {since}"), VERIFY),
    Reason.BOUNCES: (
        mark("{bounced} of {envelopes} letters came back"),
        mark("Ring the unit: is the address right, is the mailbox full?"),
    ),
    Reason.CHANGE_WAITS: (mark("a change waits for a second person"), SECOND),
    Reason.CHANGE_LATE: (mark("a change was to hold from {day}, and does not"), SECOND),
    Reason.CHANGE_COMING: (mark("a change holds from {day}"), mark("Nothing to do.")),
    Reason.OWN_KEY_PENDING: (
        mark("does not use our new key yet"),
        mark("It is announced again every day. Before the old key ends, ring, and read the new key's groups aloud."),
    ),
}
"""By reason: what it is, on a line, and what to do."""

OWN: Final[Mapping[str, tuple[str, str]]] = {
    OWN_KEY_ENDS: (mark("our own key ends {ends_at}"), mark("Make the next key in good time: keys rotate.")),
    OWN_KEY_ENDED: (
        mark("our own key ended {ends_at}"),
        mark("No letter leaves. Make a new key, and tell every party by phone."),
    ),
    DEPARTMENT_KEY_ENDS: (
        mark("the key of a department that is reached by mail ends {ends_at}"),
        mark("See which one: departments mail. Get its next key, and compare it by phone: departments reach."),
    ),
    DEPARTMENT_KEY_ENDED: (
        mark("the key of a department that is reached by mail ended {ends_at}"),
        mark("Mail to it waits. Get its next key, and compare it by phone: departments mail, departments reach."),
    ),
    BACKUP_OLD: (mark("the last backup is of {since}"), mark("Make one now, and keep it elsewhere: backup.")),
    BACKUP_NEVER: (mark("there is no backup"), mark("Make one now, and keep it elsewhere: backup.")),
    MAILBOX_FAILS: (
        mark("mail to the ordinary mailbox has not got through since {since}"),
        mark("Nobody is told there that something waits. Look at the address, and try it: mailbox, mailbox test."),
    ),
    PICKUP_FAILS: (
        mark("no mail has been picked up from the mail server since {since}"),
        mark("Letters lie there until it is mended; what is urgent comes by phone. See what is wrong: doctor."),
    ),
}
"""By the code of a notice about ourselves."""


def grade(one: Grade) -> str:
    """Name a grade, with its sign."""
    return f"{SIGNS[one]:<2} {_(GRADES[one])}"


def grade_word(one: Grade) -> str:
    """Name a grade alone."""
    return _(GRADES[one])


def heard(about: Facts) -> str:
    """Say of a row that is all well when it was last heard."""
    return _("heard {date}").format(date=dates.day(about.heard_at)) if about.heard_at else ""


def facts(about: Facts) -> tuple[tuple[str, str], ...]:
    """List what is known of a party, each with its label; what is not known is empty."""
    contact, key = about.contact, about.key
    return (
        (_("Unit"), contact.unit_name if contact else ""),
        (_("Mail address"), contact.email if contact else ""),
        (_("Phone"), dates.phone(about.phone) if about.phone else ""),
        (_("Hours"), contact.hours if contact else ""),
        (_("Contact confirmed"), _day(contact.verified_at if contact else None)),
        (_("Last test answered"), _moment(about.heartbeat_at)),
        (_("Last heard"), _moment(about.heard_at)),
        (_("Last acknowledged by a person"), _moment(about.person_at)),
        (_("Test referral not acknowledged since"), _day(about.drill_at)),
        (_("Oldest referral nobody has taken"), _moment(about.waiting_since)),
        (_("Letters that came back in 90 days"), f"{about.bounced}/{about.envelopes}" if about.envelopes else ""),
        (_("Key"), key.fingerprint.grouped if key else ""),
        (_("The key was made"), _day(key.made_at if key else None)),
        (_("The key ends"), _day(key.ends_at if key else None)),
        (_("A change is to hold from"), _day(about.change.valid_from if about.change else None)),
    )


def _day(moment: datetime | None) -> str:
    return dates.day(moment) if moment else ""


def _moment(moment: datetime | None) -> str:
    return dates.day_and_clock(moment) if moment else ""


def said(remark: Remark) -> str:
    """Say what it is, on a line."""
    return _filled(SAID[remark.reason][0], remark.told)


def advice(remark: Remark) -> str:
    """Say what to do about it."""
    return _(SAID[remark.reason][1])


def notice(one: Notice) -> str:
    """Say a notice on a line: whom it is about, what it is, and whom to ring."""
    what = _filled(_words(one)[0], one.told)
    if not one.about:
        return what[:1].upper() + what[1:]
    ring = _("tel. {phone}").format(phone=dates.phone(one.phone)) if one.phone else _("no phone known")
    return f"{one.name}: {what} ({ring})"


def notice_advice(one: Notice) -> str:
    """Say what to do about a notice."""
    return _(_words(one)[1])


def _words(one: Notice) -> tuple[str, str]:
    return OWN[one.code] if one.code in OWN else SAID[Reason(one.code)]


def _filled(text: str, told: Mapping[str, int | datetime]) -> str:
    """Fill in what is told; moments are written as Danes do, by the day."""
    return _(text).format(
        **{name: dates.day(value) if isinstance(value, datetime) else value for name, value in told.items()}
    )
