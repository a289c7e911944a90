"""A page to read, in parts: what each part says, and how much it asks for attention."""

import enum
from dataclasses import dataclass


class Tone(enum.StrEnum):
    """How much a section asks for attention; the words say it too."""

    LEAD = "lead"
    """What to read first."""
    ALERT = "alert"
    """Safety."""
    REMARK = "remark"
    """What went before, and what the sender remarks."""
    LETTER = "letter"
    """The sender's own words."""
    FACTS = "facts"
    """Facts, one to a line."""


@dataclass(frozen=True)
class Section:
    """One part of the page: a heading, then text, or facts as label and value."""

    tone: Tone
    heading: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
