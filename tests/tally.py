"""What the fault suite did, added up over all workers and told at the end of a run."""

from collections import Counter

TALLY = "faults"


def pytest_terminal_summary(terminalreporter):
    """Print one small table when any fault was injected."""
    told = [
        told
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, told in getattr(report, "user_properties", ())
        if name == TALLY and report.when == "teardown"
    ]
    if told:
        terminalreporter.section("faults")
        for line in table(told):
            terminalreporter.write_line(line)


def table(told):
    """Write the sums as lines."""
    faults, sums = Counter(), Counter()
    for one in told:
        faults.update(one["faults"])
        sums.update({name: value for name, value in one.items() if name != "faults"})
    yield f"{sums['letters']:>8} letters handed in or answered"
    yield f"{faults.total():>8} faults injected"
    yield from (f"{often:>12}  {kind}" for kind, often in sorted(faults.items()))
    yield f"{sums['lost']:>8} letters lost"
    yield f"{sums['doubled']:>8} duplicates shown"
    yield f"{sums['seconds']:>8.0f} seconds"
