"""Both ends from the wheel, as the units run them: in their sandbox, with their secrets handed over, heard and ended.

systemd itself does not run where the tests do. It reads the units, and what they forbid is forbidden by other means
(sandbox.py). The region's database is on PostgreSQL, behind a socket; the municipality's is a file.
"""

import asyncio
import json
import re
import shutil
import socket
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import sandbox
import unit_files
from aiohttp import ClientSession
from journey_road import UNIT_NAME, WORKER, Road
from journey_sites import agents_of, workplace
from postgresql_server import PostgreSQL, postgresql
from sites import PASSWORD, short_folder
from wheels import Installed

from keys.locked_file import new_recovery_code

pytestmark = pytest.mark.peers
LOWEST = 1.3
"""What `systemd-analyze security` may say at most: 0 is a service that can do nothing, 10 one that can do all."""


@dataclass
class Served(Installed):
    """A site whose daemon runs as its unit says."""

    server: PostgreSQL | None = None
    """Where its database is, if not in its folder."""
    certificates: Path | None = None
    manager: socket.socket | None = None

    @property
    def certificate(self):
        return self.certificates / f"{self.home.name}.pem"

    @property
    def handed(self):
        return self.home.with_suffix(".credentials")

    @property
    def environment(self):
        own = {"CREDENTIALS_DIRECTORY": str(self.handed)} if self.handed.exists() else {}
        return super().environment | own

    def hand_over_passphrase(self):
        """Let the passphrase be in the folder no more."""
        self.handed.mkdir(mode=0o700)
        shutil.move(self.home / "passphrase", self.handed)

    def start(self):
        notify = self.home.with_suffix(".notify")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(notify))
        self.manager.settimeout(60)
        unit = unit_of(f"{self.program}.service")
        told = {"NOTIFY_SOCKET": str(notify), "WATCHDOG_USEC": "60000000"}
        with self.log.open("wb") as log:
            self.daemon = self.boxed(
                unit, *unit.one("ExecStart").split()[1:], seen=[notify], told=told, stdout=log, stderr=log
            )
        self.hear("READY=1")
        self.port = int(self._opened(0))

    def boxed(self, unit, *words, seen=(), told=(), **how):
        """Run the program as a unit would."""
        return sandbox.started(
            unit,
            [self.wheel.programs / self.program, *words],
            site=self.home,
            seen=[*self.wheel.lent, self.certificates, *([self.server.folder] if self.server else []), *seen],
            handed=self.handed,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **dict(told)},
            stdin=subprocess.DEVNULL,
            **how,
        )

    def ask(self, query, *values):
        if not self.server:
            return super().ask(query, *values)
        with self.server.connect("site") as at:
            return at.execute(query.replace("?", "%s"), values).fetchall()

    def change(self, statement, *values):
        if not self.server:
            super().change(statement, *values)
            return
        with self.server.connect("site") as at:
            at.execute(statement.replace("?", "%s"), values)

    def hear(self, line):
        """Wait until the service manager has heard it; give the lines it came with."""
        while line not in (told := self._heard()):
            assert self.daemon.poll() is None, self.log.read_text()
        return told

    def _heard(self):
        try:
            return self.manager.recv(4096).decode().splitlines()
        except TimeoutError:
            pytest.fail(self.log.read_text())

    def end(self):
        super().end()
        if self.manager:
            self.manager.close()


def unit_of(name):
    return unit_files.read(unit_files.SYSTEMD / name)


@pytest.fixture(scope="module")
def road(wheel):
    """Two sites that have found each other, with both daemons in their sandboxes."""
    with ExitStack() as stack:
        folder = stack.enter_context(workplace())
        server = stack.enter_context(postgresql(stack.enter_context(short_folder())))
        server.create("site")
        server.folder.chmod(0o711)  # as /run/postgresql: others may find the socket
        certificates = folder / "certificates"
        certificates.mkdir()
        own = {"wheel": wheel, "certificates": certificates}
        road = Road(
            Served("stafet-gateway", folder / "region", server=server, **own),
            Served("stafet-inbox", folder / "unit", **own),
        )
        stack.callback(road.end)
        join(road)
        yield road


def join(road):
    """Type what the handbook says at both ends, and start both daemons."""
    doors = {site.program: f"127.0.0.1:{free_port()}" for site in (road.region, road.unit)}
    to_region, to_unit = doors[road.region.program], doors[road.unit.program]
    elsewhere = ("--database", road.region.server.url("site"))
    road.make(to_unit, to_region, ("--listen", to_region, *elsewhere), ("--listen", to_unit))
    for site in (road.region, road.unit):
        shutil.copy(site.home / "door.pem", site.certificate)
    road.trust((to_unit, road.unit.certificate), (to_region, road.region.certificate))
    road.join()
    for site in (road.region, road.unit):
        site.hand_over_passphrase()
        site.start()
    road.known()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def test_a_referral_goes_all_the_way_and_its_receipt_comes_back(road):
    """Sealed and opened by gpg and its agent, carried over TLS, kept in a file and on a PostgreSQL server."""
    letter = road.refer()
    road.receipted(letter)
    assert road.cases(letter) == 1


