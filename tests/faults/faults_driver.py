"""Both ends as processes that can be killed: loaded once, forked for each order, told what to do in JSON lines.

    {"do": "run", …}          a daemon; the answer is its process id
    {"do": "refer", …}        hand referrals in, as the desk or another system does
    {"do": "acknowledge", …}  take cases, as a person at the inbox does
    {"do": "wait", "pid": …}  how a process ended

What people do is a process of its own too, for it can be killed like any other.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from faults_points import Points, by_the_clock
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway import bootstrap as region_end
from gateway import daemon
from gateway.adapters import database, smtp_out
from gateway.audit.verify import Verify
from gateway.daemon import Daemon
from gateway.referring.example import example
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.station import Clocks, utc_now
from inbox_tui import bootstrap as municipal_end
from inbox_tui.casework.errors import CaseworkError

CODE = "751"
RELAY_SECONDS = 1.5
LOCKED_SECONDS = 1


class ShiftedClock:
    """The machine's clock, as far ahead as the file beside the home says."""

    def __init__(self, home):
        self._file = Path(f"{home}.ahead")

    def __call__(self):
        return utc_now() + timedelta(seconds=float(self._file.read_text() or 0))


def open_end(order):
    home, clock = Home(Path(order["home"])), ShiftedClock(order["home"])
    opened = region_end.open_region if order["end"] == "region" else municipal_end.open_municipality
    return opened(home, Clocks(clock, clock))


def run(order, _say):
    """Be the daemon, until SIGTERM or worse; its door's port is written beside its home."""
    joined = region_end if order["end"] == "region" else municipal_end
    with open_end(order) as station:
        chores = tuple(map(by_the_clock, joined.chores(station)))
        asyncio.run(_run(Daemon(station, joined.handlers(station), chores), Path(f"{order['home']}.port")))


async def _run(runs, port_file):
    runs.stop_on_signals()
    await runs.run(lambda port: port_file.write_text(str(port)))


def refer(order, say):
    """Hand in a referral for each reference, and say each number as soon as it is safe."""
    with open_end(order) as station:
        submit, person = region_end.submit(station), _person(station, Role.SENDER)
        content = example(CODE, station.clocks.rules())
        for reference in order["references"]:
            with station.database.reading() as session:
                known = region_end.follow(station, session).named(reference) if "again" in order else None
            done = known or submit(written(content, reference), person)
            say({"reference": reference, "letter": done.referral_id, "number": done.number})


def written(content, reference):
    """Write an invented referral about a citizen of its own."""
    number = f"{int(reference.rpartition('-')[2]):06}"
    citizen = {"cpr": None, "phone": f"+45 95 {number[:2]} {number[2:4]} {number[4:]}"}
    return content | {"reference": reference, "citizen": {**content["citizen"], **citizen}}


def acknowledge(order, say):
    """Take each case; one that is taken already was taken before the process that did it was killed."""
    with open_end(order) as station:
        store, person = municipal_end.case_store(station), _person(station, Role.INTAKE)
        for letter in order["letters"]:
            with suppress(CaseworkError):
                store.acknowledge(case_of(station, letter), person, station.clocks.rules())
            say({"letter": letter})


def send_again(order, say):
    """Do what the desk does about letters that were given up."""
    with open_end(order) as station:
        correspond, person = region_end.correspond(station), _person(station, Role.SENDER)
        for letter in order["letters"]:
            correspond.send_again(letter, person)
            say({"letter": letter})


def verify(order, say):
    """Walk the audit trail, and say where it breaks, if it does."""
    with open_end(order) as station, station.database.reading() as session:
        verified = Verify(station.notary, station.clocks.machine())(session)
        say({"entries": verified.entries, "finding": repr(verified.finding) if verified.finding else None})


def case_of(station, letter):
    with station.database.reading() as session:
        return session.connection().exec_driver_sql("SELECT id FROM cases WHERE letter_id = ?", (letter,)).scalar_one()


def _person(station, role):
    with station.database.reading() as session:
        return next(one for one in station.people(session).active() if one.role in {role, Role.ADMIN})


WORK = {"run": run, "refer": refer, "acknowledge": acknowledge, "send_again": send_again, "verify": verify}


def impatient():
    """Let no daemon wait as long as it would in earnest; people wait."""
    smtp_out.SECONDS = RELAY_SECONDS
    database.BUSY_SECONDS = LOCKED_SECONDS
    daemon.REST_AFTER_TROUBLE = 0.1
    daemon.GRACE_SECONDS = 2.0


def obey_the_read_only_mark(home):
    """Let SQLite refuse to write while the mark lies beside the home, as on a file that may not be written."""
    mark = Path(f"{home}.read-only")

    @event.listens_for(Engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if mark.exists() else 'OFF'}")


def work(order, say):
    """Do one order in this process."""
    home = order["home"]
    logging.basicConfig(filename=f"{home}.log", level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("stafet").setLevel(logging.INFO)
    if order["do"] == "run":
        impatient()
    Points(f"{home}.{order['do']}.points", order.get("arm", ""), order.get("after", 0)).install()
    obey_the_read_only_mark(home)
    WORK[order["do"]](order, say)


@contextmanager
def _child(order, pipe):
    """Be the child: whatever happens, the process ends here."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        yield lambda said: os.write(pipe, f"{json.dumps(said)}\n".encode())
        code = 0
    except BaseException as error:
        logging.getLogger("stafet").exception("%s failed", order["do"])
        os.write(pipe, f"{json.dumps({'error': type(error).__name__})}\n".encode())
        raise
    finally:
        os._exit(code)


def serve():
    """Fork for each order that comes, and answer each with one line."""
    running = set()
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "wait":
            _pid, status = os.waitpid(order["pid"], 0)
            running.discard(order["pid"])
            answer = {"code": os.waitstatus_to_exitcode(status)}
        else:
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                with _child(order, writing) as say:
                    work(order, say)
            os.close(writing)
            running.add(pid)
            answer = {"pid": pid}
            if order["do"] != "run":
                with os.fdopen(reading) as said:
                    answer["said"] = [json.loads(one) for one in said]
            else:
                os.close(reading)
        print(json.dumps(answer), flush=True)  # noqa: T201 - its way to answer
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve()
