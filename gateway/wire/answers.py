"""The short letters of a conversation: who has taken it, a reminder, «ikke vores borger», withdrawn, closed.

None of them holds anything about the citizen beyond what the other end has already: a person, a unit, a time (L4, O16).
"""

import enum
from datetime import date

from gateway.wire.body import Body, Name, Phone, Short
from gateway.wire.referral import Moment


class Acknowledgement(Body):
    """A person at the municipality has taken over: who, in which unit, on which phone, when (L6).

    `contact_by` is by when they mean to contact the citizen, when they say so: a date and no words (E15).
    """

    acknowledged_by: Name
    unit: Short
    phone: Phone
    acknowledged_at: Moment
    contact_by: date | None = None


class Reminder(Body):
    """The region has heard from nobody: since when it waits, and whom to ring about it (O3, E13)."""

    referred_at: Moment
    reminded_at: Moment
    unit: Short
    phone: Phone


class Elsewhere(enum.StrEnum):
    """Why a citizen is not the municipality's own."""

    MOVED = "moved"
    """The citizen has moved away."""
    NEVER_HERE = "never-here"
    """The citizen neither lives nor usually stays here."""
    NOT_FOUND = "not-found"
    """Nobody here can tell who is meant."""
    OTHER = "other"
    """Something else, in the remark."""


class NotOurs(Body):
    """«Ikke vores borger»: who answers, and why. Where else the citizen lives is for the citizen to say (O7)."""

    answered_by: Name
    unit: Short
    phone: Phone
    answered_at: Moment
    why: Elsewhere
    remark: Short = ""


class Withdrawal(Body):
    """The citizen no longer consents: when they said so and to whom. No reason is asked for (O10)."""

    withdrawn_at: Moment
    taken_by: Name
    unit: Short
    phone: Phone


class Closed(Body):
    """The municipality has ended the case: when, and nothing more (O16)."""

    closed_at: Moment
    unit: Short
    phone: Phone
