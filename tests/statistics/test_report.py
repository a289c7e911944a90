"""The same figures in a terminal, a spreadsheet and JSON: nothing kept back comes out, and all say their coverage."""

import csv
import dataclasses
import io
import json
from datetime import timedelta

import pytest
from synthetic_year import municipal_year, region_year

from gateway import language
from gateway.statistics import csv_file, numbers, terminal_table
from gateway.statistics.figures import Base, Coverage, Extent, Grid, Topic
from gateway.statistics.files import put
from gateway.statistics.period import Month, Period
from gateway.statistics.present import report
from gateway.statistics.report import Cell, Report, Row, Table, Unit
from gateway.statistics.suppression import fit_to_share

REGION, RANDERS = region_year(), municipal_year()
NARROW, WIDE = 85, 120


@pytest.fixture(autouse=True)
def danish(monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")


def shared(figures=REGION) -> Report:
    return report(fit_to_share(figures))


def table(said, name):
    return next(one for one in said.tables if one.name == name)


@pytest.mark.parametrize("figures", [REGION, RANDERS, region_year(0), municipal_year(0), region_year(5)])
def test_a_report_fits_a_terminal(figures):
    lines = list(terminal_table.lines(shared(figures)))

    assert max(map(len, lines)) <= WIDE


def test_months_and_municipalities_fit_the_narrowest_terminal():
    said = shared()
    lines = list(
        terminal_table.lines(dataclasses.replace(said, headlines=(), tables=(table(said, "volume"),), notes=()))
    )
    months = [line for line in lines if line.startswith(("Favrskov", "Ringkøbing-Skjern", "Aarhus"))]

    assert len(months) == 3
    assert max(map(len, months)) <= NARROW


def test_a_longer_period_has_fewer_columns_and_not_a_wider_table():
    longer = dataclasses.replace(REGION, period=Period(Month(2024, 12), Month(2026, 11)))
    grid = Grid.of(Topic.VOLUME, Base.REFERRALS, REGION.volume.rows, tuple(map(str, range(8))), {})
    said = shared(dataclasses.replace(longer, volume=grid))

    assert table(said, "volume").columns[1:3] == ("12.24–", "03.25–")
    assert max(map(len, terminal_table.lines(said))) <= WIDE


def test_municipalities_stand_in_danish_order_with_aarhus_last():
    labels = [row.label for row in table(shared(), "volume").rows]

    assert labels[0] == "Favrskov"
    assert labels[18] == "Aarhus"


def test_every_figure_says_what_it_rests_on_and_a_minimum_says_so_by_itself():
    """G3, G4."""
    said = shared()

    assert all(headline.coverage for headline in said.headlines)
    for name in ("volume", "promise", "again", "residence", "people", "municipal"):
        assert table(said, name).coverage
    residence, volume = table(said, "residence").coverage, table(said, "volume").coverage
    assert residence != volume
    assert residence.endswith(")"), "a minimum, in brackets"
    assert not volume.endswith(")")


@pytest.mark.parametrize(
    ("coverage", "minimum"),
    [
        (Coverage.of(244, 244, Base.REFERRALS), False),
        (Coverage.of(240, 244, Base.REFERRALS), True),
        (Coverage.of(0, 9, Base.CITIZENS), True),
        (Coverage(None, 244, Base.CITIZENS, Extent.NEARLY_ALL), True),
        (Coverage(None, None, Base.REFERRALS, Extent.ALL), False),
        (Coverage(None, None, Base.REFERRALS, Extent.PART), True),
    ],
)
def test_coverage_below_everything_is_a_minimum(coverage, minimum):
    assert coverage.minimum is minimum
    said = numbers.coverage_sentence(coverage)
    assert "None" not in said
    assert (said != numbers.coverage_sentence(dataclasses.replace(coverage, extent=Extent.ALL))) is minimum


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(12345), "12.345"),
        (Cell(None), ".."),
        (Cell(None, empty=True), ""),
        (Cell(14.1, Unit.RATE), "14,1"),
        (Cell(1.3, Unit.RATE), "1,3"),
        (Cell(0.934, Unit.FINE), "0,93"),
        (Cell("Randers", Unit.TEXT), "Randers"),
    ],
)
def test_numbers_are_written_as_danes_write_them(cell, text):
    assert cell.text == text


