"""At rest: what lies in a column is locked, or one of the few things that may be read there; what is erased is gone.

A new column makes a test fail here until somebody has decided what it holds.
"""

import ast
import os
import sqlite3
from contextlib import closing

import pytest
import sites
from databases import everything_in
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, MetaData, text

from directory.columns import UtcDateTime
from gateway import bootstrap
from gateway.adapters.database import PRAGMAS, Database
from gateway.exchange.rows import ArrivalRow
from gateway.site.cipher import Vault
from gateway.site.people import People, PeopleTable, Role
from gateway.station import SHARED_TABLES
from inbox_tui import bootstrap as inbox

PUBLIC_BYTES = {
    ("pinned_key", "certificate"),  # a public key
    ("changes", "certificate"),
    ("audit_checkpoints", "signature"),
    ("audit_starts", "signature"),
    ("audit_restores", "signature"),
}
LOCKED = {
    ("arrivals", "locked"),
    ("outgoing", "locked"),
    ("changes", "spoken_with"),
    ("people", "locked_name"),
    ("credentials", "locked_hash"),
    ("consents", "locked"),
    ("meetings", "locked"),
    ("audit_verdicts", "locked"),
    ("drills", "locked"),
    ("drafts", "locked"),
    ("municipal_figures", "locked"),
    ("referrals", "locked"),
    ("referrals", "acknowledgement"),
    ("referrals", "answer"),
    ("referrals", "figures"),
    ("supplements", "locked"),
    ("calls", "locked"),
    ("replies", "locked"),
    ("cases", "acknowledged_by"),
    ("cases", "taken_over_by"),
    ("cases", "figures"),
    ("cases", "line"),
    ("case_contents", "content"),
    ("case_events", "words"),
    ("case_forwards", "words"),
    ("case_supplements", "content"),
}

IN_CLEAR = {
    "ids": {
        *("id", "letter_id", "conversation_id", "case_id", "referral_id", "meeting_id", "envelope_id", "receipt_id"),
        *("person_id", "author_id", "citizen_id", "previous_id", "anew_of", "about", "recorded_by", "pinned_by"),
        *("proposed_by", "confirmed_by", "told_by", "test_letter_id"),
        *("entered_by", "place", "department", "department_id"),
    },
    "keyed hashes": {"cpr_index", "phone_index", "reference_index", "name_index", "sign", "code_sign"},
    "codes and states": {
        *(
            "state",
            "stage",
            "kind",
            "outcome",
            "reason",
            "verdict",
            "passage",
            "bounced",
            "standing",
            "purpose",
            "form",
        ),
        *("role", "action", "detail", "step", "again", "what", "setting", "whose", "stand"),
    },
    "fingerprints, digests and signatures": {
        *("digest", "receipt_digest", "signed_by", "sealed_to", "fingerprint", "hash", "previous", "seed"),
        *("opened_with", "replaces"),
    },
    "the parties, as the agreement names them": {
        *("party", "to_party", "from_party", "municipality", "unit_name", "email", "phone", "hours", "address", "name"),
        *("to_address", "postal", "gln", "sor", "called"),
    },
    "numbers and figures": {"number", "value", "first", "last", "month"},
}
"""What texts in clear hold, by the names of their columns. `name` is a department's or a figure's."""

EVERY = (*SHARED_TABLES, bootstrap.TABLES, inbox.TABLES)


def columns(*families: MetaData) -> list[Column]:
    return [column for family in families for table in family.sorted_tables for column in table.columns]


def test_every_column_of_bytes_is_locked_or_known_to_be_public():
    found = {(one.table.name, one.name) for one in columns(*EVERY) if isinstance(one.type, LargeBinary)}

    assert found == LOCKED | PUBLIC_BYTES


def test_every_text_in_clear_is_of_a_kind_that_names_no_citizen():
    plain = (LargeBinary, Integer, Boolean, Date, UtcDateTime)
    texts = {one.name for one in columns(*EVERY) if not isinstance(one.type, plain)}
    known = set().union(*IN_CLEAR.values())

    assert texts == known


