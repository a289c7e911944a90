"""Commands typed in the test's own process, and what is typed into them."""

import io
import json
import os
import sys

import databases
import pytest
import sites

from directory.book import AddressBook
from directory.model import Contact
from gateway import __main__ as gateway_command
from gateway.bootstrap import open_region
from gateway.referring.example import example
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.station import utc_now

METTE = "Mette Testgaard"
INIT = (
    *("init", "--address", "henvendelser@praehospitalet.example", "--phone", "84112000", "--person", METTE),
    *("--listen", "127.0.0.1:0", "--relay", "127.0.0.1:1"),
)
"""Nothing listens at port 1, on any machine: the doctor hears at once that no mail server is there."""
BO = "Bo Prøvegaard"
CONTACT = ("--email", "sikkerpost@aarhus.example", "--phone", "95000751", "--name", "Den sociale indgang")
DONE, REFUSED, NOT_FOUND, OUT_OF_REACH = 0, 2, 3, 4


def chosen():
    """Let the first administrator choose everybody's password."""
    return ("--new-password-file", os.environ["STAFET_PASSWORD_FILE"])


class Typed:
    """Types commands in this process, where they start a hundred times faster; `home` is added unless it is there."""

    def __init__(self, home, capsys, monkeypatch):
        self.home, self._capsys, self._monkeypatch = home, capsys, monkeypatch

    def __call__(self, *words, code=DONE, typed=b"", command=gateway_command, chooses=True):
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        argv = [*map(str, words), *(chosen() if chooses and words[:1] == ("init",) else ())]
        if "--home" not in argv:
            argv = ["--home", str(self.home), *argv]
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            command.main(argv)
        self.out, self.err = self._capsys.readouterr()
        assert code in {None, ended.value.code}, (argv, self.out, self.err)
        return self.out

    def hire(self, name, role, **more):
        """Let a person work here who signs in with everybody's password."""
        with open_region(Home(self.home)) as station:
            return sites.hire(station, name, Role(role), **more)

    def enter(self, party="751"):
        """Let a contact stand in the book, as when it was confirmed and proved long ago."""
        with open_region(Home(self.home)) as station, station.database.session() as session:
            AddressBook(session).set_contact(
                Contact.checked(
                    party=party,
                    unit_name=CONTACT[5],
                    email=CONTACT[1],
                    phone=CONTACT[3],
                    hours="man-fre 8-15",
                    valid_from=utc_now(),
                    entered_by="test",
                )
            )

    def confirm(self, municipality, *more, called="84000000", **how):
        """Let a colleague confirm a first enrolment, who has rung the switchboard."""
        self.hire(BO, "admin")
        call = ("--called", called, "--spoken-with", "Karen Prøvesen", "--switchboard", "--as", BO)
        return self.json("directory", "confirm", municipality, *call, *more, **how)

    def json(self, *words, **how):
        return json.loads(self(*words, "--json", **how))


def referral(**changes):
    return json.dumps(example("751", utc_now()) | changes).encode()


def refused_consent():
    return referral(
        consent=example("751", utc_now())["consent"] | {"given": False}, text="Kvasterblomme ringer om natten."
    )


def ask(home, query):
    return databases.ask(home / "stafet.db", query)
