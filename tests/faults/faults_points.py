"""Every place where a process can be killed so that it matters, found by instrumentation and named.

A point is what was about to happen, or had just happened, and where: "before commit deliver._note 1" is the first
commit of that flow in this process. Named so, a point is the same in every run, whichever thread comes first.
"""

import os
import signal
import sys
import threading
from collections import Counter
from contextvars import ContextVar

import aiosmtplib
from sqlalchemy.engine.default import DefaultDialect

from gateway.adapters.smtp_in import Doorkeeper

GOES_THROUGH = ("gateway.adapters.database", "gateway.access.act")
"""What only opens a transaction for somebody else."""

BY_THE_CLOCK = "by the clock"
"""Stands in the name of a point that may not come again, for a daemon passes it when its time has come."""

is_chore = ContextVar("is_chore", default=False)

GPG_ACTS = frozenset({"--encrypt", "--decrypt"})


class Points:
    """Writes down each point that is passed, and ends the process without a word at the one it is armed for."""

    def __init__(self, file, arm="", after=0):
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._arm, self._after = arm, after
        self._passed, self._total, self._lock = Counter(), 0, threading.Lock()
        self._changes = {}

    def __call__(self, name):
        name = f"{name} {BY_THE_CLOCK}" if is_chore.get() else name
        with self._lock:
            self._passed[name] += 1
            self._total += 1
            named = f"{name} {self._passed[name]}"
            os.write(self._file, f"{named}\n".encode())
            if named == self._arm or self._total == self._after:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner, act, name):
        """Put a point before and after an asynchronous act."""
        real = getattr(owner, act)

        async def passed(*args, **more):
            self(f"before {name}")
            done = await real(*args, **more)
            self(f"after {name}")
            return done

        setattr(owner, act, passed)

    def install(self):
        """Instrument this process: commits, the mail in and out, gpg, and files that are made durable."""
        self._at_commits()
        for step in ("connect", "rcpt", "data", "quit"):
            self.around(aiosmtplib.SMTP, step, f"smtp {step}")
        self.around(Doorkeeper, "handle_DATA", "mail stored")
        sys.addaudithook(self._heard)
        real = os.fsync

        def fsync(file):
            self("before fsync")
            real(file)
            self("after fsync")

        os.fsync = fsync

    def _heard(self, event, args):
        if event == "subprocess.Popen":
            for act in GPG_ACTS.intersection(map(os.fsdecode, args[1])):
                self(f"before gpg {act}")
        elif event == "os.rename":
            self("before rename")

    def _at_commits(self):
        real = DefaultDialect.do_commit

        def commit(dialect, connection):
            changes = getattr(connection, "total_changes", 0)
            with self._lock:
                written = changes != self._changes.get(id(connection.dbapi_connection), 0)
                self._changes[id(connection.dbapi_connection)] = changes
            where = committer() if written else ""
            if where:
                self(f"before commit {where}")
            real(dialect, connection)
            if where:
                self(f"after commit {where}")

        DefaultDialect.do_commit = commit


def by_the_clock(chore):
    """Let the points of a chore be named so."""

    def done():
        is_chore.set(True)  # in the context of this call alone, for each has a thread to itself
        return chore()

    return done


def committer():
    """Name the flow whose transaction this is."""
    frame = sys._getframe()
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("gateway.", "inbox_tui.", "directory.")) and module not in GOES_THROUGH:
            return f"{module.rpartition('.')[2]}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "elsewhere"
