"""Following a referral: status, times and whom to phone, found by number, CPR or phone; never municipal work."""

import json
from datetime import timedelta

import bodies
import pytest
from referring_site import FAVRSKOV, RANDERS, Desk, at
from sqlmodel import select

from gateway.commands import refer
from gateway.commands.refer import facts
from gateway.consents.errors import ConsentWithdrawn
from gateway.desk import referral_page
from gateway.exchange import outbox
from gateway.exchange.delivery import Course, State
from gateway.exchange.rows import OutgoingRow
from gateway.meetings.take import handlers
from gateway.referring.heard import TakeAcknowledgement, TakeNotOurs, TakeWithdrawal, take_closed
from gateway.referring.promise import CallOutcome
from gateway.referring.rows import ReferralRow
from gateway.wire.errors import LetterOutOfTurn, LetterUnreadable
from gateway.wire.letters import Kind, new_id
from gateway.wire.meeting import Attendance

BODIES = {
    Kind.ACKNOWLEDGEMENT: bodies.ACKNOWLEDGEMENT,
    Kind.NOT_OURS: bodies.NOT_OURS,
    Kind.CLOSED: bodies.CLOSED,
    Kind.WITHDRAWAL: bodies.WITHDRAWAL,
}
CPR, PHONE = "190668-7074", "+45 95 00 01 02"
LATER_CPR = "190668-4105"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def hear(desk, number, kind, body=None, **changes):
    """Let the region's handler take a letter over."""
    handlers = {
        Kind.ACKNOWLEDGEMENT: TakeAcknowledgement(desk.vault),
        Kind.NOT_OURS: TakeNotOurs(desk.vault),
        Kind.CLOSED: take_closed,
        Kind.WITHDRAWAL: TakeWithdrawal(desk.vault, desk.clock),
    }
    with desk.db.session() as session:
        handlers[kind](session, desk.arrived(number, kind, BODIES[kind] if body is None else body, **changes))


def about(desk, text):
    with desk.follow() as follow:
        return [progress.number for progress in follow.about(text)]


def listed(desk, which):
    with desk.follow() as follow:
        return [progress.number for progress in getattr(follow, which)()]


@pytest.mark.parametrize(
    "text",
    [
        *("190668-7074", "1906687074", " 190668 7074 ", "190668–7074"),
        *("+45 95 00 01 02", "95000102", "95 00 01 02", "0045 95000102"),
        "EKSEMPEL-1",
    ],
)
def test_a_referral_is_found_by_cpr_phone_and_reference_however_they_are_written(desk, text):
    """L6: «har kommunen fået det?» is answered while the citizen is on the line."""
    number = desk.refer()
    assert about(desk, text) == [number]
    assert about(desk, number) == [number]


@pytest.mark.parametrize(
    "text", ["", "  ", "190668", "2026-9999", "190668-7075", "95000103", "%", "'; --", "\x00", "ÆØÅ"]
)
def test_what_nobody_knows_finds_nothing(desk, text):
    desk.refer()
    assert about(desk, text) == []


def test_two_with_the_same_phone_are_both_found_the_newest_first(desk):
    first = desk.refer()
    desk.clock.go(timedelta(minutes=1))
    second = desk.refer(citizen={"cpr": None, "name": "Bo Testdal"})
    assert about(desk, PHONE) == [second, first]
    assert about(desk, CPR) == [first]


def test_a_cpr_number_that_came_later_is_found_too(desk):
    """G1, L6."""
    number = desk.refer(citizen={"cpr": None})
    assert about(desk, CPR) == []
    desk.correspond.supplement(number, {"cpr": CPR, "phone": "95 00 09 09"}, desk.person)
    assert about(desk, CPR) == [number]
    assert about(desk, "+45 95 00 09 09") == [number]


def test_a_phone_that_came_later_finds_the_referral_and_so_does_the_first_one(desk):
    """E22, L6: people have several numbers, and call from any of them."""
    number = desk.refer(citizen={"phone": "95 00 01 02"})
    desk.correspond.supplement(number, {"phone": "95 00 09 09"}, desk.person)
    assert about(desk, "95 00 01 02") == about(desk, "+45 95 00 09 09") == [number]


def test_a_replacement_number_that_two_places_may_have_issued_finds_nobody(desk):
    desk.refer(citizen={"cpr": "790668-7074"})
    assert about(desk, "790668-7074") == []


def test_after_a_person_has_taken_it_the_case_is_finished_here(desk):
    """L5: «afsluttet hos os»; who took it, in which unit, on which phone and when is what the desk can tell (L6)."""
    waiting, taken = desk.refer(), desk.refer()
    hear(desk, taken, Kind.ACKNOWLEDGEMENT)

    assert (listed(desk, "active"), listed(desk, "finished")) == ([waiting], [taken])
    told = desk.progress(taken)
    assert (told.state, told.active, told.due) == ("acknowledged", False, None)
    assert told.acknowledgement.acknowledged_by == "Birgit Prøvegaard"
    assert told.acknowledgement.phone == "+45 89 15 00 00"


