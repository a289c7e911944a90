"""The charts of the page, drawn by matplotlib as SVG that stands inside it.

The module is imported only when a page is made. Matplotlib keeps a cache of fonts, which goes into a folder that is
deleted again: on a locked-down machine it may not write into anybody's home. Colours are Okabe and Ito's, which people
who see colours differently can tell apart; every bar also says its number, so that print in black is enough.
"""

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Final

from gateway.language import gettext as _
from gateway.statistics import numbers
from gateway.statistics.baselines import ESTIMATED_KNOWN, EXPECTED_CITIZENS_A_YEAR
from gateway.statistics.figures import Figures, Topic
from gateway.statistics.observed import AgeBand
from gateway.statistics.period import A_YEAR
from gateway.statistics.words import AGES, MILESTONES, PHASES, TOPICS, part_name, place_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, INK, FAINT = "#0072B2", "#D55E00", "#1c2733", "#5b6770"
WIDTH: Final = 5.0
"""Inches; a chart is shown as wide as its column, and its text grows along."""
STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 11.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
}
TICKS: Final = tuple(timedelta(minutes=at) for at in (1, 10, 120, 24 * 60, 240 * 60))
"""Where the axis of times is marked."""


@dataclass(frozen=True)
class Chart:
    """One chart: its title, what it says in words, and its SVG."""

    name: str
    title: str
    said: str
    svg: str


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, how long it is (None: hidden, or nothing to tell), and what stands at its end."""

    label: str
    value: float | None
    text: str


def charts(figures: Figures) -> tuple[Chart, ...]:
    """Draw every chart that has something to show. Nothing is drawn that is hidden."""
    with _matplotlib():
        return tuple(_all(figures))


def _all(figures: Figures) -> Iterator[Chart]:
    several = len(figures.volume.rows) > 1
    yield _months(figures, expect=several)
    if several:
        yield _places(figures)
    if any(spread.quartiles for spread in figures.spreads):
        yield _times(figures)
    if figures.split(Topic.PROMISE):
        yield _promise(figures)
    if figures.shares:
        yield _shares(figures)
    if any(phase.per_week is not None for phase in figures.phases):
        yield _calls(figures)
    yield _ages(figures)


def _months(figures: Figures, *, expect: bool) -> Chart:
    spans, grid = figures.period.spans, figures.volume
    heads = [numbers.span(span) for span in spans]
    bars = [_counted(head, total) for head, total in zip(heads, grid.column_totals, strict=True)]
    expected = EXPECTED_CITIZENS_A_YEAR * len(spans[0].months) / A_YEAR

    def draw(figure: "Figure") -> None:
        axes = _standing(figure, bars)
        if expect:
            axes.axhline(expected, color=ORANGE, linewidth=1.5, linestyle=(0, (5, 3)), zorder=0)
            label = _("expected {number}").format(number=numbers.decimal(expected))
            axes.text(1, 1.02, f"– – {label}", transform=axes.transAxes, ha="right", color=ORANGE, fontweight="bold")

    return _chart("months", _("Referrals by month"), _listed(bars), draw, 2.6)


def _places(figures: Figures) -> Chart:
    grid = figures.volume
    found = [(place_name(code), total) for code, total in zip(grid.rows, grid.row_totals, strict=True)]
    found.sort(key=lambda one: (one[1] == 0, one[1] is None, -(one[1] or 0)))
    bars = [_counted(*one) for one in found]
    return _chart("places", _("Referrals by municipality"), _listed(bars), lambda f: _lying(f, bars), 4.4)


def _promise(figures: Figures) -> Chart:
    split = figures.split(Topic.PROMISE)
    bars = [_counted(part_name(Topic.PROMISE, code), n) for code, n in (split.parts if split else {}).items()]
    return _chart("promise", _(TOPICS[Topic.PROMISE]), _listed(bars), lambda f: _lying(f, bars, long_labels=True), 2.2)


def _ages(figures: Figures) -> Chart:
    grid = figures.people
    bars = [_counted(_(AGES[AgeBand(row)]), total) for row, total in zip(grid.rows, grid.row_totals, strict=True)]
    return _chart("ages", _("The citizens' age"), _listed(bars), lambda figure: _lying(figure, bars), 2.4)


def _shares(figures: Figures) -> Chart:
    bars = [
        Bar(_(TOPICS[one.topic]), one.ratio, numbers.HIDDEN if one.ratio is None else numbers.percent(one.ratio))
        for one in figures.shares
    ]

    def draw(figure: "Figure") -> None:
        axes = _lying(figure, [Bar(bar.label, bar.value, "") for bar in bars], long_labels=True)
        for at, bar in enumerate(bars):
            axes.text(1.02, at, bar.text, va="center")
        axes.set_xlim(0, 1.25)
        if figures.shares[0].topic is Topic.KNOWN:
            axes.plot([ESTIMATED_KNOWN] * 2, [-0.42, 0.42], color=ORANGE, linewidth=2.5)

    said = _("{list}. The orange mark is the agreement's estimate of 90 % known.").format(list=_listed(bars))
    return _chart("shares", _("Shares"), said, draw, 2.0)


def _calls(figures: Figures) -> Chart:
    bars = [
        Bar(_(PHASES[one.phase]), one.per_week, "" if one.per_week is None else numbers.decimal(one.per_week, 2))
        for one in figures.phases
    ]
    bars = [bar if bar.text else Bar(bar.label, None, numbers.HIDDEN) for bar in bars]
    return _chart(
        "calls",
        _("Calls to 1-1-2 per citizen and week (a minimum)"),
        _listed(bars),
        lambda f: _lying(f, bars, long_labels=True),
        1.7,
    )


def _times(figures: Figures) -> Chart:
    told = [(_(MILESTONES[one.milestone]), one.quartiles) for one in figures.spreads if one.quartiles]

    def draw(figure: "Figure") -> None:
        axes = figure.add_subplot()
        for at, (_label, took) in enumerate(told):
            low, middle, high = (_minutes(one) for one in (took.lower, took.median, took.upper))
            axes.plot([low, high], [at, at], color=BLUE, linewidth=9, alpha=0.35, solid_capstyle="butt")
            axes.plot([middle], [at], marker="D", markersize=8, color=BLUE)
            axes.annotate(
                numbers.duration(took.median), (middle, at), xytext=(0, 9), textcoords="offset points", ha="center"
            )
        _label_rows(axes, [label for label, _took in told])
        axes.set_xscale("log")
        bounds = [_minutes(one) for _label, took in told for one in (took.lower, took.upper)]
        axes.set_xlim(min(bounds) / 2.5, max(bounds) * 2.5)
        axes.set_ylim(len(told) - 0.4, -0.7)
        low, high = axes.get_xlim()
        ticks = [tick for tick in TICKS if low <= _minutes(tick) <= high]
        axes.set_xticks([_minutes(tick) for tick in ticks], [numbers.round_duration(tick) for tick in ticks])
        axes.minorticks_off()
        axes.grid(axis="x", color="#d5dadd", linewidth=0.6)

    bars = [Bar(label, None, numbers.duration(took.median)) for label, took in told]
    said = _("Median: {list}. The bar holds the middle half. The axis is logarithmic.").format(list=_listed(bars))
    return _chart("times", _("How long it took"), said, draw, 0.9 + 0.5 * len(told))


def _standing(figure: "Figure", bars: Sequence[Bar]) -> "Axes":
    """Draw upright bars; one that is hidden has two dots where it would stand."""
    axes = figure.add_subplot()
    drawn = axes.bar(range(len(bars)), [bar.value or 0 for bar in bars], color=BLUE, width=0.7)
    axes.bar_label(
        drawn, [bar.text for bar in bars], padding=2, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    )
    axes.set_xticks(range(len(bars)), [bar.label for bar in bars])
    axes.tick_params(length=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(y=0.15)
    return axes


def _lying(figure: "Figure", bars: Sequence[Bar], *, long_labels: bool = False) -> "Axes":
    """Draw lying bars, the first at the top; long labels stand above their bars."""
    axes = figure.add_subplot()
    height = 0.42 if long_labels else 0.7
    drawn = axes.barh(range(len(bars)), [bar.value or 0 for bar in bars], color=BLUE, height=height)
    axes.bar_label(drawn, [bar.text for bar in bars], padding=3)
    axes.invert_yaxis()
    if long_labels:
        _label_rows(axes, [bar.label for bar in bars])
    else:
        axes.set_yticks(range(len(bars)), [bar.label for bar in bars])
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.margins(x=0.12)
    return axes


def _label_rows(axes: "Axes", labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0)


def _counted(label: str, number: int | None) -> Bar:
    return Bar(label, number, numbers.count(number))


def _listed(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{bar.label}: {bar.text}" for bar in bars)


def _minutes(took: timedelta) -> float:
    return max(took / timedelta(minutes=1), 0.5)


def _chart(name: str, title: str, said: str, draw: "Callable[[Figure], Any]", height: float) -> Chart:
    """Draw one chart; its ids are its own and the same each time."""
    import matplotlib as mpl  # noqa: PLC0415 - only here, and only inside `_matplotlib`
    from matplotlib.figure import Figure  # noqa: PLC0415 - likewise

    drawn = io.StringIO()
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor="none")
        draw(figure)
        for axes in figure.axes:
            axes.set_facecolor("none")
        figure.savefig(drawn, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return Chart(name, title, said, _inside_a_page(drawn.getvalue(), name, title, said))


def _inside_a_page(svg: str, name: str, title: str, said: str) -> str:
    """Keep the drawing alone: no prolog, no size of its own, ids that no other chart has, and words for who listens."""
    drawing = svg[svg.index("<svg") :]
    drawing = re.sub(r"<style.*?</style>", "", drawing, count=1, flags=re.DOTALL)
    drawing = re.sub(r'(id="|href="#|url\(#)', rf"\1{name}-", drawing)
    opening = re.match(r"<svg[^>]*>", drawing)
    box = re.search(r'viewBox="[^"]*"', opening[0] if opening else "")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{box[0] if box else ""} role="img" aria-labelledby="{name}-title {name}-said">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-said">{escape(said)}</desc>'
    )
    return head + drawing[opening.end() if opening else 0 :].strip()


@contextmanager
def _matplotlib() -> Iterator[None]:
    """Give matplotlib a folder to write into, and take it away again."""
    before = os.environ.get("MPLCONFIGDIR")
    with tempfile.TemporaryDirectory(prefix="stafet-charts-") as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("MPLCONFIGDIR")
            if before is not None:
                os.environ["MPLCONFIGDIR"] = before