def test_what_is_counted_or_timed_is_no_text():
    """Else the test above would pass a text by that was stored under another kind."""
    assert {type(one.type).__name__ for one in columns(*EVERY)} <= {
        *("LargeBinary", "Integer", "BigInteger", "Boolean", "Date", "UtcDateTime", "AutoString"),
    }


def test_the_names_of_staff_are_locked_and_so_is_how_they_sign_in(region, tmp_path):
    sites.hire(region.station, "Kvasterblomme Ægirsdøttir", Role.SENDER, "Regnen falder på taget igen")

    content = everything_in(tmp_path / "region.db")
    for word in ("Kvasterblomme", "Ægirsdøttir", "kvasterblomme", "Regnen falder", "argon2"):
        assert word.encode() not in content


def database(folder):
    made = Database(f"sqlite:///{folder / 'x.db'}")
    made.create(PeopleTable.metadata, *SHARED_TABLES)
    return made


def deleted(folder, *, secure):
    """Write a mail, erase it, and give all that is left on the disk, with the mail."""
    db, word = database(folder), os.urandom(5000)
    with db.session() as session:
        row = ArrivalRow(place="p", locked=word, size=1, arrived_at=sites.utc_now(), rules_at=sites.utc_now())
        session.add(row)
        session.flush()
    db.forget()
    with db.session() as session:
        session.execute(text(f"PRAGMA secure_delete = {'ON' if secure else 'OFF'}"))
        session.execute(text("UPDATE arrivals SET locked = x''"))
    db.forget()
    db.close()
    return word, b"".join(file.read_bytes() for file in folder.glob("x.db*"))


def test_what_is_erased_is_overwritten_in_the_file(tmp_path):
    word, left = deleted(tmp_path, secure=True)

    assert not [at for at in range(0, len(word) - 32, 16) if word[at : at + 32] in left]


def test_without_the_pragma_it_would_lie_there_still(tmp_path):
    """The test before this one looks in the right place."""
    word, left = deleted(tmp_path, secure=False)

    assert [at for at in range(0, len(word) - 32, 16) if word[at : at + 32] in left]


def test_every_connection_overwrites_what_it_deletes(tmp_path):
    db = database(tmp_path)

    assert "secure_delete=ON" in PRAGMAS
    with db.session() as one, db.reading() as other:
        assert [session.execute(text("PRAGMA secure_delete")).scalar() for session in (one, other)] == [1, 1]
    db.close()


def test_a_name_is_found_by_a_hash_that_only_this_site_s_key_makes(tmp_path):
    db, vaults = database(tmp_path), (Vault.random(), Vault.random())
    for vault in vaults:
        with db.session() as session:
            People(session, vault).add("Anne Testesen", Role.INTAKE)

    with closing(sqlite3.connect(tmp_path / "x.db")) as raw:
        hashes = [row[0] for row in raw.execute("SELECT name_index FROM people")]
    assert len(set(hashes)) == 2
    db.close()


MAKES_FILES_ELSEWHERE = {"gateway/statistics/charts.py"}
"""What may use a folder of the machine's for a moment: a chart library's cache, which sees suppressed figures only."""


@pytest.mark.parametrize("package", ["gateway", "inbox_tui", "keys", "directory"])
def test_nothing_is_written_outside_the_home(package, pytestconfig):
    """No temporary file ever holds anything of a citizen's; the demo, whose citizens are invented, has its own."""
    using = set()
    for file in (pytestconfig.rootpath / package).rglob("*.py"):
        names = {
            name.name.partition(".")[0] if isinstance(node, ast.Import) else (node.module or "").partition(".")[0]
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        if "tempfile" in names:
            using.add(str(file.relative_to(pytestconfig.rootpath)))

    assert {name for name in using if not name.startswith("inbox_tui/demo/")} <= MAKES_FILES_ELSEWHERE


def test_the_tables_of_this_stage_are_among_those_looked_at():
    names = {table.name for family in EVERY for table in family.sorted_tables}
    assert {"people", "credentials", "audit_entries", "retention_runs", "retention_erasures", "case_signs"} <= names
