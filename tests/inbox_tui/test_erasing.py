"""A municipality keeps a case's letter for 90 days after it ended, and an open case for as long as it is open (O18)."""

from datetime import timedelta

import pytest
from inbox_site import ANNE, BODIL, NOW, InboxSite, arrived, referral
from sqlmodel import select

from gateway.consents.model import Form, Purpose
from gateway.exchange.erasing import EraseLetters
from gateway.retention.look import kept_back
from gateway.retention.rows import RetentionTable
from gateway.retention.run import Retain
from gateway.site.settings import RetentionSettings
from gateway.statistics.period import Month, Period
from gateway.wire.answers import Elsewhere
from gateway.wire.letters import Kind
from inbox_tui import letter_page, presentation
from inbox_tui.acts import Obtained
from inbox_tui.casework.case import CaseState, Rank
from inbox_tui.casework.errors import AlreadyEnded
from inbox_tui.casework.outcomes import Outcome
from inbox_tui.counting import Counting
from inbox_tui.erasing import OPEN, EraseCases
from inbox_tui.sampling import Draw, Sampling
from inbox_tui.tables import CaseRow, ContentRow, EventRow, ForwardRow, SignRow, SupplementRow

DAY = timedelta(days=1)
PERIOD = Period(Month(2026, 11), Month(2026, 12))
SUPPLEMENT = {
    "text": "Han bor nu hos sin søster.",
    "phone": "+45 95 00 01 09",
    "calls_today": 3,
    "written_at": NOW.isoformat(),
    "written_by": "Mette Testgaard",
    "sender_phone": "+45 84 11 20 00",
}
WITHDRAWAL = {
    "withdrawn_at": NOW.isoformat(),
    "taken_by": "Mette Testgaard",
    "unit": "AMK-vagtcentralen",
    "phone": "+45 84 11 20 00",
}


class Ended:
    """An inbox in which days pass."""

    def __init__(self, folder):
        self.site = InboxSite(folder / "inbox.db")
        self.site.db.create(RetentionTable.metadata)
        erasers = (EraseCases(self.site.vault), EraseLetters())
        self.retain = Retain(self.site.db, RetentionSettings(), erasers, self.clock, self.clock)
        self.retain.tick()

    def clock(self):
        return self.site.now

    def go(self, days, step=20):
        end = self.site.now + days * DAY
        while self.site.now < end:
            self.site.now += min(step * DAY, end - self.site.now)
            self.retain.tick()

    def row(self, case_id):
        with self.site.db.reading() as session:
            return session.get_one(CaseRow, case_id)

    def locked(self):
        """Every locked value that is left, but what the figures keep."""
        found = []
        with self.site.db.reading() as session:
            for table in (CaseRow, ContentRow, SupplementRow, ForwardRow, EventRow):
                for row in session.exec(select(table)):
                    values = row.model_dump(exclude={"figures"}).values()
                    found += [value for value in values if isinstance(value, bytes) and value]
            return found, list(session.exec(select(SignRow)))

    def closed(self, number="2026-0001", key="R01", previous=None):
        """Take a case in, work with it and close it."""
        site, now = self.site, self.site.now
        case_id = site.receive(arrived(referral(key), number, at=now, previous=previous))
        site.hear(Kind.SUPPLEMENT, SUPPLEMENT, number)
        site.store.acknowledge(case_id, ANNE, now)
        site.acts.assess(case_id, acute=True, why="Alene og bange.", person=ANNE, now=now)
        site.acts.contact(case_id, reached=False, remark="Ingen svarede.", person=ANNE, now=now)
        site.acts.familiar(case_id, "SOC-77", ANNE, now)
        site.acts.consent(case_id, Purpose.OWN_GP, Obtained(Form.WRITTEN, "Egen læge", "Hvad det er"), ANNE, now)
        site.store.forward(case_id, "social-og-psykiatri", ANNE, "Ring i morgen.", now)
        site.acts.close(case_id, [Outcome.HOUSING, Outcome.OWN_GP], "Fik et botilbud.", ANNE, now)
        return case_id


@pytest.fixture
def ended(tmp_path):
    return Ended(tmp_path)


def test_a_closed_case_says_nothing_after_its_days_and_not_one_before(ended):
    case_id = ended.closed()
    ended.go(90)
    assert all(ended.locked())
    ended.go(1)

    assert ended.locked() == ([], [])
    row = ended.row(case_id)
    assert (row.erased_at, row.kept_days) == (ended.site.now, 90)
    assert (row.acknowledged_by, row.state) == (None, CaseState.CLOSED)
    assert row.closed_at is not None


def test_not_ours_counts_from_the_answer(ended):
    case_id = ended.site.receive(arrived(referral("R01")))
    ended.site.acts.not_ours(case_id, Elsewhere.MOVED, "", ANNE, ended.site.now)

    ended.go(91)

    assert ended.locked() == ([], [])


def test_an_open_case_is_never_erased_by_the_clock(ended):
    case_id = ended.site.receive(arrived(referral("R01")))
    ended.site.store.acknowledge(case_id, ANNE, NOW)

    ended.go(3 * 365)

    assert ended.site.case(case_id).referral.text
    with ended.site.db.reading() as session:
        held = kept_back(session, ended.retain.erasers, ended.retain.terms, ended.site.now)
    assert ("2026-0001", OPEN) in {(one.number, one.reason) for one in held}


