"""The command for a citizen who asks what is held about them, the same at both ends (O21, S32)."""

from collections.abc import Callable
from typing import Final

from sqlmodel import Session

from gateway.access.act import act
from gateway.access.actions import Action
from gateway.commands.console import DONE, NOT_FOUND, Arguments, Commands, Console, read_file, signed_in
from gateway.insight.answer import Insight
from gateway.language import gettext as _
from gateway.station import Opener, Station

LONGEST_LINE: Final = 1024

Gather = Callable[[Station, Session, str, bool], Insight]
"""Finds what is held under a CPR or phone number, with the names of staff or without; `abouts` is empty for nothing."""


def add_citizen(commands: Commands, open_site: Opener, gather: Gather) -> None:
    """Add `citizen`: everything that is held about one, found by a number that is never an argument."""

    def citizen(arguments: Arguments, console: Console) -> int:
        typed = read_file(arguments.file, LONGEST_LINE).decode("utf-8", "replace").partition("\n")[0]
        with open_site(console.home) as station:
            person, now = signed_in(station, arguments), station.clocks.rules()
            with act(station.database, person, Action.EXPORT_CITIZEN, now) as deed:
                found = gather(station, deed.session, typed, arguments.with_staff)
                deed.detail = {"by": found.by, "found": len(found.abouts), "staff": int(arguments.with_staff)}
                first, *others = found.abouts or ("",)
                deed.about, deed.also = first, tuple(others)
        if not found.abouts:
            console.failure("NOT_FOUND", *_nothing())
            return NOT_FOUND
        console.remark(*_look_through(found))
        console.answer(found.facts, found.text)
        return DONE

    parser = commands.add_parser("citizen", help=_("print everything that is held about a citizen who asks for it"))
    parser.add_argument(
        "file", metavar="FILE", help=_("the CPR or phone number stands on its first line; - reads standard input")
    )
    parser.add_argument(
        "--with-staff", action="store_true", help=_("name the staff too, where the citizen is to have that")
    )
    parser.set_defaults(run=citizen)


def _nothing() -> tuple[str, ...]:
    return (
        _("Nothing is held here under that CPR or phone number."),
        _("It may have been deleted in due time, or have been written under another number."),
        _("Try the citizen's phone if you used the CPR number, or the other way round."),
    )


def _look_through(found: Insight) -> tuple[str, ...]:
    read = _("Read it through before you hand it over: what somebody has written may name other people.")
    if found.by == "phone":
        return (_("Found by phone, which two people may share: see that all of it is about the one who asks."), read)
    return (read,)
