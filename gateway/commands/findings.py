"""What was found out about a site, as lines for a person and as facts for JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.doctor import words
from gateway.doctor.findings import Finding


def lines_of(finding: Finding) -> Iterator[str]:
    """Say what was found, what it means and what to do."""
    yield words.line(finding)
    yield from (f"          {sentence}" for sentence in words.advice(finding))


def facts_of(finding: Finding) -> Mapping[str, Any]:
    """Give the same for JSON."""
    return {
        "check": finding.check.value,
        "grade": finding.grade.value,
        "code": finding.code,
        "detail": dict(finding.told),
        "said": words.line(finding),
        "advice": list(words.advice(finding)),
    }
