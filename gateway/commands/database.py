"""The command group `database`: which version it is of, from one version to the next and back, and elsewhere."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from sqlalchemy import Connection

from directory.model import REGION
from gateway.adapters.database import Database
from gateway.commands.console import DONE, Arguments, Commands, Console
from gateway.commands.database_versions import add_downgrade, add_upgrade
from gateway.commands.database_words import KINDS, STANDS
from gateway.language import gettext as _
from gateway.schema.branch import Branch, newest, release_of
from gateway.schema.version import Standing, revisions, standing
from gateway.site.errors import WrongEnd
from gateway.site.home import Home
from gateway.terminal.sizes import size

SIZES: Final = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}
"""How each kind of database tells its size in bytes."""


def add_database(commands: Commands, *branches: Branch, at_region: bool) -> Commands:
    """Add `database status`, `database upgrade` and `database downgrade`; give the group, for more."""

    @contextmanager
    def opened(home: Home) -> Iterator[Database]:
        """Open a site's database without the site; raises HomeMissing, SettingsUnreadable or WrongEnd."""
        settings = home.settings()
        if (settings.unit.party == REGION) is not at_region:
            raise WrongEnd
        with closing(Database(home.database_url(settings))) as database:
            yield database

    def status(_arguments: Arguments, console: Console) -> int:
        with opened(console.home) as database, database.reading() as session:
            connection = session.connection()
            stands, found = _seen(connection, branches)
            kind, bytes_ = connection.dialect.name, connection.exec_driver_sql(SIZES[connection.dialect.name]).scalar()
        wanted = newest(branches)
        facts: dict[str, Any] = {"kind": kind, "bytes": bytes_, "version": found, "wanted": wanted}
        said = _(STANDS[stands]).format(found=found, wanted=wanted)
        console.answer({**facts, "standing": stands.value}, _(KINDS[kind]).format(size=size(bytes_ or 0)), said)
        return DONE

    help_ = _("the database: which version it is of, and bringing it forward")
    parsers: Commands = commands.add_parser("database", help=help_).add_subparsers(required=True, metavar=_("COMMAND"))
    showing = parsers.add_parser("status", help=_("show which version the database is of, and which is needed"))
    showing.set_defaults(run=status)
    add_upgrade(parsers, branches, opened)
    add_downgrade(parsers, branches, opened)
    return parsers


def _seen(connection: Connection, branches: tuple[Branch, ...]) -> tuple[Standing, str | None]:
    """Tell how a database stands, and which release it is of, also where it does not say so itself."""
    stands, at = standing(connection, branches), revisions(connection)
    if stands is not Standing.UNVERSIONED or at:
        return stands, release_of(branches, at)
    from gateway.schema.shape import recognised  # noqa: PLC0415 - Alembic, which no other command needs

    found = recognised(connection, branches)
    return Standing.OLDER if found else stands, found
