"""An entrance: the door of a terminal, and what stands on it."""

from dataclasses import dataclass
from typing import Generic

from gateway.terminal.commands import Command
from gateway.terminal.door import WATCH, Door, Question, Somebody, Watch


@dataclass(frozen=True)
class Entrance(Generic[Somebody]):
    """The door, and what stands on it. `person` is set when who sits here is known already; `name` is suggested."""

    door: Door[Somebody]
    unit_name: str
    question: Question
    quit: Command
    watch: Watch = WATCH
    person: Somebody | None = None
    name: str = ""
