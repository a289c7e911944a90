"""Contacts and keys, as an administrator enters them."""

from datetime import datetime, time, timedelta

import pytest
import sites
from sqlmodel import select
from typed import BO, CONTACT, INIT, NOT_FOUND, OUT_OF_REACH, REFUSED, ask

from directory.calendar import COPENHAGEN, local_day
from gateway.bootstrap import open_region
from gateway.exchange.post import letter_of
from gateway.exchange.rows import OutgoingRow
from gateway.site.home import Home
from gateway.station import utc_now
from inbox_tui import __main__ as inbox_command
from keys import passphrase
from keys.keyring import Keyring

PROPOSE = ("directory", "propose", "751", *CONTACT)


@pytest.fixture
def other_key(short_path, tmp_path):
    """Another party's public key in a file, and its fingerprint."""
    with Keyring(short_path / "k", passphrase.make()) as ring:
        fingerprint = ring.generate("Aarhus <sikkerpost@aarhus.example>")
        (tmp_path / "other.asc").write_bytes(ring.export_public(fingerprint))
    return tmp_path / "other.asc", fingerprint


def test_the_directory_shows_all_19_and_what_each_lacks(stafet):
    stafet.enter("751")
    places = {one["code"]: one for one in stafet.json("directory", "list")["municipalities"]}

    assert len(places) == 19
    assert (places["751"]["email"], places["751"]["key"]) == ("sikkerpost@aarhus.example", None)
    assert places["730"]["email"] is None
    assert stafet("directory", "list").count("no contact") == 18


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"751": "630"}, "NOT_A_PARTY"),
        ({"751": "Aarhus"}, "NOT_A_PARTY"),
        ({"95000751": "1-1-2 ring"}, "BAD_PHONE"),
        ({"sikkerpost@aarhus.example": "sikkerpost"}, "BAD_ADDRESS"),
        ({"sikkerpost@aarhus.example": "sikkerpost@aarhus.example.org"}, "WRONG_DOMAIN"),
        ({"sikkerpost@aarhus.example": "bente.hansen@aarhus.example"}, "PERSONAL_ADDRESS"),
        ({"Den sociale indgang": "Rød\x1b[31m"}, "BAD_UNIT_NAME"),
    ],
)
def test_a_contact_that_cannot_be_one_is_refused_by_name(changed, error, stafet):
    """D8, D11."""
    words = [changed.get(word, word) for word in PROPOSE]

    assert stafet.json(*words, code=REFUSED)["error"] == error


@pytest.mark.parametrize(
    ("option", "error"),
    [
        (("--from", "22-11-2919"), "BAD_DAY"),
        (("--from", "2019-01-01"), "BAD_DAY"),
        (("--from", "i morgen"), "BAD_DAY"),
        (("--gln", "5790000000006"), "BAD_GLN"),
        (("--sor", "12"), "BAD_SOR"),
        (("--postal", "x" * 201), "BAD_POSTAL"),
    ],
)
def test_a_detail_that_cannot_be_right_is_refused_by_name(option, error, stafet):
    """D16, D19."""
    assert stafet.json(*PROPOSE, *option, code=REFUSED)["error"] == error


def test_two_municipalities_cannot_share_an_address(stafet):
    stafet.enter("751")
    settings = stafet.home / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace("domains = []", 'domains = ["aarhus.example"]'), "utf-8")

    assert stafet.json("directory", "propose", "730", *CONTACT, code=REFUSED)["error"] == "ADDRESS_TAKEN"


def test_an_address_that_looks_like_one_person_s_may_be_right_all_the_same(stafet):
    told = stafet.json(
        *("directory", "propose", "751", "--email", "bente.hansen@aarhus.example", *CONTACT[2:], "--personal-ok")
    )

    assert told["looks_personal"] is True
    assert "outlives" in stafet("directory", "changes")


def test_what_is_left_out_stays_as_it_is(stafet):
    stafet.enter("751")
    tomorrow = local_day(utc_now()) + timedelta(days=1)
    told = stafet.json("directory", "propose", "751", "--phone", "84000751", "--from", f"{tomorrow:%d.%m.%Y}")

    assert (told["contact"]["email"], told["contact"]["phone"]) == ("sikkerpost@aarhus.example", "+45 84 00 07 51")
    assert datetime.fromisoformat(told["valid_from"]).astimezone(COPENHAGEN) == datetime.combine(
        tomorrow, time(), COPENHAGEN
    )
    assert told["numbers_to_call"] == ["+45 95 00 07 51"]