def test_by_when_the_municipality_means_to_contact_the_citizen_is_shown_wherever_it_is_asked_for(desk):
    """E15: a date, and nothing of what comes of it; who says none is shown without."""
    promised, silent = desk.refer(), desk.refer()
    hear(desk, promised, Kind.ACKNOWLEDGEMENT, bodies.ACKNOWLEDGEMENT_WITH_DATE)
    hear(desk, silent, Kind.ACKNOWLEDGEMENT)
    told = [desk.progress(number) for number in (promised, silent)]

    assert [facts(one)["contact_by"] for one in told] == ["2026-11-27", None]
    assert ["27-11-2026" in " ".join(refer._lines(one)) for one in told] == [True, False]
    assert ["27-11" in str(referral_page.sections(one, desk.clock())) for one in told] == [True, False]


def test_not_our_citizen_comes_first_until_it_is_sent_anew(desk):
    """O7: the first answer stays on the first referral."""
    urgent, first = desk.refer(urgency_remark="Bør ses i dag."), desk.refer()
    hear(desk, first, Kind.NOT_OURS)
    assert listed(desk, "active") == [first, urgent]
    assert [desk.progress(number).anew for number in (first, urgent)] == [True, False]

    content = desk.correspond.content_for_anew(first, desk.person)
    assert content.citizen.name == "Karen Testdal"
    desk.clock.go(timedelta(hours=1))
    second = desk.refer(code=FAVRSKOV, anew_of=first)

    told = desk.progress(first)
    assert (told.state, told.active, told.anew, told.anew_number) == ("not-ours", False, False, second)
    assert told.answer.remark == "Flyttede i september."
    assert listed(desk, "finished") == [first]


MOMENTS = {
    Kind.ACKNOWLEDGEMENT: "acknowledged_at",
    Kind.NOT_OURS: "answered_at",
    Kind.CLOSED: "closed_at",
    Kind.WITHDRAWAL: "withdrawn_at",
}


@pytest.mark.parametrize("kind", MOMENTS)
@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("1900-01-01T00:00:00Z", "2026-11-24 12:00"),
        ("2026-11-24T11:30:00+01:00", "2026-11-24 11:30"),
        ("2200-12-31T23:59:59Z", "2026-11-24 12:00"),
    ],
)
def test_no_answer_counts_from_before_it_was_asked_for_or_from_after_it_came(desk, kind, said, counted):
    """A municipality's clock may be wrong: then our times and figures go by ours. What it said is kept as it was."""
    number = desk.refer()
    desk.clock.go(timedelta(hours=2))
    hear(desk, number, kind, BODIES[kind] | {MOMENTS[kind]: said})
    assert getattr(desk.row(number), MOMENTS[kind]) == at(counted)


def test_a_meeting_proposed_by_who_then_says_not_our_citizen_is_not_waited_for(desk):
    """Nobody could answer it: the citizen is another municipality's (O7)."""
    first = desk.refer()
    with desk.db.session() as session:
        handlers(desk.vault)[Kind.MEETING](session, desk.arrived(first, Kind.MEETING, bodies.MEETING))
    assert desk.progress(first).asked_to_meet
    hear(desk, first, Kind.NOT_OURS)
    desk.clock.go(timedelta(hours=1))
    second = desk.refer(code=FAVRSKOV, anew_of=first)
    assert (listed(desk, "active"), listed(desk, "finished")) == ([second], [first])


def test_nobody_is_asked_to_send_anew_what_the_citizen_has_withdrawn(desk):
    number = desk.refer()
    hear(desk, number, Kind.NOT_OURS)
    hear(desk, number, Kind.WITHDRAWAL)
    assert (listed(desk, "active"), listed(desk, "finished")) == ([], [number])


def test_a_closed_case_tells_when_and_nothing_else(desk):
    """O16."""
    number = desk.refer()
    hear(desk, number, Kind.ACKNOWLEDGEMENT)
    desk.clock.now = at("2026-12-01 15:00")
    hear(desk, number, Kind.CLOSED, bodies.CLOSED | {"outcome": "afvist", "note": "Bostøtte bevilget"})
    told = facts(desk.progress(number))
    assert (told["state"], told["closed_at"]) == ("closed", "2026-12-01T13:30:00+00:00")
    assert "Bostøtte" not in json.dumps(told)


