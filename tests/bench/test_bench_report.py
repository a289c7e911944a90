from figures import Aim, Chapter, Finding, Sample
from report import report

CHAPTER = Chapter(
    "Seal",
    "Ours beside gpg.",
    (Sample("ours", "ms", (1.0, 2.0, 3.0)),),
    (
        Finding("ours / gpg", 0.8, Aim.AT_LEAST, 0.75),
        Finding("search", 280.0, Aim.AT_MOST, 200, "ms"),
        Finding("modules | loaded", 700),
    ),
    ("neomutt is not here.",),
)


def made():
    return report([CHAPTER], {"Python": "3.11"}, command="make bench", day="2026-11-23", minutes=4.6)


def test_the_page_says_what_made_it_when_and_with_which_versions():
    assert "`make bench` in 5 minutes on 2026-11-23" in made()
    assert "| Python | 3.11 |" in made()


def test_an_aim_that_is_missed_is_seen_at_the_top_and_in_its_chapter():
    missed = "| search | 280 ms | ≤ 200 ms | **no** |"
    top, chapter = made().split("## Seal")
    assert missed in top
    assert missed in chapter


def test_a_figure_without_an_aim_is_in_its_chapter_alone():
    top, chapter = made().split("## Seal")
    assert "loaded" not in top
    assert "| modules ∣ loaded | 700 |  |  |" in chapter


def test_a_sample_shows_its_median_its_spread_and_how_often_it_was_measured():
    assert "| ours | ms | 2.00 | 1.00 to 3.00 | 3 |" in made()
    assert "neomutt is not here." in made()
