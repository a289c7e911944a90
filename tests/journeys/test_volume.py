"""Small as the volume is, nobody waits: twenty thousand referrals held, a hundred and fifty in one hour (H1, H2)."""

import asyncio
import dataclasses
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from effort import effort, settle
from referring_site import Desk, at
from sqlmodel import insert, select
from year_town import open_town

from directory.calendar import local_day, target_date
from directory.municipalities import in_agreement
from gateway import bootstrap as region_end
from gateway.exchange import outbox
from gateway.exchange.deliver import Deliver
from gateway.exchange.delivery import State
from gateway.exchange.rows import OutgoingRow, StepRow
from gateway.referring.dossier import content_place
from gateway.referring.example import example
from gateway.referring.past import cpr_index, phone_index
from gateway.referring.recognise import Recognise
from gateway.referring.rows import ReferralRow
from inbox_tui.casework.case import CaseState
from inbox_tui.casework.intake import case_from
from inbox_tui.casework.reader import Reader
from inbox_tui.casework.view import View
from inbox_tui.locked import Locked
from inbox_tui.search import MOST
from inbox_tui.tables import CaseRow, ContentRow
from tests.inbox_site import ANNE, NOW, SARA, InboxSite, arrived, referral

MANY = 20_000
LITTLE = 60
"""Thousand instructions of SQLite: many look-ups by an index, and no walk through all rows."""

ALL_ROWS = 1000
"""Thousand instructions: once through the rows, or half of them, without opening what they hold."""

IN_AN_HOUR = 150
"""Ten times the social calls of a whole day, handed in within one hour."""


