"""The unit's ordinary mailbox is told that something waits, and never what; by day, once, until somebody acts (E13)."""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise

import pytest
from mail_servers import HERE, Certificates, Server
from sqlmodel import select

from directory.calendar import COPENHAGEN, is_working_day, local_day
from directory.hours import OpeningHours
from gateway.adapters.notify import NotifyByRelay
from gateway.adapters.smtp_out import SmtpRelay
from gateway.audit.rows import EntryRow
from gateway.mailbox import last
from gateway.mailbox.last import TROUBLE_AFTER, Whose, last_sent, trouble, waiting
from gateway.mailbox.mail import Route
from gateway.mailbox.rows import MailRow, ToldMailboxRow
from gateway.mailbox.tell import TellMailbox
from gateway.site.settings import CaseworkSettings, RelaySettings
from inbox_tui.casework.due import Why
from inbox_tui.mailbox import ARRIVED, DAILY, Waiting
from tests.inbox_site import ANNE, HANS, HOME_CARE, SOCIAL, InboxSite, arrived, referral

SUBJECTS = {"Ny henvendelse i Stafet": "new", "Påmindelse fra Stafet": "reminder"}
ROUTE = Route("sikkerpost@randers.example", "socialmodtagelsen@randers.example")
MINUTES = timedelta(minutes=30)


class Killed(BaseException):
    """The daemon is killed."""


