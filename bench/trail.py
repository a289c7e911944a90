"""The audit trail: an act with its entry beside one without, and how fast a long trail is verified."""

import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from figures import Chapter, Finding, Sample, ratio, samples
from stopwatch import Tell, in_turn

from gateway.access.act import act, permit
from gateway.access.actions import Action
from gateway.adapters.database import Database
from gateway.audit.checkpoints import Checkpoints
from gateway.audit.last_signed import LastSigned
from gateway.audit.rows import AuditTable
from gateway.audit.statements import Notary, SigningKey
from gateway.audit.trail import Entry, note
from gateway.audit.verify import Verify
from gateway.site.cipher import Vault
from gateway.site.people import People, PeopleTable, Person, PersonRow, Role
from gateway.station import utc_now
from keys import passphrase
from keys.keyring import Keyring

ROUNDS: Final = 200
LONG: Final = 100_000
PER_CHECKPOINT: Final = 1000
NOTED, PLAIN = "an act that is noted", "the same without its entry"


def measure(*, small: bool, tell: Tell) -> Chapter:
    """Measure both on one database."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        with Keyring(folder / "k", passphrase.make()) as keyring:
            keys = (SigningKey(keyring.generate("Bench <bench@party.example>")),)
            notary = Notary(keyring, lambda: keys, "region", LastSigned(folder / "last-signed"))
            database = Database(f"sqlite:///{folder / 'bench.db'}")
            try:
                return _measured(database, notary, small=small, tell=tell)
            finally:
                database.close()
    finally:
        shutil.rmtree(folder)


def _measured(database: Database, notary: Notary, *, small: bool, tell: Tell) -> Chapter:
    database.create(PeopleTable.metadata, AuditTable.metadata)
    with database.session() as session:
        person = People(session, Vault.random()).add("Bench", Role.INTAKE)
    works = {NOTED: lambda: one_act(database, person), PLAIN: lambda: one_without(database, person)}
    times = in_turn(2 if small else ROUNDS, works, lambda _round: None)
    tell("verify")
    fill(database, notary, 2 * PER_CHECKPOINT if small else LONG)
    started = time.perf_counter()
    with database.reading() as session:
        verified = Verify(notary, utc_now())(session)
    each = (time.perf_counter() - started) / verified.entries * LONG
    return Chapter(
        "The audit trail",
        "An act that changes one row, noted and not; and verifying the chain and every checkpoint's signature.",
        (*samples("ms", times), Sample(f"verify {LONG:,} entries", "s", (each,))),
        (Finding("an act that is noted / without its entry", ratio(times[NOTED], times[PLAIN])),),
    )


def one_act(database: Database, person: Person) -> None:
    """Do an act that changes one row and is noted."""
    with act(database, person, Action.OPEN_CASE, utc_now(), "6a1f0c9e-0000-4000-8000-000000000001") as deed:
        deed.session.get_one(PersonRow, person.id).department += "x"


def one_without(database: Database, person: Person) -> None:
    """Do the same without its entry."""
    with database.session() as session:
        permit(session, person, Action.OPEN_CASE)
        session.get_one(PersonRow, person.id).department += "x"


def fill(database: Database, notary: Notary, entries: int) -> None:
    """Add a long trail, with a checkpoint now and then."""
    now = utc_now() - timedelta(days=300)
    checkpoints = Checkpoints(database, notary, lambda: now)
    for _nth in range(entries // PER_CHECKPOINT):
        with database.session() as session:
            for _entry in range(PER_CHECKPOINT):
                note(session, Entry(now, "open-case", "care", "person", "intake", "case", detail={"found": 1}))
        now += timedelta(hours=1)
        checkpoints.tick()
