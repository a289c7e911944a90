"""The real command in a real pseudo-terminal: a referral is sent, and a SIGKILL in the middle loses nothing typed."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sites import PASSWORD, RANDERS, contact_of, pinned
from sqlmodel import select as rows_of

from directory.book import AddressBook
from directory.model import REGION
from gateway import bootstrap
from gateway.exchange.rows import OutgoingRow
from gateway.site.home import Home
from gateway.site.people import Person
from gateway.station import Station

ROOT = Path(__file__).parents[3]
PATIENCE = 30
SIZE = (24, 80)
TAB, ENTER, SEND, QUIT = "\t", "\r", "\x13", "\x11"


class Terminal:
    """The desk at one end of a pseudo-terminal, fingers and eyes at the other."""

    def __init__(self, home: Path) -> None:
        self._mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "STAFET_HOME": str(home), "NO_COLOR": ""}
        line = [sys.executable, "-m", "gateway", "desk", "--as", "Mette Testgaard"]
        self._app = subprocess.Popen(
            line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=ROOT, start_new_session=True
        )
        os.close(theirs)

    def see(self, words: str) -> None:
        """Wait until the words are written to the terminal."""
        seen, end = b"", time.monotonic() + PATIENCE
        while words.encode() not in seen:
            assert time.monotonic() < end, f"never saw {words} in {seen[-3000:]!r}"
            if select.select([self._mine], [], [], 0.2)[0]:
                seen += self._read(seen)

    def _read(self, seen: bytes) -> bytes:
        try:
            return os.read(self._mine, 65536)
        except OSError:
            raise AssertionError(f"the desk has ended: {seen[-6000:].decode(errors='replace')}") from None

    def type(self, keys: str) -> None:
        """Press keys, all at once: on a slow line they come so."""
        os.write(self._mine, keys.encode())

    def kill(self) -> None:
        self._app.kill()
        self._app.wait(PATIENCE)

    def leave(self) -> int:
        self.type(QUIT)
        end = time.monotonic() + PATIENCE
        while self._app.poll() is None and time.monotonic() < end:
            if select.select([self._mine], [], [], 0.1)[0]:
                try:
                    os.read(self._mine, 65536)
                except OSError:
                    break
        return self._app.wait(PATIENCE)

    def close(self) -> None:
        if self._app.poll() is None:
            self.kill()
        os.close(self._mine)


@contextmanager
def terminal(home: Path) -> Iterator[Terminal]:
    opened = Terminal(home)
    try:
        opened.see("Ctrl+Q")
        opened.type(PASSWORD + ENTER)
        yield opened
    finally:
        opened.close()


@pytest.fixture
def home(opened) -> Path:
    """The region's own site on disk, with Randers and its key in the address book; no daemon runs."""
    path = opened[REGION].home.path
    with bootstrap.open_region(Home(path)) as station, station.database.session() as session:
        randers = opened[RANDERS]
        AddressBook(session).set_contact(contact_of(RANDERS, hours="man-fre 8-15"))
        AddressBook(session).pin(pinned(randers, randers.own.fingerprint, datetime.now(UTC)))
    return path


def drafts(home: Path) -> Sequence[dict]:
    with bootstrap.open_region(Home(home)) as station:
        return [dict(draft.content) for draft in bootstrap.drafts(station).all(whoever(station))]


def whoever(station: Station) -> Person:
    with station.database.reading() as session:
        return station.people(session).active()[0]


STOPS = (
    ("akut somatisk", "n"),
    ("Spørg direkte", "n"),
    ("Hvordan fik I kendskab", "1"),
    ("Hvilken kommune", "randers"),
    ("Den sociale indgang", ENTER),
    ("Læs op", "j"),
    ("DDMMÅÅ", ENTER),
    ("Som borgeren selv", "Karen Testdal" + ENTER),
    ("Hvor kommunen kan ringe", "95000102" + ENTER),
    ("Med borgerens egne ord", "Ring efter kl. 11" + ENTER),
    ("Hvad du har set", "Hun er alene om aftenen." + TAB),
    ("Taltasterne", "1"),
    ("ensomhed", SEND),
)
"""What is on the screen, and what is done there: a question answered, or a field filled in or passed."""


