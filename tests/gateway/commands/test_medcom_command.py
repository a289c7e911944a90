"""`export --medcom` at the region: the same message as at the other end, for the region's own systems (E11)."""

import json
import stat

import pytest
from typed import NOT_FOUND, REFUSED, ask, referral

NUMBER = "2026-0001"
SUPPLEMENT = json.dumps({"text": "Han har fået ny nøgle."}).encode()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def noted(stafet):
    query = "SELECT about, detail, outcome FROM audit_entries WHERE action = 'export-referral' ORDER BY seq"
    return [(about, json.loads(detail), outcome) for about, detail, outcome in ask(stafet.home, query)]


def test_a_referral_is_saved_under_its_number_with_its_own_ids_and_noted(stafet, folder):
    sent = stafet.json("refer", "-", typed=referral())
    stafet("supplement", NUMBER, "-", typed=SUPPLEMENT)
    told = stafet.json("export", NUMBER, "--medcom")
    (file,) = folder.iterdir()
    parts = [one["resource"] for one in json.loads(file.read_bytes())["entry"]]
    ((conversation, letter),) = ask(stafet.home, "SELECT conversation_id, letter_id FROM referrals")
    ((newest,),) = ask(stafet.home, "SELECT letter_id FROM supplements")

    assert sent["number"] == NUMBER
    assert told["file"] == file.name == "2026-0001.medcom.json"
    assert "sender-sor" in told["before_sending"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert parts[0]["id"] == newest != letter
    assert parts[2]["identifier"] == [{"value": f"urn:uuid:{conversation}"}]
    assert "Han har fået ny nøgle." in parts[2]["payload"][1]["contentString"]
    assert noted(stafet) == [(conversation, {"format": "medcom"}, "done")]


def test_it_goes_to_standard_output_and_never_over_another_file(stafet, folder):
    stafet("refer", "-", typed=referral())
    (folder / "mine").write_text("mit eget")

    assert json.loads(stafet("export", NUMBER, "--medcom", "--out", "-"))["type"] == "message"
    assert "SOR" in stafet.err
    assert stafet.json("export", NUMBER, "--medcom", "--out", "mine", code=REFUSED)["error"] == "FILE_EXISTS"
    assert (folder / "mine").read_text() == "mit eget"


def test_what_stops_it_is_told_with_a_code_and_not_noted_as_done(stafet, folder):
    body = json.loads(referral())
    without = {**body["citizen"], "cpr": None}
    stafet("refer", "-", typed=referral(citizen=without))
    stafet("refer", "-", typed=referral())
    stafet("withdraw", "2026-0002")

    assert stafet.json("export", NUMBER, "--medcom", code=REFUSED)["error"] == "MEDCOM_CPR_NEEDED"
    assert stafet.json("export", "2026-0002", "--medcom", code=REFUSED)["error"] == "MEDCOM_CONTENT_ERASED"
    assert stafet.json("export", "2026-0009", "--medcom", code=NOT_FOUND)["error"] == "NOT_FOUND"
    stafet("export", NUMBER, code=REFUSED)
    assert noted(stafet) == []
    assert list(folder.iterdir()) == []
