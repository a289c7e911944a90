"""Commands typed in the test's own process, and what is typed into them."""

import io
import json
import sqlite3
import sys
from contextlib import closing

import pytest

from gateway import __main__ as gateway_command
from gateway.referring.example import example
from gateway.station import utc_now

INIT = (
    *("init", "--address", "henvendelser@praehospitalet.example", "--phone", "84112000", "--person", "Mette Testgaard"),
    *("--listen", "127.0.0.1:0"),
)
CONTACT = ("--email", "sikkerpost@aarhus.example", "--phone", "95000751", "--name", "Den sociale indgang")
DONE, REFUSED, NOT_FOUND, OUT_OF_REACH = 0, 2, 3, 4


class Typed:
    """Types commands in this process, where they start a hundred times faster; `home` is added unless it is there."""

    def __init__(self, home, capsys, monkeypatch):
        self.home, self._capsys, self._monkeypatch = home, capsys, monkeypatch

    def __call__(self, *words, code=DONE, typed=b"", command=gateway_command):
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        argv = [str(word) for word in words]
        if "--home" not in argv:
            argv = ["--home", str(self.home), *argv]
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            command.main(argv)
        self.out, self.err = self._capsys.readouterr()
        assert ended.value.code == code, (argv, self.out, self.err)
        return self.out

    def json(self, *words, **how):
        return json.loads(self(*words, "--json", **how))


def referral(**changes):
    return json.dumps(example("751", utc_now()) | changes).encode()


def refused_consent():
    return referral(
        consent=example("751", utc_now())["consent"] | {"given": False}, text="Kvasterblomme ringer om natten."
    )


def ask(home, query):
    with closing(sqlite3.connect(home / "stafet.db")) as database:
        return database.execute(query).fetchall()
