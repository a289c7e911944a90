"""One case taken out by a command: where it lands, under which name, and what is refused (E11)."""

import json
import stat

import pytest
from inbox_commands import NUMBER, WORKER

AS = ("--as", WORKER)
CPR = "190668-7074"
HEADS = {"pdf": b"%PDF-", "text": b"Henvendelse 2026-0042", "json": b'{\n  "schema": 1,'}
NAMES = {"pdf": "2026-0042.pdf", "text": "2026-0042.txt", "json": "2026-0042.json"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the command is typed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", NAMES)
def test_a_case_is_saved_under_its_number_for_its_owner_alone(inbox, folder, form):
    told = inbox("export", NUMBER, "--format", form, *AS)
    (file,) = folder.iterdir()

    assert told == {"file": NAMES[form], "format": form}
    assert file.name == NAMES[form]
    assert file.read_bytes().startswith(HEADS[form])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert inbox.trail()[-1][0::3] == ("export-case", "done")


def test_no_other_file_is_overwritten_and_nothing_is_noted_then(inbox, folder):
    mine = folder / "2026-0042.pdf"
    mine.write_text("mit eget")

    for more in ((), ("--out", mine)):
        assert inbox("export", NUMBER, *more, *AS, code=2)["error"] == "FILE_EXISTS"
    assert mine.read_text() == "mit eget"
    assert [one[0] for one in inbox.trail()].count("export-case") == 0
    assert inbox("export", NUMBER, "--out", folder / "anden.pdf", *AS)["file"] == str(folder / "anden.pdf")


def test_a_case_goes_to_standard_output_for_another_program(inbox, folder):
    """The hook to a case system: nothing but the document comes out."""
    told = json.loads(inbox.words("export", NUMBER, "--format", "json", "--out", "-", *AS))

    assert (told["schema"], told["kind"], told["case"]["number"]) == (1, "stafet-case", NUMBER)
    assert told["case"]["citizen"]["cpr"] == CPR
    assert list(folder.iterdir()) == []
    said = inbox.words("export", NUMBER, "--format", "text", "--out", "-", *AS)
    assert said.startswith("Henvendelse 2026-0042\n")
    assert CPR in said


def test_what_is_not_here_or_cannot_be_written_leaves_nothing(inbox, folder):
    assert inbox("export", "2026-9999", *AS, code=3)["error"] == "CASE_NOT_FOUND"
    assert inbox("export", NUMBER, "--out", folder / "ingen" / "mappe.pdf", *AS, code=4)["error"] == "OUT_OF_REACH"
    assert list(folder.iterdir()) == []


def test_what_is_said_tells_whose_it_is_now_and_nothing_personal(inbox, folder):
    said = inbox.words("export", NUMBER, *AS)

    assert "2026-0042.pdf" in said
    assert "din at passe på" in said
    assert CPR not in said
    assert len(list(folder.iterdir())) == 1
