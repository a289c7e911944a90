"""A PostgreSQL that somebody names in a command: whether it is one, can be reached, lets us in, and can hold a site."""

import re
from typing import Final

import psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.adapters.postgresql import CONNECT_SECONDS
from gateway.language import gettext as _
from gateway.site.errors import (
    DatabasePasswordShown,
    DatabaseRefused,
    DatabaseUnfit,
    DatabaseUnknown,
    DatabaseUnreached,
)

SECRETS: Final = frozenset({"password", "sslpassword"})
NO_SUCH_DATABASE: Final = re.compile(r'FATAL:\s+database ".*" does not exist')
"""All that tells it from a login that is refused; a server that speaks another language is taken to refuse."""

ANSWERED: Final = re.compile(r"failed: (\S+:\s+.*)")
"""What a server itself says, and not the machine on the way to it."""


def named_server(text: str) -> str:
    """Give the URL, once the database is known to be there and fit.

    Raises DatabasePasswordShown, DatabaseUnfit, DatabaseUnreached, DatabaseRefused and DatabaseUnknown.
    """
    url = _parsed(text)
    if url.password or SECRETS & url.query.keys():
        raise DatabasePasswordShown
    try:
        with psycopg.connect(_conninfo(url), connect_timeout=CONNECT_SECONDS) as connection:
            _require_fit(connection)
    except psycopg.ProgrammingError:
        raise DatabaseUnfit(_("an option in the URL is not known")) from None
    except psycopg.OperationalError as error:
        raise _why(str(error)) from None
    return text


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUnfit(_("it is no URL like postgresql://…")) from None
    if url.drivername != "postgresql":
        raise DatabaseUnfit(_("it is no URL like postgresql://…"))
    return url


def _conninfo(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _require_fit(connection: psycopg.Connection) -> None:
    if connection.info.encoding != "utf-8" or connection.info.parameter_status("server_encoding") != "UTF8":
        raise DatabaseUnfit(_("its text is not in UTF-8"))
    (may,) = connection.execute("SELECT has_schema_privilege(current_schema(), 'CREATE')").fetchone() or (False,)
    if not may:
        raise DatabaseUnfit(_("the account may make no tables in it"))


def _why(said: str) -> DatabaseUnknown | DatabaseRefused | DatabaseUnreached:
    """Tell from the words of the server or of the machine, which is all there is, why there is no connection."""
    first = said.partition("\n")[0]
    if NO_SUCH_DATABASE.search(first):
        return DatabaseUnknown()
    answer = ANSWERED.search(first)
    return DatabaseRefused(answer[1]) if answer else DatabaseUnreached(first.rpartition("failed: ")[2])
