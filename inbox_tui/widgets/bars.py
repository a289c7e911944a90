"""The verdict on a letter's seal, in a line of its own."""

from textual.content import Content
from textual.widgets import Static


class SealBar(Static):
    """The verdict on a letter's seal. It stands outside the text, where no letter can write."""

    def __init__(self, verdict: str) -> None:
        super().__init__(Content(verdict), markup=False)
