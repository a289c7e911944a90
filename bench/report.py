"""RESULTS.md: every chapter as two small tables, after the machine and the versions it was measured with."""

from collections.abc import Mapping, Sequence

from figures import Chapter, Finding, Sample, number

HEAD = """# What it costs

Made by `{command}` in {minutes} minutes on {day}, everything in one run, and what is compared in turn. Of each sample
the median is shown and, as its spread, where the middle half of the measurements lies. A ratio is of two medians. Times
differ from machine to machine; ratios are what to compare. What the figures taught, and what was done about them, is in
[LEARNED.md](LEARNED.md).
"""
MET = {True: "yes", False: "**no**", None: ""}


def report(chapters: Sequence[Chapter], versions: Mapping[str, str], *, command: str, day: str, minutes: float) -> str:
    """Write the whole page."""
    parts = [HEAD.format(command=command, day=day, minutes=round(minutes))]
    parts.append(table(("with", "version"), versions.items()))
    parts.append(
        "## The aims\n\n" + findings_table([one for chapter in chapters for one in chapter.findings if one.aim])
    )
    parts += [page(chapter) for chapter in chapters]
    return "\n".join(parts)


def page(chapter: Chapter) -> str:
    """Write one chapter."""
    parts = [f"## {chapter.title}\n\n{chapter.how}\n"]
    if chapter.samples:
        parts.append(table(("measured", "", "median", "spread", "n"), [row(one) for one in chapter.samples]))
    if chapter.findings:
        parts.append(findings_table(chapter.findings))
    parts += [f"{remark}\n" for remark in chapter.remarks]
    return "\n".join(parts)


def row(sample: Sample) -> tuple[str, ...]:
    """Write one sample as cells."""
    low, high = sample.spread
    spread = f"{number(low)} to {number(high)}" if len(sample.values) > 1 else ""
    return sample.what, sample.unit, number(sample.median), spread, str(len(sample.values))


def findings_table(findings: Sequence[Finding]) -> str:
    """Write findings as a table."""
    return table(("it amounts to", "", "aim", "met"), [cells(one) for one in findings])


def cells(finding: Finding) -> tuple[str, ...]:
    """Write one finding as cells."""
    unit = f" {finding.unit}" if finding.unit else ""
    aim = f"{finding.aim.value} {finding.bound:g}{unit}" if finding.aim else ""
    return finding.what, f"{number(finding.value)}{unit}", aim, MET[finding.met]


def table(head: Sequence[str], rows: object) -> str:
    """Write a Markdown table; figures stand to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]  # type: ignore[misc]
    return "".join(f"| {' | '.join(one.replace('|', '∣') for one in line)} |\n" for line in lines)
