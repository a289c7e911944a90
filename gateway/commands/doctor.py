"""The command `doctor`: what is wrong here, what it means, and what to do. It needs no sign-in and names nobody."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from gateway.access.act import noted_by_daemon
from gateway.access.actions import Action
from gateway.commands.console import DONE, REFUSED, Arguments, Commands, Console
from gateway.commands.findings import facts_of, lines_of
from gateway.commands.retention import Retaining
from gateway.doctor import files, machine, road
from gateway.doctor.examine import from_inside, from_outside
from gateway.doctor.findings import Check, Finding, Grade, bad
from gateway.language import gettext as _
from gateway.site.errors import SchemaNewer, SchemaOlder, SiteError, WrongEnd
from gateway.station import Opener
from keys.errors import KeyringError, KeysError


def add_doctor(commands: Commands, open_site: Opener, retain: Retaining) -> None:
    """Add `doctor`; it ends with 0 when all is well, and with 2 when something needs doing."""

    def doctor(arguments: Arguments, console: Console) -> int:
        console.home.settings()
        mended = files.mend(console.home) if arguments.mend else ()
        looks = _Looks(open_site, retain, over_the_road=not arguments.offline)
        found = [*from_outside(console.home), *_from_inside(console, looks, len(mended))]
        wrong = [finding for finding in found if finding.grade is not Grade.WELL]
        facts = {"well": not wrong, "mended": list(mended), "findings": [facts_of(finding) for finding in found]}
        console.answer(facts, *map(_mended, mended), *(line for finding in found for line in lines_of(finding)))
        return REFUSED if wrong else DONE

    parser = commands.add_parser("doctor", help=_("see whether anything is wrong here, and what to do"))
    parser.add_argument("--mend", action="store_true", help=_("close files that stand open to others"))
    parser.add_argument("--offline", action="store_true", help=_("ask no mail server"))
    parser.set_defaults(run=doctor)


@dataclass(frozen=True)
class _Looks:
    """How an end is opened and looked at."""

    open_site: Opener
    retain: Retaining
    over_the_road: bool


def _from_inside(console: Console, looks: _Looks, mended: int) -> Iterator[Finding]:
    """Look at the opened site, and from there down the road; one that cannot be opened is a finding too."""
    try:
        with looks.open_site(console.home) as station:
            if mended:
                with station.database.session() as session:
                    noted_by_daemon(session, Action.MEND, station.clocks.machine(), detail={"files": mended})
            yield from from_inside(station, looks.retain)
            if looks.over_the_road:
                yield from road.examine(station)
    except WrongEnd:
        raise
    except (SchemaOlder, SchemaNewer) as error:
        yield bad(Check.DATABASE, error.code)
    except (SiteError, KeysError) as error:
        yield bad(Check.DATABASE, "CANNOT_OPEN", reason=error.code)
        if isinstance(error, KeyringError):
            yield from machine.agent(console.home)
    except (SQLAlchemyError, OSError) as error:
        yield bad(Check.DATABASE, "CANNOT_OPEN", reason=type(error).__name__)


def _mended(name: str) -> str:
    return _("closed to others: {file}").format(file=name)
