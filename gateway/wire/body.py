"""What every letter's body has in common: a shape that is read strictly, and refused without quoting it."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, ValidationError

from gateway.wire.errors import LetterUnreadable
from gateway.wire.payload import SHAPE

Name = Annotated[str, Field(min_length=1, max_length=200)]
Short = Annotated[str, Field(max_length=500)]
Phone = Annotated[str, Field(max_length=32)]


class Body(BaseModel):
    """The body of one kind of letter."""

    model_config = SHAPE

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """Read a body as it arrived; raises LetterUnreadable, whose text never quotes what was read."""
        try:
            return cls.model_validate(dict(body))
        except ValidationError:
            raise LetterUnreadable from None

    def written(self) -> dict[str, Any]:
        """Write the body as JSON values for a `Letter`."""
        return self.model_dump(mode="json", exclude_none=True)
