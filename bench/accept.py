"""Mail accepted durably: our door beside Postfix, under the same load."""

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import trustme
from figures import Aim, Chapter, Finding, Sample, ratio, samples
from peers.postfix import DISTRIBUTED, Postfix
from smtp_load import HERE, MAIL, Load
from stopwatch import Tell, Work, in_turn, milliseconds

OURS, POSTFIX = "our door", "Postfix"
ROUNDS, SYNCS = 15, 100
ONE, EIGHT, FRESH = "one connection", "eight connections", "a connection for each mail"
MAILS: Final = {ONE: 24, EIGHT: 48, FRESH: 12}

Rates = dict[str, dict[str, list[float]]]


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure both on the same disk, with the same certificate."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    folder.chmod(0o755)  # Postfix has users of its own
    try:
        with ExitStack() as stack:
            trusted = _certified(folder)
            servers = {OURS: stack.enter_context(_our_door(folder))}
            if os.geteuid() == 0 and DISTRIBUTED.exists():
                servers[POSTFIX] = stack.enter_context(_postfix(folder))
            loads = {name: Load(port, trusted) for name, port in servers.items()}
            rates = {how: _rates(loads, how, 1 if small else ROUNDS, tell) for how in MAILS}
            syncs = [milliseconds(partial(_sync, folder / "file")) for _time in range(2 if small else SYNCS)]
    finally:
        shutil.rmtree(folder)
    return _chapter(rates, syncs)


def _chapter(rates: Rates, syncs: list[float]) -> Chapter:
    compared = [(how, each) for how, each in rates.items() if POSTFIX in each]
    return Chapter(
        "Mail accepted durably",
        "8 KiB over verified TLS, one mail after another on each connection. Ours answers when the mail is committed, "
        "locked, to a database; Postfix when it is in its queue, on the same disk, where it is put on hold: nothing is "
        "delivered meanwhile.",
        (
            *(
                sample
                for how, each in rates.items()
                for sample in samples("mails/s", {f"{who}, {how}": values for who, values in each.items()})
            ),
            Sample("writing and syncing a file of that size", "ms", tuple(syncs)),
        ),
        tuple(
            Finding(f"{how}: our mails/s / Postfix's", ratio(each[OURS], each[POSTFIX]), Aim.AT_LEAST, 0.5)
            for how, each in compared
        ),
        () if compared else ("Postfix is not installed, or cannot be started by this user: it is left out.",),
    )


def _rates(loads: dict[str, Load], how: str, rounds: int, tell: Tell) -> dict[str, list[float]]:
    tell(how)
    mails = MAILS[how]
    works: dict[str, Work] = {name: partial(_brought, load, how, mails) for name, load in loads.items()}
    return {name: [mails * 1000 / each for each in times] for name, times in in_turn(rounds, works, _quietly).items()}


def _brought(load: Load, how: str, mails: int) -> None:
    if how == FRESH:
        load.fresh(mails)
    else:
        connections = 8 if how == EIGHT else 1
        load.kept_open(connections, mails // connections)


def _certified(folder: Path) -> ssl.SSLContext:
    """Certify both servers, and trust them."""
    authority = trustme.CA()
    issued = authority.issue_cert(HERE)
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    return trusted


@contextmanager
def _our_door(folder: Path) -> Iterator[int]:
    line = [sys.executable, str(Path(__file__).with_name("door_program.py")), str(folder)]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        try:
            yield int(process.stdout.readline()) if process.stdout else 0
        finally:
            process.communicate()


@contextmanager
def _postfix(folder: Path) -> Iterator[int]:
    server = Postfix(folder / "postfix")
    server.make()
    server.command(
        "postconf",
        "-e",
        "relay_domains=load.example",
        "smtpd_tls_security_level=encrypt",
        f"smtpd_tls_cert_file={folder / 'certificate.pem'}",
        f"smtpd_tls_key_file={folder / 'key.pem'}",
        "smtpd_recipient_restrictions=check_recipient_access static:HOLD, reject_unauth_destination",
        "smtpd_tls_loglevel=0",
    )
    with server.running():
        yield server.port


def _sync(file: Path) -> None:
    with file.open("wb") as open_file:
        open_file.write(MAIL)
        open_file.flush()
        os.fsync(open_file.fileno())


def _quietly(_round: str) -> None:
    """Say nothing."""
