"""What is packed is what the program needs, and no more; the service's units say what the program does."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import unit_files
from hatchling.builders.wheel import WheelBuilder

from gateway import __main__ as gateway_command
from gateway.adapters import smtp_out
from gateway.commands.console import REFUSED, Subcommand
from gateway.daemon import GRACE_SECONDS
from gateway.site.home import Home
from gateway.site.settings import Settings
from inbox_tui import program as inbox_command
from keys.keyring import LONGEST_HOME

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
COMMANDS = {"stafet-gateway": gateway_command.build, "stafet-inbox": inbox_command.build}
SITE = "/var/lib/stafet"


@pytest.fixture(scope="module")
def packed():
    """Every file of the wheel by its name there."""
    builder = WheelBuilder(str(ROOT))
    shared = builder.recurse_forced_files(builder.config.shared_data)
    return {file.distribution_path for file in (*builder.recurse_included_files(), *shared)}


def below(folder):
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_the_wheel(package, packed):
    """Whatever the code opens beside itself: styles, pages, tables, the Danish, migrations."""
    there = {name for name in below(package) if not name.endswith(".po")}
    assert there - packed == set()


def test_what_people_see_is_in_the_wheel(packed):
    """Were the walk above to find nothing, this would still be asked."""
    assert {
        "gateway/locale/da/LC_MESSAGES/stafet.mo",
        "gateway/desk/desk.tcss",
        "inbox_tui/inbox.tcss",
        "gateway/statistics/page.css",
        "inbox_tui/browser/templates/inbox.html",
        "directory/municipalities.csv",
        "gateway/schema/revisions/__init__.py",
        "inbox_tui/schema/revisions/__init__.py",
    } <= packed


def test_nothing_else_is_in_the_wheel(packed):
    assert {name.split("/")[0] for name in packed} == {*PACKAGES, "share"}
    assert not [
        name for name in packed if re.search(r"(^|/)(tests?|docs|bench|__pycache__)/|\.pyc?o?$|test_", name[:-3])
    ]


def test_what_a_machine_is_set_up_with_comes_along(packed):
    """The handbook names these below the environment's share/stafet."""
    told = {name.replace("deploy/", "share/stafet/", 1) for name in below("deploy")}
    assert {name for name in packed if name.startswith("share/")} == told
    assert "share/stafet/systemd/stafet-gateway.service" in told


def test_the_libraries_it_was_tested_with_are_handed_out_and_installed_with_it():
    """Which those are, and that they are all it needs: test_dependencies.py."""
    assert "cp runtime.lock dist/" in (ROOT / "Makefile").read_text("utf-8")
    pip = "# /opt/stafet/bin/pip install"
    for page in ("install.md", "running.md"):
        told = (ROOT / "docs" / page).read_text("utf-8")
        assert f"{pip} --require-hashes --requirement runtime.lock\n{pip} --no-deps ./stafet-" in told


def test_the_wheel_says_what_it_is():
    project = PROJECT["project"]
    assert project["license"] == "EUPL-1.2"
    assert "Private :: Do Not Upload" in project["classifiers"]
    assert set(project["scripts"]) == set(COMMANDS)
    assert not project.get("urls"), "there is no host of the project's own to name"


def line_of(unit):
    """What a service runs, as words; a shell's line is looked into."""
    words = shlex.split(unit.all("ExecStart")[0])
    return shlex.split(re.sub(r"\$\(.*?\)", "now", words[2])) if words[:2] == ["/bin/sh", "-c"] else words


@pytest.mark.parametrize("file", unit_files.SERVICES, ids=lambda file: file.name)
def test_a_service_runs_a_command_there_is(file):
    unit = unit_files.read(file)
    words = [word.replace("%S", "/var/lib") for word in line_of(unit) if word != "exec"]
    for end in ("gateway", "inbox") if "%i" in words[0] else ("",):
        program, *typed = [word.replace("%i", end) for word in words]
        folder, _slash, name = program.rpartition("/")
        assert folder == "/usr/local/bin"
        typed = [word.replace("${PUBLIC_URL}", "https://indbakke.kommune.example") for word in typed]
        assert callable(COMMANDS[name](Subcommand(prog=name)).parse_args(typed).run)


@pytest.mark.parametrize("file", unit_files.SERVICES, ids=lambda file: file.name)
def test_no_service_runs_as_root_or_is_without_its_sandbox(file):
    unit = unit_files.read(file)
    assert unit.one("User") == "stafet"
    assert file.name.startswith("stafet-"), "else systemd would not read what stands for all"
    assert unit.all("CapabilityBoundingSet") == [""]
    assert unit.one("ProtectSystem") == "strict"
    assert unit.one("UMask") == "0077"


DAEMONS = [file for file in unit_files.SERVICES if "backup" not in file.name]


@pytest.mark.parametrize("file", DAEMONS, ids=lambda file: file.name)
def test_a_daemon_is_given_the_time_it_takes_and_comes_back(file):
    unit = unit_files.read(file)
    assert unit.one("Type") == "notify"
    assert unit.seconds("TimeoutStopSec") >= 3 * GRACE_SECONDS
    assert unit.one("Restart") == "on-failure"
    assert unit.one("StartLimitIntervalSec") == "0", "it never gives up"
    assert unit.seconds("RestartSec") >= 5
    assert unit.one("RestartPreventExitStatus") == str(REFUSED), "what is refused would be again"
    if unit.all("WatchdogSec"):
        assert unit.seconds("WatchdogSec") > 8 * smtp_out.SECONDS, "one letter is at most so many answers of a server"


def test_the_site_is_where_gnupg_can_use_it():
    unit = unit_files.read(unit_files.SYSTEMD / "stafet-gateway.service")
    assert unit.one("Environment") == "STAFET_HOME=%S/stafet"
    assert unit.one("StateDirectory") == SITE.removeprefix("/var/lib/")
    assert len(str(Home(Path(SITE)).gnupg)) < LONGEST_HOME
    for file in ("sysusers.d", "tmpfiles.d"):
        assert SITE in (ROOT / "deploy" / file / "stafet.conf").read_text("utf-8")


def test_the_secrets_that_are_handed_over_are_those_the_program_reads():
    """By the names of the files they stand in for, in the site's folder or on the command line."""
    told = {
        one.partition(":")[0]
        for file in unit_files.SERVICES
        for one in unit_files.read(file).all("LoadCredentialEncrypted")
    }
    asked = {Home(Path(SITE)).passphrase_file.name, "password", "recovery-code", "relay-password", "imap-password"}
    assert told == asked
    told_of = (ROOT / "docs" / "mail-servers.md").read_text("utf-8")
    assert "relay-password" in told_of
    assert "imap-password" in told_of
    assert "password_file" in json.dumps(Settings.model_json_schema())
