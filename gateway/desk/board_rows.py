"""The board as rows: what must be phoned first, then what is waited for, then what is being written. Pure.

Only the name stands here of what is known of a citizen; numbers and addresses do not.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from gateway.desk import words
from gateway.desk.content import get
from gateway.desk.ports import Board
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.referring.drafts import Draft
from gateway.referring.follow import Progress
from gateway.referring.promise import Step
from gateway.referring.words import why_waiting
from gateway.terminal import erased
from gateway.terminal.plain import one_line
from gateway.terminal.row_list import Item, Line

REFERRAL, DRAFT = "referral:", "draft:"
"""How the key of a row begins; the id follows."""


def rows(board: Board, now: datetime, chase_after: timedelta) -> tuple[Item, ...]:
    """Lay the board out; parts with nothing in them are left out."""
    to_call = [one for one in board.waiting if one.due and one.due.step.asks_for_call and not one.anew]
    anew = [one for one in board.waiting if one.anew]
    to_read = [one for one in board.waiting if one.due and one.due.step is Step.READ and not one.anew]
    others = [one for one in board.waiting if one not in to_call and one not in anew and one not in to_read]
    return (
        *_calls(to_call, now),
        *_calls_later(to_call, now),
        *_to_read(to_read, now),
        *_anew(anew, now),
        *_waiting(others, now),
        *_drafts(board.drafts, now, chase_after),
    )


def finished(listed: Sequence[Progress], now: datetime) -> tuple[Item, ...]:
    """Lay out what is finished here (L5)."""
    return (_heading(_("Finished here")), *(_row(one, now, "done") for one in listed))


def _calls(to_call: Sequence[Progress], now: datetime) -> Iterator[Item]:
    """Draw what must be phoned now, in a loud band of its own (E13)."""
    listed = [one for one in to_call if one.due and one.due.cannot_wait]
    if listed:
        title = ngettext("☎ PHONE NOW: {count} unit", "☎ PHONE NOW: {count} units", len(listed))
        yield Item((Line(((" " + title.format(count=len(listed)), "loud"),)),), ground="loud")
    yield from _to_phone(listed, now)


def _calls_later(to_call: Sequence[Progress], now: datetime) -> Iterator[Item]:
    """Draw what is to be phoned when the unit opens: nobody answers there now, so it does not shout (E16)."""
    listed = [one for one in to_call if one.due and not one.due.cannot_wait]
    if listed:
        yield _heading(_("To be phoned when the unit opens"))
    yield from _to_phone(listed, now)


def _to_phone(listed: Sequence[Progress], now: datetime) -> Iterator[Item]:
    """Draw each with the number in front."""
    for one in listed:
        due = one.due
        if due is None:
            continue
        hours = words.opens(open_now=due.open_now, opens_at=due.opens_at, now=now) if due.contact else ""
        first = ((" " + words.phone(due.contact), "alert"), ("  " + words.short_municipality(one.municipality), "name"))
        since = _("since {when}").format(when=words.moment(due.due_at, now))
        who = (("   " + one.number + "  ", "quiet"), (words.citizen(one.citizen), "name"))
        second = Line((*who, ("  " + since, "quiet")))
        third = Line((("   " + words.why_call(due), "plain"),))
        unit = ("  " + one_line(due.contact.unit_name), "quiet") if due.contact else ("", "quiet")
        yield Item((Line((*first, unit), (hours, "accent")), second, third), REFERRAL + one.referral_id, "band")


def _to_read(listed: Sequence[Progress], now: datetime) -> Iterator[Item]:
    if listed:
        yield _heading(_("Answered from a mail program: read what it says"))
    for one in listed:
        yield _row(one, now, "alert")


def _anew(listed: Sequence[Progress], now: datetime) -> Iterator[Item]:
    if listed:
        yield _heading(_("Not their citizen: ask the citizen, and send it anew"))
    for one in listed:
        yield _row(one, now, "alert")


def _waiting(listed: Sequence[Progress], now: datetime) -> Iterator[Item]:
    if listed:
        yield _heading(_("Waiting for the municipality ({count})").format(count=len(listed)))
    for one in listed:
        yield _row(one, now, "alert" if why_waiting(one.reason) else "state")


def _row(one: Progress, now: datetime, style: str) -> Item:
    """Draw a referral: citizen and municipality; number, how it stands, and whom to phone if it stands still."""
    name = erased.heading() if one.erased else words.citizen(one.citizen)
    first = ((" " + name, "name"), ("  " + words.short_municipality(one.municipality), "plain"))
    second = (("   " + one.number + "  ", "quiet"), (words.standing(one), style))
    doing = why_waiting(one.reason)[2:]
    phone = (("☎ " + words.phone(one.contact) + "  ", "alert"),) if one.contact else ()
    third = (Line((("   ", "plain"), *phone, (doing[0], "plain"))),) if doing else ()
    return Item(
        (Line(first, (words.age(one.submitted_at, now), "quiet")), Line(second), *third), REFERRAL + one.referral_id
    )


def _drafts(listed: Sequence[Draft], now: datetime, chase_after: timedelta) -> Iterator[Item]:
    if listed:
        yield _heading(_("Being written ({count})").format(count=len(listed)))
    for draft in listed:
        name = words.citizen(str(get(draft.content, "citizen.name") or ""))
        place = str(get(draft.content, "citizen.home_municipality_code") or "")
        where = words.short_municipality(place) if place else _("municipality not chosen")
        by = _("{person}, saved {when}").format(person=one_line(draft.author), when=words.moment(draft.saved_at, now))
        first = Line(((" " + name, "name"), ("  " + where, "plain")), (words.age(draft.started_at, now), "quiet"))
        yield Item((first, Line((("   " + by, "quiet"), *_chased(draft, now, chase_after)))), DRAFT + draft.id)


def _chased(draft: Draft, now: datetime, after: timedelta) -> tuple[tuple[str, str], ...]:
    """Say that a draft with a consent has lain too long: passing on is a duty then (B1)."""
    if draft.consented_at is None:
        return ()
    if now - draft.consented_at <= after:
        return ((words.SEPARATOR + _("the citizen has said yes"), "state"),)
    waited = words.age(draft.consented_at, now)
    return ((words.SEPARATOR + _("▲ said yes {age} ago: send it").format(age=waited), "alert"),)


def _heading(text: str) -> Item:
    return Item((Line(()), Line(((" " + text, "heading"),))))
