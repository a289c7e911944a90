"""`stafet-gateway stats`: the quarterly report, made without seeing a citizen (S26)."""

import pytest
from typed import OUT_OF_REACH, REFUSED, ask, referral, refused_consent

from directory.municipalities import in_agreement

METTE = ("--as", "Mette Testgaard")


def table(facts, name):
    return next(one for one in facts["tables"] if one["name"] == name)


def row(facts, name, label):
    return next(one["values"] for one in table(facts, name)["rows"] if one["label"] == label)


@pytest.fixture
def busy(stafet):
    """Six referrals to Aarhus, and one citizen who said no."""
    stafet.enter()
    for _each in range(6):
        stafet("refer", "-", *METTE, typed=referral())
    stafet("refer", "-", *METTE, typed=refused_consent(), code=REFUSED)
    return stafet


def test_all_nineteen_stand_there_before_the_first_referral(stafet):
    said = stafet("stats")

    assert all(place.name in said for place in in_agreement())


def test_what_was_sent_is_counted(busy):
    facts = busy.json("stats")

    assert row(facts, "volume", "Aarhus")[-2:] == [6, 6]
    assert row(facts, "volume", "Samsø")[-1] == 0
    assert "6" in facts["headlines"][0]["coverage"]


def test_the_one_who_said_no_is_a_small_number_and_is_kept_back(busy):
    """C9, H7: unless it is for the unit's own screen."""
    assert row(busy.json("stats"), "refusals", "The citizen said no")[0] == ".."
    line = next(line for line in busy("stats", "--internal").splitlines() if "The citizen said no" in line)
    assert line.split()[-3] == "1"


def test_an_internal_report_says_so_on_the_screen(busy):
    assert "INTERNAL" in busy("stats", "--internal")
    assert "INTERNAL" not in busy("stats")


@pytest.mark.parametrize("out", [("--csv", "t.csv"), ("--html", "t.html"), ("--json",)])
def test_an_internal_report_leaves_the_screen_in_no_way(stafet, tmp_path, out, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stafet("stats", "--internal", *out, code=REFUSED)

    assert list(tmp_path.iterdir()) == []


def test_a_report_is_written_for_a_spreadsheet_and_as_a_page(busy, tmp_path):
    written, page = tmp_path / "tal.csv", tmp_path / "tal.html"
    busy("stats", "--csv", written, "--html", page)

    assert busy.out == ""
    assert "Aarhus" in written.read_text("utf-8-sig")
    assert "<svg" in page.read_text("utf-8")
    assert {path.stat().st_mode & 0o777 for path in (written, page)} == {0o600}


def test_a_folder_that_is_not_there_is_said_and_nothing_is_written(stafet, tmp_path):
    stafet("stats", "--csv", tmp_path / "no" / "tal.csv", code=OUT_OF_REACH)

    assert "Traceback" not in stafet.err


def test_a_period_is_whole_months_written_either_way(busy):
    assert len(table(busy.json("stats", "--from", "2026-01-15", "--to", "31-03-2026"), "volume")["columns"]) == 5


def test_a_period_that_ends_before_it_begins_is_refused(stafet):
    assert stafet.json("stats", "--from", "2026-05-01", "--to", "2026-01-01", code=REFUSED)["error"] == "NO_PERIOD"


def test_a_yearly_figure_is_entered_by_hand_in_a_person_s_name(stafet):
    """H5."""
    stafet("stats", "enter", "ambulance-a", "2026", "2,9", *METTE)

    assert row(stafet.json("stats"), "baselines", "Ambulances of urgency A per citizen") == [1.4, 3.7, 2.9]
    assert [len(person) for (person,) in ask(stafet.home, "SELECT person_id FROM entered_figures")] == [36]


@pytest.mark.parametrize(
    "words", [("else", "2026", "1"), ("calls", "26", "1"), ("calls", "2026", "-1"), ("calls", "2026", "nan")]
)
def test_a_figure_that_makes_no_sense_is_not_entered(stafet, words):
    stafet("stats", "enter", *words, *METTE, code=REFUSED)

    assert ask(stafet.home, "SELECT * FROM entered_figures") == []


def test_a_figure_in_nobody_s_name_is_not_entered(stafet):
    stafet("stats", "enter", "calls", "2026", "1", "--as", "Nobody Here", code=REFUSED)

    assert ask(stafet.home, "SELECT * FROM entered_figures") == []


def test_a_site_that_is_not_there_has_no_figures(nowhere):
    assert nowhere.json("stats", code=OUT_OF_REACH)["error"] == "HOME_MISSING"


@pytest.mark.parametrize("where", ["", ".", "/", "no-such-folder/t.csv"])
@pytest.mark.parametrize("kind", ["--csv", "--html"])
def test_a_report_that_has_nowhere_to_go_is_said_in_words(stafet, kind, where):
    said = stafet.json("stats", kind, where, code=OUT_OF_REACH)

    assert said["error"] == "OUT_OF_REACH"
    assert "Traceback" not in stafet.err
