"""Figures that come from outside: what municipalities choose to send, and what a person enters by hand (H5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from gateway.exchange.ports import Arrived
from gateway.referring.rows import EnteredRow, FiguresRow
from gateway.site.cipher import Vault
from gateway.site.people import Person
from gateway.statistics.aggregate import Aggregate, joined
from gateway.statistics.baselines import ByHand
from gateway.statistics.figures import Entered, Joined
from gateway.statistics.period import Month, Period
from gateway.wire.errors import LetterUnreadable


@dataclass(frozen=True)
class TakeFigures:
    """The region's handler for figures: refused when a small count is in them, or a month that has not come."""

    vault: Vault

    def __call__(self, session: Session, arrived: Arrived) -> None:
        """Keep what a municipality told; raises LetterUnreadable."""
        told = Aggregate.read(arrived.body)
        if told.period.last > Month.of(arrived.received_at):
            raise LetterUnreadable
        row = FiguresRow(
            party=arrived.from_party,
            first=told.first,
            last=told.last,
            received_at=arrived.received_at,
            locked=self.vault.lock(told.model_dump_json().encode(), _place(arrived.from_party, told.first, told.last)),
        )
        session.merge(row)


@dataclass(frozen=True)
class Outside:
    """Figures from outside, in one session."""

    session: Session
    vault: Vault

    def enter(self, entered: Entered, person: Person, now: datetime) -> None:
        """Note a yearly figure in a person's name."""
        row = EnteredRow(
            name=entered.name, year=entered.year, value=str(entered.value), person_id=person.id, entered_at=now
        )
        self.session.merge(row)

    def entered(self) -> tuple[Entered, ...]:
        """List what was entered, by name and year."""
        rows = self.session.exec(select(EnteredRow).order_by(col(EnteredRow.name), col(EnteredRow.year)))
        return tuple(Entered(ByHand(row.name), row.year, Decimal(row.value)) for row in rows)

    def told(self, period: Period) -> tuple[Joined, ...]:
        """Give each municipality's figures for the longest stretch of the period it has told of, the latest of two."""
        best: dict[str, Joined] = {}
        for one in filter(lambda one: one.period.within(period), self._every()):
            best[one.municipality] = max(best.get(one.municipality, one), one, key=_reach)
        return tuple(best[party] for party in sorted(best))

    def _every(self) -> Iterable[Joined]:
        for row in self.session.exec(select(FiguresRow)):
            content = self.vault.open(row.locked, _place(row.party, row.first, row.last))
            yield joined(row.party, Aggregate.model_validate_json(content))


def _reach(one: Joined) -> tuple[int, Month]:
    return len(one.period.months), one.period.last


def _place(party: str, first: str, last: str) -> str:
    return f"figures:{party}:{first}:{last}"
