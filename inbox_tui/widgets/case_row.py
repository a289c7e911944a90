"""One case as two lines of text with styles: what the list draws. Pure: no widget, no store."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from gateway.terminal.cells import ELLIPSIS, fit, fit_right, join_fitting
from inbox_tui import presentation, row_words
from inbox_tui.casework.case import CaseLine, Rank
from inbox_tui.casework.reader import Reader
from inbox_tui.presentation import SEPARATOR

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
        state, deadline = 15, 28
        left = max(0, width - state - deadline - 2)
        holder = min(44, left // 2) if width >= WIDE else 0
        return cls(state, left - holder, holder, deadline)


def heading(columns: Columns, labels: Sequence[str]) -> list[Part]:
    """Draw the header row from its four labels."""
    state, citizen, holder, deadline = labels
    text = fit(state, columns.state) + fit(citizen, columns.citizen) + fit(holder, columns.holder)
    return [(" " + text + fit_right(deadline, columns.deadline) + " ", "heading")]


def first_line(line: CaseLine, columns: Columns, reader: Reader) -> list[Part]:
    """Draw the line to find a case by: state, citizen and safety, who has it, days left."""
    rank, deadline = line.rank(reader.today), row_words.deadline(line, reader)
    due = columns.deadline if columns.holder else min(cell_len(deadline), columns.deadline)
    citizen = columns.citizen + columns.deadline - due
    safety = f"{row_words.safety(line)} ".lstrip()
    named, gap = presentation.named(line), "  " if safety else " "
    name = fit(named, min(cell_len(named), citizen - cell_len(gap + safety))) + gap
    quiet = rank is Rank.ENDED or (rank is Rank.HANDED_OVER and reader.department is None)
    return [
        (" " + fit(presentation.state(line.state), columns.state), f"state-{line.state}"),
        (name, "quiet" if quiet else "name"),
        (fit(safety, citizen - cell_len(name)), "safety"),
        (fit(row_words.whereabouts(line, reader), columns.holder), "quiet"),
        (fit_right(deadline, due), f"rank-{rank.name.lower()}"),
        (" ", "quiet"),
    ]


def second_line(line: CaseLine, columns: Columns, reader: Reader) -> list[Part]:
    """Draw the line below: number, when it came, marks in words, the holder where it has no column, the target.

    Where all of it does not fit, the target's date gives way first (how many days are left stands above it), then the
    last of the marks.
    """
    said, holder = row_words.marks(line, reader), "" if columns.holder else row_words.whereabouts(line, reader)
    after = SEPARATOR + holder if said and holder else holder
    target = presentation.target(line.target_date) if row_words.deadline(line, reader) else ""
    room = columns.citizen + columns.holder + columns.deadline - CAME - 1
    wanted = cell_len(SEPARATOR.join(said))
    if wanted + cell_len(after) + cell_len(target) + 1 > room:
        target = ""
    room -= cell_len(target)
    least = cell_len(SEPARATOR.join((*said[:1], ELLIPSIS)[: len(said)]))
    marks = join_fitting(said, SEPARATOR, min(room, wanted, max(least, room - cell_len(after))))
    return [
        ("   " + fit(presentation.number(line.number), columns.state - 2), "quiet"),
        (fit(presentation.received(line.received_at, reader.today), CAME), "quiet"),
        (marks, "marks"),
        (fit(after, room - cell_len(marks)) + " ", "quiet"),
        (target, "quiet"),
        (" ", "quiet"),
    ]
