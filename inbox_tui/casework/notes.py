"""What is written down about a case as work goes on: who, when, and a few words. Kept at this end only (L4).

A note is never altered: of several of one kind all are kept, and the last one counts.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.language import mark
from gateway.wire.answers import Elsewhere


class Note(BaseModel):
    """What every note says: whose it is, and when what it tells of happened.

    A citizen who asks is told that it is `told`, and under `by_whom` whose: a person's, who may be left out, or a
    unit's (O21).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    told: ClassVar[str]
    by_whom: ClassVar[str] = "written_by"

    by: str = Field(repr=False)
    at: AwareDatetime

    def said(self) -> dict[str, Any]:
        """Give as JSON values what it says beside whose it is, to the citizen it is about."""
        return self.model_dump(mode="json", exclude={"by"})


class Assessment(Note):
    """Whether the situation is acute and needs contact quickly, and why: the municipality's own judgement (E1)."""

    told = mark("whether it is acute")
    acute: bool
    why: str = Field(repr=False)


class Contact(Note):
    """One attempt to reach the citizen: `at` is when it was made (E5)."""

    told = mark("an attempt to reach you")
    reached: bool
    remark: str = Field(default="", repr=False)


class Familiar(Note):
    """Whether the citizen is known here already, and the municipality's own case number (A10)."""

    told = mark("whether you are known here already")
    known: bool = True
    own_case: str = Field(default="", repr=False)


class GpInvolved(Note):
    """The citizen's own GP is involved, on a consent of its own (C5)."""

    told = mark("your own doctor was involved")


class TakenOver(Note):
    """A person in the responsible department has taken the case over: `by` is who, as far as it was said (S19).

    `noted_by` is the intake worker who wrote it down, for a department that works elsewhere.
    """

    told = mark("taken over in the department")
    department: str
    noted_by: str = Field(default="", repr=False)


class SentBack(Note):
    """The responsible department sent the case back, and why; `moves` is how many forwards there had been (S19)."""

    told = mark("sent back by the department")
    department: str
    reason: str = Field(repr=False)
    moves: int


class NotOurCitizen(Note):
    """The answer «ikke vores borger», as Præhospitalet got it (O7)."""

    told = mark("answered: not our citizen")
    why: Elsewhere
    remark: str = Field(default="", repr=False)


class Closing(Note):
    """How the case ended and why (H11). `outcomes` are codes, so that a note outlives a change of the list (E21).

    `named` is what those of the municipality's own were called in Danish then.
    """

    told = mark("closed")
    outcomes: tuple[str, ...]
    named: Mapping[str, str] = Field(default_factory=dict)
    reason: str = Field(repr=False)

    def said(self) -> dict[str, Any]:
        """Give the municipality's own outcomes by what they were called."""
        called = [self.named.get(code, code) for code in self.outcomes]
        return {name: called if name == "outcomes" else one for name, one in super().said().items() if name != "named"}


class Withdrawn(Note):
    """The citizen's withdrawal of the consent: `by` took it, in `unit`; `here` tells whether that is us (O10)."""

    told = mark("you have withdrawn your consent")
    unit: str = ""
    phone: str = ""
    here: bool = False


class Sampled(Note):
    """The case was drawn for a joint review: by which seed, and on what legal basis (H12)."""

    told = mark("drawn at random, to see how the work was done")
    seed: str
    basis: str = Field(repr=False)


class Reminded(Note):
    """Præhospitalet has asked whether anybody has taken the case; `by` is the unit to ring back (E13)."""

    told = mark("Præhospitalet asked whether somebody had taken it")
    by_whom = "unit"
    phone: str = ""
