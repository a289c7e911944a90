"""`keys compromised` and `keys exposed`: what is done about a stolen key, and the facts within 72 hours (S25, S34)."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from directory import municipalities
from directory.model import REGION
from gateway import upkeep
from gateway.commands.audit_entries import a_day
from gateway.commands.console import DONE, NOT_FOUND, Arguments, Commands, Console, signed_in
from gateway.language import gettext as _
from gateway.language import mark, ngettext
from gateway.rotation.exposed import OURS, Exposed, ExposedLetter
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock
from gateway.terminal.plain import one_line
from gateway.wire.letters import HEADINGS, Kind
from keys.fingerprint import Fingerprint

Whose = Callable[[Arguments], str]

FATES: Final[Mapping[tuple[bool, bool], str]] = {
    (True, True): mark("received and opened by the recipient's gateway"),
    (True, False): mark("it left; no receipt: it is not known that anybody has opened it"),
    (False, False): mark("it never left this site sealed to that key"),
}
"""By whether an envelope may have left, and whether it was received."""


def add_exposed(
    keys: Commands, open_site: Opener, whose: Whose, party_options: Callable[[ArgumentParser], None]
) -> None:
    """Add both commands."""
    _add_compromised(keys, open_site, whose, party_options)

    def show(arguments: Arguments, console: Console) -> int:
        key = Fingerprint.parse(arguments.fingerprint)
        until = arguments.until + timedelta(days=1) if arguments.until else None
        with open_site(console.home) as station:
            found = upkeep.compromise(station).exposed(key, arguments.since, until, signed_in(station, arguments))
        console.answer(_facts(found), *_lines(found))
        return DONE

    parser = keys.add_parser("exposed", help=_("list every letter that was sealed to a key, for Datatilsynet"))
    parser.add_argument("fingerprint", metavar=_("FINGERPRINT"), help=_("the key that was lost or stolen"))
    parser.add_argument("--since", type=a_day, metavar=_("DATE"), help=_("from this day on (2026-11-22)"))
    parser.add_argument("--until", type=a_day, metavar=_("DATE"), help=_("up to and with this day"))
    parser.set_defaults(run=show)


def _add_compromised(
    keys: Commands, open_site: Opener, whose: Whose, party_options: Callable[[ArgumentParser], None]
) -> None:
    def revoke(arguments: Arguments, console: Console) -> int:
        party = whose(arguments)
        with open_site(console.home) as station:
            ended = upkeep.compromise(station).revoke(party, signed_in(station, arguments))
        if not ended:
            console.failure("KEY_NOT_FOUND", _("No key is pinned for that party."))
            return NOT_FOUND
        console.answer({"party": party, "revoked": list(ended)}, *_revoked(ended))
        return DONE

    parser = keys.add_parser("compromised", help=_("the other party's key was lost or stolen: believe it no more"))
    party_options(parser)
    parser.set_defaults(run=revoke)


def _revoked(ended: tuple[Fingerprint, ...]) -> Iterator[str]:
    yield _("Nothing that these keys have signed is believed any more, and letters to that party wait:")
    yield from (f"    {key.grouped}" for key in ended)
    yield _("Agree on a new key by phone, two of you (keys import). What was sealed to the old one: keys exposed")


def _facts(found: Exposed) -> dict[str, Any]:
    return {
        "fingerprint": found.fingerprint,
        "owner": found.owner or None,
        "since": _iso(found.since),
        "until": _iso(found.until),
        "letters": [_letter_facts(letter) for letter in found.letters],
        "kinds": {kind.value: count for kind, count in found.kinds.items()},
        "conversations": found.conversations,
        "about_nobody": {kind.value: count for kind, count in found.about_nobody.items()},
    }


def _letter_facts(letter: ExposedLetter) -> dict[str, Any]:
    return {
        "letter_id": letter.letter_id,
        "kind": letter.kind.value,
        "number": letter.number,
        "conversation_id": letter.conversation_id,
        "written_here": letter.here,
        "party": letter.party,
        "at": [at.isoformat() for at in letter.at],
        "addresses": list(letter.addresses),
        "signed_by": list(letter.signed_by),
        "may_have_left": letter.may_have_left,
        "received": letter.received,
    }


def _lines(found: Exposed) -> Iterator[str]:
    yield _("Letters that the key {key} opens, for the notice to Datatilsynet within 72 hours").format(
        key=found.fingerprint.grouped
    )
    yield _("The key belongs to: {owner}").format(owner=_owner(found.owner))
    yield _window(found)
    for letter in found.letters:
        yield ""
        yield from _letter_lines(letter)
    yield ""
    yield from _totals(found)


def _letter_lines(letter: ExposedLetter) -> Iterator[str]:
    about = _("{letter} {number}, {when}")
    when = day_and_clock(letter.at[0])
    yield about.format(letter=_(HEADINGS[letter.kind]), number=letter.number or letter.conversation_id, when=when)
    if letter.here:
        addresses = ", ".join(map(one_line, letter.addresses))
        yield _("  to {party}, {addresses}: {fate}").format(
            party=_place(letter.party), addresses=addresses, fate=_(FATES[letter.may_have_left, letter.received])
        )
    else:
        yield _("  from {party}, taken in here").format(party=_place(letter.party))
    yield from (_("  signed by the key {key}").format(key=key.grouped) for key in letter.signed_by)
    yield _("  letter {id}").format(id=letter.letter_id)


def _totals(found: Exposed) -> Iterator[str]:
    count = len(found.letters)
    yield ngettext("{count} letter", "{count} letters", count).format(count=count) + _kinds(found.kinds)
    yield _("Referrals they belong to: {count}").format(count=found.conversations)
    others = sum(found.about_nobody.values())
    yield _("Beside them, without any citizen in them: {count}").format(count=others) + _kinds(found.about_nobody)
    yield _("Which data a referral held: audit incident NUMBER, at the region.")
    yield _("A letter is encrypted all the way: without this key nobody can have opened it.")


def _kinds(counted: Mapping[Kind, int]) -> str:
    named = ", ".join(f"{_(HEADINGS[kind])} {count}" for kind, count in sorted(counted.items()))
    return f" ({named})" if named else ""


def _window(found: Exposed) -> str:
    since = day_and_clock(found.since) if found.since else _("the beginning")
    until = day_and_clock(found.until) if found.until else _("now")
    return _("From {since} until {until}").format(since=since, until=until)


def _owner(owner: str) -> str:
    if owner == OURS:
        return _("this site")
    return _place(owner) if owner else _("nobody who is known here")


def _place(party: str) -> str:
    known = municipalities.by_code(party)
    if party == REGION:
        return _("Præhospitalet")
    return known.official_name if known else one_line(party)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
