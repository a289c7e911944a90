"""What those who can act are told: once, with a phone number, and again if it is back; no leap of the clock showers."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from quiet_line import DAY, FAVRSKOV, HOUR, MINUTE, PRINTS, RANDERS, REGION
from sqlmodel import select

from directory.changes import ChangeRow
from directory.own import OwnKeyRow
from gateway.access.actions import Action
from gateway.audit.rows import EntryRow
from gateway.liveness import words
from gateway.liveness.board import Grade, Reason
from gateway.liveness.notices import BACKUP_NEVER, BACKUP_OLD, OWN_KEY_ENDED, OWN_KEY_ENDS, Notices, Tell
from gateway.liveness.rows import ToldRow
from gateway.liveness.watch import LONGEST_BREAK
from keys.errors import KeyNotFound


class Ring:
    """A key ring in which our own key ends on one day."""

    ends_at = None

    def describe(self, _fingerprint):
        if self.ends_at == "gone":
            raise KeyNotFound
        return SimpleNamespace(expires=self.ends_at)


class Teller:
    """The chore of one end."""

    def __init__(self, line, end):
        self.line, self.end, self.ring, self.backup = line, end, Ring(), SimpleNamespace(made_at=line.clock())
        self.notices = Notices(end.board, self.ring, lambda *_when: PRINTS[end.party], 30, lambda _session: self.backup)
        self.tell = Tell(end.db, self.notices, line.clock)

    def go(self, span, step=15 * MINUTE):
        """Let time pass with the daemon running."""
        until = self.line.clock() + span
        while self.line.clock() < until:
            self.line.clock.go(step)
            assert self.tell() == 0

    def warned(self):
        """Read what was told, as code, about whom, in order."""
        with self.end.db.reading() as session:
            rows = session.exec(select(EntryRow).where(EntryRow.action == Action.WARN).order_by(EntryRow.seq))
            return [(row.outcome, row.about) for row in rows if row.outcome not in {"KEY_UNREADABLE", "NOT_VERIFIED"}]

    def standing(self):
        with self.end.db.reading() as session:
            found = self.notices.now(session, self.line.clock())
        return {(one.code, one.about): one for one in found if one.code not in {"KEY_UNREADABLE", "NOT_VERIFIED"}}


@pytest.fixture
def teller(line):
    return Teller(line, line.region)


def test_nobody_is_told_anything_while_all_is_well(line, teller):
    teller.go(2 * HOUR)
    line.night()
    teller.go(4 * HOUR)
    assert teller.warned() == []


def test_silence_beyond_the_limit_is_told_once_with_the_phone(teller, caplog):
    """D12."""
    teller.go(3 * DAY, HOUR)
    assert sorted(teller.warned()) == [(Reason.SILENT, FAVRSKOV), (Reason.SILENT, RANDERS)]
    notice = teller.standing()[Reason.SILENT, RANDERS]
    assert (notice.grade, notice.phone) == (Grade.RED, "+45 89 15 00 00")
    assert "+45 89 15 00 00" in words.notice(notice)
    told = [record.getMessage() for record in caplog.records if record.name == "stafet.notices"]
    assert any(f"SILENT {RANDERS}" in one for one in told)
    assert not any("89 15" in one or "Randers" in one for one in told)


def test_the_municipality_is_told_of_the_region_s_silence(line):
    teller = Teller(line, line.randers)
    teller.go(3 * DAY, HOUR)
    assert teller.warned() == [(Reason.SILENT, REGION)]
    assert words.notice(teller.standing()[Reason.SILENT, REGION]).startswith("Præhospitalet: ")


def test_who_was_heard_again_and_falls_silent_again_is_told_of_again(line, teller):
    teller.go(3 * DAY, HOUR)
    line.region.heartbeats.test(RANDERS, line.region.admin)
    line.carry()
    teller.go(HOUR)
    assert [row.about for row in line.region.rows(ToldRow) if row.what == Reason.SILENT] == [FAVRSKOV]
    teller.go(3 * DAY, HOUR)
    assert sorted(teller.warned()) == [(Reason.SILENT, FAVRSKOV), (Reason.SILENT, RANDERS), (Reason.SILENT, RANDERS)]


@pytest.mark.parametrize("leap", [400 * DAY, -400 * DAY, 7 * DAY, LONGEST_BREAK + MINUTE])
def test_a_clock_that_leaps_or_a_site_that_was_off_tells_nobody_of_silence(line, teller, leap):
    line.night()
    teller.go(2 * HOUR)
    line.clock.go(leap)
    teller.go(2 * HOUR)
    assert Reason.SILENT not in {code for code, _about in teller.warned()}


def test_a_clock_that_leapt_far_and_is_mended_within_the_hour_has_told_nobody_of_anything(line, teller):
    teller.ring.ends_at = line.clock() + 300 * DAY
    line.night()
    teller.go(2 * HOUR)
    line.clock.go(400 * DAY)
    teller.go(30 * MINUTE)
    line.clock.go(-400 * DAY)
    teller.go(2 * HOUR)
    assert teller.warned() == []


def test_a_daemon_that_starts_anew_every_half_hour_does_not_hide_silence(teller):
    teller.go(3 * DAY, 30 * MINUTE)
    assert (Reason.SILENT, RANDERS) in teller.warned()


def test_our_own_key_s_end_is_told_at_sixty_thirty_fourteen_and_three_days(line, teller):
    teller.ring.ends_at = line.clock() + 70 * DAY
    told = {}
    for day in range(75):
        line.night()
        teller.go(90 * MINUTE, 45 * MINUTE)
        teller.backup.made_at = line.clock()
        for number, (code, _about) in enumerate(teller.warned()):
            told.setdefault((number, code), day)
        line.clock.go(-90 * MINUTE)
        if day > 72:
            break
    codes = [code for _number, code in told if code.startswith("OWN_KEY")]
    assert codes == [OWN_KEY_ENDS] * 4 + [OWN_KEY_ENDED]


def test_a_key_that_is_not_in_the_ring_is_the_doctor_s_to_tell(teller):
    teller.ring.ends_at = "gone"
    assert teller.standing() == {}


def test_an_old_backup_and_none_at_all_are_told(line, teller):
    teller.backup.made_at = line.clock() - 31 * DAY
    assert (BACKUP_OLD, "") in teller.standing()
    teller.backup = None
    assert (BACKUP_NEVER, "") in teller.standing()


def test_a_drill_a_change_and_a_straggler_are_told(line, teller):
    now = line.clock()
    with line.region.db.session() as session:
        session.add(
            ChangeRow(id="c", party=FAVRSKOV, valid_from=now - 2 * DAY, proposed_by="p", proposed_at=now - 5 * DAY)
        )
        old, new = PRINTS[REGION], PRINTS[REGION].replace("AB", "BA")
        session.add(OwnKeyRow(fingerprint=old, made_at=now - 700 * DAY, ends_at=now + 2 * DAY))
        session.add(OwnKeyRow(fingerprint=new, made_at=now - 28 * DAY, replaces=old))
    line.region.drills.ask(RANDERS, line.region.admin)
    line.clock.go(timedelta(days=8))
    standing = teller.standing()
    assert {(Reason.CHANGE_LATE, FAVRSKOV), (Reason.DRILL_UNANSWERED, RANDERS)} <= set(standing)
    assert standing[Reason.OWN_KEY_PENDING, RANDERS].grade is Grade.RED
    assert all(words.notice(one) and words.notice_advice(one) for one in standing.values())


def test_the_worst_is_told_first(line, teller):
    teller.backup = None
    teller.go(3 * DAY, HOUR)
    with line.region.db.reading() as session:
        grades = [one.grade for one in teller.notices.now(session, line.clock())]
    assert grades == sorted(grades, key=list(Grade).index)


def test_nothing_that_is_told_names_anybody(teller):
    """The trail and the table hold codes alone."""
    teller.go(3 * DAY, HOUR)
    for row in teller.end.rows(ToldRow):
        assert row.about in {"", RANDERS, FAVRSKOV}
