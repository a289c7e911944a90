"""A service's sandbox without systemd: what its unit forbids is forbidden by the same means, as far as they go here.

The file system is read-only but for the site's folder, which lies at /var/lib/stafet; /tmp and the homes are empty, the
devices few, other processes out of sight, every capability gone, and the user another (bubblewrap). System calls,
kinds of sockets, memory that is both written and run, and new name spaces are refused as systemd refuses them, by
seccomp, from the unit's own words.
"""

import ctypes
import json
import os
import re
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

SITE, CREDENTIALS = "/var/lib/stafet", "/run/credentials"
EMPTY = ("/tmp", "/var/tmp", "/home", "/root", "/run", "/var/lib")  # noqa: S108 - hidden, and not written to

ALLOW, REFUSE = 0x7FFF0000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
EQUAL, MASKED = 4, 7
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
EVERY_FAMILY = range(46)
WRITE_AND_EXECUTE, EXECUTE, SHARED_EXECUTE = 6, 4, 0o100000
NAME_SPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)


class _Compared(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class Filter:
    """One seccomp filter: what holds for every call, and the exceptions."""

    def __init__(self, otherwise):
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._filter = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action, call, *compared):
        """Answer a call, where its arguments compare as said; one that this machine does not have is left out."""
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        table = (_Compared * len(compared))(*compared)
        if number >= 0:
            failed = self._library.seccomp_rule_add_array(
                self._filter, ctypes.c_uint32(action), number, len(compared), table
            )
            assert failed == 0, (call, failed)

    @contextmanager
    def open(self):
        """Give a file that it can be read from, as the kernel reads it."""
        reader, writer = os.pipe()
        try:
            self._library.seccomp_export_bpf(self._filter, writer)
            os.close(writer)
            yield reader
        finally:
            os.close(reader)


@cache
def group(name):
    """List the calls of one of systemd's groups."""
    listed = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    words = re.findall(r"^    (@?\w\S*)$", listed.stdout, re.MULTILINE)
    return frozenset(call for word in words for call in (group(word) if word.startswith("@") else {word}))


def calls(unit):
    """List the calls that a unit allows."""
    allowed = set()
    for told in unit.all("SystemCallFilter"):
        named = {call for word in told.removeprefix("~").split() for call in group(word)}
        allowed = allowed - named if told.startswith("~") else allowed | named
    return allowed


def filters(unit):
    """Make the filters of a unit."""
    by_name = Filter(REFUSE | EPERM)
    for call in sorted(calls(unit)):
        by_name.add(ALLOW, call)
    yield by_name

    by_argument = Filter(ALLOW)
    allowed = {FAMILIES[name] for name in unit.one("RestrictAddressFamilies").split()}
    for family in set(EVERY_FAMILY) - allowed:
        by_argument.add(REFUSE | EAFNOSUPPORT, "socket", _Compared(0, EQUAL, family, 0))
    if unit.one("MemoryDenyWriteExecute") == "yes":
        by_argument.add(REFUSE | EPERM, "mmap", _Compared(2, MASKED, WRITE_AND_EXECUTE, WRITE_AND_EXECUTE))
        by_argument.add(REFUSE | EPERM, "mprotect", _Compared(2, MASKED, EXECUTE, EXECUTE))
        by_argument.add(REFUSE | EPERM, "pkey_mprotect", _Compared(2, MASKED, EXECUTE, EXECUTE))
        by_argument.add(REFUSE | EPERM, "shmat", _Compared(2, MASKED, SHARED_EXECUTE, SHARED_EXECUTE))
    if unit.one("RestrictNamespaces") == "yes":
        for space in NAME_SPACES:
            by_argument.add(REFUSE | EPERM, "clone", _Compared(0, MASKED, space, space))
        by_argument.add(REFUSE | EPERM, "unshare")
        by_argument.add(REFUSE | EPERM, "setns")
        by_argument.add(REFUSE | ENOSYS, "clone3")
    yield by_argument


class Boxed(subprocess.Popen):
    """A command in its box: it is asked to end itself, and killed with the box."""

    inside: int

    def terminate(self):
        os.kill(self.inside, signal.SIGTERM)


def started(unit, command, *, site, seen=(), handed=None, env, **how):
    """Start a command as the unit would; `seen` can be read where they are, `handed` are its credentials."""
    box = ["bwrap", "--die-with-parent", "--as-pid-1", "--unshare-user", "--uid", "997", "--gid", "997"]
    box += ["--cap-drop", "ALL", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    box += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    box += [word for place in EMPTY if Path(place).is_dir() for word in ("--tmpfs", place)]
    box += ["--bind", str(site), SITE]
    box += [word for folder in seen for word in ("--ro-bind", str(folder), str(folder))]
    told = {**env, "STAFET_HOME": SITE}
    if handed:
        box += ["--ro-bind", str(handed), CREDENTIALS]
        told["CREDENTIALS_DIRECTORY"] = CREDENTIALS
    reader, writer = os.pipe()
    with opened(filters(unit)) as files, os.fdopen(reader) as info:
        box += ["--info-fd", str(writer)]
        box += [word for file in files for word in ("--add-seccomp-fd", str(file))]
        process = Boxed([*box, *map(str, command)], env=told, pass_fds=(*files, writer), **how)
        os.close(writer)
        process.inside = json.load(info)["child-pid"]
    return process


@contextmanager
def opened(made):
    """Give the files that filters are read from."""
    with ExitStack() as stack:
        yield [stack.enter_context(one.open()) for one in made]
