"""What widgets tell their screen. Attributes go down, messages come up."""

from textual.message import Message


class PageWanted(Message):
    """The list came upon rows it has not been given."""

    def __init__(self, offset: int, limit: int) -> None:
        super().__init__()
        self.offset = offset
        self.limit = limit


class CaseChosen(Message):
    """A row was opened with Enter or the mouse."""

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self.case_id = case_id