def test_a_withdrawal_at_the_municipality_ends_everything_here_and_takes_back_what_had_not_left(desk):
    """O10: to either side."""
    number = desk.refer()
    desk.correspond.supplement(number, {"text": "Borgeren har ringet igen."}, desk.person)
    hear(desk, number, Kind.WITHDRAWAL)

    told = desk.progress(number)
    assert (told.state, told.active) == ("withdrawn", False)
    assert told.withdrawn_at == desk.clock()
    (waiting,) = [row for row in desk.rows(outbox.OutgoingRow) if row.kind == Kind.SUPPLEMENT]
    assert (waiting.state, waiting.locked) == ("cancelled", b"")


def test_a_withdrawal_dated_in_the_past_or_the_future_ends_what_holds_now(desk):
    for said in ("2019-01-01T00:00:00Z", "2199-01-01T00:00:00Z"):
        number = desk.refer()
        hear(desk, number, Kind.WITHDRAWAL, bodies.WITHDRAWAL | {"withdrawn_at": said})
        assert desk.progress(number).withdrawn_at <= desk.clock()
        with pytest.raises(ConsentWithdrawn):
            desk.correspond.supplement(number, {"text": "Mere"}, desk.person)


def test_the_first_withdrawal_stands_when_a_second_comes(desk):
    number = desk.refer()
    hear(desk, number, Kind.WITHDRAWAL)
    first = desk.progress(number).withdrawn_at
    desk.clock.go(timedelta(days=1))
    hear(desk, number, Kind.WITHDRAWAL)
    assert desk.progress(number).withdrawn_at == first


@pytest.mark.parametrize("kind", BODIES)
def test_only_the_municipality_the_referral_went_to_may_speak_of_it(desk, kind):
    number = desk.refer()
    before = desk.row(number).model_dump()
    for changes in ({"from_party": FAVRSKOV}, {"from_party": "region"}, {"conversation_id": new_id()}):
        with pytest.raises(LetterOutOfTurn):
            hear(desk, number, kind, **changes)
    assert desk.row(number).model_dump() == before


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize(
    "body", [{}, {"unit": 5}, {"acknowledged_at": "x", "closed_at": []}, {"why": "gone", "unit": "x" * 501}]
)
def test_a_letter_that_cannot_be_read_is_refused_without_quoting_it(desk, kind, body):
    number = desk.refer()
    for hostile in (body, BODIES[kind] | {"unit": "x" * 501}, BODIES[kind] | {"phone": {"a": 1}}):
        with pytest.raises(LetterUnreadable) as refused:
            hear(desk, number, kind, hostile)
        assert str(refused.value) == ""


@pytest.mark.parametrize("kind", BODIES)
def test_nobody_speaks_of_a_referral_that_never_left(desk, kind):
    number = desk.refer(delivery=None)
    desk.correspond.withdraw(number, desk.person)
    with pytest.raises(LetterOutOfTurn):
        hear(desk, number, kind)


def test_what_is_told_of_a_referral_holds_no_municipal_content(desk):
    """L4: whatever a municipality adds to its letters, the region shows status, unit, phone, person and times."""
    work = {
        "department": "Social og Psykiatri",
        "case_note": "Bostøtte bevilget",
        "offer": "§ 85",
    }
    number = desk.refer()
    for kind in (Kind.ACKNOWLEDGEMENT, Kind.CLOSED, Kind.WITHDRAWAL):
        hear(desk, number, kind, BODIES[kind] | work)
    told = json.dumps(facts(desk.progress(number)), ensure_ascii=False)
    assert not [word for word in work.values() if word in told]
    assert set(facts(desk.progress(number))) <= {
        *("referral_id", "number", "recipient_code", "state", "reason_code", "states", "steps", "unit", "phone"),
        *("acknowledged_by", "acknowledged_at", "acknowledged_unit", "acknowledged_phone", "contact_by"),
        *("receipt_digest_ok", "active", "urgent", "not_ours", "to_send_anew", "sent_anew_as", "previous"),
        *("closed_at", "withdrawn_at", "cancelled_at", "erased_at", "calls", "supplements", "due", "due_since"),
        *("asked_to_meet", "answers_by_hand", "answer_unread"),
    }


def test_the_desk_sees_whose_referral_it_is_by_the_name_written_last(desk):
    number = desk.refer()
    desk.correspond.supplement(number, {"name": "Karen Prøvedal", "correction": True}, desk.person)
    told = desk.progress(number)
    assert (told.citizen, told.supplements) == ("Karen Prøvedal", 1)
    assert "Prøvedal" not in repr(told)


def test_the_way_of_a_referral_is_told_step_by_step(desk):
    first = desk.refer()
    desk.clock.go(timedelta(days=1))
    number = desk.refer(re_referral={"previous_id": first, "kind": "relapse"})
    desk.duty.log_call(number, CallOutcome.TAKEN, "", desk.person)
    hear(desk, number, Kind.ACKNOWLEDGEMENT)
    hear(desk, number, Kind.NOT_OURS)
    told = desk.progress(number)
    assert [step.state for step in told.steps] == ["queued", "received", "taken-by-phone", "acknowledged", "not-ours"]
    assert told.previous_number == first
    assert told.municipality == RANDERS


