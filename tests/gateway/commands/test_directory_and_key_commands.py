"""Contacts and keys, as an administrator enters them."""

import pytest
import sites
from typed import CONTACT, NOT_FOUND, OUT_OF_REACH, REFUSED

from inbox_tui import __main__ as inbox_command
from keys import passphrase
from keys.keyring import Keyring


@pytest.fixture
def other_key(short_path, tmp_path):
    """Another party's public key in a file, and its fingerprint."""
    with Keyring(short_path / "k", passphrase.make()) as ring:
        fingerprint = ring.generate("Aarhus <sikkerpost@aarhus.example>")
        (tmp_path / "other.asc").write_bytes(ring.export_public(fingerprint))
    return tmp_path / "other.asc", fingerprint


def test_the_directory_shows_all_19_and_what_each_lacks(stafet):
    stafet("directory", "set", "751", *CONTACT)
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
        ({"Den sociale indgang": "Rød\x1b[31m"}, "BAD_UNIT_NAME"),
    ],
)
def test_a_contact_that_cannot_be_one_is_refused_by_name(changed, error, stafet):
    words = [changed.get(word, word) for word in ("directory", "set", "751", *CONTACT)]

    assert stafet.json(*words, code=REFUSED)["error"] == error


def test_two_municipalities_cannot_share_an_address(stafet):
    stafet("directory", "set", "751", *CONTACT)

    assert stafet.json("directory", "set", "730", *CONTACT, code=REFUSED)["error"] == "ADDRESS_TAKEN"


def test_an_address_that_looks_like_one_person_s_is_remarked_on(stafet):
    stafet("directory", "set", "751", "--email", "bente.hansen@aarhus.example", *CONTACT[2:])

    assert "outlives" in stafet.err


def test_the_contacts_go_out_as_csv_and_come_back(stafet, tmp_path):
    stafet("directory", "set", "751", *CONTACT)
    file = tmp_path / "contacts.csv"
    file.write_text(stafet("directory", "export"), encoding="utf-8")

    assert stafet.json("directory", "import", file) == {"contacts": 1}


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


def test_a_key_is_pinned_by_the_fingerprint_that_was_read_aloud(stafet, their_key):
    file, aloud = their_key

    assert stafet.json("keys", "import", file, "--municipality", "730", "--fingerprint", aloud)["party"] == "730"
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
        ("directory", "set", "751", *CONTACT, *who),
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