def test_a_first_enrolment_is_proposed_confirmed_and_then_tested(stafet, their_key):
    """D11: until the TEST is answered nothing is sent there."""
    file, aloud = their_key
    words = ("--email", "sikkerpost@randers.example", *CONTACT[2:], "--key", file, "--fingerprint", aloud)
    told = stafet.json("directory", "propose", "730", *words)
    assert (told["stand"], told["numbers_to_call"]) == ("proposed", [])
    again = ("directory", "confirm", "730", "--called", "89150000", "--spoken-with", "Karen Prøvesen", "--switchboard")
    assert stafet.json(*again, "--fingerprint", aloud, code=REFUSED)["error"] == "SAME_PERSON"

    assert stafet.confirm("730", code=REFUSED)["error"] == "NOT_COMPARED"
    assert stafet.confirm("730", "--fingerprint", "ABCD" * 10, code=REFUSED)["error"] == "WRONG_FINGERPRINT"
    done = stafet.confirm("730", "--fingerprint", aloud)

    assert (done["stand"], done["needs_proof"], done["confirmed_by"]) == ("confirmed", True, BO)
    assert "730" in {one["party"] for one in stafet.json("keys", "show")["keys"]}
    places = {one["code"]: one for one in stafet.json("directory", "list")["municipalities"]}
    assert places["730"]["email"] is None
    assert "A TEST was sent" in stafet("directory", "changes")
    stafet("directory", "test-again", "730")
    assert (
        ask(stafet.home, "SELECT kind, to_address FROM outgoing") == [("heartbeat", "sikkerpost@randers.example")] * 2
    )


def test_what_took_the_place_of_the_change_that_was_read_is_confirmed_only_by_its_name(stafet):
    """Whoever proposed it could change it while a colleague is on the phone."""
    stafet.enter("751")
    stafet("directory", "propose", "751", "--phone", "84000751")
    read = stafet.json("directory", "changes")["changes"][0]["id"]
    stafet("directory", "refuse", "751")
    other = stafet.json("directory", "propose", "751", "--phone", "84666666")["id"]

    assert stafet.confirm("751", called="95000751", code=REFUSED)["error"] == "CHANGE_REPLACED"
    assert stafet.confirm("751", "--change", read[:8], called="95000751", code=REFUSED)["error"] == "CHANGE_GONE"
    assert other[:8] in stafet("directory", "changes")
    assert stafet.confirm("751", "--change", other[:8], called="95000751")["stand"] == "active"
    assert ask(stafet.home, "SELECT outcome FROM audit_entries WHERE action = 'confirm-change' ORDER BY seq") == [
        ("CHANGE_REPLACED",),
        ("CHANGE_GONE",),
        ("done",),
    ]


def test_one_who_keeps_the_site_alone_says_so_when_it_is_made(nowhere):
    nowhere(*INIT, "--alone")
    assert "alone = true" in (nowhere.home / "settings.toml").read_text("utf-8")
    nowhere.enter("751")
    nowhere("directory", "propose", "751", "--phone", "84000751")

    call = ("--called", "95000751", "--spoken-with", "Karen Prøvesen")
    assert nowhere.json("directory", "confirm", "751", *call)["alone"] is True
    (detail,) = ask(nowhere.home, "SELECT detail FROM audit_entries WHERE action = 'confirm-change'")[0]
    assert '"alone": 1' in detail


def test_a_change_that_is_refused_stands_in_the_history(stafet):
    stafet(*PROPOSE)
    stafet("directory", "refuse", "751", "--not-theirs")

    told = stafet.json("directory", "history", "751")
    assert [one["reason"] for one in told["changes"]] == ["NOT_THEIRS"]
    assert "knew nothing of it" in stafet("directory", "history", "751")
    assert stafet.json("directory", "changes") == {"changes": []}
    assert stafet.json("directory", "refuse", "751", code=REFUSED)["error"] == "CHANGE_GONE"


