"""Column types that every table of the project may use."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.exc import DataError
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, aware UTC coming out, also where the database forgets the zone (SQLite).

    Raises ValueError (inside SQLAlchemy's StatementError) for a naive datetime, and DataError where the database holds
    something else, which nobody here has written.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Store the moment as UTC; a naive one could be any moment, so it is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read a moment; SQLite takes any text in its place."""
        read = super().result_processor(dialect, coltype)

        def moment_of(value: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's own signature
            try:
                return read(value) if read else value
            except (ValueError, TypeError):
                raise DataError("what should be a moment", None, ValueError("is none")) from None

        return moment_of

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:  # noqa: ANN401 - SQLAlchemy's own signature
        """Give the moment back as aware UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
