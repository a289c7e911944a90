"""What a municipality counts of its own cases: one pass over its rows. Nothing of it leaves but by `stats send`.

Only referrals that were taken in are cases; heartbeats, tests and quarantined mail are not counted (O25).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlmodel import Session, col, select

from directory.calendar import local_day
from gateway.exchange.erasing import GONE
from gateway.site.cipher import Vault
from gateway.site.settings import CaseworkSettings
from gateway.statistics.counting import Frame, counted
from gateway.statistics.figures import Figures
from gateway.statistics.observed import Again, Milestone, Observed, Told, again_of, person_of, told_by
from gateway.statistics.period import Period
from gateway.statistics.remainder import Remainder
from gateway.wire.cpr import InvalidCpr, identify
from gateway.wire.referral import Referral
from inbox_tui.casework.notes import Closing, Contact, Note
from inbox_tui.casework.outcomes import offered, own
from inbox_tui.casework.supplements import Supplemented, in_force
from inbox_tui.locked import Locked
from inbox_tui.tables import CaseRow, ContentRow, EventKind, EventRow, SupplementRow

STANDARD = CaseworkSettings()
OWN = tuple(milestone for milestone in Milestone if milestone is not Milestone.RECEIPT)


@dataclass(frozen=True)
class Counting:
    """Counts one municipality's cases, in one session."""

    session: Session
    vault: Vault
    party: str
    terms: CaseworkSettings = STANDARD

    def __call__(self, period: Period, now: datetime) -> Figures:
        """Count a period; raises VaultDamaged when a row was altered."""
        endings, names = self._endings(period), self._ending_names
        frame = Frame(self.party, (self.party,), period, now, OWN, endings=endings, ending_names=names)
        return counted(self._cases(now), frame)

    def _cases(self, now: datetime) -> Iterator[Observed]:
        found = select(CaseRow, ContentRow).join(ContentRow, col(ContentRow.case_id) == CaseRow.id)
        citizens: dict[str, str] = {}
        for row, content in self.session.exec(found.order_by(col(CaseRow.received_at))):
            kept, named = self._counted(row, content)
            follows = citizens.get(kept.previous) if kept.previous else None
            citizens[row.number] = follows or named
            yield self._observed(row, kept, citizens[row.number], now)

    def remainder(self, row: CaseRow, content: ContentRow) -> Remainder:
        """Tell what is counted of a case's content, to be kept when that is erased (O18)."""
        return self._counted(row, content)[0]

    def _counted(self, row: CaseRow, content: ContentRow) -> tuple[Remainder, str]:
        """Tell what is counted of one case, and by what its citizen is told apart while that is known (G2)."""
        if row.figures is not None:
            return self._kept(row, row.figures), row.id
        case, supplements = self._locked.case(row, content), self._supplements[row.id]
        referral = in_force(case.referral, supplements)
        kept = Remainder(
            person=person_of(referral, row.received_at),
            again=again_of(referral, anew=False) if referral.re_referral or row.position == 1 else Again.ONGOING,
            told=_told(case.referral, row, supplements),
            previous=case.previous.number if case.previous else None,
            attempted_at=self._attempts.get(row.id),
            outcomes=self._outcomes.get(row.id, ()),
        )
        return kept, _citizen(referral, row)

    def _observed(self, row: CaseRow, kept: Remainder, citizen: str, now: datetime) -> Observed:
        moments = {
            Milestone.ACKNOWLEDGEMENT: row.acknowledged_at,
            Milestone.ASSESSMENT: row.assessed_at,
            Milestone.FIRST_CONTACT: kept.attempted_at or row.contacted_at,
            Milestone.REACHED: row.contacted_at,
            Milestone.TAKEN_OVER: row.taken_over_at,
        }
        reached = {milestone: at for milestone, at in moments.items() if at is not None}
        ended = row.closed_at or row.not_ours_at or row.withdrawn_at
        return Observed(
            citizen=citizen,
            municipality=self.party,
            began=row.received_at,
            person=kept.person,
            again=kept.again,
            times={milestone: at - row.received_at for milestone, at in reached.items()},
            closed_at=ended and max(ended, row.received_at),
            known=row.known,
            in_time=_in_time(row, reached, local_day(now)),
            told=kept.told,
        )

    @property
    def _locked(self) -> Locked:
        return Locked(self.vault)

    @cached_property
    def _supplements(self) -> Mapping[str, list[Supplemented]]:
        found: defaultdict[str, list[Supplemented]] = defaultdict(list)
        said = select(SupplementRow).where(SupplementRow.content != GONE)
        for row in self.session.exec(said.order_by(col(SupplementRow.received_at))):
            found[row.case_id].append(self._locked.supplemented(row))
        return found

    @cached_property
    def _attempts(self) -> Mapping[str, datetime]:
        """Tell when each citizen was first tried, whether reached or not (E1)."""
        found: dict[str, datetime] = {}
        for case_id, note in self._notes(EventKind.CONTACTED):
            if isinstance(note, Contact):
                found[case_id] = min(found.get(case_id, note.at), note.at)
        return found

    @cached_property
    def _outcomes(self) -> Mapping[str, tuple[str, ...]]:
        """Tell what was arranged in each case that was closed (H11)."""
        erased = self.session.exec(select(CaseRow).where(col(CaseRow.figures).is_not(None)))
        found = {row.id: self._kept(row, row.figures).outcomes for row in erased if row.figures is not None}
        return {**found, **{case_id: note.outcomes for case_id, note in self._closings}}

    @cached_property
    def _closings(self) -> tuple[tuple[str, Closing], ...]:
        notes = self._notes(EventKind.CLOSED)
        return tuple((case_id, note) for case_id, note in notes if isinstance(note, Closing))

    @property
    def _ending_names(self) -> Mapping[str, str]:
        """Tell what the municipality calls its own outcomes: as the list says, else as it said last (E21)."""
        last = {code: name for _case_id, note in self._closings for code, name in note.named.items()}
        return {**last, **{code: one.da for code, one in own(self.terms).items()}}

    def _kept(self, row: CaseRow, figures: bytes) -> Remainder:
        return Remainder.model_validate_json(self.vault.open(figures, remainder_place(row.id)))

    def _endings(self, period: Period) -> Mapping[str, int]:
        """Count what was arranged in the cases closed in the period, and what never was (H11).

        What stood on the list once, and no longer does, is counted still (E21).
        """
        closed = self.session.exec(select(CaseRow.id, CaseRow.closed_at).where(col(CaseRow.closed_at).is_not(None)))
        inside = (case_id for case_id, at in closed if at is not None and at in period)
        found = Counter(outcome for case_id in inside for outcome in set(self._outcomes.get(case_id, ())))
        listed = offered(self.terms)
        return {outcome: found[outcome] for outcome in (*listed, *sorted(set(found) - set(listed)))}

    def _notes(self, kind: EventKind) -> Iterator[tuple[str, Note | None]]:
        rows = self.session.exec(select(EventRow).where(EventRow.kind == kind).order_by(col(EventRow.id)))
        return ((row.case_id, self._locked.note(row)) for row in rows)


