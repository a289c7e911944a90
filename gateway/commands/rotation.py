"""Commands about our own key: change it, see who knows the new one, tell, retire, and give it up when it is lost."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

from directory import municipalities
from directory.departments import department_of, is_department
from directory.model import REGION
from gateway import upkeep
from gateway.commands.console import DONE, Arguments, Commands, Console, remind_of_daemon, signed_in
from gateway.commands.exposed import add_exposed
from gateway.language import gettext as _
from gateway.rotation.model import Rotating
from gateway.rotation.rotate import Rotation
from gateway.site.people import Person
from gateway.station import Opener
from gateway.terminal.dates import day_and_clock, phone

Whose = Callable[[Arguments], str]
Does = Callable[[Rotation, Arguments, Person], Rotating]


def add_rotation(
    keys: Commands, open_site: Opener, whose: Whose, party_options: Callable[[ArgumentParser], None]
) -> None:
    """Add `keys rotate`, `status`, `told`, `retire`, `lost`, `compromised` and `exposed`."""

    def add(name: str, words: str, does: Does, *, letters: bool = False) -> ArgumentParser:
        def run(arguments: Arguments, console: Console) -> int:
            with open_site(console.home) as station:
                person = signed_in(station, arguments)
                stands = does(upkeep.rotation(station), arguments, person)
            console.answer(facts(stands), *lines(stands))
            if letters:
                remind_of_daemon(console)
            return DONE

        parser: ArgumentParser = keys.add_parser(name, help=words)
        parser.set_defaults(run=run)
        return parser

    add("rotate", _("make the next key and announce it; both hold for a while"), _rotate, letters=True)
    add("status", _("see who is not known to use our newest key"), _status)
    told = add(
        "told",
        _("note that the other party was told of our newest key by phone"),
        lambda rotation, arguments, person: rotation.told(whose(arguments), person),
        letters=True,
    )
    party_options(told)
    retire = add("retire", _("end the old key now"), _retire)
    retire.add_argument("--force", action="store_true", help=_("also when some must then be told by phone"))
    add("lost", _("our key was lost or stolen: give it up at once"), _lost)
    add_exposed(keys, open_site, whose, party_options)


def facts(stands: Rotating) -> dict[str, Any]:
    """Give how the change of our key stands, for `--json`."""
    return {
        "old": stands.old,
        "new": stands.new,
        "begun_at": stands.begun_at.isoformat() if stands.begun_at else None,
        "old_ends_at": stands.old_ends_at.isoformat() if stands.old_ends_at else None,
        "runs": stands.runs,
        "lost": stands.lost,
        "heard": list(stands.heard),
        "stragglers": [{"party": party, "phone": stands.phones.get(party)} for party in stands.stragglers],
    }


def lines(stands: Rotating) -> Iterator[str]:
    """Say how it stands, and what to do."""
    if stands.new is None:
        yield _("Our key has the fingerprint")
        yield f"    {stands.present.grouped}"
        yield _("Nobody is known to use an older one.")
        return
    yield from _what_happened(stands)
    yield _("The new key has the fingerprint")
    yield f"    {stands.new.grouped}"
    if stands.heard:
        yield _("Known to use it: {parties}").format(parties=", ".join(map(named, stands.heard)))
    yield from _missing(stands)


def _what_happened(stands: Rotating) -> Iterator[str]:
    until = day_and_clock(stands.old_ends_at) if stands.old_ends_at else "-"
    if stands.lost:
        yield _("Our old key is given up, as of {when}. What arrives sealed to it is not opened.").format(when=until)
    elif stands.runs:
        yield _("A new key is announced. The old one holds beside it until {when}.").format(when=until)
    else:
        yield _("The old key has ended, as of {when}.").format(when=until)


def _missing(stands: Rotating) -> Iterator[str]:
    if not stands.stragglers:
        yield _("Nobody is missing.")
    elif stands.runs:
        yield _("Not heard on it yet; it is announced to them again each day. Phone them before the old key ends:")
    else:
        yield _("They must be told by phone. Letters to them wait safely until then:")
    for party in stands.stragglers:
        yield f"    {named(party)}  {phone(stands.phones.get(party, '-'))}"
    if any(map(is_department, stands.stragglers)):
        yield _("A department gets no announcement. Give it the new key (keys export), and note it: departments told")
    if stands.stragglers and not stands.runs:
        yield _("Read the fingerprint aloud; when they have taken the key in, note it: keys told")


def named(party: str) -> str:
    """Name a party as people do."""
    if party == REGION:
        return _("Præhospitalet")
    if is_department(party):
        return _("the department {name}").format(name=department_of(party))
    known = municipalities.by_code(party)
    return f"{known.name} ({party})" if known else party


def _rotate(rotation: Rotation, _arguments: Arguments, person: Person) -> Rotating:
    return rotation.begin(person)


def _status(rotation: Rotation, _arguments: Arguments, person: Person) -> Rotating:
    return rotation.status(person)


def _retire(rotation: Rotation, arguments: Arguments, person: Person) -> Rotating:
    return rotation.retire(person, force=arguments.force)


def _lost(rotation: Rotation, _arguments: Arguments, person: Person) -> Rotating:
    return rotation.lost(person)
