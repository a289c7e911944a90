"""What is said of a database that lies on a server."""

from collections.abc import Mapping
from typing import Final

from gateway.language import mark

SAID: Final[Mapping[str, tuple[str, str, str]]] = {
    "SERVER_HERE": (
        mark("PostgreSQL {version}, on this machine; whether its disk has room must be seen there"),
        "",
        "",
    ),
    "SERVER_BY_TLS": (
        mark("PostgreSQL {version}, over TLS; whether its disk has room must be seen there"),
        "",
        "",
    ),
    "SERVER_UNPROVED": (
        mark("PostgreSQL {version}, over TLS, and it does not prove who it is"),
        mark("Somebody on the network could take its place."),
        mark("Add sslmode=verify-full and sslrootcert=FILE to database_url."),
    ),
    "SERVER_IN_CLEAR": (
        mark("PostgreSQL {version}, over a network in clear"),
        mark("Who listens there learns who writes to whom and when, and could change what is kept."),
        mark("Let the server offer TLS, and add sslmode=verify-full and sslrootcert=FILE to database_url."),
    ),
    "SERVER_TOO_OLD": (
        mark("PostgreSQL {version} is too old"),
        mark("When the server is lost in the middle of something, nobody can tell whether it was done."),
        mark("Move the database to PostgreSQL 13 or newer."),
    ),
    "SERVER_NOT_UTF8": (
        mark("it keeps text as {encoding}"),
        mark("It cannot keep every name, and refuses letters for it."),
        mark("Make a new database with the encoding UTF8, and move the site there."),
    ),
    "SERVER_FORGETS": (
        mark("the server does not write down at once what it has promised to keep"),
        mark("After a power cut, letters that were answered for may be gone."),
        mark("Set fsync, full_page_writes and synchronous_commit to on, as they are by default."),
    ),
}
