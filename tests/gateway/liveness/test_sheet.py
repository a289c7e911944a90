"""The sheet for the wall: all 19, on one page, whatever anybody wrote in a contact (D4)."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from quiet_line import RANDERS

from gateway.liveness import sheet
from gateway.liveness.sheet import LONGEST_PAGE, Line, as_page, as_text

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LONG = "man-ons 8.00-15.30, tor 8.00-17.30, fre 8.00-13.30"


@pytest.fixture
def found(line):
    with line.region.db.session() as session:
        line.region.enter(session, RANDERS, hours=LONG, unit_name="Den sociale indgang <b>& Co</b> " + "æ" * 150)
        return sheet.lines(session)


def test_all_nineteen_stand_there_in_danish_order(found):
    assert [line.name for line in found][:3] == ["Favrskov", "Hedensted", "Herning"]
    assert found[-1].name == "Aarhus"
    assert len(found) == 19


def test_it_fits_a_page_of_eighty_columns(found):
    lines = list(as_text([Line(one.party, one.name, "U" * 200, "+45 95 00 00 01", LONG) for one in found], NOW))
    assert len(lines) <= LONGEST_PAGE
    assert max(map(len, lines)) <= 80


def test_it_says_when_it_was_printed_and_what_has_no_phone(found):
    text = "\n".join(as_text(found, NOW))
    assert "24-11-2026" in text
    assert "+45 89 15 00 00" in text
    assert text.count("\n") < LONGEST_PAGE


def test_the_page_needs_nothing_from_elsewhere_and_takes_nobody_s_markup(found):
    page = as_page(found, NOW)
    tags = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.add(tag)
            assert not {name for name, _value in attrs} & {"src", "href", "onclick"}

    Reader().feed(page)
    assert "<b>& Co</b>" not in page
    assert "&lt;b&gt;&amp; Co&lt;/b&gt;" in page
    assert not tags & {"script", "link", "img", "iframe"}
    assert "@page" in page