def test_the_service_manager_hears_that_both_are_alive(road):
    for site in (road.region, road.unit):
        assert site.hear("WATCHDOG=1") == ["WATCHDOG=1"]
        assert site.daemon.poll() is None


def test_a_daemon_can_touch_nothing_but_its_own_folder(road):
    """What the box forbids is tried inside one: else a box without walls would let every test here pass."""
    tries = {
        "write beside the site": "open('/etc/stafet-was-here', 'w')",
        "see what others keep": f"open({str(road.unit.home / 'settings.toml')!r})",
        "speak another way": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "run what it wrote": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
        "go first": "os.setpriority(os.PRIO_PROCESS, 0, -5)",
        "be another": "os.setuid(0)",
        "change the root": "os.chroot('/')",
        "make a name space": "assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    }
    code = "import ctypes, mmap, os, socket\n" + "".join(
        f"try:\n    {what}\nexcept (OSError, AssertionError):\n    pass\nelse:\n    print({name!r})\n"
        for name, what in tries.items()
    )
    with workplace() as nothing:
        ended = sandbox.started(
            unit_of("stafet-gateway.service"),
            [road.region.wheel.programs / "python", "-c", code + "print('tried')"],
            site=nothing,
            seen=road.region.wheel.lent,
            env={},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        said, trouble = ended.communicate(timeout=60)
    assert (said.split("\n"), trouble) == (["tried", ""], "")


async def test_a_page_in_a_browser_gets_an_inbox_of_its_own(road):
    """It is drawn with the site unlocked, by a process the service started inside the same walls."""
    served = road.unit.boxed(
        unit_of("stafet-inbox-web.service"), "--json", "serve", "--port", "0", stdout=subprocess.PIPE, text=True
    )
    try:
        url = json.loads(await asyncio.to_thread(served.stdout.readline))["url"]
        own = {"Origin": url}
        async with (
            asyncio.timeout(60),
            ClientSession() as session,
            session.ws_connect(f"{url}/ws", headers=own) as page,
        ):
            screen = b""
            while UNIT_NAME.encode() not in screen:
                screen += await page.receive_bytes()
    finally:
        served.terminate()
        assert await asyncio.to_thread(served.wait, 60) == 0
        served.stdout.close()


def test_a_backup_is_made_with_the_secrets_that_are_handed_over_for_it(road):
    for name, secret in (("password", PASSWORD), ("recovery-code", new_recovery_code())):
        file = road.unit.handed / name
        file.write_text(secret)
        file.chmod(0o400)
    made = road.unit.boxed(
        unit_of("stafet-backup@.service"),
        *("backup", f"{sandbox.SITE}/backup.gpg", "--code-file", f"{sandbox.CREDENTIALS}/recovery-code"),
        told={"STAFET_AS": WORKER},
    )
    assert made.wait(60) == 0
    assert (road.unit.home / "backup.gpg").stat().st_size > 10_000


def test_the_doctor_of_the_service_finds_its_key_with_the_passphrase_handed_over(road):
    found = road.unit("doctor", "--offline", "--json", code=2).json
    codes = {one["code"] for one in found["findings"]}
    assert "PASSPHRASE_HANDED_OVER" in codes
    assert not {"GPG_FAILS", "NOT_RUNNING"} & codes


def test_both_end_when_they_are_told_to_and_leave_nothing_running(road):
    for site in (road.region, road.unit):
        site.daemon.terminate()
        site.hear("STOPPING=1")
        assert site.daemon.wait(60) == 0, site.log.read_text()
        assert agents_of(site) == []
        assert "Traceback" not in site.log.read_text()


@pytest.fixture(scope="module")
def units(wheel, tmp_path_factory):
    """The units as they lie on a machine, with the programs where they say."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(wheel.shared / "systemd", folder, dirs_exist_ok=True)
    for file in folder.glob("*.service"):
        told = file.read_text("utf-8")
        assert "/usr/local/bin/stafet-" in told
        file.write_text(told.replace("ExecStart=/usr/local/bin/", f"ExecStart={wheel.programs}/"), "utf-8")
    return folder


def analysed(*words):
    command = ["systemd-analyze", "--no-pager", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_the_units(units):
    done = analysed("verify", *units.glob("*.service"), *units.glob("*.timer"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("file", unit_files.SERVICES, ids=lambda file: file.name)
def test_systemd_thinks_each_service_can_do_little_harm(file, units):
    done = analysed("security", "--offline=true", units / file.name)
    exposure = re.search(r"Overall exposure level for .*: (\d+\.\d)", done.stdout)
    assert exposure, done.stderr
    assert float(exposure[1]) <= LOWEST, done.stdout


def test_systemd_makes_the_account_and_its_folder(wheel, tmp_path):
    for folder in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(wheel.shared / folder, tmp_path / "etc" / folder)
    for program in ("systemd-sysusers", "systemd-tmpfiles"):
        how = ["--create"] if program == "systemd-tmpfiles" else []
        subprocess.run([program, f"--root={tmp_path}", *how], check=True, capture_output=True)
    assert re.search(
        r"^stafet:.*:/var/lib/stafet:/usr/sbin/nologin$", (tmp_path / "etc/passwd").read_text(), re.MULTILINE
    )
    assert (tmp_path / "var/lib/stafet").stat().st_mode & 0o777 == 0o700
