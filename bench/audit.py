"""What the audit trail costs: an act with its entry beside one without, and how fast a long trail is verified.

Run with `python bench/audit.py`. Both are measured in one run; the ratio is what to compare between machines.
"""

import shutil
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from gateway.access.act import act, permit
from gateway.access.actions import Action
from gateway.adapters.database import Database
from gateway.audit.checkpoints import Checkpoints
from gateway.audit.rows import AuditTable
from gateway.audit.statements import Notary
from gateway.audit.trail import Entry, note
from gateway.audit.verify import Verify
from gateway.site.cipher import Vault
from gateway.site.people import People, PeopleTable, Person, PersonRow, Role
from gateway.station import utc_now
from keys import passphrase
from keys.keyring import Keyring

ROUNDS = 400
LONG = 100_000
PER_CHECKPOINT = 1000


def one_act(database: Database, person: Person) -> float:
    """Time an act that changes one row and is noted, in milliseconds."""
    started = time.perf_counter()
    with act(database, person, Action.OPEN_CASE, utc_now(), "6a1f0c9e-0000-4000-8000-000000000001") as deed:
        deed.session.get_one(PersonRow, person.id).department += "x"
    return (time.perf_counter() - started) * 1000


def one_without(database: Database, person: Person) -> float:
    """Time the same without its entry."""
    started = time.perf_counter()
    with database.session() as session:
        permit(session, person, Action.OPEN_CASE)
        session.get_one(PersonRow, person.id).department += "x"
    return (time.perf_counter() - started) * 1000


def fill(database: Database, notary: Notary) -> None:
    """Add a long trail, with a checkpoint now and then."""
    now = utc_now() - timedelta(days=300)
    checkpoints = Checkpoints(database, notary, lambda: now)
    for _nth in range(LONG // PER_CHECKPOINT):
        with database.session() as session:
            for _entry in range(PER_CHECKPOINT):
                note(session, Entry(now, "open-case", "care", "person", "intake", "case", detail={"found": 1}))
        now += timedelta(hours=1)
        checkpoints.tick()


def main() -> None:
    """Print medians and ratios."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    try:
        with Keyring(folder / "k", passphrase.make()) as keyring:
            notary = Notary(keyring, keyring.generate("Bench <bench@party.example>"), "region")
            measure(Database(f"sqlite:///{folder / 'bench.db'}"), notary)
    finally:
        shutil.rmtree(folder)


def measure(database: Database, notary: Notary) -> None:
    """Measure on one database, in turn."""
    database.create(PeopleTable.metadata, AuditTable.metadata)
    with database.session() as session:
        person = People(session, Vault.random()).add("Bench", Role.INTAKE)
    pairs = [(one_act(database, person), one_without(database, person)) for _round in range(ROUNDS)]
    noted, plain = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"an act that is noted {noted:6.2f} ms   without its entry {plain:6.2f} ms   ratio {noted / plain:.2f}")
    fill(database, notary)
    started = time.perf_counter()
    with database.reading() as session:
        verified = Verify(notary, utc_now())(session)
    seconds = time.perf_counter() - started
    each = seconds / verified.entries * LONG
    print(f"verify {verified.entries} entries, {verified.checkpoints} checkpoints: {seconds:.2f} s", end="   ")
    print(f"{each:.2f} s per {LONG}   finding {verified.finding}")
    database.close()


if __name__ == "__main__":
    main()