def test_a_referral_is_sent_from_a_real_terminal_in_at_most_fifteen_stops(home):
    """B9, B10."""
    assert len(STOPS) <= 15
    with terminal(home) as desk:
        desk.see("F2")
        begun = time.monotonic()
        desk.type("n")
        for awaited, keys in STOPS:
            desk.see(awaited)
            desk.type(keys)
        desk.see("til Randers Kommune")
        assert time.monotonic() - begun < 120
        desk.type(ENTER)
        desk.see("Venter på kommunen")
        assert desk.leave() == 0

    assert drafts(home) == []
    year = datetime.now(UTC).year
    with bootstrap.open_region(Home(home)) as station, station.database.reading() as session:
        [letter] = session.exec(rows_of(OutgoingRow)).all()
        [progress] = bootstrap.follow(station, session).about("95000102")
    assert letter.state == "queued"
    assert progress.number == f"{year}-0001"
    assert progress.citizen == "Karen Testdal"


def test_the_last_choice_counts_though_the_key_that_sends_comes_in_the_same_burst(home):
    """B9: on a slow line «1» and Ctrl+S arrive together, and the referral says what it is about."""
    before = referrals(home)
    with terminal(home) as desk:
        desk.see("F2")
        desk.type("n")
        for awaited, keys in STOPS[:-2]:
            desk.see(awaited)
            desk.type(keys)
        desk.see("Taltasterne")
        desk.type("1" + SEND)
        desk.see("til Randers Kommune")
        desk.type(ENTER)
        assert desk.leave() == 0
    assert referrals(home) == before + 1


def test_killed_in_the_middle_nothing_typed_is_lost(home):
    """B9: SIGKILL, and a colleague opens the draft from the board (O5)."""
    with terminal(home) as desk:
        desk.see("F2")
        desk.type("n")
        for awaited, keys in STOPS[:-3]:
            desk.see(awaited)
            desk.type(keys)
        desk.see("Hvad du har set")
        desk.type("Hun ringer hver af")
        until_saved(home, "Hun ringer hver af")
        desk.kill()

    [draft] = drafts(home)
    assert draft["citizen"]["name"] == "Karen Testdal"
    assert draft["citizen"]["how_to_reach"] == "Ring efter kl. 11"
    assert draft["consent"]["given"] is True
    with terminal(home) as desk:
        desk.see("Kladder")
        desk.type(ENTER if not referrals(home) else "\x1b[F" + ENTER)
        desk.see("Hun ringer hver af")
        assert desk.leave() == 0


def test_what_comes_at_once_lands_where_it_was_meant(home):
    """A step that is left takes no key, least of all the one for «nej tak»; a field that is left takes no letter."""
    name = f"Poul Testborg {time.monotonic_ns()}"
    with terminal(home) as desk:
        desk.see("F2")
        desk.type("n")
        for awaited, keys in STOPS[:5]:
            desk.see(awaited)
            desk.type(keys)
        desk.see("Læs op")
        desk.type("jnn")
        desk.see("Ctrl+S")  # a letter as late as the next step would be in its first field, where the hint stood
        desk.type(f"\r{name}\r95000103\rRing ikke på døren\rHan er alene.\t1")
        until_saved(home, "Han er alene.")
        desk.type("\x1b[19~")
        desk.see("Poul Testborg")
        assert desk.leave() == 0
    [draft] = [draft for draft in drafts(home) if draft["citizen"].get("name") == name]
    assert draft["citizen"]["phone"] == "95000103"
    assert draft["citizen"]["how_to_reach"] == "Ring ikke på døren"
    assert draft["consent"]["given"] is True


def referrals(home: Path) -> int:
    with bootstrap.open_region(Home(home)) as station, station.database.reading() as session:
        return len(bootstrap.follow(station, session).active())


def until_saved(home: Path, text: str) -> None:
    """Wait until the last key is on the disk; a key is saved behind the typing."""
    with bootstrap.open_region(Home(home)) as station:
        end, person = time.monotonic() + PATIENCE, whoever(station)
        while time.monotonic() < end:
            if any(draft.content.get("text") == text for draft in bootstrap.drafts(station).all(person)):
                return
            time.sleep(0.02)
    raise AssertionError("the last key never reached the disk")


def test_without_a_terminal_the_desk_says_which_commands_to_use(home):
    line = [sys.executable, "-m", "gateway", "desk", "--home", home, "--json"]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    assert said.returncode == 2
    assert '"NO_TERMINAL"' in said.stdout