def test_a_case_that_had_come_back_is_nobodys_also_when_its_words_are_gone(ended):
    """E7: the department that sent it back is not called responsible for good."""
    site = ended.site
    case_id = site.receive(arrived(referral("R01")))
    site.store.acknowledge(case_id, ANNE, NOW)
    site.store.forward(case_id, "social-og-psykiatri", ANNE, "", NOW)
    site.store.send_back(case_id, "Bor her ikke.", ANNE, NOW)
    site.acts.not_ours(case_id, Elsewhere.MOVED, "", ANNE, NOW)
    assert site.case(case_id).responsible is None
    ended.go(100)
    assert site.case(case_id).erased
    assert site.case(case_id).responsible is None


def test_an_open_case_goes_when_the_citizen_has_withdrawn(ended):
    """O10: nothing of it may be used any more; the days run from the withdrawal, or from what was written since."""
    case_id = ended.site.receive(arrived(referral("R01")))
    ended.go(100)
    ended.site.hear(Kind.WITHDRAWAL, WITHDRAWAL, received_at=ended.site.now)
    ended.go(60)
    ended.site.acts.contact(case_id, reached=True, remark="Sagde selv fra.", person=ANNE, now=ended.site.now)
    ended.go(89)
    assert ended.site.case(case_id).erased is None
    ended.go(2)

    case = ended.site.case(case_id)
    assert case.erased
    assert case.rank(NOW.date()) is Rank.ENDED
    with pytest.raises(AlreadyEnded):
        ended.site.acts.contact(case_id, reached=True, remark="", person=ANNE, now=ended.site.now)


def test_a_draw_for_joint_review_keeps_the_case_for_as_long_again(ended):
    """H12: who reviews what was done must be able to read it."""
    case_id = ended.closed()
    ended.go(80)
    Sampling(ended.site.db, ended.site.vault)(Draw(PERIOD, 5, "frø", "samtykke"), BODIL, ended.site.now)
    ended.go(89)
    assert ended.site.case(case_id).erased is None
    ended.go(2)
    assert ended.site.case(case_id).erased


def test_the_page_says_when_it_was_erased_and_shows_no_empty_letter(ended):
    case_id = ended.closed()
    ended.go(91)

    case = ended.site.case(case_id)
    first, *rest = letter_page.sections(case, ended.site.now)
    assert "91" not in first.text
    assert "90" in first.text
    assert f"{ended.site.now:%d-%m-%Y}" in first.text
    assert [section.heading for section in rest] == [letter_page.work_page.course(case, NOW.date()).heading]
    (line,) = ended.site.page(0, 10, NOW.date())
    assert (line.citizen, line.erased) == ("", True)
    assert presentation.verdict(case)


def test_nothing_more_can_be_done_with_it(ended):
    case_id = ended.closed()
    ended.go(91)
    now, acts, store = ended.site.now, ended.site.acts, ended.site.store

    for attempt in (
        lambda: store.acknowledge(case_id, ANNE, now),
        lambda: store.forward(case_id, "hjemmepleje", ANNE, "", now),
        lambda: acts.assess(case_id, acute=False, why="Nej.", person=ANNE, now=now),
        lambda: acts.close(case_id, [Outcome.OTHER], "Igen.", ANNE, now),
        lambda: acts.not_ours(case_id, Elsewhere.MOVED, "", ANNE, now),
        lambda: acts.involve_gp(case_id, ANNE, now),
    ):
        with pytest.raises(AlreadyEnded):
            attempt()


def test_a_letter_that_comes_too_late_is_taken_and_goes_in_its_turn(ended):
    """It breaks nothing, and what it brought is erased too; the date of the first time stands."""
    case_id = ended.closed()
    ended.go(91)
    first = ended.row(case_id).erased_at

    ended.site.hear(Kind.WITHDRAWAL, WITHDRAWAL, received_at=ended.site.now)
    assert ended.site.case(case_id).erased
    assert any(ended.locked())
    ended.go(91)

    assert ended.locked() == ([], [])
    assert ended.row(case_id).erased_at == first


def test_the_figures_of_a_period_are_the_same_before_and_after(ended):
    """H7–H11: times, outcomes, ages and calls are counted of cases that say nothing any more."""
    ended.closed("2026-0001", "R01")
    previous = {"number": "2026-0001", "sent_at": NOW.isoformat(), "first_sent_at": NOW.isoformat(), "position": 2}
    ended.closed("2026-0002", "R02", previous=previous)
    ended.site.receive(arrived(referral("R03"), "2026-0003"))
    counted_at = ended.site.now
    before = count(ended, counted_at)
    assert before.referrals == 3
    ended.go(91)

    after = count(ended, counted_at)

    assert [ended.row(ended.site.page(0, 3, NOW.date())[at].id).erased_at is None for at in range(3)].count(True) == 1
    assert after == before


def count(ended, now):
    with ended.site.db.reading() as session:
        return Counting(session, ended.site.vault, "730")(PERIOD, now)


def test_what_the_figures_keep_is_locked_and_names_nobody(ended):
    case_id = ended.closed()
    name = ended.site.case(case_id).referral.citizen.name
    ended.go(91)

    kept = ended.site.vault.open(ended.row(case_id).figures, f"case:{case_id}:remainder").decode()
    assert name not in kept
    assert not [word for word in ("SOC-77", "botilbud.", "søster", "95 00", "Anne") if word in kept]


def test_a_case_that_follows_an_erased_one_still_says_so(ended):
    """F4: the number and the date of the earlier one stand in the later letter."""
    ended.closed()
    ended.go(91)
    previous = {"number": "2026-0001", "sent_at": NOW.isoformat(), "first_sent_at": NOW.isoformat(), "position": 2}
    later = ended.site.receive(arrived(referral("R02"), "2027-0007", at=ended.site.now, previous=previous))

    case = ended.site.case(later)
    assert case.previous.number == "2026-0001"
    assert case.earlier.erased
    assert letter_page.sections(case, ended.site.now)