def moment(day, clock="08:00"):
    """Read a date in 2026 or 2027 and a time, as they are in Denmark."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=COPENHAGEN).astimezone(UTC)


@dataclass
class Office:
    """A unit's inbox, the daemon's chore, and the mailbox it tells."""

    site: InboxSite
    now: datetime
    mails: list[tuple[datetime, str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    trouble: str | type[BaseException] = ""
    die_after_sending: bool = False
    hours: str = ""

    def notify(self, content, sender, recipient):
        assert (sender, recipient) == (ROUTE.sender, ROUTE.recipient)
        if self.trouble:
            return self.trouble
        self.raw.append(content)
        subject = message_from_bytes(content, policy=policy.default)["Subject"]
        self.mails.append((self.now, SUBJECTS[subject]))
        if self.die_after_sending:
            raise Killed
        return ""

    def tell(self, notify=None):
        chore = TellMailbox(
            sessions=self.site.db,
            whose=Whose.UNIT,
            look=Waiting(self.site.vault, CaseworkSettings().remind_days),
            route=lambda: ROUTE,
            hours=lambda: OpeningHours.parse(self.hours),
            notify=notify or self.notify,
            clock=lambda: self.now,
            rules=lambda: self.now,
        )
        assert chore() == 0, "nothing is queued by it"

    def arrive(self, number="2026-0001", key="R02"):
        return self.site.receive(arrived(referral(key), number, at=self.now))

    def go(self, until, step=MINUTES):
        """Let time pass with the daemon running; gives the mails of that time."""
        before = len(self.mails)
        while self.now < until:
            self.now += step
            self.tell()
        return [(at.astimezone(COPENHAGEN).strftime("%a %H:%M"), kind) for at, kind in self.mails[before:]]

    def rows(self, table):
        with self.site.db.reading() as session:
            return list(session.exec(select(table)))


@pytest.fixture
def office(site):
    """Monday morning, 16 November 2026."""
    return Office(site, moment("2026-11-16", "09:00"))


def test_an_arrival_is_told_at_once_in_hours_and_once(office):
    office.arrive()
    assert office.go(moment("2026-11-16", "14:30")) == [("Mon 09:30", "new")]


def test_what_comes_in_the_night_is_received_silently_and_told_when_the_office_opens(office):
    """E16, R17: at 2.50 in the night before Saturday."""
    office.now = moment("2026-11-21", "02:50")
    office.arrive(key="R17")
    assert office.go(moment("2026-11-23", "12:00"), timedelta(minutes=10)) == [("Mon 08:00", "new")]


def test_several_are_told_in_one_mail_and_a_new_one_comes_before_a_reminder(office):
    first = office.arrive()
    office.go(moment("2026-11-16", "15:30"))
    office.site.store.open(first, ANNE, office.now)
    for number in ("2026-0002", "2026-0003"):
        office.arrive(number)
    assert office.go(moment("2026-11-17", "14:30")) == [("Tue 08:00", "new")]


@pytest.mark.parametrize("act", ["open", "acknowledge"])
def test_who_has_opened_it_before_the_mail_leaves_has_stopped_it(office, act):
    office.now = moment("2026-11-16", "06:00")
    case_id = office.arrive()
    getattr(office.site.store, act)(case_id, ANNE, office.now)
    assert office.go(moment("2026-11-16", "20:00")) == []


def test_the_unit_s_own_hours_count_and_no_saturday(office):
    office.hours = "man-tor 10-12, fre 9-10, lør 10-14"
    office.now = moment("2026-11-20", "10:30")
    office.arrive()
    assert office.go(moment("2026-11-23", "13:00")) == [("Mon 10:00", "new")]


def test_nobody_acknowledging_is_told_each_working_day_until_somebody_does(office):
    case_id = office.arrive()
    office.site.store.open(case_id, ANNE, office.now)
    assert office.go(moment("2026-11-19", "09:00")) == [(f"{day} 08:00", "reminder") for day in ("Tue", "Wed", "Thu")]
    office.site.store.acknowledge(case_id, ANNE, office.now)
    office.site.acts.assess(case_id, acute=False, why="Kan vente.", person=ANNE, now=office.now)
    assert office.go(moment("2026-11-20", "20:00")) == []


def test_what_a_department_leaves_lying_is_told_once_and_again_when_the_next_does_so_too(office):
    store = office.site.store
    case_id = office.arrive()
    office.site.acts.assess(case_id, acute=False, why="Kan vente.", person=ANNE, now=office.now)
    store.acknowledge(case_id, ANNE, office.now)
    store.forward(case_id, HOME_CARE, ANNE, "", office.now)
    assert office.go(moment("2026-11-18", "09:00")) == [("Tue 08:00", "reminder")]
    store.send_back(case_id, "Ikke hos os.", HANS, office.now)
    assert office.go(moment("2026-11-18", "12:00")) == [("Wed 09:30", "reminder")]
    store.forward(case_id, SOCIAL, ANNE, "", office.now)
    assert office.go(moment("2026-11-20", "12:00")) == [("Thu 08:00", "reminder")]


def test_over_christmas_each_reminder_comes_on_working_days_alone_once_a_day_and_stops_when_acted_on(office):
    """E13, S18: clock-driven, from a Monday before Christmas to the second week of January, each half hour."""
    office.now, store, acts = moment("2026-12-21", "16:00"), office.site.store, office.site.acts
    left, acute, slow = (office.arrive(f"2026-000{n}") for n in (1, 2, 3))
    for case_id in (acute, slow):
        store.acknowledge(case_id, ANNE, office.now)
    acts.assess(slow, acute=False, why="Kan vente.", person=ANNE, now=office.now)
    acts.assess(acute, acute=True, why="Mangler mad.", person=ANNE, now=office.now)
    assert office.go(moment("2026-12-22", "20:00")) == [("Tue 08:00", "new")], "the acute one's last day too"
    expected = [f"{day} 08:00" for day in ("Wed", "Mon", "Tue", "Wed", "Mon", "Tue")]
    assert office.go(moment("2027-01-05", "20:00")) == [(day, "reminder") for day in expected]
    told = Counter(row.what for row in office.rows(ToldMailboxRow))
    assert told == {ARRIVED: 1, Why.NOBODY: 1, Why.ACUTE: 1, Why.OVERDUE: 3, Why.NOT_ASSESSED: 1}
    store.acknowledge(left, ANNE, office.now)
    acts.assess(left, acute=False, why="Ringede selv.", person=ANNE, now=office.now)
    for case_id in (left, acute, slow):
        acts.close(case_id, ["not-now"], "Borgeren takkede nej.", ANNE, office.now)
    assert office.go(moment("2027-01-13", "20:00")) == []
    assert office.rows(ToldMailboxRow) == []
    assert all(is_working_day(local_day(at)) for at, _kind in office.mails)


def test_killed_after_sending_and_before_noting_it_tells_again_under_the_same_id(office):
    """Twice is better than never."""
    office.arrive()
    office.die_after_sending = True
    with pytest.raises(Killed):
        office.tell()
    assert office.rows(ToldMailboxRow) == []
    office.die_after_sending = False
    office.go(office.now + timedelta(hours=2))
    first, second = (message_from_bytes(raw, policy=policy.default)["Message-ID"] for raw in office.raw)
    assert first == second


def test_killed_before_sending_it_is_sent_at_the_next_start(office):
    office.arrive()

    def killed(*_mail):
        raise Killed

    with pytest.raises(Killed):
        office.tell(killed)
    assert office.go(office.now + timedelta(hours=2)) == [("Mon 09:30", "new")]


def test_a_relay_that_is_down_is_tried_again_more_and_more_seldom_within_hours(office):
    office.arrive()
    tried = []

    def down(*_mail):
        tried.append(office.now)
        return "RELAY_NOT_REACHED"

    while office.now < moment("2026-11-17", "07:30"):
        office.now += timedelta(minutes=5)
        office.tell(down)
    waits = [(later - one) // timedelta(minutes=1) for one, later in pairwise(tried)]
    assert waits[:4] == [5, 10, 20, 40]
    assert set(waits[4:]) == {60}
    assert tried[-1].astimezone(COPENHAGEN).hour < 15
    assert office.go(moment("2026-11-17", "10:00")) == [("Tue 08:00", "new")]


def test_a_clock_that_went_back_does_not_hold_a_mail_up(office):
    office.arrive()
    office.trouble = "RELAY_NOT_REACHED"
    office.now = moment("2026-11-18", "09:00")
    office.tell()
    office.trouble, office.now = "", moment("2026-11-16", "10:00")
    office.tell()
    assert len(office.mails) == 1


def test_a_mail_that_did_not_get_through_is_given_up_when_somebody_has_acted(office):
    case_id = office.arrive()
    office.trouble = "SMTP_550"
    office.go(moment("2026-11-16", "11:00"))
    assert [row.reason for row in office.rows(MailRow)] == ["SMTP_550"]
    office.site.store.acknowledge(case_id, ANNE, office.now)
    office.trouble = ""
    assert office.go(moment("2026-11-16", "14:00")) == []
    assert office.rows(MailRow) == []


def test_a_mail_that_has_failed_for_a_day_or_came_back_is_trouble_until_one_gets_through(office):
    office.arrive()
    office.trouble = "SMTP_550"
    office.go(moment("2026-11-16", "11:00"))
    with office.site.db.reading() as session:
        made = waiting(session, Whose.UNIT).made_at
        assert trouble(session, office.now, Whose.UNIT) is None
        assert trouble(session, made + TROUBLE_AFTER, Whose.UNIT).reason == "SMTP_550"
    office.trouble = ""
    office.go(moment("2026-11-16", "12:00"))
    with office.site.db.session() as session:
        assert trouble(session, office.now + TROUBLE_AFTER, Whose.UNIT) is None
        sent = last_sent(session, Whose.UNIT)
        assert not last.came_back(session, ["5f0c1a34-9d1e-4b7a-8a55-0c9f5d6e7b80"], "5.1.1")
        assert last.came_back(session, ["x", sent.id], "5.1.1")
        assert trouble(session, office.now, Whose.UNIT).reason == "CAME_BACK_5.1.1"
    assert office.go(moment("2026-11-17", "09:00")) == [("Tue 08:00", "reminder")]
    with office.site.db.reading() as session:
        assert trouble(session, office.now + TROUBLE_AFTER, Whose.UNIT) is None
    assert len(office.rows(MailRow)) == 1, "the last one only"


def test_two_mails_about_two_citizens_differ_in_their_time_and_id_alone(office):
    office.arrive("2026-0001", "R02")
    office.tell()
    office.now += timedelta(hours=1)
    office.arrive("2026-0002", "R17")
    office.tell()
    one, other = (
        [part for part in raw.split(b"\r\n") if not part.startswith((b"Date: ", b"Message-ID: "))] for raw in office.raw
    )
    assert one == other
    assert office.raw[0] != office.raw[1]


def test_each_mail_is_one_entry_that_names_nobody(office):
    office.arrive()
    office.tell()
    told = [row for row in office.rows(EntryRow) if row.action == "tell-mailbox"]
    assert [(row.person_id, row.about, row.detail) for row in told] == [("daemon", "", '{"matter": "arrived"}')]


def test_what_is_told_daily_is_what_a_citizen_waits_for():
    assert {Why.ACUTE, Why.OVERDUE, Why.NOBODY} == DAILY


def test_every_case_is_looked_at_and_no_name_is_opened_for_it(office, monkeypatch):
    monkeypatch.setattr("inbox_tui.locked.Locked.line", lambda *_row: pytest.fail("a name was opened"))
    cases = [office.arrive(f"2026-000{n}") for n in range(1, 6)]
    office.tell()
    assert {row.about for row in office.rows(ToldMailboxRow)} == set(cases)


@dataclass
class Loop:
    """A mail server in a thread of its own, as one is elsewhere."""

    server: Server
    ready: threading.Event = field(default_factory=threading.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self):
        async def serve():
            self.loop = asyncio.get_running_loop()
            async with self.server.running():
                self.ready.set()
                await self.over.wait()

        asyncio.run(serve())

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.ready.wait(10)
        return self.server

    def __exit__(self, *_how):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(10)


def test_it_crosses_to_a_real_mail_server_over_tls_and_never_without(office, tmp_path):
    certificates = Certificates(tmp_path)
    office.arrive()
    with Loop(Server(tls=None)) as bare:
        relay = SmtpRelay(RelaySettings(host=HERE, port=bare.port, ca_file=certificates.ca_file))
        office.tell(NotifyByRelay(relay))
        assert bare.mail == []
        assert [row.reason for row in office.rows(MailRow)] == ["TLS_NOT_OFFERED"]
    office.now += timedelta(minutes=10)
    with Loop(Server(tls=certificates.context())) as server:
        relay = SmtpRelay(replace_port(relay.settings, server.port))
        office.tell(NotifyByRelay(relay))
    assert [row.state for row in office.rows(MailRow)] == ["sent"]
    mail = message_from_bytes(server.mail[0], policy=policy.default)
    assert mail["Subject"] == "Ny henvendelse i Stafet"
    assert "2026-0001" not in server.mail[0].decode()
    assert [line.partition(" ")[2].split(" ")[0] for line in server.told if line.startswith(("MAIL", "RCPT"))] == [
        f"FROM:<{ROUTE.sender}>",
        f"TO:<{ROUTE.recipient}>",
    ]


def replace_port(settings, port):
    return settings.model_copy(update={"port": port})


def test_a_relay_that_hangs_is_left_alone_after_a_while(monkeypatch):
    class Hangs:
        async def send(self, *_mail):
            await asyncio.Event().wait()

    monkeypatch.setattr("gateway.adapters.notify.SECONDS", 0.01)
    assert NotifyByRelay(Hangs())(b"", "a@b.example", "c@d.example") == "RELAY_SILENT"
