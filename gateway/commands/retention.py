"""Commands about retention: what was erased and why, what goes next, and a run by hand (O18, S33)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console, signed_in
from gateway.commands.explain import explained
from gateway.language import gettext as _
from gateway.language import ngettext
from gateway.retention import words
from gateway.retention.errors import RetentionRefused
from gateway.retention.look import Coming, Done, coming, done
from gateway.retention.run import Retain, last_run
from gateway.site.erasing import Held
from gateway.station import Opener, Station
from gateway.terminal.dates import day, day_and_clock

Retaining = Callable[[Station], Retain]


def add_retention(commands: Commands, open_site: Opener, retain: Retaining) -> None:
    """Add `retention list`, `retention due` and `retention run`."""
    parsers = commands.add_parser("retention", help=_("what is erased when its time has come")).add_subparsers(
        required=True, metavar=_("COMMAND")
    )

    def show(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person = signed_in(station, arguments)
            with act(station.database, person, Action.SEE_RETENTION, station.clocks.machine()) as deed:
                found, last = done(deed.session), last_run(deed.session)
        lines = [_done_line(one) for one in found] or [_("Nothing has been erased yet.")]
        ran = _("Last run: {when}").format(when=day_and_clock(last)) if last else _("It has not run yet.")
        facts = {"last_run": last.isoformat() if last else None, "erased": [_done_facts(one) for one in found]}
        console.answer(facts, *lines, ran)
        return DONE

    def due(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            person, retaining = signed_in(station, arguments), retain(station)
            with act(station.database, person, Action.SEE_RETENTION, station.clocks.machine()) as deed:
                found = coming(deed.session, retaining.erasers, retaining.terms, retaining.now())
        lines = [line for one in found for line in _coming_lines(one)]
        console.answer({"due": [_coming_facts(one) for one in found]}, *lines)
        return DONE

    def run(arguments: Arguments, console: Console) -> int:
        with open_site(console.home) as station:
            try:
                count = retain(station).by_hand(signed_in(station, arguments), confirmed=arguments.confirm)
            except RetentionRefused as refusal:
                console.failure(refusal.code, *explained(refusal.code))
                return REFUSED
        said = ngettext("{count} thing was erased.", "{count} things were erased.", count)
        console.answer({"erased": count}, said.format(count=count))
        return DONE

    parsers.add_parser("list", help=_("show what was erased, when and why")).set_defaults(run=show)
    parsers.add_parser("due", help=_("show what goes next, and what is kept although it is old")).set_defaults(run=due)
    running = parsers.add_parser("run", help=_("erase now what is due (the daemon does it daily)"))
    running.add_argument(
        "--confirm", action="store_true", help=_("you have looked: this machine's clock is right, also after a pause")
    )
    running.set_defaults(run=run)


def _done_line(one: Done) -> str:
    said = _("{day}  {count} × {what}, from {oldest} to {newest}: kept for {days} days ({setting})")
    return said.format(
        day=day(one.day),
        count=one.count,
        what=words.what(one.what),
        oldest=day(one.oldest),
        newest=day(one.newest),
        days=one.days,
        setting=one.setting,
    )


def _coming_lines(one: Coming) -> Iterable[str]:
    said = _("{what}: {now} now, {month} within a month; kept for {days} days ({setting})")
    yield said.format(
        what=words.what(one.what), now=one.now, month=one.within_a_month, days=one.days, setting=one.setting
    )
    if one.first_at:
        yield "  " + _("the first goes {date}").format(date=day(one.first_at))
    yield from map(_held_line, one.held)


def _held_line(held: Held) -> str:
    kept = _("kept: {number}, from {since}: {why}")
    return "  " + kept.format(number=held.number or "–", since=day(held.since), why=words.why_kept(held.reason))


def _done_facts(one: Done) -> Mapping[str, Any]:
    return {
        "day": one.day.isoformat(),
        "what": one.what.value,
        "count": one.count,
        "oldest": one.oldest.isoformat(),
        "newest": one.newest.isoformat(),
        "setting": one.setting.value,
        "days": one.days,
    }


def _coming_facts(one: Coming) -> Mapping[str, Any]:
    return {
        "what": one.what.value,
        "setting": one.setting.value,
        "days": one.days,
        "now": one.now,
        "within_a_month": one.within_a_month,
        "first_at": one.first_at.isoformat() if one.first_at else None,
        "kept": [{"number": held.number, "since": held.since.isoformat(), "reason": held.reason} for held in one.held],
    }