def test_a_unit_with_a_mail_program_is_proved_by_the_code_it_reads_aloud(stafet, their_key):
    file, aloud = their_key
    words = ("--email", "sikkerpost@randers.example", *CONTACT[2:], "--kind", "mail-client")
    stafet("directory", "propose", "730", *words, "--key", file, "--fingerprint", aloud)
    stafet.confirm("730", "--fingerprint", aloud)
    assert "read aloud" in stafet("directory", "changes")

    assert stafet.json("directory", "proved", "730", "--code", "000 00", code=REFUSED)["error"] == "CODE_WRONG"
    with open_region(Home(stafet.home)) as station, station.database.reading() as session:
        row = session.exec(select(OutgoingRow)).one()
        code = letter_of(row, station.vault).body["code"]
    assert stafet.json("directory", "proved", "730", "--code", code)["stand"] == "active"


def test_the_others_are_said_to_write_to_the_new_address_or_not_yet(stafet):
    """S27."""
    stafet.enter("751")
    stafet("directory", "ours", "change", "--hours", "man-fre 8-15")
    assert "not used yet by: Aarhus" in stafet("directory", "ours", "show")
    with open_region(Home(stafet.home)) as station, station.database.session() as session:
        station.own_book(session).known("751", station.unit.email, utc_now())
    assert "all write there" in stafet("directory", "ours", "show")
    assert stafet("directory", "ours", "show").count("mail is taken in until") == 1


def test_our_own_contact_changes_from_a_day_on(stafet):
    """S27."""
    words = ("directory", "ours", "change")
    tomorrow = local_day(utc_now()) + timedelta(days=1)
    stafet(*words, "--email", "ny.modtagelse@praehospitalet.example", "--from", tomorrow.isoformat())

    told = stafet.json("directory", "ours", "show")
    assert [one["email"] for one in told["ours"]] == [
        "ny.modtagelse@praehospitalet.example",
        "henvendelser@praehospitalet.example",
    ]
    assert told["now"]["email"] == "henvendelser@praehospitalet.example"
    assert stafet.json(*words, "--email", "x@andre.example", code=REFUSED)["error"] == "WRONG_DOMAIN"
    assert stafet.json("directory", "ours", "tell-again") == {"told": 0}


