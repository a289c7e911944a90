"""The one mail that leaves without a seal: fixed words to the byte, by one way out; what comes back ends quietly."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import reports
import sites
from reports import CAME_BACK
from sqlmodel import select

from directory.hours import OpeningHours
from gateway import bootstrap, language, upkeep
from gateway.doctor import mailbox
from gateway.exchange.arrivals import Store
from gateway.exchange.bounces import MACHINE, MAILBOX
from gateway.exchange.rows import ArrivalRow
from gateway.liveness import words
from gateway.liveness.notices import MAILBOX_FAILS, Notice, Tell
from gateway.liveness.rows import ToldRow
from gateway.mailbox.last import MailState, Whose
from gateway.mailbox.mail import SAID, Matter, Route, compose
from gateway.mailbox.rows import MailRow, ToldMailboxRow
from gateway.mailbox.tell import TellMailbox
from gateway.site.settings import MailboxSettings
from gateway.wire.bounce import is_automatic
from inbox_tui import bootstrap as inbox

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/letters/mailbox.eml"
MAIL_ID = "5a1c1a52-3c5f-4a34-8a52-2b1d6b0a9c11"
AT = datetime(2026, 11, 23, 7, 0, 9, tzinfo=UTC)
ROUTE = Route("sikkerpost@randers.example", "socialmodtagelsen@randers.example")
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}


def test_the_mail_is_the_golden_one_to_the_byte():
    golden = GOLDEN.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert compose(Matter.ARRIVED, ROUTE, MAIL_ID, AT) == golden


@pytest.mark.parametrize("matter", Matter)
def test_any_client_reads_it_and_no_machine_answers_it(matter):
    """RFC 3834: auto-generated; RFC 5322 lines; no word about who, how many or where."""
    raw = compose(matter, ROUTE, MAIL_ID, AT)
    mail = message_from_bytes(raw, policy=policy.default)
    text = mail.get_content()
    assert set(mail.keys()) == HEADERS
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert "kan ikke besvares" in text
    assert not any(sign in text for sign in ("http", "www", "@", "1", "2", "0"))
    assert is_automatic(raw), "were it to come to our own door, it would end there"


@pytest.mark.parametrize("matter", Matter)
def test_it_is_danish_whatever_the_screen_speaks(matter, monkeypatch):
    raw = compose(matter, ROUTE, MAIL_ID, AT)
    monkeypatch.setattr(language, "_in_use", "en")
    assert compose(matter, ROUTE, MAIL_ID, AT) == raw
    assert SAID[matter][0].encode() not in raw


def test_nothing_else_goes_to_the_relay_than_sealed_letters_and_this():
    """The two places that hand bytes to a relay; the second is handed what `compose` wrote, which takes no content."""
    assert naming("relay.send(") == {"gateway/exchange/deliver.py", "gateway/adapters/notify.py"}
    assert naming("NotifyByRelay(") == {"gateway/station.py"}
    assert naming("station.notify()") == {"gateway/upkeep.py", "gateway/commands/mailbox.py"}
    assert naming("SmtpRelay(") == {"gateway/station.py"}
    assert set(compose.__annotations__) == {"matter", "route", "mail_id", "at", "return"}


def naming(call):
    """Name the modules in which a call stands; the demo has a mail server of its own."""
    found = (path for package in ("gateway", "inbox_tui") for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix() for path in found if call in path.read_text("utf-8")} - {
        "inbox_tui/demo/post_office.py"
    }


# What comes back


def keep(site, **more):
    facts = {"id": MAIL_ID, "whose": Whose.UNIT, "kind": Matter.ARRIVED, "state": MailState.SENT}
    with site.database.session() as session:
        session.add(MailRow(**{**facts, "made_at": site.clock(), "sent_at": site.clock(), **more}))


def comes(site, raw):
    arrival = Store(site.database, site.station.vault, site.clock, site.clock)(raw, from_nobody=True)
    outcome = site.receive(arrival)
    with site.database.reading() as session:
        return outcome, session.get_one(ArrivalRow, arrival).reason


@pytest.mark.parametrize("how", ["by the book", "exchange", "the envelope id alone"])
def test_a_report_that_it_came_back_is_kept_apart_quietly_and_those_who_keep_the_site_are_told(randers, how):
    keep(randers)
    assert comes(randers, CAME_BACK[how][0](MAIL_ID)) == ("bounce", MAILBOX)
    (row,) = randers.rows(MailRow)
    assert row.state == "bounced"
    assert row.reason.startswith("CAME_BACK")
    with randers.database.reading() as session:
        assert MAILBOX_FAILS in {one.code for one in upkeep.notices(randers.station).now(session, randers.clock())}


def test_an_administrators_mailbox_that_is_gone_is_not_written_to_about_itself_again_and_again(randers):
    keep(randers, whose=Whose.KEEPERS, kind=Matter.UPKEEP)
    comes(randers, reports.by_the_book(MAIL_ID))
    with randers.database.reading() as session:
        assert MAILBOX_FAILS not in {one.code for one in upkeep.notices(randers.station).now(session, randers.clock())}
        (found,) = mailbox.examine(with_mailbox(randers, MailboxSettings(address=IT_S), ""), session, randers.clock())
    assert (found.code, found.told["reason"]) == ("MAILBOX_FAILS", "CAME_BACK_5.1.1")


def test_a_vacation_notice_about_it_ends_quietly(randers):
    keep(randers)
    assert comes(randers, reports.vacation(MAIL_ID)) == ("automatic", MACHINE)
    assert [row.state for row in randers.rows(MailRow)] == ["sent"]


def test_a_mailbox_that_fails_is_a_red_notice_in_words():
    assert "siden 23-11-2026" in words.notice(Notice(MAILBOX_FAILS, "", "", words.Grade.RED, {"since": AT}))
    assert "mailbox test" in words.notice_advice(Notice(MAILBOX_FAILS, "", "", words.Grade.RED, {"since": AT}))


# Those who keep the site


class Keepers:
    """The administrators' mailbox, and a line that comes to be silent."""

    def __init__(self, site):
        self.site, self.now, self.sent = site, datetime(2026, 12, 21, 7, 30, tzinfo=UTC), []
        self.standing = ()

    def stands(self, *notices):
        """Let these be what the line's own chore has found, with red or not."""
        with self.site.database.session() as session:
            for row in session.exec(select(ToldRow)):
                session.delete(row)
            session.flush()
            for code, red in notices:
                session.merge(ToldRow(what=code, about="region", step=0, told_at=self.now, red=red))

    def tell(self):
        chore = TellMailbox(
            sessions=self.site.database,
            whose=Whose.KEEPERS,
            look=upkeep._notices_told,
            route=lambda: ROUTE,
            hours=OpeningHours,
            notify=self.notify,
            clock=lambda: self.now,
            rules=lambda: self.now,
        )
        chore()

    def notify(self, content, _sender, _recipient):
        self.sent.append((self.now.day, message_from_bytes(content, policy=policy.default)["Subject"]))
        return ""

    def go(self, days):
        before = len(self.sent)
        for _hour in range(24 * days):
            self.tell()
            self.now += timedelta(hours=1)
        return self.sent[before:]


