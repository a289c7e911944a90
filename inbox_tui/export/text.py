"""A case as plain text. What somebody wrote stands set in, so that no line of it can pass for one of ours."""

from collections.abc import Iterator

from gateway.terminal.sections import Section
from gateway.wire.text_lines import fact, indented, section
from inbox_tui.export.paper import Paper


def as_text(paper: Paper) -> str:
    """Write it: what heads a sheet first, then the page's sections, then which agreement it rests on, and by whom."""
    parts = [line for one in paper.sections for line in _section(one)]
    head = [paper.title, "=" * len(paper.title), paper.cpr, *paper.standing]
    return "\n".join([*head, *parts, "", "-" * len(paper.title), paper.agreement, paper.exported, ""])


def _section(one: Section) -> Iterator[str]:
    text = indented(one.text) if one.text else None
    yield from section(one.heading, (text, *(fact(label, value) for label, value in one.facts)))
