"""What the figures need of a referral once its content is erased: bands, codes and counts, and no name (H7, O18)."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from gateway.statistics.observed import Again, Person, Told


class Remainder(BaseModel):
    """What is kept, locked, so that a past period is counted alike before and after.

    `previous` is the number of the referral this one follows; `attempted_at` is when the citizen was first tried (E1),
    `outcomes` what was arranged (H11): both a municipality's own.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    person: Person
    again: Again
    told: tuple[Told, ...] = ()
    previous: str | None = None
    attempted_at: AwareDatetime | None = None
    outcomes: tuple[str, ...] = ()
