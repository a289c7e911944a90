"""The doors of the commands both ends have: who may not is refused, nothing changes, and that it was tried is noted."""

import json

import pytest
import sites
from databases import everything_in, frozen, tables_in
from typed import CONTACT, DONE, INIT, NOT_FOUND, OUT_OF_REACH, REFUSED, ask

from directory import contacts_csv
from gateway.access.actions import MAY, Action
from gateway.site.people import Role

METTE, OLGA = "Mette Testgaard", "Olga Prøve"
OWN = "Sneen dækker taget"
TABLE = contacts_csv.write([sites.contact_of(sites.RANDERS)])
ADMIN_S = {
    ("staff", "add", "Karen Prøvesen", "--role", "admin"): Action.ADD_PERSON,
    ("staff", "end", METTE): Action.END_PERSON,
    ("staff", "reset", METTE): Action.RESET_PASSWORD,
    ("keys", "export"): Action.EXPORT_KEY,
    ("keys", "import", "KEY", "--municipality", "730", "--fingerprint", "PRINT"): Action.PROPOSE_CHANGE,
    ("keys", "forget", "--municipality", "730"): Action.FORGET_KEY,
    ("directory", "propose", "751", *CONTACT): Action.PROPOSE_CHANGE,
    ("directory", "confirm", "751", "--called", "84000000", "--spoken-with", "Karen", "--switchboard"): (
        Action.CONFIRM_CHANGE
    ),
    ("directory", "refuse", "751"): Action.REFUSE_CHANGE,
    ("directory", "test-again", "751"): Action.SEND_TEST,
    ("directory", "proved", "751", "--code", "1"): Action.PROVE_ADDRESS,
    ("directory", "ours", "change", "--phone", "84112001"): Action.PROPOSE_CHANGE,
    ("directory", "import", "CSV"): Action.IMPORT_CONTACTS,
    ("relay", "mail.example:25"): Action.SET_RELAY,
    ("mailbox", "set", "drift@praehospitalet.example"): Action.SET_MAILBOX,
    ("mailbox", "off"): Action.SET_MAILBOX,
    ("backup", "BACKUP"): Action.BACK_UP,
    ("stats", "enter", "calls", "2026", "4"): Action.ENTER_FIGURES,
}
EVERYBODY_S = {
    ("keys", "show"): Action.LIST_KEYS,
    ("directory", "list"): Action.LIST_CONTACTS,
    ("directory", "export"): Action.LIST_CONTACTS,
    ("directory", "print"): Action.LIST_CONTACTS,
    ("directory", "status"): Action.SEE_BOARD,
    ("mailbox",): Action.SEE_BOARD,
    ("drill", "list"): Action.SEE_BOARD,
    ("directory", "history", "751"): Action.LIST_CONTACTS,
}
OTHERS = {("staff", "list"): Action.LIST_STAFF, ("stats",): Action.SEE_FIGURES}
NOTHING_OPEN = frozenset(
    {Action.CONFIRM_CHANGE, Action.REFUSE_CHANGE, Action.SEND_TEST, Action.PROVE_ADDRESS, Action.FORGET_KEY}
)
"""What comes to nothing on a fresh site: no change is under way there, and no key pinned."""
COMMANDS = ADMIN_S | EVERYBODY_S | OTHERS
PAIRS = [
    pytest.param(words, action, role, id=f"{' '.join(words[:2])} {role.value}")
    for words, action in COMMANDS.items()
    for role in Role
]


@pytest.fixture
def written(opened, tmp_path):
    """Files that would do, and a fingerprint that is right."""
    unit = opened[sites.RANDERS]
    key, table = tmp_path / "key.asc", tmp_path / "contacts.csv"
    key.write_bytes(unit.keyring.export_public(unit.own.fingerprint))
    return {"KEY": key, "PRINT": unit.own.fingerprint, "CSV": table, "BACKUP": tmp_path / "site.gpg"}


