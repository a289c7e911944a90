"""SIGKILL, EIO and ENOSPC at the system calls that make things durable, injected by strace; and a disk that is full.

Both ends do the whole road of a referral in one process and one thread, so that the n-th call is always the same one;
the process is forked from one that has loaded everything, and goes on when strace looks at it.
Whatever happened, the same is done again without faults, as a person or the service manager would, and then
everything must be there exactly once.
"""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from faults_pair import HERE, Pair, open_pair, until
from sites import short_folder

CALLS = ("fdatasync", "fsync", "pwrite64", "ftruncate", "rename", "unlink")
FAULTS = {"SIGKILL": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
LEAST_CALLS = 40
"""The road makes at least so many; fewer means that nothing was seen."""

references = count()


@dataclass(frozen=True)
class Roads:
    """Both ends, whose daemons never run, and the process that forks the roads."""

    path: Path
    pair: Pair
    forks: subprocess.Popen

    def __call__(self, reference, *strace):
        """Do the whole road of one referral; tell how that ended."""
        self.forks.stdin.write(f"{reference}\n")
        self.forks.stdin.flush()
        pid = int(self.forks.stdout.readline())
        with traced(pid, *strace):
            os.kill(pid, signal.SIGCONT)
            return int(self.forks.stdout.readline())

    def finish(self, reference):
        assert self(reference) == 0, reference


@contextmanager
def roads(path):
    line = [sys.executable, str(HERE / "faults_step.py"), str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with open_pair(path) as pair, subprocess.Popen(line, **pipes) as forks:
        yield Roads(path, pair, forks)


@contextmanager
def traced(pid, *strace):
    """Let strace look at a process, if it is told what for; it ends with that process."""
    if not strace:
        yield
        return
    with subprocess.Popen(["strace", "--quiet=all", *strace, "-p", str(pid)]) as tracer:
        until(lambda: f"TracerPid:\t{tracer.pid}" in Path(f"/proc/{pid}/status").read_text())
        yield


@pytest.fixture(scope="module")
def both():
    with short_folder() as path, roads(path) as made:
        yield made


def calls_of(both):
    """Count the durable calls of one road."""
    trace = both.path / "trace"
    assert both(f"ref-{next(references)}", "-o", str(trace), "-e", f"trace={','.join(CALLS)}") == 0
    return Counter(re.findall(r"^(\w+)\(", trace.read_text(), re.MULTILINE))


def broken_at_each(both, fault, most):
    """Break up to so many calls of each kind, spread over the road, and finish each road afterwards."""
    calls = calls_of(both)
    assert calls.total() >= LEAST_CALLS
    places = [(call, nth) for call, often in calls.items() for nth in range(1, often + 1, -(-often // most))]
    for call, nth in places:
        reference, what = f"ref-{next(references)}", f"inject={call}:{FAULTS[fault]}:when={nth}"
        both(reference, "-o", "/dev/null", "-e", f"trace={call}", "-e", what)
        both.pair.count(f"{fault} at a system call")
        both.finish(reference)
    require_truth(both.pair)


def require_truth(pair):
    referrals = pair.region.ask("SELECT letter_id, acknowledged_at IS NOT NULL FROM referrals ORDER BY letter_id")
    cases = pair.unit.ask("SELECT letter_id, acknowledged_at IS NOT NULL FROM cases ORDER BY letter_id")
    assert referrals == cases
    assert all(acknowledged for _letter, acknowledged in referrals)
    for end in pair.ends:
        assert end.ask("PRAGMA integrity_check") == [("ok",)]
        assert end.ask("SELECT kind, state FROM outgoing WHERE kind != 'receipt' AND state != 'received'") == []


@pytest.mark.peers
@pytest.mark.parametrize("fault", FAULTS)
def test_everything_is_there_once_though_a_durable_call_meets(fault, both):
    broken_at_each(both, fault, most=2)


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS)
def test_everything_is_there_once_though_any_of_many_durable_calls_meets(fault, both):
    broken_at_each(both, fault, most=25)


@contextmanager
def small_disk(path, size):
    """Mount a file system of `size` bytes; needs root."""
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.mark.peers
def test_a_disk_that_is_full_loses_nothing_and_works_again_when_there_is_room():
    """A real one; needs root, as `make test-peers` does for what it installs."""
    with short_folder() as outside, small_disk(outside / "d", "24m") as path, roads(path) as both:
        both.finish("ref-0")
        free = os.statvfs(path)
        ballast = path / "ballast"
        ballast.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8192))
        full = [both(f"ref-{place}") for place in (1, 2, 3)]
        assert any(full)

        ballast.unlink()
        for place in (1, 2, 3):
            both.finish(f"ref-{place}")
        require_truth(both.pair)
