"""What is installed is what the lock names, byte for byte; what the project asks for is there, and no known hole is."""

import re
import tomllib
from collections import deque
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from itertools import takewhile
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
REMARK = re.compile(r"^ *# *[^ ].*$")
ADDRESS = re.compile(r"://|(?<![\w.])/[a-z]+/|\b[a-z0-9-]+\.(?:org|com|net|io|example|local)\b|localhost|@")

PLATFORMS = [
    {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system, "os_name": "posix"}
    | {"platform_python_implementation": "CPython", "implementation_name": "cpython", "platform_system": name}
    for python in ("3.11", "3.12", "3.13")
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"))
]

FLOORS = {
    "aiosmtpd": (">=1.4.6", "SMTP smuggling and STARTTLS injection are closed from here on"),
    "aiosmtplib": (">=5.1.3", "two command injections are closed from here on"),
    "python-gnupg": (">=0.5.7", "the version whose reading of status lines our own replaces"),
    "pysequoia": ("==0.1.35", "its interface is not stable, and the second opinion rests on it"),
    "textual": (">=8.2.8", "the version whose markup traps our tests know"),
    "argon2-cffi": (">=25.1", "the parameters of RFC 9106 are its defaults"),
}


@dataclass(frozen=True)
class Pin:
    """One line of a lock: a version, where it is wanted, and the files it may be."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    def holds(self, platform):
        return not self.marker or Marker(self.marker).evaluate(platform)


def pins(file):
    found, lines = [], (ROOT / file).read_text("utf-8").splitlines()
    for at, line in enumerate(lines):
        if pin := PIN.match(line):
            hashes = tuple(line.strip(" \\") for line in takewhile(HASH.match, lines[at + 1 :]))
            found.append(Pin(canonicalize_name(pin["name"]), pin["version"], (pin["marker"] or "").strip(), hashes))
    return found


LOCKS = ("requirements.lock", "runtime.lock", ".ci/tools.lock")
LOCK = pins("requirements.lock")
RUNTIME = pins("runtime.lock")
ASKED = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["dependency-groups"]["dev"],
    *PROJECT["build-system"]["requires"],
]


def locked(name, platform):
    """Give the version one platform gets; there must be one."""
    [pin] = [pin for pin in LOCK if pin.name == canonicalize_name(name) and pin.holds(platform)]
    return pin.version


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_project_asks_for_is_in_the_lock_for_every_python_and_system(asked):
    wanted = Requirement(asked)

    for platform in PLATFORMS:
        assert wanted.specifier.contains(locked(wanted.name, platform))


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_is_versions_hashes_and_remarks_and_nothing_else(file):
    for line in (ROOT / file).read_text("utf-8").splitlines():
        assert PIN.match(line) or HASH.match(line) or REMARK.match(line), line


@pytest.mark.parametrize("file", LOCKS)
def test_every_version_in_a_lock_is_held_by_hashes(file):
    assert len(pins(file)) > 20
    assert [pin.name for pin in pins(file) if not pin.hashes] == []


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_names_no_server_and_no_folder(file):
    assert ADDRESS.findall((ROOT / file).read_text("utf-8").replace("pyproject.toml", "")) == []


def test_what_runs_here_is_what_the_lock_names():
    here = [pin for pin in LOCK if not pin.marker or Marker(pin.marker).evaluate()]

    assert {pin.name: installed(pin.name) for pin in here} == {pin.name: pin.version for pin in here}


def installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def test_whatever_an_installed_package_needs_is_in_the_lock():
    """A missing one would be taken from wherever, without a hash: pip is told to refuse that."""
    names = {pin.name for pin in LOCK}
    needed = {
        canonicalize_name(needs.name)
        for pin in LOCK
        if installed(pin.name)
        for needs in map(Requirement, distribution(pin.name).requires or ())
        if not needs.marker or needs.marker.evaluate({"extra": ""})
    }

    assert needed - names == set()


def test_the_program_is_installed_with_what_it_was_tested_with():
    """runtime.lock, which people install from, is a part of what the tests run on, version and bytes."""
    assert set(RUNTIME) - set(LOCK) == set()


def test_the_program_is_installed_with_what_it_needs_and_no_more():
    """Walked from pyproject.toml through what every library says that it needs."""
    needed, asked = set(), deque(map(Requirement, PROJECT["project"]["dependencies"]))
    while asked:
        one = asked.popleft()
        wanted = (canonicalize_name(one.name), frozenset(one.extras))
        if wanted not in needed:
            needed.add(wanted)
            asked.extend(needed_by(*wanted))

    assert {name for name, _extras in needed} == {
        pin.name for pin in RUNTIME if not pin.marker or Marker(pin.marker).evaluate()
    }


def needed_by(name, extras):
    asked = map(Requirement, distribution(name).requires or ())
    return [
        one for one in asked if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


@pytest.mark.parametrize("name", FLOORS)
def test_no_version_with_a_known_hole_is_locked(name):
    allowed, _why = FLOORS[name]

    for platform in PLATFORMS:
        assert SpecifierSet(allowed).contains(Version(locked(name, platform)))


def test_a_fresh_machine_installs_from_the_lock_and_takes_nothing_else():
    commands = [line for line in (ROOT / ".ci/prepare").read_text("utf-8").splitlines() if line.startswith("pip ")]

    assert commands == [
        "pip --require-hashes --requirement requirements.lock",
        "pip --no-deps --no-build-isolation --editable .",
    ]