def test_the_contacts_go_out_as_csv_and_come_back_as_proposals(stafet, tmp_path):
    stafet.enter("751")
    file = tmp_path / "contacts.csv"
    file.write_text(stafet("directory", "export"), encoding="utf-8")
    assert stafet.json("directory", "import", file) == {"contacts": 1, "proposed": []}

    file.write_text(file.read_text("utf-8").replace("+45 95", "+45 84"), encoding="utf-8")
    assert stafet.json("directory", "import", file) == {"contacts": 1, "proposed": ["751"]}
    assert stafet.json("directory", "changes")["changes"][0]["contact"]["phone"] == "+45 84 00 07 51"
    for changed, why in (("", "line 2, column code: CHANGE_OPEN"), ("aarhus.", "line 2, column email: WRONG_DOMAIN")):
        file.write_text(file.read_text("utf-8").replace(changed, "andre." if changed else ""), encoding="utf-8")
        told = stafet.json("directory", "import", file, code=REFUSED)
        assert told["error"] == "BAD_CONTACT_LINE"
        assert why in told["message"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x00", b"a;b\n1;2\n", b"\x00" * 100])
def test_a_file_that_is_no_table_of_contacts_is_refused_whole(content, stafet, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_bytes(content)

    assert stafet.json("directory", "import", file, code=REFUSED)["error"].startswith("BAD_CONTACT")
    assert stafet.json("directory", "export")["contacts"] == []


def test_a_key_comes_out_as_text_with_its_fingerprint_beside_it(stafet):
    assert stafet("keys", "export").startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert len(stafet.err.split()[-10:]) == 10

    told = stafet.json("keys", "export")
    assert told["certificate"].startswith("-----BEGIN PGP PUBLIC KEY")


def test_a_key_that_cannot_be_written_is_out_of_reach(stafet, tmp_path):
    assert stafet.json("keys", "export", "--output", tmp_path, code=OUT_OF_REACH)["error"]


@pytest.fixture
def their_key(opened, tmp_path):
    """Write down the public key of a municipality, and give the file and the fingerprint as it is read aloud."""
    unit = opened[sites.RANDERS]
    file = tmp_path / "randers.asc"
    file.write_bytes(unit.keyring.export_public(unit.own.fingerprint))
    return file, unit.own.fingerprint.grouped


def test_a_key_is_pinned_when_a_colleague_has_compared_it(stafet, their_key):
    file, aloud = their_key
    stafet.enter("730")

    told = stafet.json("keys", "import", file, "--municipality", "730", "--fingerprint", aloud)
    assert (told["party"], told["stand"], told["contact"]) == ("730", "proposed", None)
    assert "730" not in {one["party"] for one in stafet.json("keys", "show")["keys"]}

    assert stafet.confirm("730", "--fingerprint", aloud, called="95000751")["stand"] == "active"
    assert "730" in {one["party"] for one in stafet.json("keys", "show")["keys"]}


@pytest.mark.parametrize(
    ("fingerprint", "error"),
    [("ABCD" * 10, "WRONG_FINGERPRINT"), ("ABCD", "INVALID_FINGERPRINT"), ("", "INVALID_FINGERPRINT")],
)
def test_a_key_with_another_fingerprint_is_not_taken_in(fingerprint, error, stafet, their_key):
    words = ("keys", "import", their_key[0], "--municipality", "730", "--fingerprint", fingerprint)

    assert stafet.json(*words, code=REFUSED)["error"] == error
    assert [one["party"] for one in stafet.json("keys", "show")["keys"]] == ["this site"]


def test_a_key_cannot_be_two_parties(stafet, their_key):
    file, aloud = their_key
    stafet("keys", "import", file, "--municipality", "730", "--fingerprint", aloud)
    stafet.confirm("730", "--fingerprint", aloud)

    told = stafet.json("keys", "import", file, "--municipality", "751", "--fingerprint", aloud, code=REFUSED)

    assert told["error"] == "KEY_TAKEN"


@pytest.mark.parametrize("content", [b"", b"\xff\x00garbage", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n"])
def test_a_file_that_is_no_key_is_not_taken_in(content, stafet, their_key, tmp_path):
    file = tmp_path / "garbage.asc"
    file.write_bytes(content)
    words = ("keys", "import", file, "--municipality", "730", "--fingerprint", their_key[1])

    assert stafet.json(*words, code=REFUSED)["error"] == "NOT_A_KEY"


def test_only_an_administrator_changes_contacts_and_keys(stafet, their_key):
    stafet.hire("Ny Testsen", "sender")
    file, aloud = their_key
    who = ("--as", "Ny Testsen")

    for words in (
        (*PROPOSE, *who),
        ("keys", "import", file, "--municipality", "730", "--fingerprint", aloud, *who),
    ):
        assert stafet.json(*words, code=REFUSED)["error"] == "MAY_NOT"


def test_a_site_cannot_pin_its_own_key_as_somebody_else_s(stafet, tmp_path):
    file = tmp_path / "own.asc"
    own = stafet.json("keys", "export")
    file.write_text(own["certificate"])

    taken = stafet.json(
        *("keys", "import", file, "--municipality", "751", "--fingerprint", own["fingerprint"]), code=REFUSED
    )

    assert taken["error"] == "KEY_TAKEN"
    assert len(stafet.json("keys", "show")["keys"]) == 1


def test_a_key_pinned_for_the_wrong_municipality_can_be_taken_back(stafet, other_key):
    file, fingerprint = other_key
    stafet("keys", "import", file, "--municipality", "615", "--fingerprint", fingerprint)
    stafet.confirm("615", "--fingerprint", fingerprint)
    again = ("keys", "import", file, "--municipality", "751", "--fingerprint", fingerprint)
    assert stafet.json(*again, code=REFUSED)["error"] == "KEY_TAKEN"

    stafet("keys", "forget", "--municipality", "615")

    assert stafet.json(*again)["party"] == "751"
    assert stafet.json("keys", "forget", "--municipality", "615", code=NOT_FOUND)["error"] == "KEY_NOT_FOUND"


@pytest.mark.parametrize("words", [("status",), ("run",), ("keys", "show")])
def test_the_region_s_command_leaves_a_municipality_s_folder_alone(words, stafet):
    settings = stafet.home / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace('party = "region"', 'party = "751"'), "utf-8")

    assert stafet.json(*words, code=OUT_OF_REACH)["error"] == "WRONG_END"


def test_the_inbox_s_command_leaves_the_region_s_folder_alone(stafet):
    assert stafet.json("list", code=OUT_OF_REACH, command=inbox_command)["error"] == "WRONG_END"


def test_no_english_stands_in_the_danish_list_of_keys(stafet):
    assert "gælder til" in stafet("keys", "show", "--lang", "da")
