"""`departments reach`, `told`, `mail` and `unreach`, as the municipality's administrator types them (D14)."""

import pytest
import sites
from inbox_commands import WORKER
from mail_program import ADDRESS, mail_program

from gateway.site.people import Role
from gateway.upkeep import rotation

BODIL = "Bodil Testbo"


@pytest.fixture(scope="module")
def program():
    with mail_program() as made:
        yield made


@pytest.fixture
def departments(inbox, program, tmp_path):
    """Type a command about departments, by default as the administrator."""
    inbox.hire(BODIL, Role.ADMIN)
    (tmp_path / "key.asc").write_bytes(program.certificate)

    def typed(*words, by=BODIL, code=0):
        return inbox("departments", *words, "--as", by, code=code)

    typed.inbox = inbox
    return typed


def reach(program, tmp_path, **changes):
    said = {"department": "Hjemmepleje", "address": ADDRESS, "key": tmp_path / "key.asc", **changes}
    how = ("--address", said["address"], "--key", said["key"])
    return "reach", said["department"], *how, "--fingerprint", changes.get("fingerprint", program.key.grouped)


def test_a_department_is_reached_shown_told_and_left(departments, program, tmp_path):
    """What is typed is a fingerprint as people read one aloud; the log names the department, and who did it."""
    inbox = departments.inbox
    done = departments(*reach(program, tmp_path))
    assert (done["department"], done["address"]) == ("hjemmepleje", ADDRESS)
    assert departments("mail", by=WORKER)["departments"] == [done]
    shown = inbox.words("departments", "mail", "--as", BODIL)
    assert program.key.grouped in shown
    assert ADDRESS in shown
    with inbox.station() as station:
        rotation(station).begin(station.sign_in(BODIL, sites.PASSWORD))
    assert departments("told", "Hjemmepleje") == {"department": "Hjemmepleje"}
    assert departments("told", "Hjemmepleje", code=2)["error"] == "NOT_TO_BE_TOLD"
    assert departments("unreach", "hjemmepleje") == {"department": "hjemmepleje"}
    assert departments("unreach", "hjemmepleje", code=2)["error"] == "DEPARTMENT_NOT_BY_MAIL"
    assert departments("mail") == {"departments": []}
    assert [entry[0] for entry in inbox.trail() if entry[2] == "hjemmepleje"] == ["set-department", "set-department"]


def test_what_cannot_be_right_is_refused_with_a_reason_and_changes_nothing(departments, program, tmp_path):
    for changes, error, code in (
        ({"fingerprint": "ABCD" * 10}, "WRONG_FINGERPRINT", 2),
        ({"fingerprint": "ABCD"}, "INVALID_FINGERPRINT", 2),
        ({"address": "hjemmepleje"}, "BAD_ADDRESS", 2),
        ({"key": tmp_path / "nowhere.asc"}, "FILE_UNREADABLE", 4),
        ({"department": "Fritid"}, "DEPARTMENT_UNKNOWN", 3),
    ):
        assert departments(*reach(program, tmp_path, **changes), code=code)["error"] == error
    assert departments(*reach(program, tmp_path), by=WORKER, code=2)["error"] == "MAY_NOT"
    assert departments("mail") == {"departments": []}
