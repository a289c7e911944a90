"""Textual's own list of as many rows as the inbox has open cases: what moving in a list costs. `inbox.py` runs it."""

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Static


class TableApp(App[None]):
    """A line above, a table, and the keys below."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [("q", "quit", "quit"), ("f", "quit", "more")]

    def compose(self) -> ComposeResult:
        """Lay the three out."""
        yield Static("ready")
        yield DataTable(cursor_type="row", show_row_labels=False)
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("State", "Citizen", "Marks", "Target")
        for place in range(int(sys.argv[1])):
            table.add_row("● New", f"Karen Testdal {place}", "address missing · unread", "! 1 working day over")


if __name__ == "__main__":
    TableApp().run()
