"""The whole road of one referral in one process and one thread, so that its n-th system call is always the same one.

    python faults_step.py FOLDER

For each reference that comes on a line a process of its own is forked, whose id is the answer. It stands still until
it is told to go on: then it opens both ends under FOLDER, hands a referral in unless that reference is known, carries
every letter through a folder, and takes the case. Done again after anything, it finishes what was begun. How it ended
is the second answer; 1: something went wrong.
"""

import asyncio
import os
import signal
import sys
import traceback
from contextlib import ExitStack, suppress
from pathlib import Path

from faults_driver import acknowledge, refer
from machine_ends import InPlace

from gateway import bootstrap as region_end
from gateway.exchange import deliver, outbox
from gateway.exchange.arrivals import Store
from gateway.exchange.deliver import Deliver
from gateway.exchange.ports import Attempt, Passage
from gateway.site.home import Home
from gateway.station import utc_now
from gateway.wire.letters import new_id
from inbox_tui import bootstrap as municipal_end

CODE = "751"
ROUNDS = 12


class Folder:
    """A relay that puts each envelope durably into a folder."""

    def __init__(self, path):
        self.path = path
        path.mkdir(exist_ok=True)

    async def send(self, envelope, _sender, recipient):
        part = self.path / f"{new_id()}.{recipient}.part"
        with part.open("wb") as file:
            file.write(envelope)
            file.flush()
            os.fsync(file.fileno())
        part.rename(part.with_suffix(""))
        return Attempt(Passage.ACCEPTED)


def exchange(station, joined, folder):
    """Send what is due and take what lies there; tell whether there was anything."""
    own = station
    send = Deliver(own.database, own.own, own.keyring, own.vault, folder, own.clocks.machine)
    worked = asyncio.run(send())
    store = Store(own.database, own.vault, own.clocks.machine, own.clocks.rules)
    for mail in sorted(folder.path.glob(f"*.{own.own.address}")):
        store(mail.read_bytes())
        mail.unlink()
        worked += 1
    receive = own.receive(joined.handlers(own))
    for arrival in receive.waiting():
        receive(arrival)
        worked += 1
    return worked


def road(path, reference):
    """Do all of it."""
    folder = Folder(path / "mail")
    deliver.asyncio = InPlace
    with ExitStack() as stack:
        ends = [
            (stack.enter_context(region_end.open_region(Home(path / "region"))), region_end),
            (stack.enter_context(municipal_end.open_municipality(Home(path / CODE))), municipal_end),
        ]
        for station, _joined in ends:
            with station.database.session() as session:
                outbox.release_all(session, utc_now())
        said = []
        refer({"end": "region", "home": path / "region", "references": [reference], "again": True}, said.append)
        carry(ends, folder)
        with suppress(LookupError):
            acknowledge({"end": "unit", "home": path / CODE, "letters": [said[0]["letter"]]}, said.append)
        carry(ends, folder)


def carry(ends, folder):
    for _round in range(ROUNDS):
        if not sum(exchange(station, joined, folder) for station, joined in ends):
            return


def stopped(path, reference):
    """Fork a process that does the road when it is told to go on; gives its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
            road(path, reference)
            code = 0
        except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
            traceback.print_exc()
        finally:
            os._exit(code)
    os.waitpid(pid, os.WUNTRACED)
    return pid


if __name__ == "__main__":
    for line in sys.stdin:
        pid = stopped(Path(sys.argv[1]), line.strip())
        print(pid, flush=True)  # noqa: T201 - its way to answer
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201 - likewise
