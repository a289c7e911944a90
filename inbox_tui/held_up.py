"""What does not get through, in words: which letter, to whom, why, and what a person does about it."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.exchange.delivery import State
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.terminal import dates
from gateway.terminal.plain import one_line
from gateway.wire.letters import Kind
from inbox_tui.casework.case import STUCK, HeldUp, Mailed

OWN_KEY: Final = mark("Your own key can no longer be used. Your administrator must make or renew it.")
THEIR_KEY: Final = mark("Præhospitalet's key can no longer be used. Your administrator must get their new one.")

WHY: Final[Mapping[str, str]] = {
    "NO_CONTACT": mark("Præhospitalet's address is not registered here. Your administrator must register it."),
    "NO_KEY": mark("No key is pinned for Præhospitalet. Your administrator must import it."),
    "KEY_REVOKED": mark("Præhospitalet's key was lost or stolen. Your administrator must get their new one by phone."),
    "OWN_KEY_UNKNOWN": mark("Præhospitalet does not know your new key yet. Your administrator must phone them."),
    "READER_": THEIR_KEY,
    "SIGNER_": OWN_KEY,
    "CLOCK_": mark("The clock of this machine is behind. Your administrator must set it."),
    "RELAY_REFUSED": mark("The mail server would not take the letter. It is tried again every hour."),
    "BOUNCED_5.1": mark("The letter came back: there is no such mailbox. It is tried again every hour."),
    "BOUNCED_5.2.2": mark("The letter came back: the mailbox is full. It is tried again every hour."),
    "BOUNCED_5.3.4": mark("The letter came back: it is too large for a mail server on the way."),
    "BOUNCED_5.2.3": mark("The letter came back: it is too large for a mail server on the way."),
    "BOUNCED_5.7": mark("The letter came back: a mail server on the way refuses it. It is tried again every hour."),
    "BOUNCED": mark("The letter came back from a mail server on the way. It is tried again every hour."),
    "RETURNED_5.1": mark("The letter came back: there is no such mailbox. It is not tried again by itself."),
    "RETURNED": mark("The letter came back from a mail server on the way. It is not tried again by itself."),
    "NO_RECEIPT": mark("It was sent three times, and Præhospitalet's gateway has not confirmed it."),
}
"""Why a letter does not get through, by how its reason code begins; the most particular first."""

WHY_DEPARTMENT: Final[Mapping[str, str]] = {
    "NO_CONTACT": mark("The department's mail address is not registered any longer."),
    "NO_KEY": mark("No key is pinned for the department. Your administrator must get it."),
    "KEY_REVOKED": mark("The department's key was lost or stolen. Your administrator must get their new one."),
    "OWN_KEY_UNKNOWN": mark("The department does not have your new key yet. Your administrator must give it to them."),
    "READER_": mark("The department's key can no longer be used. Your administrator must get their new one."),
}
"""The same where the letter is for a department; what is not here is said as of any letter."""

OTHERWISE: Final[Mapping[State, str]] = {
    State.PARKED: mark("It cannot be sent now. It is tried again by itself."),
    State.REFUSED: mark("Præhospitalet's gateway got it and could not take it in."),
    State.GIVEN_UP: mark("It is no longer tried."),
}


def heading(one: HeldUp) -> str:
    """Name what has not got through."""
    if one.department:
        return _("The sealed mail to {department} has not got through").format(department=one_line(one.department))
    if one.kind is Kind.ACKNOWLEDGEMENT:
        return _("Your acknowledgement has not got through")
    return _("Your answer has not got through")


def advice(one: HeldUp, phone: str) -> str:
    """Say why, and what to do: the person says by phone what the letter could not."""
    if one.department:
        what = _("Phone the department, and tell your administrator. It goes by itself when the cause is gone.")
        return f"{why(one)} {what}"
    if one.kind is Kind.ACKNOWLEDGEMENT:
        what = _("Phone Præhospitalet and say that you have the referral, and tell your administrator.")
        there = _("Phone Præhospitalet on {phone} and say that you have the referral, and tell your administrator.")
    else:
        what = _("Phone Præhospitalet and tell them what you have answered, and tell your administrator.")
        there = _("Phone Præhospitalet on {phone} and tell them what you have answered, and tell your administrator.")
    return f"{why(one)} {there.format(phone=dates.phone(phone)) if phone else what}"


def why(one: HeldUp) -> str:
    """Say why it does not get through."""
    reasons = {**WHY, **WHY_DEPARTMENT} if one.department else WHY
    return _(next((words for code, words in reasons.items() if one.reason.startswith(code)), OTHERWISE[one.state]))


def mailed(one: Mailed) -> str:
    """Say how far the sealed mail to a department has come."""
    name, when = one_line(one.department), dates.day_and_clock(one.at)
    if one.state in STUCK:
        held = HeldUp("", "", Kind.FORWARD, one.state, one.reason, one.department)
        return _("{department}: ! cannot be sent. {why}").format(department=name, why=why(held))
    if one.state is State.HANDED_OVER:
        return _("{department}: sent {when}").format(department=name, when=when)
    return _("{department}: on its way since {when}").format(department=name, when=when)


def summary(held_up: Sequence[HeldUp], phone: str) -> str:
    """Sum them up above the list: the oldest in full, and how many more there are; empty when all gets through."""
    if not held_up:
        return ""
    first, more = held_up[0], len(held_up) - 1
    if first.department:
        what = _("! The sealed mail about {number} to a department has not got through.")
    elif first.kind is Kind.ACKNOWLEDGEMENT:
        what = _("! The acknowledgement of {number} has not got through.")
    else:
        what = _("! The answer about {number} has not got through.")
    others = ngettext("{count} more.", "{count} more.", more).format(count=more) if more else ""
    return " ".join(filter(None, (what.format(number=one_line(first.number)), advice(first, phone), others)))
