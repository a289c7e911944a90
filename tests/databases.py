"""Which database the tests use: a file each, or, with STAFET_TEST_DATABASE=postgresql, one each on a server.

`database_at` names the database of a file, so that a test need not know which it is. Sites that tests make through
`make_station`, also by commands in processes of their own (tests/on_postgresql), are then on the server as well.
"""

import atexit
import hashlib
import os
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway import station
from gateway.site.home import Home

ON_POSTGRESQL = os.environ.get("STAFET_TEST_DATABASE") == "postgresql"
SERVER = "STAFET_TEST_POSTGRESQL"
"""The folder of the server that runs; this process starts one where none is named."""

PROCESSES = Path(__file__).parent / "on_postgresql"

_made: dict[str, Path] = {}


def database_at(file: Path) -> str:
    """Give the URL of the database that stands for `file`; on PostgreSQL it is made if need be."""
    if not ON_POSTGRESQL:
        return f"sqlite:///{file}"
    name = _name(file)
    if name not in _made:
        if name not in server().databases():
            server().create(name)
        _made[name] = file
    return server().url(name)


def server() -> Any:
    """Give the server that the tests share."""
    from postgresql_server import PostgreSQL  # noqa: PLC0415 - needed on PostgreSQL alone

    return PostgreSQL(Path(os.environ[SERVER]))


def drop_what_is_gone() -> None:
    """Drop each database whose file's folder is gone: its test is over."""
    for name, file in tuple(_made.items()):
        if not file.parent.exists():
            server().drop(name)
            del _made[name]


def _name(file: Path) -> str:
    return f"t_{hashlib.sha256(str(file).encode()).hexdigest()[:24]}"


def _make_station(home: Home, plan: station.Plan, *tables: Any) -> Any:
    elsewhere = plan.database_url or database_at(home.path / "stafet.db")
    return _really_make_station(home, replace(plan, database_url=elsewhere), *tables)


def _start() -> None:
    from postgresql_server import postgresql  # noqa: PLC0415 - needed on PostgreSQL alone

    open_until_the_end = ExitStack()
    atexit.register(open_until_the_end.close)
    folder = open_until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="st-pg-", dir="/tmp"))
    os.environ[SERVER] = open_until_the_end.enter_context(postgresql(Path(folder))).folder.as_posix()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PROCESSES), *filter(None, [os.environ.get("PYTHONPATH")])])


_really_make_station = station.make_station
if ON_POSTGRESQL:
    station.make_station = _make_station
    if SERVER not in os.environ:
        _start()
