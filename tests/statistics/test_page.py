"""The page: one file, no script, nothing fetched, the same each time, and nothing on it that was kept back."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from synthetic_year import municipal_year, region_year

from gateway import language
from gateway.statistics import charts
from gateway.statistics.page import page
from gateway.statistics.suppression import fit_to_share

ALLOWED_LINKS = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
"""Names of languages, which no browser fetches."""


class Reader(HTMLParser):
    """Notes every element and attribute."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module", params=["region", "municipality"])
def figures(request):
    return fit_to_share(region_year() if request.param == "region" else municipal_year())


@pytest.fixture(scope="module")
def text(figures):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "_in_use", "da")
        return page(figures).decode()


@pytest.fixture(scope="module")
def read(text):
    return Reader(text)


def test_the_page_is_well_formed_danish_html(text, read):
    assert text.startswith("<!DOCTYPE html>")
    assert ("html", {"lang": "da"}) in read.elements
    assert read.open == []


def test_there_is_no_script_and_nothing_is_fetched(text, read):
    policy = next(attributes["content"] for tag, attributes in read.elements if "http-equiv" in attributes)

    assert policy.startswith("default-src 'none'")
    assert not {tag for tag, _attributes in read.elements} & {"script", "link", "iframe", "object", "form", "base"}
    assert not [name for _tag, attributes in read.elements for name in attributes if name.startswith("on")]
    assert set(re.findall(r"https?://[^\"'\s)<]+", text)) <= ALLOWED_LINKS
    for _tag, attributes in read.elements:
        assert not attributes.get("src")
        assert attributes.get("href", attributes.get("xlink:href", "#")).startswith("#")
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_every_id_is_one_element_s_and_every_reference_finds_it(text, read):
    ids = [attributes["id"] for _tag, attributes in read.elements if attributes.get("id")]

    assert len(ids) == len(set(ids))
    assert set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", text)) <= set(ids)


def test_every_chart_can_be_listened_to(read):
    drawings = [attributes for tag, attributes in read.elements if tag == "svg"]

    assert len(drawings) >= 5
    assert all(one["role"] == "img" and len(one["aria-labelledby"].split()) == 2 for one in drawings)
    assert {"width", "height"}.isdisjoint(drawings[0])


def test_every_table_names_its_rows_and_columns(read):
    heads = [attributes.get("scope") for tag, attributes in read.elements if tag == "th"]

    assert set(heads) == {"row", "col"}


def test_the_page_is_the_same_each_time(figures, text, monkeypatch):
    monkeypatch.setattr(language, "_in_use", "da")

    assert page(figures).decode() == text


def test_figures_that_were_not_made_fit_are_not_put_on_a_page():
    with pytest.raises(ValueError, match="suppressed"):
        page(region_year())


def test_a_chart_draws_no_number_that_is_kept_back(figures):
    told = {total for total in (*figures.volume.row_totals, *figures.volume.column_totals) if total is not None}
    drawn = {chart.name: chart.said for chart in charts.charts(figures)}
    numbers = {
        int(number) for name in ("months", "places") for number in re.findall(r": (\d+)(?:;|$)", drawn.get(name, ""))
    }

    assert numbers <= told
    assert not any(0 < number < 5 for number in numbers)


def test_a_year_without_a_referral_is_a_page_too():
    assert b"<svg" in page(fit_to_share(region_year(0)))


def test_drawing_writes_nowhere_but_in_a_folder_that_is_gone_afterwards(tmp_path):
    """On a locked-down machine nobody's home can be written to."""
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir(mode=0o500)
    scratch.mkdir()
    ask = (
        "from synthetic_year import region_year; from gateway.statistics.page import page; "
        "from gateway.statistics.suppression import fit_to_share; import os; "
        "page(fit_to_share(region_year(20))); print(os.environ.get('MPLCONFIGDIR'))"
    )
    world = {"HOME": str(home), "TMPDIR": str(scratch), "PATH": os.environ["PATH"]}
    world["PYTHONPATH"] = os.pathsep.join((os.path.dirname(__file__), *filter(None, sys.path)))  # noqa: PTH120 - a path for Python
    told = subprocess.run([sys.executable, "-c", ask], env=world, capture_output=True, text=True, check=True)

    assert (told.stdout.strip(), told.stderr.strip()) == ("None", "")
    assert list(home.iterdir()) == list(scratch.iterdir()) == []


@pytest.mark.parametrize("module", ["gateway.__main__", "inbox_tui.__main__", "gateway.statistics.present"])
def test_matplotlib_is_loaded_for_a_page_alone(module):
    ask = f"import sys, {module}; print('matplotlib' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )
