"""SIGKILL, EIO and ENOSPC at the system calls that make things durable, injected by strace; and a disk that is full.

Both ends do the whole road of a referral in one process and one thread, so that the n-th call is always the same one.
Whatever happened, the same is done again without faults, as a person or the service manager would, and then
everything must be there exactly once.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from itertools import count

import pytest
from faults_pair import HERE, open_pair
from sites import short_folder

CALLS = ("fdatasync", "fsync", "pwrite64", "ftruncate", "rename", "unlink")
FAULTS = {"SIGKILL": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
LEAST_CALLS = 40
"""The road makes at least so many; fewer means that nothing was seen."""

references = count()


@pytest.fixture(scope="module")
def folder():
    """A folder with both ends, whose daemons never run."""
    with short_folder() as path, open_pair(path) as pair:
        pair.path = path
        yield pair


def road(pair, reference, *strace):
    """Do the whole road of one referral."""
    line = [sys.executable, str(HERE / "faults_step.py"), str(pair.path), reference]
    under = ["strace", "--quiet=all", *strace] if strace else []
    return subprocess.run([*under, *line], check=False, capture_output=True, text=True, timeout=120)


def calls_of(pair):
    """Count the durable calls of one road."""
    trace = pair.path / "trace"
    done = road(pair, f"ref-{next(references)}", "-o", str(trace), "-e", f"trace={','.join(CALLS)}")
    assert done.returncode == 0, done.stderr
    return Counter(re.findall(r"^(\w+)\(", trace.read_text(), re.MULTILINE))


def broken_at_each(pair, fault, most):
    """Break up to so many calls of each kind, spread over the road, and finish each road afterwards."""
    calls = calls_of(pair)
    assert calls.total() >= LEAST_CALLS
    places = [(call, nth) for call, often in calls.items() for nth in range(1, often + 1, -(-often // most))]
    for call, nth in places:
        reference, what = f"ref-{next(references)}", f"inject={call}:{FAULTS[fault]}:when={nth}"
        road(pair, reference, "-o", "/dev/null", "-e", f"trace={call}", "-e", what)
        pair.count(f"{fault} at a system call")
        finish(pair, reference)
    require_truth(pair)


def finish(pair, reference):
    done = road(pair, reference)
    assert done.returncode == 0, done.stderr


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
def test_everything_is_there_once_though_a_durable_call_meets(fault, folder):
    broken_at_each(folder, fault, most=2)


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS)
def test_everything_is_there_once_though_any_of_many_durable_calls_meets(fault, folder):
    broken_at_each(folder, fault, most=25)


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
    with short_folder() as outside, small_disk(outside / "d", "24m") as path, open_pair(path) as pair:
        pair.path = path
        assert road(pair, "ref-0").returncode == 0
        free = os.statvfs(path)
        ballast = path / "ballast"
        ballast.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8192))
        full = [road(pair, f"ref-{place}").returncode for place in (1, 2, 3)]
        assert any(full)

        ballast.unlink()
        for place in (1, 2, 3):
            finish(pair, f"ref-{place}")
        require_truth(pair)
