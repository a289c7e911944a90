"""The year as it happens: a clock that jumps from one event to the next, and the people at both ends who act.

Everything they do, they do through the product's own flows. What became of each referral is written down beside it, for
the tests to hold the product's own account against.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from year_plan import BEGINS, LATE_TO_JOIN, REFUSALS, TROUBLES, Call, Citizen, Fate, moment, plan
from year_town import End, Town

from directory import municipalities
from directory.calendar import COPENHAGEN, add_working_days, is_working_day
from gateway import bootstrap as region_end
from gateway.consents.errors import ConsentError
from gateway.consents.model import Form
from gateway.referring import writing
from gateway.referring.correspond import Ended
from gateway.referring.errors import ReferralError
from gateway.referring.example import example
from gateway.referring.follow import Progress
from gateway.referring.promise import CallOutcome, Due, Step
from gateway.referring.refusals import Refused
from gateway.wire.answers import Elsewhere
from inbox_tui import bootstrap as municipal_end
from inbox_tui.casework.outcomes import Outcome

HOUR = timedelta(hours=1)


def _nothing() -> None:
    """Only let the daemons look."""


PATIENCE = timedelta(days=60)


@dataclass
class Story:
    """One referral as it was lived."""

    number: str
    citizen: Citizen
    municipality: str
    submitted_at: datetime
    fate: Fate
    kind: str | None = None
    urgent: bool = False
    closes: bool = False
    anew_of: str | None = None
    acknowledged: bool = False
    taken_by_phone: bool = False
    phoned: Counter = field(default_factory=Counter)
    not_ours: bool = False
    sent_anew: bool = False
    ended: Ended | None = None
    withdrawn_there: bool = False
    closed: bool = False
    outcome: Outcome | None = None
    supplements: int = 0

    @property
    def waits_for_anew(self) -> bool:
        return self.not_ours and not self.sent_anew


class Year:
    """One simulated year; `live` lives it."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town = town
        self.dice = random.Random(seed)  # noqa: S311 - the same year each time
        self.stories: dict[str, Story] = {}
        self.refusals = 0
        self.looked: list[datetime] = []
        self.went_back = 0
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._place = itertools.count()
        self._touched: set[str] = set()

    def live(self) -> None:
        """Live the year to its end, and as long after as anything is waited for."""
        for call in plan(self.dice):
            self._at(call.at, lambda call=call: self._refer(call))
        for _ in range(REFUSALS):
            self._at(BEGINS + timedelta(minutes=self.dice.randint(1, 340 * 24 * 60)), self._hear_no)
        for code in self.town.ends:
            if code not in ("region", LATE_TO_JOIN):
                self.town.introduce(code)
        self._at(moment(3, 2, 9), lambda: self.town.introduce(LATE_TO_JOIN))
        for trouble in TROUBLES:
            for place in range(int((trouble.lasts + 2 * HOUR) / (HOUR / 2)) if trouble.lossy else 2):
                self._at(trouble.begins + (place * HOUR / 2 if trouble.lossy else place * trouble.lasts), _nothing)
        end = moment(12, 31, 23) + PATIENCE
        while (self._agenda or self.waits()) and self.town.clock() < end:
            self._step()

    def waits(self) -> bool:
        """Tell whether a letter is under way, or the desk still waits for anything."""
        return bool(self.town.restless) or bool(self.active())

    # The clock

    def _at(self, when: datetime, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._place), what))

    def _step(self) -> None:
        """Jump ahead, through every event on the way, each in its own time; then look at what is due."""
        clock, until = self.town.clock, self._next_look()
        while self._agenda and self._agenda[0][0] <= until:
            when, _place, what = heapq.heappop(self._agenda)
            self._go_to(when)
            what()
            self.town.exchange(*self._touched)
            self._touched.clear()
        self._go_to(until)
        self.town.exchange()
        region_end.duty(self._station).tick()
        self._work_off_the_list()
        self.looked.append(clock())
        if self.dice.random() < 0.1:
            clock.go(-timedelta(minutes=2))
            self.went_back += 1

    def _next_look(self) -> datetime:
        """Jump into the next day, working or not, or to any hour at all."""
        now = self.town.clock()
        if self.dice.random() < 0.4:
            return now + HOUR * self.dice.randint(1, 20)
        hour, minute = self.dice.randint(8, 14), self.dice.randint(0, 59)
        tomorrow = now.astimezone(COPENHAGEN).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(hour, minute), COPENHAGEN).astimezone(UTC)

    def _go_to(self, when: datetime) -> None:
        self.town.clock.now = max(self.town.clock(), when)
        self._set_line()

    def _set_line(self) -> None:
        now, line = self.town.clock(), self.town.line
        troubles = [trouble for trouble in TROUBLES if trouble.holds(now)]
        line.lossy = any(trouble.lossy for trouble in troubles)
        line.swallowed = {self.town.region.address} if any(one.only_back for one in troubles) else None
        line.down = any(not trouble.lossy for trouble in troubles)

    # Præhospitalet

    @property
    def _station(self):
        return self.town.region.station

    def active(self) -> list[Progress]:
        with self._station.database.reading() as session:
            return region_end.follow(self._station, session).active()

    def _refer(self, call: Call) -> None:
        previous = self._previous(call) if call.kind else None
        content = self._content(call.citizen, call.citizen.home)
        if call.urgent:
            content["urgency_remark"] = "Vi er bekymrede. Ring gerne i dag."
        if previous:
            content["re_referral"] = {"previous_id": previous.number, "kind": call.kind, "reason": "Ringer igen."}
        story = self._submit(content, call.citizen, call.fate)
        story.kind, story.urgent, story.closes = call.kind if previous else None, call.urgent, call.closes
        if self.town.line.down and call.changes_mind:
            self._withdraw(story)
            return
        if call.supplement:
            self._at(self.town.clock() + HOUR * self.dice.randint(1, 40), lambda: self._supplement(story))
        self._expect(story)

    def _previous(self, call: Call) -> Story | None:
        """Find the citizen's latest referral that left."""
        theirs = [one for one in self.stories.values() if one.citizen is call.citizen]
        return next((one for one in reversed(theirs) if one.ended is not Ended.CANCELLED), None)

    def _content(self, citizen: Citizen, code: str) -> dict:
        content = example(code, self.town.clock()) | {"reference": None}
        person = {"cpr": citizen.cpr, "phone": citizen.phone, "name": f"Borger Testsen {citizen.index}"}
        return content | {"citizen": {**content["citizen"], **person, **citizen.facts}}

    def _submit(self, content: dict, citizen: Citizen, fate: Fate) -> Story:
        submitted = region_end.submit(self._station)(content, self.town.region.person)
        story = Story(submitted.number, citizen, submitted.recipient.code, self.town.clock(), fate)
        self.stories[story.number] = story
        return story

    def _hear_no(self) -> None:
        content = example("751", self.town.clock())
        with suppress(Refused):
            region_end.submit(self._station)(
                content | {"consent": {**content["consent"], "given": False}}, self.town.region.person
            )
        self.refusals += 1

    def _withdraw(self, story: Story) -> None:
        with suppress(ReferralError):  # the municipality may have heard it first
            story.ended = region_end.correspond(self._station).withdraw(story.number, self.town.region.person)

    def _supplement(self, story: Story) -> None:
        said = {"calls_today": 3, "calls_last_30_days": 12}
        if story.citizen.cpr is None and not story.anew_of:
            said["cpr"] = f"010160-{6000 + story.citizen.index}"
        with suppress(ReferralError, ConsentError):
            region_end.correspond(self._station).supplement(story.number, said, self.town.region.person)
            story.supplements += 1

    def _work_off_the_list(self) -> None:
        """Do what the desk asks for: send anew, send again what was given up, and phone whom it names."""
        given_up = self.town.region.given_up() if not (self.town.line.down or self.town.line.lossy) else set()
        waits = given_up | {story.number for story in self.stories.values() if story.waits_for_anew}
        for progress in self._looked_up(waits):
            if progress.anew:
                self._send_anew(progress)
            elif progress.active:
                region_end.correspond(self._station).send_again(progress.number, self.town.region.person)
        for due in region_end.duty(self._station).due(self.town.region.person):
            if due.step.asks_for_call and (due.open_now or due.step is Step.PHONE_AT_ONCE):
                self._phone(due)

    def _looked_up(self, numbers: set[str]) -> list[Progress]:
        with self._station.database.reading() as session:
            follow = region_end.follow(self._station, session)
            return [found for found in map(follow.named, sorted(numbers)) if found]

    def _send_anew(self, progress: Progress) -> None:
        """Ask the citizen where they live, and send it there: in the desk's own words (O7)."""
        first = self.stories[progress.number]
        elsewhere = self.dice.choice([one for one in municipalities.in_agreement() if one.code != first.municipality])
        now, correspond = self.town.clock(), region_end.correspond(self._station)
        sent = correspond.content_for_anew(first.number, self.town.region.person)
        content = writing.anew(sent, first_id=progress.referral_id)
        content = writing.with_municipality(content, elsewhere)
        content = writing.with_consent(
            content, municipality=elsewhere, taken_by="Mette Testgaard", at=now - HOUR / 20, form=Form.SPOKEN
        )
        content["sender"] = {"name": "Mette Testgaard"}
        content["screening"] = {"acute_somatic": False, "suicidal_thoughts": False}
        story = self._submit(content, first.citizen, Fate.PROMPT)
        story.anew_of, story.urgent, story.closes = first.number, first.urgent, first.closes
        first.citizen.home, first.sent_anew = elsewhere.code, True
        self._expect(story)

    def _phone(self, due: Due) -> None:
        if due.contact is None:
            return  # nobody to phone: the administrator sees it, and the contact comes in March
        story = self.stories[due.number]
        outcome = self._answer_of(story)
        region_end.duty(self._station).log_call(due.number, outcome, "", self.town.region.person)
        story.phoned[outcome] += 1
        if outcome is CallOutcome.PROMISED and story.fate is Fate.AFTER_CALL:
            self._at(self._at_work(story, self.town.clock() + HOUR), lambda: self._take(story))
        story.taken_by_phone |= outcome is CallOutcome.TAKEN

    def _answer_of(self, story: Story) -> CallOutcome:
        if self.dice.random() < 0.3 and not story.phoned[CallOutcome.NO_ANSWER]:
            return CallOutcome.NO_ANSWER
        return CallOutcome.TAKEN if story.fate is Fate.BY_PHONE else CallOutcome.PROMISED

    # The municipality

    def _expect(self, story: Story) -> None:
        """Let the unit act when it would; one that waits to be phoned is left alone."""
        now = self.town.clock()
        start = self._at_work(story, now)
        soon = HOUR * self.dice.randint(1, 4) / 2
        if story.fate is Fate.LATE:
            self._at(self._at_work(story, self._days_later(start, 1) + soon), lambda: self._take(story))
        elif story.fate is Fate.NOT_OURS:
            self._at(self._at_work(story, start + soon), lambda: self._turn_away(story))
        elif story.fate is Fate.WITHDRAWN:
            self._at(self._at_work(story, start + soon), lambda: self._take(story))
            self._at(now + HOUR * self.dice.randint(1, 60), lambda: self._withdraw(story))
        elif story.fate in (Fate.PROMPT, Fate.WITHDRAWN_THERE):
            self._at(self._at_work(story, start + soon), lambda: self._take(story))

    def _end(self, story: Story) -> End:
        return self.town.ends[story.municipality]

    def _case(self, story: Story, again: Callable[[], None]):
        """Find the case; one whose letter has not come yet is looked for again later, unless it was taken back."""
        case = self._end(story).case(story.number)
        if case is None and story.ended is not Ended.CANCELLED:
            self._at(self._at_work(story, self.town.clock() + 2 * HOUR), again)
        return case

    def _take(self, story: Story) -> None:
        case = self._case(story, lambda: self._take(story))
        if case is None or case.withdrawn or case.acknowledged:
            return
        end, now = self._end(story), self.town.clock()
        municipal_end.case_store(end.station).acknowledge(case.id, end.person, now)
        story.acknowledged = True
        self._touched.add(end.party)
        if story.fate is Fate.WITHDRAWN_THERE:
            self._at(now + 20 * HOUR, lambda: self._withdraw_there(story))
        elif story.closes:
            self._at(self._at_work(story, now + timedelta(days=self.dice.randint(1, 9))), lambda: self._close(story))

    def _turn_away(self, story: Story) -> None:
        case = self._case(story, lambda: self._turn_away(story))
        if case is None or case.withdrawn:
            return
        end = self._end(story)
        municipal_end.acts(end.station).not_ours(case.id, Elsewhere.MOVED, "", end.person, self.town.clock())
        story.not_ours = True
        self._touched.add(end.party)

    def _withdraw_there(self, story: Story) -> None:
        end = self._end(story)
        case = end.case(story.number)
        municipal_end.acts(end.station).withdraw(case.id, end.person, self.town.clock())
        story.withdrawn_there = True
        self._touched.add(end.party)

    def _close(self, story: Story) -> None:
        """Do a case's work in one go: judge it, reach the citizen, end it."""
        end, now = self._end(story), self.town.clock()
        case = end.case(story.number)
        if case.withdrawn:
            return
        acts, who = municipal_end.acts(end.station), {"person": end.person, "now": now}
        acts.assess(case.id, acute=False, why="Opdigtet.", **who)
        acts.contact(case.id, reached=True, remark="", **who)
        acts.familiar(case.id, "", known=story.citizen.index % 10 > 0, **who)
        story.outcome = self.dice.choice((Outcome.NOT_NOW, *Outcome))
        acts.close(case.id, [story.outcome], "Opdigtet.", **who)
        story.closed = True
        self._touched.add(end.party)

    def _at_work(self, story: Story, when: datetime) -> datetime:
        """Move to a time when somebody is at work: weekdays that are no holidays, 9 to 12."""
        here = when.astimezone(COPENHAGEN)
        if is_working_day(here.date()) and time(9) <= here.time() < time(12):
            return when
        ahead = (
            here.date() if here.time() < time(9) and is_working_day(here.date()) else add_working_days(here.date(), 1)
        )
        return datetime.combine(ahead, time(9, story.citizen.index % 60), COPENHAGEN).astimezone(when.tzinfo)

    def _days_later(self, when: datetime, days: int) -> datetime:
        here = when.astimezone(COPENHAGEN)
        return datetime.combine(add_working_days(here.date(), days), here.time(), COPENHAGEN).astimezone(when.tzinfo)
