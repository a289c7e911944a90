"""What the region counts, of what it holds itself: one pass over its rows, and nothing of the municipality's work (L4).

Only referrals that were sent are rows here; heartbeats, tests and drafts are not, so they are never counted (O25).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlmodel import Session, col, func, or_, select

from directory import municipalities
from directory.calendar import local_day
from directory.model import REGION
from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.referring.dossier import content_place, supplement_place
from gateway.referring.figures import Outside
from gateway.referring.promise import CallOutcome, Step
from gateway.referring.rows import CallRow, ReferralRow, ReminderRow, SupplementRow, TallyRow
from gateway.site.cipher import Vault
from gateway.statistics.counting import Frame, counted
from gateway.statistics.figures import Figures
from gateway.statistics.observed import Milestone, Observed, Outcome, again_of, person_of, told_by
from gateway.statistics.period import Month, Period
from gateway.statistics.remainder import Remainder
from gateway.wire.referral import Referral
from gateway.wire.supplement import Supplement

HELPED = (CallOutcome.TAKEN, CallOutcome.PROMISED)
"""Calls after which the unit has it, or has said that it will take it."""


@dataclass(frozen=True)
class Counting:
    """Counts the region's referrals, in one session."""

    session: Session
    vault: Vault

    def __call__(self, period: Period, now: datetime) -> Figures:
        """Count a period; raises VaultDamaged when a row was altered."""
        outside = Outside(self.session, self.vault)
        frame = Frame(
            party=REGION,
            municipalities=tuple(place.code for place in municipalities.in_agreement()),
            period=period,
            counted_at=now,
            milestones=(Milestone.RECEIPT, Milestone.ACKNOWLEDGEMENT),
            refusals=self._refusals(period),
            reminders=self._reminders(period),
            joined=outside.told(period),
            entered=outside.entered(),
        )
        return counted(self._referrals(), frame)

    def _referrals(self) -> Iterator[Observed]:
        sent = select(ReferralRow).where(col(ReferralRow.cancelled_at).is_(None))
        return (self._observed(row) for row in self.session.exec(sent.order_by(col(ReferralRow.submitted_at))))

    def _observed(self, row: ReferralRow) -> Observed:
        kept = remainder_of(self.vault, row, self._supplements[row.letter_id])
        return Observed(
            citizen=row.citizen_id,
            municipality=row.municipality,
            began=row.submitted_at,
            person=kept.person,
            again=kept.again,
            times=self._times(row),
            outcome=self._outcome(row),
            closed_at=min(filter(None, (row.closed_at, row.withdrawn_at, row.answered_at)), default=None),
            told=kept.told,
        )

    def _times(self, row: ReferralRow) -> Mapping[Milestone, timedelta]:
        taken = {Milestone.ACKNOWLEDGEMENT: row.acknowledged_at - row.submitted_at} if row.acknowledged_at else {}
        received = self._receipts.get(row.letter_id)
        return {**taken, **({Milestone.RECEIPT: received} if received is not None else {})}

    def _outcome(self, row: ReferralRow) -> Outcome:
        """Say what became of the promise; where two things happened, the one that settled it."""
        if row.answered_at:
            return Outcome.NOT_OURS
        if row.acknowledged_at or row.closed_at:
            return Outcome.ACKNOWLEDGED
        if row.letter_id in self._phoned:
            return Outcome.PHONED
        return Outcome.WITHDRAWN if row.withdrawn_at else Outcome.WAITING

    @cached_property
    def _receipts(self) -> Mapping[str, timedelta]:
        """Tell how long each letter's technical receipt took, by the machine's clock at both ends of the time."""
        found = (
            select(OutgoingRow.letter_id, OutgoingRow.posted_at, func.min(StepRow.at))
            .join(StepRow, col(StepRow.letter_id) == OutgoingRow.letter_id)
            .join(ReferralRow, col(ReferralRow.letter_id) == OutgoingRow.letter_id)
            .where(StepRow.state == State.RECEIVED)
            .group_by(col(OutgoingRow.letter_id), col(OutgoingRow.posted_at))
        )
        return {letter_id: received_at - posted_at for letter_id, posted_at, received_at in self.session.exec(found)}

    @cached_property
    def _phoned(self) -> frozenset[str]:
        """Name those the unit has, or will take up, since a call; one about a withdrawal came too late for that."""
        in_time = or_(col(ReferralRow.withdrawn_at).is_(None), col(CallRow.called_at) <= ReferralRow.withdrawn_at)
        helped = select(CallRow.referral_id).join(ReferralRow).where(col(CallRow.outcome).in_(HELPED), in_time)
        return frozenset(self.session.exec(helped))

    @cached_property
    def _supplements(self) -> Mapping[str, list[SupplementRow]]:
        found: defaultdict[str, list[SupplementRow]] = defaultdict(list)
        for row in self.session.exec(select(SupplementRow)):
            found[row.referral_id].append(row)
        return found

    def _refusals(self, period: Period) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for row in self.session.exec(select(TallyRow)):
            if period.first <= Month.of(row.day) <= period.last:
                found[row.reason] += row.count
        return dict(found.most_common())

    def _reminders(self, period: Period) -> Mapping[str, int]:
        """Count the clocks that ran out, by step, those that never did with them."""
        steps = self.session.exec(select(ReminderRow.step, ReminderRow.fired_at))
        found = Counter(step for step, fired_at in steps if Month.of(local_day(fired_at)) in period.months)
        return {step: found[step] for step in (Step.RECEIPT, Step.REMIND, Step.PHONE)}


def remainder_of(vault: Vault, row: ReferralRow, supplements: Iterable[SupplementRow]) -> Remainder:
    """Tell what the figures count of a referral's content; it was kept apart when the content was erased (O18)."""
    if row.figures is not None:
        return Remainder.model_validate_json(vault.open(row.figures, remainder_place(row.letter_id)))
    referral = Referral.parse(vault.open(row.locked, content_place(row)))
    counters = told_by(row.submitted_at, referral.calls_last_30_days, referral.calls_today)
    for added in supplements:
        said = Supplement.read(json.loads(vault.open(added.locked, supplement_place(added.letter_id))))
        counters += told_by(added.written_at, said.calls_last_30_days, said.calls_today)
    anew = row.anew_of is not None
    return Remainder(person=person_of(referral, row.submitted_at), again=again_of(referral, anew=anew), told=counters)


def remainder_place(letter_id: str) -> str:
    """Name the place what the figures count of a referral is locked for."""
    return f"remainder:{letter_id}"
