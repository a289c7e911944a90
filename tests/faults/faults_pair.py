"""A region and one municipality as processes of their own, a crooked mail server between them, and what must hold.

Time passes by the rows: when all is still and a letter waits for its next look, both clocks are put there.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from faults_relay import LOOPBACK, CrookedRelay

from directory.book import AddressBook
from directory.model import Contact, PinnedKey
from gateway import bootstrap as region_end
from gateway.new_site import Plan, make_station
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import DoorSettings, RelaySettings, UnitSettings
from gateway.station import open_station, utc_now
from inbox_tui import bootstrap as municipal_end

HERE = Path(__file__).parent
CODE = "751"
UNITS = {
    "region": UnitSettings(
        party="region", name="AMK-vagtcentralen", address="henvendelser@region.example", phone="+45 84 11 20 00"
    ),
    CODE: UnitSettings(
        party=CODE, name="Den sociale indgang", address="sikkerpost@aarhus.example", phone="+45 95 00 07 51"
    ),
}
PATIENCE = 60.0
POLL = 0.05
LONGEST_PAUSE = 0.1
LET_FALL_SECONDS = 4.0
"""Longer than any letter is held by one who sends it, for the relay is given up sooner."""

DAYS_AHEAD = 20 * 24 * 3600
"""How far the clocks may be put ahead while one scene settles, in seconds."""

KILLED = -signal.SIGKILL


def until(happened, seconds=PATIENCE, instead=lambda: ""):
    """Wait for another process, and give what `happened` gave; `instead` tells how things stand if it never does."""
    deadline, pause = time.monotonic() + seconds, 0.004
    while not (found := happened()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still waiting after {seconds:.0f} s: {instead()}")
        time.sleep(pause)
        pause = min(pause * 1.2, LONGEST_PAUSE)
    return found


@dataclass
class Driver:
    """The process that forks the others."""

    process: subprocess.Popen

    def __call__(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def code_of(self, pid):
        return self(do="wait", pid=pid)["code"]


@contextmanager
def driver():
    process = subprocess.Popen(
        [sys.executable, str(HERE / "faults_driver.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Driver(process)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


@dataclass
class End:
    """One end: its home, and its daemon when it runs."""

    party: str
    home: Path
    driver: Driver
    relay: CrookedRelay
    pid: int = 0
    _heard: int = 0

    @property
    def address(self):
        return UNITS[self.party].address

    def order(self, do, **more):
        end = "region" if self.party == "region" else "unit"
        return self.driver(do=do, end=end, home=str(self.home), **more)

    def beside(self, what):
        return Path(f"{self.home}.{what}")

    def start(self, **armed):
        """Run the daemon; it may be armed to die at a point, and then may do so before its door opens."""
        self.beside("port").unlink(missing_ok=True)
        self.beside("run.points").unlink(missing_ok=True)
        self.pid = self.order("run", **armed)["pid"]
        until(lambda: self._port() or not self.alive)
        if self.alive:
            self.relay.knows(self.address, int(self._port()), self.home / "door.pem")

    def _port(self):
        """Read where the door is; a file that is there may not be written yet."""
        file = self.beside("port")
        return file.read_text() if file.exists() else ""

    @property
    def alive(self):
        """Tell whether the daemon runs; one that was killed is a zombie until it is waited for."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return bool(self.pid) and stat.rpartition(")")[2].split()[0] not in "ZX"

    def ended(self):
        """Wait for the daemon's end, and tell how it ended."""
        pid, self.pid = self.pid, 0
        self.relay.forget(self.address)
        return self.driver.code_of(pid)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        assert self.ended() == KILLED

    def stop(self):
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            self.ended()
        subprocess.run(["gpgconf", "--homedir", str(self.home / "gnupg"), "--kill", "all"], check=False)

    def lose_agent(self):
        """Kill the gpg-agent that serves this home."""
        subprocess.run(["gpgconf", "--homedir", str(self.home / "gnupg"), "--kill", "gpg-agent"], check=True)

    def points(self, do="run"):
        """List the points that its last daemon passed, or its last deed."""
        file = self.beside(f"{do}.points")
        return file.read_text().splitlines() if file.exists() else []

    def complains_of(self, error):
        """Tell whether the log names an error since this was last asked and found."""
        log = self.beside("log").read_text()
        found = error in log[self._heard :]
        self._heard = len(log) if found else self._heard
        return found

    def ask(self, query, *values):
        with closing(sqlite3.connect(f"file:{self.home}/stafet.db?mode=ro", uri=True, timeout=PATIENCE)) as database:
            return database.execute(query, values).fetchall()

    @contextmanager
    def locked(self):
        """Keep everybody else from writing to the database."""
        with closing(sqlite3.connect(self.home / "stafet.db", timeout=PATIENCE, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def read_only(self):
        """Let no daemon of this end write to the database."""
        self.beside("read-only").touch()
        try:
            yield
        finally:
            self.beside("read-only").unlink()

    def waits_until(self):
        """Tell when a letter of this end is next to be looked at; one that somebody holds, when it is let go."""
        ((next_at,),) = self.ask(NEXT_LOOK)
        return datetime.fromisoformat(next_at).replace(tzinfo=UTC) if next_at else None

    def untouched(self):
        """Count the mails nobody has looked at."""
        return self.ask("SELECT count(*) FROM arrivals WHERE outcome = 'waiting'")[0][0]


@dataclass
class Pair:
    """Both ends, and everything that was handed in."""

    region: End
    unit: End
    relay: CrookedRelay
    letters: list = field(default_factory=list)
    faults: Counter = field(default_factory=Counter)
    ahead: float = 0.0
    handed_in: int = 0
    """Letters: referrals and acknowledgements; each has a receipt besides."""
    _last_held: list = field(default_factory=list)
    _held_since: float = 0.0
    _references: count = field(default_factory=count)

    @property
    def ends(self):
        return self.region, self.unit

    def injected(self):
        """Count the faults by kind, those of the mail server too."""
        return self.faults + Counter({fault.value: often for fault, often in self.relay.injected.items()})

    def go(self, seconds):
        """Put both clocks ahead, or back."""
        self.ahead += seconds
        for end in self.ends:
            fresh = end.beside("ahead.new")
            fresh.write_text(str(self.ahead))
            fresh.replace(end.beside("ahead"))

    def refer(self, many=1, **armed):
        """Hand referrals in, and as often as the process is killed; give their letters' ids."""
        references = [f"ref-{next(self._references)}" for _one in range(many)]
        said = self._insist(self.region, armed, "refer", references=references)
        letters = [one["letter"] for one in said]
        assert len(set(letters)) == many
        self.letters += letters
        self.handed_in += many
        return letters

    def acknowledge(self, letters, **armed):
        """Take cases, and as often as the process is killed."""
        self.handed_in += len(self._insist(self.unit, armed, "acknowledge", letters=list(letters)))

    def acknowledge_all(self, letters):
        """Let referrals arrive, take them, and let that be known."""
        self.settle()
        self.acknowledge(letters)
        self.settle()

    def send_again(self, letter):
        """Let a person at the desk send again what was given up."""
        self._insist(self.region, {}, "send_again", letters=[letter])

    def given_up(self):
        """List the letters that wait for a person; a TEST that was lost waits for nobody."""
        waits = "SELECT letter_id FROM outgoing WHERE state = 'given-up' AND kind != 'heartbeat'"
        return [letter for (letter,) in self.region.ask(waits)]

    def count(self, fault):
        """Note that something was made to go wrong."""
        self.faults[fault] += 1

    def converse(self, many=1):
        """Hand referrals in, let them arrive, take them, and let that be known."""
        letters = self.refer(many)
        self.acknowledge_all(letters)
        return letters

    def _insist(self, end, armed, do, **what):
        end.beside(f"{do}.points").unlink(missing_ok=True)
        answer = end.order(do, **what, **armed)
        code = end.driver.code_of(answer["pid"])
        if armed and code == KILLED:
            self.faults["a command is killed"] += 1
            answer = end.order(do, **what, again=True)
            code = end.driver.code_of(answer["pid"])
        assert code == 0, (answer["said"], end.beside("log").read_text()[-2000:])
        return answer["said"]

    def settle(self, seconds=PATIENCE, meanwhile=lambda: None):
        """Let both ends work, and time pass, until no letter waits for anything."""
        deadline, begun = time.monotonic() + seconds, self.ahead
        while True:
            until(lambda: meanwhile() or self._still(), deadline - time.monotonic(), self.stands)
            waits = [end.waits_until() for end in self.ends]
            if not any(waits) and not self.relay.holds:
                return
            if not any(waits) or self.relay.holds:
                self.relay.let_go()
                continue
            assert self.ahead - begun < DAYS_AHEAD, [
                end.ask("SELECT kind, state, reason FROM outgoing WHERE next_at") for end in self.ends
            ]
            self.go(max((min(filter(None, waits)) - self.now()).total_seconds(), 0) + 1)

    def pass_time(self, seconds):
        """Let so much time pass, stopping wherever a letter is to be looked at."""
        end = self.now() + timedelta(seconds=seconds)
        while self.now() < end:
            until(self._still)
            looks = [waits for waits in (one.waits_until() for one in self.ends) if waits]
            self.go((min([*looks, end]) - self.now()).total_seconds() + 1)

    def now(self):
        return datetime.fromtimestamp(utc_now().timestamp() + self.ahead, UTC)

    def _still(self):
        """Nothing is under way, and nothing is due."""
        now = self.now()
        due = [waits for waits in (end.waits_until() for end in self.ends) if waits and waits <= now]
        touched = any(end.untouched() for end in self.ends)
        return self.relay.still and not touched and not due and not self._held() and self.relay.still

    def stands(self):
        """Tell what is not still, and what the daemons said last."""
        return {
            "relay": self.relay.stands,
            "letters": [end.ask("SELECT * FROM outgoing WHERE next_at OR claimed_until") for end in self.ends],
            "mails": [end.untouched() for end in self.ends],
            "said": [(end.alive, end.beside("log").read_text()[-1500:]) for end in self.ends],
            "ahead": self.ahead,
        }

    def _held(self):
        """Tell whether somebody is sending; a letter that stays held was let fall, and is free when its lease ends."""
        held = [end.ask("SELECT letter_id, claimed_until FROM outgoing WHERE claimed_until") for end in self.ends]
        if held != self._last_held:
            self._last_held, self._held_since = held, time.monotonic()
        return any(held) and time.monotonic() - self._held_since < LET_FALL_SECONDS

    # What must hold

    def lost(self):
        """List the referrals that are no case, and the cases whose acknowledgement the region has not."""
        cases = dict(self.unit.ask("SELECT letter_id, acknowledged_at IS NOT NULL FROM cases"))
        known = dict(self.region.ask("SELECT letter_id, acknowledged_at IS NOT NULL FROM referrals"))
        return [letter for letter in self.letters if letter not in cases or cases[letter] != known[letter]]

    def doubled(self):
        """List the cases there are too many of."""
        shown = Counter(letter for (letter,) in self.unit.ask("SELECT letter_id FROM cases"))
        return [letter for letter, often in shown.items() if often > 1 or letter not in self.letters]

    def require_truth(self):
        """Hold everything that must hold once all is still."""
        assert self.lost() == []
        assert self.doubled() == []
        for end in self.ends:
            # A TEST that failed is not sent again: the next night, or the next opening hours, bring another.
            unsettled = "SELECT kind, state, reason FROM outgoing WHERE kind NOT IN ('receipt', 'heartbeat', 'drill')"
            assert end.ask(f"{unsettled} AND state != 'received'") == []
            assert end.ask(UNEXPECTED, "SIGNED_IN_FUTURE" if self.faults["the clock jumps"] else "") == []
            assert end.ask(TURNED) == []
            assert end.ask(SEVERAL_RECEIPTS) == []
            assert end.ask("PRAGMA integrity_check") == [("ok",)]
            (trail,) = self._insist(end, {}, "verify")
            assert trail["finding"] is None, trail
            assert trail["entries"] > 0


NEXT_LOOK = """SELECT min(max(next_at, coalesce(claimed_until, next_at))) FROM outgoing letter WHERE NOT EXISTS
               (SELECT 1 FROM outgoing ahead WHERE ahead.conversation_id = letter.conversation_id
                AND ahead.turn BETWEEN 1 AND letter.turn - 1 AND ahead.state IN ('queued', 'sent', 'parked'))"""
"""When the first letter is to be looked at whose turn it is."""

UNEXPECTED = """SELECT DISTINCT outcome, reason, letter_id FROM arrivals WHERE outcome NOT IN ('taken', 'duplicate')
                AND (letter_id IS NULL OR letter_id NOT IN
                (SELECT letter_id FROM taken WHERE kind IN ('heartbeat', 'drill')))
                AND reason != ?"""
"""What became of the mail, but for TESTs: one that is days old is refused, as a clock that leaps makes them."""

TURNED = """SELECT good.letter_id FROM steps good JOIN steps later ON later.letter_id = good.letter_id
            WHERE good.state = 'received' AND later.id > good.id"""
"""Letters that were reported as received, and then as anything else."""

SEVERAL_RECEIPTS = """SELECT of.letter_id FROM taken of
            WHERE of.kind NOT IN ('receipt', 'heartbeat', 'drill') AND (of.verdict != 'ok' OR NOT EXISTS
            (SELECT 1 FROM outgoing receipt WHERE receipt.letter_id = of.receipt_id))"""
"""Letters that were answered with anything but one good receipt."""


def make_end(folder, party, relay):
    """Make one end's site."""
    home, other = Home(folder / party), "region" if party != "region" else CODE
    region = party == "region"
    plan = Plan(
        unit=UNITS[party],
        person="Mette Testgaard" if region else "Birgit Prøvegaard",
        role=Role.ADMIN,
        relay=RelaySettings(host=LOOPBACK, port=relay.port, ca_file=relay.certificate),
        door=DoorSettings(host=LOOPBACK, port=0),
    )
    make_station(home, plan, region_end.BRANCH if region else municipal_end.BRANCH)
    home.write_settings(home.settings().model_copy(update={"poll_seconds": POLL, "chore_seconds": 2}))
    Path(f"{home.path}.ahead").write_text("0")
    return home, other


def join(homes):
    """Let each end know the other, as two administrators on the phone would."""
    keys = {}
    for party, home in homes.items():
        with open_station(home) as station:
            keys[party] = station.own.fingerprint, station.keyring.export_public(station.own.fingerprint)
    for party, home in homes.items():
        other = next(one for one in homes if one != party)
        unit, (key, certificate), now = UNITS[other], keys[other], utc_now()
        contact = Contact.checked(
            party=other,
            unit_name=unit.name,
            email=unit.address,
            phone=unit.phone,
            valid_from=now,
            entered_by="test",
        )
        with open_station(home) as station, station.database.session() as session:
            station.keyring.import_public(certificate, expected=key, now=now)
            AddressBook(session).set_contact(contact)
            AddressBook(session).pin(PinnedKey(other, key, certificate, now, None, "test"))


@contextmanager
def open_pair(folder):
    """Make and join both ends; neither runs yet."""
    with driver() as drives, CrookedRelay(folder).running() as relay:
        homes = {party: make_end(folder, party, relay)[0] for party in UNITS}
        join(homes)
        region, unit = (End(party, homes[party].path, drives, relay) for party in UNITS)
        pair = Pair(region, unit, relay)
        try:
            yield pair
        finally:
            for end in pair.ends:
                end.stop()
