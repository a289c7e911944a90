"""One case as two lines of text with styles: what the list draws. Pure: no widget, no store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rich.cells import cell_len

from gateway.terminal.cells import fit, fit_right, join_fitting
from inbox_tui import presentation
from inbox_tui.casework.case import CaseLine, Rank

WIDE = 110
"""From this width on, who has the case gets a column of its own."""

CAME = 16
"""Cells for when a letter came."""

Part = tuple[str, str]
"""Text, and the name of the style it is drawn in."""


@dataclass(frozen=True)
class Columns:
    """How wide each column is; together they fill the width."""

    state: int
    citizen: int
    holder: int
    deadline: int

    @classmethod
    def of(cls, width: int) -> "Columns":
        """Divide `width` cells: the citizen's column takes what is left."""
        state, deadline = 15, 20
        holder = 26 if width >= WIDE else 0
        return cls(state, max(0, width - state - deadline - holder - 2), holder, deadline)


def heading(columns: Columns, labels: Sequence[str]) -> list[Part]:
    """Draw the header row from its four labels."""
    state, citizen, holder, deadline = labels
    text = fit(state, columns.state) + fit(citizen, columns.citizen) + fit(holder, columns.holder)
    return [(" " + text + fit_right(deadline, columns.deadline) + " ", "heading")]


def first_line(line: CaseLine, columns: Columns, today: date) -> list[Part]:
    """Draw the line to find a case by: state, citizen, who has it, days left."""
    rank = line.rank(today)
    return [
        (" " + fit(presentation.state(line.state), columns.state), f"state-{line.state}"),
        (
            fit(presentation.named(line) + " ", columns.citizen),
            "quiet" if rank >= Rank.HANDED_OVER else "name",
        ),
        (fit(presentation.holder(line), columns.holder), "quiet"),
        (fit_right(presentation.deadline(line, today), columns.deadline), f"rank-{rank.name.lower()}"),
        (" ", "quiet"),
    ]


def second_line(line: CaseLine, columns: Columns, today: date) -> list[Part]:
    """Draw the line below: number, when it came, marks in words, and the holder where it has no column."""
    came = fit(presentation.received(line.received_at, today), CAME)
    room = columns.citizen + columns.holder - CAME - 1
    said = presentation.marks(line)
    marks = join_fitting(said, presentation.SEPARATOR, min(room, cell_len(presentation.SEPARATOR.join(said))))
    holder = "" if columns.holder else presentation.holder(line)
    after = presentation.SEPARATOR + holder if said and holder else holder
    target = "" if line.rank(today) >= Rank.HANDED_OVER else presentation.target(line.target_date)
    return [
        ("   " + fit(presentation.number(line.number), columns.state - 2), "quiet"),
        (came, "quiet"),
        (marks, "marks"),
        (fit(after, room - cell_len(marks)) + " ", "quiet"),
        (fit_right(target, columns.deadline), "quiet"),
        (" ", "quiet"),
    ]