def test_a_red_line_is_told_once_each_working_day_while_it_is_red(randers):
    """S18: not at Christmas."""
    keepers, subject = Keepers(randers), "Stafet har brug for et tilsyn"
    assert keepers.go(1) == []
    keepers.stands(("SILENT", True))
    assert keepers.go(7) == [(day, subject) for day in (22, 23, 28)]
    keepers.stands()
    assert keepers.go(2) == []
    assert randers.rows(ToldMailboxRow) == []


def test_what_only_somebody_should_see_to_soon_is_told_once_and_again_if_it_is_back(randers):
    keepers = Keepers(randers)
    keepers.now = datetime(2027, 1, 11, 7, 30, tzinfo=UTC)
    keepers.stands(("BACKUP_OLD", False))
    assert len(keepers.go(3)) == 1
    keepers.stands(("BACKUP_OLD", False), ("KEY_ENDS", False))
    assert len(keepers.go(7)) == 1
    keepers.stands()
    assert keepers.go(2) == []
    keepers.stands(("BACKUP_OLD", False))
    assert len(keepers.go(3)) == 1


def test_the_line_s_chore_notes_how_bad_it_is_and_when_that_changes(randers):
    station, grades = randers.station, []

    class Found:
        def now(self, _session, _now):
            return (Notice("SILENT", "region", "", grades[-1]),)

    def tell():
        with randers.database.session() as session:
            Tell(randers.database, Found(), randers.clock)._tell(session, randers.clock())
        return [row.red for row in randers.rows(ToldRow)]

    for grade, red in ((words.Grade.AMBER, False), (words.Grade.RED, True), (words.Grade.AMBER, False)):
        grades.append(grade)
        assert tell() == [red]
    assert station.own.party == "730"


UNIT_S, IT_S = "indgang@randers.example", "it@randers.example"
CHOSEN = [
    (MailboxSettings(), {}),
    (MailboxSettings(address=UNIT_S), {"unit": UNIT_S, "keepers": UNIT_S}),
    (MailboxSettings(address=UNIT_S, admin_address=IT_S), {"unit": UNIT_S, "keepers": IT_S}),
    (MailboxSettings(admin_address=IT_S, sender="stafet@randers.example"), {"keepers": IT_S}),
]


def with_mailbox(site, chosen, hours):
    settings = site.station.settings
    unit = settings.unit.model_copy(update={"hours": hours})
    return sites.replace(site.station, settings=settings.model_copy(update={"mailbox": chosen, "unit": unit}))


@pytest.mark.parametrize(("chosen", "expected"), CHOSEN)
def test_either_end_s_daemon_tells_the_mailboxes_that_are_chosen_in_the_unit_s_hours(line, chosen, expected):
    hours = OpeningHours.parse("tir 9-11")
    station = with_mailbox(line.randers, chosen, "tir 9-11")
    told = {one.whose: one for one in inbox.chores(station) if isinstance(one, TellMailbox)}
    assert {whose: one.route().recipient for whose, one in told.items()} == expected
    assert {one.route().sender for one in told.values()} <= {chosen.sender or line.randers.address}
    assert all(one.hours() == hours for one in told.values())

    station = with_mailbox(line.region, chosen, "tir 9-11")
    found = [one for one in bootstrap.chores(station) if isinstance(one, TellMailbox)]
    assert [one.whose for one in found] == (["keepers"] if expected else [])


@pytest.mark.parametrize("name", ["address", "admin_address", "sender"])
def test_what_is_no_address_is_never_put_into_a_mail(name):
    with pytest.raises(ValueError, match="no mail address"):
        MailboxSettings(**{name: "a@b.example\r\nBcc: c@d.example"})
