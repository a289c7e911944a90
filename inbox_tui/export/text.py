"""A case as plain text. What somebody wrote stands set in, so that no line of it can pass for one of ours."""

from collections.abc import Iterable, Iterator

from gateway.terminal.sections import Section
from gateway.wire.text_lines import fact, indented, section
from inbox_tui.export.paper import Paper


def as_text(paper: Paper) -> str:
    """Write it: what heads a sheet first, then the page's sections, then which agreement it rests on, and by whom."""
    page = page_lines(paper.title, (paper.cpr, *paper.standing), paper.sections)
    return "\n".join([*page, "", "-" * len(paper.title), paper.agreement, paper.exported, ""])


def page_lines(title: str, standing: Iterable[str], sections: Iterable[Section]) -> Iterator[str]:
    """Write a page from the top: its title, how the case stands, and each section under its heading."""
    yield from (title, "=" * len(title), *standing)
    for one in sections:
        yield from _section(one)


def _section(one: Section) -> Iterator[str]:
    text = indented(one.text) if one.text else None
    yield from section(one.heading, (text, *(fact(label, value) for label, value in one.facts)))
