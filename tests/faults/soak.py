"""Thousands of letters between two real ends while everything goes wrong at once; run by `make soak`.

    python tests/faults/soak.py --letters 10000 --seed 1

A letter is a referral or an acknowledgement, sealed and opened by GnuPG; each has its receipt besides. The seed chooses
what goes wrong and when it is tried; which letter is then under way is for the machine to say. Ctrl+C ends it early:
what is under way is let come to rest, and the table is printed all the same. Exit code 1: a letter was lost, or a
duplicate shown.
"""

# ruff: noqa: T201, E402 - a script: it prints, and finds its neighbours first
import argparse
import logging
import random
import secrets
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from faults_pair import KILLED, open_pair
from faults_relay import Fault
from sites import short_folder
from tally import table

RATE = 0.06
"""How many of the mails meet a fault of the mail server."""

BATCH = 50
HOUR = 3600.0
MOST_POINTS = 400
"""A daemon that is to be killed dies at one of so many points from its start: a few letters later."""


class Soak:
    """One long run."""

    def __init__(self, pair, letters, seed):
        self.pair, self.letters = pair, letters
        self.dice, on_the_line = random.Random(seed), random.Random(seed + 1)  # noqa: S311 - the same misfortunes again
        self.waiting, self.begun = [], time.monotonic()
        faults = [fault for fault in Fault if fault is not Fault.HANGS] * 8 + [Fault.HANGS]
        pair.relay.choose = lambda _address: on_the_line.choice(faults) if on_the_line.random() < RATE else None

    def run(self):
        for end in self.pair.ends:
            end.start()
        try:
            while self.pair.handed_in < self.letters:
                self.one_batch()
        except KeyboardInterrupt:
            print("interrupted; what is under way comes to rest", flush=True)
        self.rest()
        while self.waiting:
            self.take()
            self.rest()

    def one_batch(self):
        """Hand in, take what has come, let something go wrong; now and then let time pass until all is still."""
        armed = {"after": self.dice.randint(1, 2 * BATCH)} if self.dice.random() < 0.2 else {}
        self.waiting += self.pair.refer(BATCH, **armed)
        misfortune = self.dice.choice([self.kill, self.kill, self.lose_agent, self.lock, self.forbid, self.jump])
        misfortune(self.dice.choice(self.pair.ends))
        self.take()
        self.raise_the_dead()
        if self.dice.random() < 0.5:
            self.rest()
        self.tell()

    def take(self):
        """Take the cases that have come."""
        come = {letter for (letter,) in self.pair.unit.ask("SELECT letter_id FROM cases WHERE acknowledged_at IS NULL")}
        ready = [letter for letter in self.waiting if letter in come]
        if ready:
            self.pair.acknowledge(ready)
            self.waiting = [letter for letter in self.waiting if letter not in come]

    def rest(self):
        """Let everything come to rest; what was given up is sent again, as a person at the desk would."""
        self.raise_the_dead()
        self.pair.settle(seconds=1200, meanwhile=self.raise_the_dead)
        given_up = self.pair.given_up()
        for letter in given_up:
            self.pair.count("(given up, and sent again by a person)")
            self.pair.send_again(letter)
        if given_up:
            self.rest()

    # What goes wrong

    def kill(self, end):
        """Start a daemon anew that will die somewhere on the road."""
        if end.alive:
            end.kill()
            self.pair.count("a daemon is killed")
            end.start(after=self.dice.randint(1, MOST_POINTS))

    def lose_agent(self, end):
        self.pair.count("gpg-agent is killed")
        end.lose_agent()

    def lock(self, end):
        self.pair.count("the database is locked")
        with end.locked():
            time.sleep(1.2)

    def forbid(self, end):
        self.pair.count("the database is read-only")
        with end.read_only():
            time.sleep(0.5)

    def jump(self, _end):
        self.pair.count("the clock jumps")
        self.pair.go(self.dice.choice((-HOUR, HOUR, 26 * HOUR)))

    def raise_the_dead(self):
        for end in self.pair.ends:
            if not end.alive:
                assert end.ended() == KILLED
                self.pair.count("a daemon is killed")
                end.start()

    # What is told

    def tell(self):
        seconds = time.monotonic() - self.begun
        done = self.pair.handed_in
        print(f"{done:>7} of {self.letters} letters, {seconds:5.0f} s, {done / seconds:.1f} a second", flush=True)

    def told(self):
        return {
            "letters": self.pair.handed_in,
            "lost": len(self.pair.lost()),
            "doubled": len(self.pair.doubled()),
            "faults": dict(self.pair.injected()),
            "seconds": time.monotonic() - self.begun,
        }


def main():
    parser = argparse.ArgumentParser(description="Letters between two real ends while everything goes wrong.")
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    logging.getLogger("mail.log").addHandler(logging.NullHandler())  # connections are broken off here all the time
    logging.getLogger("mail.log").propagate = False
    with short_folder() as folder, open_pair(folder) as pair:
        soak = Soak(pair, asked.letters, asked.seed)
        soak.run()
        told = soak.told()
        for line in table([told]):
            print(line)
        pair.require_truth()
    print("every referral is one case, and every acknowledgement is known")
    return int(bool(told["lost"] or told["doubled"]))


if __name__ == "__main__":
    sys.exit(main())