@pytest.mark.parametrize(
    ("took", "number"), [(timedelta(minutes=3), "3"), (timedelta(hours=6.3), "6,3"), (timedelta(days=2.6), "2,6")]
)
def test_a_time_is_told_in_the_unit_that_says_it_best(took, number):
    assert numbers.duration(took).split()[0] == number


def test_the_baselines_stand_beside_what_was_entered_by_hand():
    """H4, H5: 1,3 and 14,1; A 1,4 and 3,7; B 1,1 and 2,7."""
    rows = [[cell.text for cell in row.cells] for row in table(shared(), "baselines").rows]

    assert rows == [["1,3", "14,1", "9,6"], ["1,4", "3,7", "2,9"], ["1,1", "2,7", ""]]


def test_what_is_expected_stands_below_what_came():
    """H3: two hundred citizens a year."""
    expected = table(shared(), "volume").rows[-1]

    assert [cell.value for cell in expected.cells] == [17] * 12 + [200]


def test_the_region_s_report_tells_how_many_municipalities_have_told():
    coverage = table(shared(), "municipal").coverage

    assert "3" in coverage
    assert "19" in coverage


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_csv_is_what_a_danish_spreadsheet_opens():
    content = csv_file.written(shared())
    rows = rows_of(content)

    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    assert ["Favrskov", *[cell.text for cell in table(shared(), "volume").rows[0].cells]] in rows
    assert next(row for row in rows if "14,1" in row)[1:] == ["1,3", "14,1", "9,6"]


@pytest.mark.parametrize("text", ["=1+1", "+45", "-2", "@SUM(A1)", "\tx", "\r=1"])
def test_no_text_is_taken_for_a_formula(text):
    said = Report(text, text, "", "", (), (Table("x", text, (text,), (Row(text, (Cell(text, Unit.TEXT),)),)),), (text,))

    assert all(not value.startswith(csv_file.FORMULA) for row in rows_of(csv_file.written(said)) for value in row)


@pytest.mark.parametrize("figures", [REGION, RANDERS])
def test_what_is_kept_back_is_two_dots_everywhere(figures):
    said = shared(figures)
    written = json.dumps(said.facts())

    for one in json.loads(written)["tables"]:
        counts = [value for row in one["rows"] for value in row["values"] if isinstance(value, int)]
        assert not any(0 < value < 5 for value in counts), one["name"]
    assert '".."' in written


def test_an_internal_report_says_so_and_shows_small_numbers():
    said = report(REGION)

    assert said.notes[0] != shared().notes[0]
    assert "INTERN" in said.notes[0]
    assert any(0 < (cell.value or 0) < 5 for row in table(said, "volume").rows for cell in row.cells)


def test_an_empty_year_is_all_zeros_and_hides_nothing():
    """H3: a report before the first referral shows where it will stand."""
    empty = region_year(0)
    sent = tuple(split for split in empty.splits if split.topic in {Topic.AGAIN, Topic.RESIDENCE})
    said = shared(dataclasses.replace(empty, splits=sent))

    assert ".." not in "\n".join(terminal_table.lines(dataclasses.replace(said, notes=())))


def test_a_file_is_its_owner_s_alone_and_replaced_whole(tmp_path):
    path = tmp_path / "tal.csv"
    path.write_text("gammelt")
    path.chmod(0o644)
    put(path, b"nyt")

    assert path.read_bytes() == b"nyt"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path):
    (tmp_path / "tal.csv").mkdir()
    with pytest.raises(OSError, match="tal"):
        put(tmp_path / "tal.csv", b"nyt")

    assert [one.name for one in tmp_path.iterdir()] == ["tal.csv"]
