"""What can go wrong with a database that is named or moved: what happened, what it means, and what to do now."""

from collections.abc import Mapping
from typing import Final

from gateway.language import mark

AS_BEFORE: Final = mark("Nothing was changed: the site goes on with the database it has.")

DATABASE: Final[Mapping[str, tuple[str, str, str]]] = {
    "DATABASE_TAKEN": (
        mark("The database that was named holds something already: a site, or another program's tables."),
        AS_BEFORE,
        mark("Name an empty one. If what it holds is left from a start that was broken off here, empty it first."),
    ),
    "DATABASE_GONE": (
        mark("The database is not in the site's folder any more, and an empty one is not put in its place."),
        mark("Nothing was changed. Letters that others have sent wait with them."),
        mark("If it was moved to a server, let database_url in settings.toml name that. Else restore the backup."),
    ),
    "DATABASE_UNFIT": (
        mark("That database cannot hold a site: {detail}."),
        AS_BEFORE,
        mark("Make one that can (CREATE DATABASE stafet OWNER stafet ENCODING 'UTF8' TEMPLATE template0)."),
    ),
    "DATABASE_UNKNOWN": (
        mark("The server is there, and has no database of that name."),
        AS_BEFORE,
        mark("Check the name, or make it (CREATE DATABASE stafet OWNER stafet ENCODING 'UTF8' TEMPLATE template0)."),
    ),
    "DATABASE_UNREACHED": (
        mark("No database server answers there: {detail}."),
        AS_BEFORE,
        mark("Check the host in the URL, that the server runs, and that no firewall stands between. Then try again."),
    ),
    "DATABASE_REFUSED": (
        mark("The database server answers, and lets nobody in by that name: {detail}."),
        AS_BEFORE,
        mark(
            "Check the name in the URL, and pg_hba.conf there: peer on the server's own machine, else scram-sha-256"
            " with passfile=FILE in the URL."
        ),
    ),
    "DATABASE_PASSWORD_SHOWN": (
        mark("A password stands in the URL, and everybody on this machine can read what is typed in a command."),
        mark("Nothing was done with it, and nothing was changed. Give the account another password."),
        mark(
            "Leave it out: on one machine by peer authentication over the socket (?host=/run/postgresql), else with"
            " passfile=FILE in the URL, a file only the site's account can read."
        ),
    ),
    "DATABASE_ELSEWHERE": (
        mark("The database lies on a server already."),
        AS_BEFORE,
        mark("To move it to another one: backup, then restore in a new folder, then database move there."),
    ),
    "COPY_DIFFERS": (
        mark("What was copied is not what it was copied from ({detail})."),
        AS_BEFORE,
        mark("Run doctor, and try again. If it happens again, keep everything and ask for help."),
    ),
}