def kept(home):
    """Everything that the commands here could change."""
    tables = ("people", "credentials", "contact", "pinned_key", "changes", "own_contact")
    there = set(tables_in(home / "stafet.db"))
    assert there.issuperset(tables), there
    settings = (home / "settings.toml").read_bytes()
    return settings, [ask(home, f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608 - names from here


@pytest.mark.parametrize(("words", "action", "role"), PAIRS)
def test_each_role_may_what_the_table_says_and_nothing_else(words, action, role, stafet, written):
    """O17, S30."""
    words = tuple(written.get(word, word) for word in words)
    written["CSV"].write_text(TABLE, encoding="utf-8")
    olga = stafet.hire(OLGA, role)
    before, may = kept(stafet.home), role in MAY[action]
    stafet(*words, "--as", OLGA, "--json", code=DONE if may and action not in NOTHING_OPEN else None)

    told = ask(stafet.home, "SELECT person_id, action, role, outcome FROM audit_entries")
    noted = [entry[2:] for entry in told if entry[:2] == (olga.id, action)]
    if may:
        assert noted == [(role, "CHANGE_GONE" if action in NOTHING_OPEN - {Action.FORGET_KEY} else "done")]
    else:
        assert '"error": "MAY_NOT"' in stafet.out
        assert noted == [(role, "MAY_NOT")]
        assert kept(stafet.home) == before


def test_what_was_done_to_whom_stands_in_the_trail(stafet, written):
    """S30: ids, codes and counts."""
    olga = stafet.json("staff", "add", OLGA, "--role", "auditor")
    change = stafet.json("keys", "import", written["KEY"], "--municipality", "730", "--fingerprint", written["PRINT"])
    stafet.confirm("730", "--fingerprint", written["PRINT"])
    stafet("keys", "forget", "--municipality", "730")
    stafet("keys", "forget", "--municipality", "730", code=NOT_FOUND)
    stafet("staff", "end", OLGA)

    told = ask(stafet.home, "SELECT action, about, detail FROM audit_entries WHERE action != 'sign-in' ORDER BY seq")
    ((person_id,),) = ask(stafet.home, "SELECT id FROM people WHERE role = 'auditor'")
    assert olga["name"] == OLGA
    one, rang = {"change": change["id"]}, {"only_in_the_change": 0, "switchboard": 1}
    assert told[1:] == [
        ("add-person", person_id, '{"role": "auditor"}'),
        ("propose-change", "730", json.dumps(one)),
        ("take-effect", "730", json.dumps(one)),
        ("confirm-change", "730", json.dumps({"alone": 0, **one, "key": written["PRINT"], **rang})),
        ("forget-key", "730", '{"keys": 1}'),
        ("forget-key", "730", '{"keys": 0}'),
        ("end-person", person_id, "{}"),
    ]
    assert told[0][0] == "add-person", "the first administrator, when the site was made"
    assert ask(stafet.home, "SELECT person_id FROM audit_entries WHERE seq = 1") == [("console",)]


def test_a_new_colleague_gets_a_first_password_and_changes_it(stafet, tmp_path, short_path):
    told = stafet.json("staff", "add", OLGA, "--role", "sender")
    first, own = sites.password_file(tmp_path, told["first_password"]), sites.password_file(short_path, OWN)

    assert (
        stafet.json("status", "--as", OLGA, "--password-file", first, code=REFUSED)["error"] == "PASSWORD_MUST_CHANGE"
    )
    stafet("staff", "password", "--as", OLGA, "--password-file", first, "--new-password-file", own)
    stafet("status", "--as", OLGA, "--password-file", own)
    assert stafet.json("status", "--as", OLGA, "--password-file", first, code=REFUSED)["error"] == "SIGN_IN_REFUSED"


def test_a_first_password_is_shown_once_and_lies_nowhere(stafet):
    said = stafet("staff", "add", OLGA, "--role", "sender")
    first = next(line.strip() for line in said.splitlines() if line.count("-") == 5)
    files = b"".join(path.read_bytes() for path in stafet.home.rglob("*") if path.is_file() and not path.is_socket())
    files += everything_in(stafet.home / "stafet.db")

    assert "shown only now" in said
    assert first.encode() not in files


def test_the_administrator_of_a_new_site_is_told_the_first_password(nowhere, tmp_path):
    told = nowhere.json(*INIT, chooses=False)
    first = sites.password_file(tmp_path, told["first_password"])

    assert told["person"] == METTE
    assert nowhere.json("staff", "list", "--password-file", first, code=REFUSED)["error"] == "PASSWORD_MUST_CHANGE"


def test_a_site_is_not_made_with_a_poor_password(nowhere, tmp_path):
    poor = sites.password_file(tmp_path, "kort")

    assert nowhere.json(*INIT, "--new-password-file", poor, chooses=False, code=REFUSED)["error"] == "PASSWORD_POOR"
    assert not nowhere.home.exists()


def test_a_name_may_be_left_out_only_where_one_person_works(stafet, monkeypatch):
    monkeypatch.delenv("STAFET_AS")
    stafet("status")
    stafet.hire(OLGA, "sender")

    assert stafet.json("status", code=REFUSED)["error"] == "PERSON_UNNAMED"


def test_the_service_manager_may_hand_the_password_over(stafet, monkeypatch, tmp_path):
    monkeypatch.delenv("STAFET_PASSWORD_FILE")
    assert stafet.json("status", code=REFUSED)["error"] == "PASSWORD_NEEDED"
    (tmp_path / "passphrase").write_bytes((stafet.home / "passphrase").read_bytes())
    (tmp_path / "passphrase").chmod(0o600)
    sites.password_file(tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    stafet("status")


def test_the_last_administrator_stays_and_a_lost_password_is_recovered(stafet, tmp_path, short_path):
    assert stafet.json("staff", "end", METTE, code=REFUSED)["error"] == "LAST_ADMIN"
    assert stafet.json("staff", "add", METTE, "--role", "sender", code=REFUSED)["error"] == "LAST_ADMIN"
    wrong = sites.password_file(tmp_path, "Solen skinner på taget")
    for _ in range(3):
        stafet("status", "--password-file", wrong, code=REFUSED)
    assert stafet.json("status", code=REFUSED)["error"] == "SIGN_IN_WAIT"

    first = sites.password_file(tmp_path, stafet.json("staff", "recover")["first_password"])
    own = sites.password_file(short_path)
    stafet("staff", "password", "--password-file", first, "--new-password-file", own)

    stafet("status")
    assert ask(stafet.home, "SELECT count(*) FROM audit_entries WHERE person_id = 'console'") == [(2,)]


def test_a_role_of_the_other_end_is_not_given(stafet):
    stafet("staff", "add", OLGA, "--role", "intake", code=REFUSED)
    stafet("staff", "add", OLGA, "--role", "department", "--department", "hjemmepleje", code=REFUSED)
    assert stafet.json("staff", "add", OLGA, "--role", "sender", "--department", "x", code=REFUSED)["error"]
    assert len(stafet.json("staff", "list")["staff"]) == 1


def test_nothing_is_read_that_cannot_be_noted(stafet, monkeypatch):
    """S30: who reads is written down with it, so a command waits for whoever writes."""
    monkeypatch.setattr("gateway.adapters.database.BUSY_SECONDS", 0.1)
    with frozen(stafet.home / "stafet.db"):
        assert stafet.json("keys", "show", code=OUT_OF_REACH)["error"] in {"OUT_OF_REACH", "DATABASE_AWAY"}

    assert stafet.json("keys", "show")["keys"]
