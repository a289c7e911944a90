"""A municipality keeps the region's contact and key with the same commands; there is only one to name."""

import pytest
import sites
from typed import REFUSED, chosen

from inbox_tui import __main__ as inbox_command

INIT = (
    *("init", "--municipality", "730", "--address", "sikkerpost@randers.example", "--phone", "89150000"),
    *("--person", "Mette Testgaard", "--listen", "127.0.0.1:0", "--alone", "--lang", "en"),
)
REGION = ("--email", "henvendelser@region.example", "--phone", "84112000", "--name", "AMK-vagtcentralen")
CALL = ("--called", "84110000", "--spoken-with", "Anne Testesen", "--switchboard")


@pytest.fixture
def unit(nowhere):
    nowhere(*INIT, *chosen(), command=inbox_command)
    return lambda *words, **how: nowhere.json(*words, command=inbox_command, **how)


@pytest.fixture
def region_key(opened, tmp_path):
    file = tmp_path / "region.asc"
    region = opened["region"]
    file.write_bytes(region.keyring.export_public(region.own.fingerprint))
    return file, region.own.fingerprint


def test_the_region_is_enrolled_in_two_commands(unit, region_key):
    file, fingerprint = region_key
    told = unit("contact", "propose", *REGION, "--key", file, "--fingerprint", fingerprint)
    assert (told["party"], told["stand"], told["numbers_to_call"]) == ("region", "proposed", [])

    done = unit("contact", "confirm", *CALL, "--fingerprint", fingerprint)

    assert (done["stand"], done["alone"], done["needs_proof"]) == ("confirmed", True, True)
    assert unit("contact", "test-again")["stand"] == "confirmed"
    assert [one["id"] for one in unit("contact", "changes")["changes"]] == [told["id"]]


def test_a_key_comes_after_the_contact_into_the_same_change(unit, region_key):
    file, fingerprint = region_key
    unit("contact", "propose", *REGION)
    assert unit("contact", "confirm", *CALL, code=REFUSED)["error"] == "KEY_MISSING"

    told = unit("keys", "import", file, "--fingerprint", fingerprint)

    assert (told["contact"]["email"], told["fingerprint"]) == ("henvendelser@region.example", fingerprint)
    assert [one["reason"] for one in unit("contact", "history")["changes"]] == ["", "REPLACED"]
    assert unit("contact", "refuse")["reason"] == "WITHDRAWN"
    assert unit("contact", "proved", "--code", "1", code=REFUSED)["error"] == "CHANGE_GONE"


def test_the_region_s_address_is_in_the_region_s_domain(unit):
    told = unit("contact", "propose", "--email", "amk@randers.example", *REGION[2:], code=REFUSED)
    assert told["error"] == "WRONG_DOMAIN"


def test_our_own_unit_gets_another_phone(unit):
    """S27."""
    unit("contact", "ours", "change", "--phone", "89159999")

    told = unit("contact", "ours", "show")
    assert (told["now"]["phone"], len(told["ours"])) == ("+45 89 15 99 99", 2)
    assert sites.UNITS["730"][2] in {one["phone"] for one in told["ours"]}