def test_what_is_withdrawn_is_never_sent_again_by_hand(desk):
    number = desk.refer(delivery=State.GIVEN_UP)
    desk.correspond.withdraw(number, desk.person)
    assert not desk.correspond.send_again(number, desk.person)
    assert [step.state for step in desk.progress(number).steps] == ["queued", "given-up", "withdrawn"]


def test_the_active_list_puts_what_is_due_before_what_is_not(desk):
    old = desk.refer()
    desk.clock.now = at("2026-11-26 10:00")
    fresh = desk.refer()
    assert listed(desk, "active") == [old, fresh]
    assert listed(desk, "latest") == [fresh, old]


def test_what_a_peer_wrote_stays_on_its_line_and_moves_no_cursor(desk):
    number = desk.refer()
    hostile = {
        "unit": "Enhed\n2026-0001  alt er godt\x1b[2J",
        "answered_by": "Ane\u202e\r\nX",
        "remark": "Flyttet\n\x9b1A",
    }
    hear(desk, number, Kind.NOT_OURS, bodies.NOT_OURS | hostile)
    spoken = refer._lines(desk.progress(number))
    assert not [line for line in spoken if line.startswith("2026-0001  alt") or set(line) & set("\n\r\x1b\x9b\u202e")]
    assert "Enhed 2026-0001" in " ".join(spoken)


def test_a_finished_case_comes_back_while_its_municipality_asks_us_to_a_meeting(desk):
    """F5: what we are asked must not lie among the finished ones unseen."""
    number, other = desk.refer(), desk.refer()
    for one in (number, other):
        hear(desk, one, Kind.ACKNOWLEDGEMENT)
    assert listed(desk, "active") == []

    letter = desk.arrived(number, Kind.MEETING, bodies.MEETING)
    with desk.db.session() as session:
        handlers(desk.vault)[Kind.MEETING](session, letter)
    assert (listed(desk, "active"), listed(desk, "finished")) == ([number], [other])
    assert listed(desk, "latest") == [number, other]
    assert desk.progress(number).asked_to_meet

    desk.correspond.answer_meeting(bodies.MEETING_ID, Attendance.DECLINED, desk.person)
    assert listed(desk, "active") == []


def test_a_meeting_that_is_past_or_whose_consent_is_withdrawn_waits_for_nobody(desk):
    number = desk.refer()
    hear(desk, number, Kind.ACKNOWLEDGEMENT)
    with desk.db.session() as session:
        handlers(desk.vault)[Kind.MEETING](session, desk.arrived(number, Kind.MEETING, bodies.MEETING))
    desk.clock.now = at("2026-12-03 10:00")
    assert listed(desk, "active") == []
    desk.clock.now = at("2026-12-03 09:59")
    assert listed(desk, "active") == [number]
    desk.correspond.withdraw(number, desk.person)
    assert listed(desk, "active") == []


def test_of_two_who_took_the_citizen_the_first_stands(desk):
    """A municipality that was restored from a backup may take the citizen once more, by another person (L5)."""
    number = desk.refer()
    hear(desk, number, Kind.ACKNOWLEDGEMENT)
    first = row_of(desk, number)
    later = {"acknowledged_by": "Hans Prøvedal", "acknowledged_at": "2026-11-25T12:00:00+01:00"}
    hear(desk, number, Kind.ACKNOWLEDGEMENT, bodies.ACKNOWLEDGEMENT | later)

    assert row_of(desk, number) == first


def row_of(desk, number):
    with desk.db.reading() as session:
        row = session.exec(select(ReferralRow).where(ReferralRow.number == number)).one()
        return row.acknowledged_at, row.acknowledgement


def test_a_letter_that_has_not_left_says_why_and_says_no_more_of_it_once_it_has(desk):
    number = desk.refer(delivery=None)
    assert (desk.progress(number).state, desk.progress(number).reason) == ("queued", "")
    for reason in ("RELAY_NOT_REACHED", "RELAY_LOGIN_REFUSED"):
        steered(desk, number, Course(State.QUEUED, desk.clock(), reason))
        assert [(step.state, step.reason) for step in desk.progress(number).steps] == [("queued", reason)]
    steered(desk, number, Course(State.SENT, None))
    assert [(step.state, step.reason) for step in desk.progress(number).steps] == [("queued", ""), ("sent", "")]


def steered(desk, number, course):
    with desk.db.session() as session:
        letter = session.get_one(OutgoingRow, desk.row(number).letter_id)
        outbox.steer(session, letter, course, desk.clock())