def facts(row):
    """Take a row apart for a bulk insert."""
    return {name: getattr(row, name) for name in type(row).model_fields}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Twenty thousand referrals of some years at the region, each of its own citizen, the last few not taken yet."""
    made = Desk(tmp_path_factory.mktemp("region"))
    number = made.refer()
    first, letter = made.row(number), next(iter(made.rows(OutgoingRow)))
    content = made.vault.open(first.locked, content_place(first))
    with made.db.session() as session:
        for table, rows in copies(made, facts(first), facts(letter), content):
            session.execute(insert(table), rows)
    settle(made.db)
    return made


def copies(made, first, letter, content):
    referrals, letters, steps = [], [], []
    for place in range(MANY):
        sent_at, letter_id = made.clock() - timedelta(hours=2 * place + 1), str(uuid.uuid4())
        named = {"letter_id": letter_id, "conversation_id": str(uuid.uuid4()), "number": f"2020-{place:05}"}
        row = ReferralRow(
            **first | named | {"submitted_at": sent_at, "first_sent_at": sent_at, "citizen_id": letter_id}
        )
        row.locked = made.vault.lock(content, content_place(row))
        row.cpr_index, row.phone_index = cpr_index(made.vault, cpr(place)), phone_index(made.vault, phone(place))
        row.acknowledged_at = sent_at if place > 5 else None
        referrals.append(facts(row))
        letters.append(letter | named | {"posted_at": sent_at, "state": State.RECEIVED, "next_at": None})
        steps.append({"letter_id": letter_id, "state": State.RECEIVED, "reason": "", "at": sent_at})
    return (ReferralRow, referrals), (OutgoingRow, letters), (StepRow, steps)


def cpr(place):
    return f"{place % 28 + 1:02}{place // 28 % 12 + 1:02}{60 + place // 336 % 30}-{5000 + place // 10_080}"


def phone(place):
    return f"+45 95 {place // 10_000:02} {place // 100 % 100:02} {place % 100:02}"


@pytest.mark.parametrize("asked", [cpr(12_345), phone(12_345), "2020-12345"], ids=["cpr", "phone", "number"])
def test_has_the_municipality_got_it_is_answered_at_once_among_twenty_thousand(asked, desk):
    """H2, L6."""

    with effort(desk.db) as spent, desk.follow() as follow:
        (found,) = follow.about(asked)

    assert found.number == "2020-12345"
    assert spent.thousands < LITTLE


def test_the_list_of_what_is_waited_for_is_there_at_once_among_twenty_thousand(desk):
    """H2, L3."""

    for looked_at, found in ((desk.look.active, 7), (desk.duty.due, 0), (desk.look.finished, 50)):
        with effort(desk.db) as spent:
            assert len(looked_at(desk.person)) == found
        assert spent.thousands < LITTLE


def test_what_is_due_to_leave_is_claimed_at_once_among_twenty_thousand(desk):
    with desk.db.session() as session:
        row = session.exec(select(OutgoingRow).limit(1)).one()
        row.next_at, row.state = desk.clock(), State.QUEUED
        letter_id = row.letter_id

    with effort(desk.db) as spent, desk.db.session() as session:
        assert outbox.claim(session, desk.clock(), 4) == (letter_id,)
    assert spent.thousands < LITTLE

    with desk.db.session() as session:
        row = session.get_one(OutgoingRow, letter_id)
        row.next_at, row.state, row.claimed_until = None, State.RECEIVED, None


def test_a_citizen_is_recognised_at_once_among_twenty_thousand(desk):
    """H2, F1."""
    recognise = Recognise(desk.db, desk.vault, desk.clock)

    with effort(desk.db) as spent:
        (seen,) = recognise(cpr(7), None, desk.person, set())

    assert seen.number == "2020-00007"
    assert spent.thousands < LITTLE


def test_a_daemon_with_nothing_to_send_walks_through_none_of_the_twenty_thousand(desk):
    nobody: Any = None
    deliver = Deliver(desk.db, nobody, nobody, desk.vault, nobody, desk.clock)
    with asyncio.Runner() as rounds:
        rounds.run(deliver())

        with effort(desk.db) as spent:
            assert rounds.run(deliver()) == 0

    assert spent.thousands < LITTLE


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    """Twenty thousand cases of one municipality."""
    site = InboxSite(tmp_path_factory.mktemp("inbox") / "inbox.db")
    case, locked = case_from(arrived(referral("R02"))), Locked(site.vault)
    rows, contents = [], []
    for place in range(MANY):
        came = NOW - timedelta(hours=2 * place)
        one = dataclasses.replace(
            case,
            id=str(uuid.uuid4()),
            letter_id=str(uuid.uuid4()),
            number=f"2020-{place:05}",
            received_at=came,
            target_date=target_date(came) if place < 500 else NOW.date(),
            state=CaseState.NEW if place < 30 else CaseState.CLOSED,
        )
        rows.append(facts(locked.row(one)))
        contents.append(facts(locked.content(one)))
    with site.db.session() as session:
        session.execute(insert(CaseRow), rows)
        session.execute(insert(ContentRow), contents)
    settle(site.db)
    yield site
    site.db.close()


@pytest.mark.parametrize("offset", [0, MANY // 2, MANY - 50])
def test_a_page_of_the_list_is_there_at_once_among_twenty_thousand(offset, inbox):
    """H2: anywhere in the list."""
    today = local_day(NOW)

    with effort(inbox.db) as spent:
        assert len(inbox.page(offset, 50, today)) == 50

    assert spent.thousands < ALL_ROWS


def test_a_case_is_found_at_once_among_twenty_thousand(inbox):
    """H2."""
    with effort(inbox.db) as spent:
        assert inbox.store.find("2020-12345", ANNE, NOW).number == "2020-12345"
    assert spent.thousands < LITTLE

    with effort(inbox.db) as spent:
        inbox.tally(local_day(NOW))
    assert spent.thousands < ALL_ROWS


def test_what_is_open_is_listed_and_a_name_found_at_once_among_twenty_thousand(inbox):
    """H2, E10."""
    today = local_day(NOW)
    with effort(inbox.db) as spent, inbox.store.looking(ANNE, NOW) as cases:
        assert (cases.count(today, View()), len(cases.page(0, 99, today, View()))) == (30, 30)
        assert 0 < cases.reminders(Reader(today)) < 30
    assert spent.thousands < LITTLE

    with effort(inbox.db) as spent:
        assert len(inbox.store.search("testdal kar", ANNE, NOW).ids) == MOST
    assert spent.thousands < ALL_ROWS


def test_a_hundred_and_fifty_referrals_in_an_hour_are_all_received():
    """H1, B10: none is lost, none doubled, and each is queued before the mail has moved."""
    codes = [one.code for one in in_agreement()]
    with open_town({}, at("2026-12-01 09:00")) as town:
        for code in codes:
            town.introduce(code)
        submit, sent = region_end.submit(town.region.station), {}
        for place in range(IN_AN_HOUR):
            code = codes[place % len(codes)]
            content = example(code, town.clock()) | {"reference": f"ref-{place}"}
            submitted = submit(content, town.region.person)
            sent[submitted.number] = code
            town.clock.go(timedelta(seconds=24))
        town.exchange()

        assert len(sent) == IN_AN_HOUR
        there = Counter()
        for code in codes:
            lines = town.ends[code].page(IN_AN_HOUR)
            assert {line.number for line in lines} == {number for number, to in sent.items() if to == code}
            there[code] = len(lines)
        assert there.total() == IN_AN_HOUR
        with town.region.station.database.reading() as session:
            states = Counter(one.state for one in region_end.follow(town.region.station, session).active())
        assert states == {"received": IN_AN_HOUR}


def test_a_glance_every_two_seconds_costs_next_to_nothing_among_twenty_thousand(inbox):
    """H2: for those who receive, and for a department."""
    for person in (ANNE, SARA):
        with effort(inbox.db) as spent, inbox.store.looking(person, NOW) as cases:
            cases.revision()
        assert spent.thousands < LITTLE
        with effort(inbox.db) as spent, inbox.store.looking(person, NOW) as cases:
            cases.held_up(NOW)
        assert spent.thousands < LITTLE
