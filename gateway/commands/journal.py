"""Commands about what Præhospitalet writes itself: the note for its journal, and the drafts of the shift."""

from datetime import datetime, timedelta
from typing import Any

from gateway import bootstrap
from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, Arguments, Commands, Console, signed_in
from gateway.commands.correspond import referral_argument, refusing
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.referring.drafts import Draft
from gateway.referring.journal import facts, note
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock

MINUTES_AN_HOUR = 60


def add_journal(commands: Commands, open_site: Opener) -> None:
    """Add `journal`: the note that is pasted into the journal, on standard output and nowhere else (C2)."""

    @refusing
    def journal(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            found = bootstrap.look(station).journal(arguments.letter, signed_in(station, arguments))
        console.answer(facts(found), note(found))
        return DONE

    parser = commands.add_parser("journal", help=_("print the note for the journal about a referral"))
    referral_argument(parser)
    parser.set_defaults(run=journal)


def add_drafts(commands: Commands, open_site: Opener) -> None:
    """Add `drafts`: what the shift has begun and not sent; nothing of what it says (O5, B1)."""

    def drafts(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.rules()
            with act(station.database, person, Action.LIST_REFERRALS, now):
                found = bootstrap.drafts(station).all(person)
            after = timedelta(hours=station.settings.promise.chase_drafts_hours)
        chased = {draft.id for draft in found if draft.overdue(now, after)}
        lines = [_line(draft, now, overdue=draft.id in chased) for draft in found] or [_("No drafts.")]
        console.answer({"drafts": [_facts(draft, overdue=draft.id in chased) for draft in found]}, *lines)
        return DONE

    commands.add_parser("drafts", help=_("see what has been begun and not sent")).set_defaults(run=drafts)


def _facts(draft: Draft, *, overdue: bool) -> dict[str, Any]:
    return {
        "draft_id": draft.id,
        "author": draft.author,
        "started_at": draft.started_at.isoformat(),
        "saved_at": draft.saved_at.isoformat(),
        "consented_at": draft.consented_at.isoformat() if draft.consented_at else None,
        "overdue": overdue,
    }


def _line(draft: Draft, now: datetime, *, overdue: bool) -> str:
    consented = draft.consented_at
    if consented is None:
        standing = _("not consented yet")
    elif overdue:
        standing = _("consented {when} and not sent: send it, or ask the citizen again").format(
            when=day_and_clock(consented)
        )
    else:
        standing = _("consented {when}").format(when=day_and_clock(consented))
    return f"{day_and_clock(draft.started_at)}  {draft.author}  {_age(draft, now)}  {standing}"


def _age(draft: Draft, now: datetime) -> str:
    minutes = int((now - draft.started_at).total_seconds() // 60)
    hours = minutes // MINUTES_AN_HOUR
    if hours:
        return ngettext("{count} hour old", "{count} hours old", hours).format(count=hours)
    return ngettext("{count} minute old", "{count} minutes old", minutes).format(count=minutes)