def remainder_place(case_id: str) -> str:
    """Name the place what the figures count of a case is locked for."""
    return f"case:{case_id}:remainder"


def _citizen(referral: Referral, row: CaseRow) -> str:
    """Tell citizens apart: by number where one was given, and by the chain of referrals otherwise (G2)."""
    try:
        number = identify(referral.citizen.cpr, today=date.max)
    except InvalidCpr:
        return row.id
    return number.value if number.names_one_person else row.id


def _told(referral: Referral, row: CaseRow, supplements: list[Supplemented]) -> tuple[Told, ...]:
    counters = told_by(row.received_at, referral.calls_last_30_days, referral.calls_today)
    for one in supplements:
        said = one.supplement
        counters += told_by(said.written_at, said.calls_last_30_days, said.calls_today)
    return counters


def _in_time(row: CaseRow, reached: Mapping[Milestone, datetime], today: date) -> Mapping[Milestone, bool | None]:
    """Tell whether the target of five working days was met; it asks nothing of a case that is not ours (E1, O7)."""
    ended = row.not_ours_at is not None or row.withdrawn_at is not None

    def met(milestone: Milestone) -> bool | None:
        at = reached.get(milestone)
        if at is None:
            return False if today > row.target_date and not ended else None
        return local_day(at) <= row.target_date

    return {milestone: met(milestone) for milestone in (Milestone.ASSESSMENT, Milestone.FIRST_CONTACT)}
