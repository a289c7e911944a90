"""The region keeps what a referral says for 90 days after it was handed over, and proof of it for years (O18, L13)."""

from datetime import UTC, datetime

import pytest
from ages import Years, locked_values
from databases import everything_in
from referring_site import FAVRSKOV, RANDERS

from gateway.consents.book import ConsentBook
from gateway.consents.rows import ConsentRow, WithdrawalRow
from gateway.exchange.delivery import State
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, StepRow
from gateway.meetings.book import MeetingBook, MeetingState
from gateway.meetings.rows import MeetingRow
from gateway.referring.counting import Counting
from gateway.referring.drafts import Drafts
from gateway.referring.erasing import ANSWER_NOT_READ, NOT_TAKEN, TO_BE_SENT_ANEW, UNDER_WAY, WITHDRAWAL_NOT_TOLD
from gateway.referring.errors import ReferralEnded
from gateway.referring.heard import TakeAcknowledgement, TakeNotOurs, take_closed
from gateway.referring.journal import facts, note
from gateway.referring.journal_entry import entry
from gateway.referring.promise import CallOutcome
from gateway.referring.recognise import Recognise
from gateway.referring.rows import CallRow, DraftRow, ReferralRow, ReplyRow, SupplementRow
from gateway.retention.look import coming, done, kept_back
from gateway.site.erasing import Term, What
from gateway.statistics.period import Month, Period
from gateway.wire.letters import Kind, new_id
from gateway.wire.meeting import Meeting, MeetingConsent, Party

YEAR = Period(Month(2026, 11), Month(2026, 12))
CPR, PHONE = "190668-7074", "+45 95 00 01 02"


@pytest.fixture
def years(tmp_path):
    return Years(tmp_path)


def acknowledged(years, number):
    body = {"acknowledged_by": "Birgit Prøvegaard", "unit": "Modtagelsen", "phone": "+45 89 15 00 00"}
    body["acknowledged_at"] = years.desk.clock().isoformat()
    handled(years, number, Kind.ACKNOWLEDGEMENT, body, TakeAcknowledgement(years.desk.vault))


def not_ours(years, number):
    body = {"answered_by": "Birgit Prøvegaard", "unit": "Modtagelsen", "phone": "+45 89 15 00 00", "why": "moved"}
    body["answered_at"] = years.desk.clock().isoformat()
    handled(years, number, Kind.NOT_OURS, body, TakeNotOurs(years.desk.vault))


def handled(years, number, kind, body, handler):
    with years.desk.db.session() as session:
        handler(session, years.desk.arrived(number, kind, body))


def refer(years, **changes):
    return years.desk.refer(citizen={"name": "Jens Testborg", "cpr": CPR, "phone": PHONE}, **changes)


def held(years):
    with years.desk.db.reading() as session:
        found = kept_back(session, years.retain.erasers, years.terms, years.desk.clock())
        return {(one.number, one.reason) for one in found}


def test_what_was_handed_over_goes_after_its_days_and_not_one_before(years):
    number = refer(years)
    acknowledged(years, number)

    years.go(90)
    assert years.desk.row(number).locked
    years.go(1)

    row = years.desk.row(number)
    assert (row.locked, row.acknowledgement, row.answer) == (b"", None, None)
    assert (row.cpr_index, row.phone_index, row.reference_index) == (None, None, None)
    assert row.kept_days == 90
    assert row.erased_at == years.desk.clock()
    assert row.acknowledged_at is not None


def test_all_that_was_said_about_it_goes_with_it(years):
    desk, number = years.desk, refer(years)
    desk.correspond.supplement(number, {"text": "Ny adresse hos søsteren.", "phone": "+45 95 00 01 03"}, desk.person)
    desk.duty.log_call(number, CallOutcome.NO_ANSWER, "Lagde besked hos vagten.", desk.person)
    assert desk.answers(number, "Vi har talt med hende.", "Birgit Prøvegaard")
    desk.look.open(number, desk.person)
    for row in desk.rows(OutgoingRow):
        settle(years, row.letter_id)

    years.go(91)

    for table in (ReferralRow, SupplementRow, CallRow, ReplyRow, OutgoingRow, MeetingRow):
        left = locked_values(desk.db, table)
        assert left == [row.figures for row in desk.rows(ReferralRow) if table is ReferralRow]
    assert desk.rows(SupplementRow)[0].phone_index is None
    assert [one.sign == one.id for one in desk.rows(ReplyRow)] == [True]
    assert [row.outcome for row in desk.rows(CallRow)] == [CallOutcome.NO_ANSWER]


def settle(years, letter_id, state=State.RECEIVED):
    with years.desk.db.session() as session:
        row = session.get_one(OutgoingRow, letter_id)
        row.state, row.next_at = state, None
        session.add(row)
        session.add(StepRow(letter_id=letter_id, state=state, at=years.desk.clock()))


def test_nothing_of_it_is_left_in_any_file_of_the_database(years, tmp_path):
    """The locked values themselves are looked for: a nonce and its ciphertext exist nowhere else (at rest)."""
    number = refer(years)
    acknowledged(years, number)
    row = years.desk.row(number)
    with years.desk.db.reading() as session:
        letter = session.get_one(OutgoingRow, row.letter_id).locked
    said = (row.locked, row.acknowledgement, letter, row.cpr_index.encode(), row.phone_index.encode())
    before = everything_in(tmp_path / "region.db")
    assert all(value[:64] in before for value in said)

    years.go(91)

    after = everything_in(tmp_path / "region.db")
    assert not [value for value in said if any(value[at : at + 24] in after for at in range(0, len(value) - 24, 8))]


def test_the_proof_stays_for_years_and_then_goes_too(years):
    number = refer(years)
    acknowledged(years, number)
    letter_id = years.desk.row(number).letter_id
    with years.desk.db.session() as session:
        session.add(
            EnvelopeRow(
                envelope_id="e-1",
                letter_id=letter_id,
                digest="0" * 64,
                signed_by="A" * 40,
                sealed_to="B" * 40,
                address="sikkerpost@randers.example",
                made_at=years.desk.clock(),
            )
        )

    years.go(5 * 365 - 30)
    assert years.desk.rows(EnvelopeRow)
    assert years.desk.rows(ConsentRow)
    assert years.desk.rows(StepRow)
    years.go(60)

    assert not years.desk.rows(EnvelopeRow)
    assert not years.desk.rows(ConsentRow)
    assert not years.desk.rows(StepRow)
    assert years.desk.progress(number).state == "acknowledged"
    assert years.desk.progress(number).digest_ok is None


def test_a_withdrawal_never_goes_before_the_consents_it_ended(years):
    """O10: else they would seem to hold again."""
    number = refer(years)
    acknowledged(years, number)
    years.go(300)
    years.desk.correspond.withdraw(number, years.desk.person)
    settle(years, next(row.letter_id for row in years.desk.rows(OutgoingRow) if row.kind == Kind.WITHDRAWAL))

    years.go(5 * 365 - 200)
    assert years.desk.rows(ConsentRow)
    assert years.desk.rows(WithdrawalRow)
    years.go(300)

    assert not years.desk.rows(ConsentRow)
    assert not years.desk.rows(WithdrawalRow)


@pytest.mark.parametrize("delivery", [State.QUEUED, State.PARKED, State.SENT, State.RECEIVED, State.GIVEN_UP])
def test_a_referral_nobody_has_taken_is_never_erased_by_the_clock(years, delivery):
    """L1: a person is on the other end of it; the duty officer is told of it, and so is whoever sees to the site."""
    number = refer(years, delivery=None if delivery is State.QUEUED else delivery)

    years.go(3 * 365)

    assert years.desk.row(number).locked
    assert (number, NOT_TAKEN) in held(years)
    assert years.desk.row(number).cpr_index is not None


def test_one_that_was_taken_by_phone_counts_as_handed_over(years):
    number = refer(years)
    years.desk.duty.log_call(number, CallOutcome.TAKEN, "", years.desk.person)

    years.go(91)

    assert years.desk.row(number).erased_at


def test_not_their_citizen_waits_until_it_is_sent_anew(years):
    """O7: the content is needed to send it anew; after that, the days run from the answer."""
    number = refer(years)
    not_ours(years, number)

    years.go(200)
    assert (number, TO_BE_SENT_ANEW) in held(years)

    years.desk.correspond.withdraw(number, years.desk.person)
    settle(years, next(row.letter_id for row in years.desk.rows(OutgoingRow) if row.kind == Kind.WITHDRAWAL))
    years.go(91)
    assert years.desk.row(number).erased_at


def test_a_letter_that_is_under_way_holds_everything_back(years):
    number = refer(years)
    acknowledged(years, number)
    years.desk.correspond.supplement(number, {"text": "Han er flyttet."}, years.desk.person)

    years.go(200)

    assert years.desk.row(number).locked
    assert (number, UNDER_WAY) in held(years)
    assert (number, State.QUEUED) in held(years)


def test_a_withdrawal_the_municipality_has_not_heard_of_holds_it_back(years):
    number = refer(years)
    acknowledged(years, number)
    years.desk.correspond.withdraw(number, years.desk.person)
    settle(
        years, next(row.letter_id for row in years.desk.rows(OutgoingRow) if row.kind == Kind.WITHDRAWAL), "given-up"
    )

    years.go(200)

    assert years.desk.row(number).locked
    assert (number, WITHDRAWAL_NOT_TOLD) in held(years)


def test_what_is_added_later_puts_the_end_off(years):
    number = refer(years)
    acknowledged(years, number)
    years.go(60)
    years.desk.correspond.supplement(number, {"text": "Han ringer igen."}, years.desk.person)
    for row in years.desk.rows(OutgoingRow):
        settle(years, row.letter_id)

    years.go(89)
    assert years.desk.row(number).locked
    years.go(2)
    assert not years.desk.row(number).locked


def test_a_meeting_keeps_it_no_longer_than_a_consent_holds_whatever_year_the_other_end_wrote(years):
    """O11: a municipality cannot have anything kept for ever."""
    number = refer(years)
    acknowledged(years, number)
    row, now = years.desk.row(number), years.desk.clock()
    far = Meeting(
        meeting_id=new_id(),
        starts_at=datetime(2199, 1, 1, 9, tzinfo=UTC),
        ends_at=datetime(2199, 1, 1, 10, tzinfo=UTC),
        convened_by="Birgit Prøvegaard",
        unit="Modtagelsen",
        parties=(Party(role="borgeren"),),
        consent=MeetingConsent(obtained_at=now, obtained_by="Birgit Prøvegaard", form="written", parties=("borgeren",)),
        proposed_at=now,
    )
    with years.desk.db.session() as session:
        MeetingBook(session, years.desk.vault).keep(MeetingState(row.conversation_id, far, proposed_here=False))
    years.go(360)
    assert years.desk.row(number).locked
    years.go(100)
    assert not years.desk.row(number).locked


def test_every_reader_says_that_it_is_erased_and_none_breaks(years):
    number = refer(years)
    acknowledged(years, number)
    years.go(91)
    desk = years.desk

    progress = desk.progress(number)
    assert progress.erased.days == 90
    assert progress.citizen == ""
    assert progress.acknowledgement is None
    with desk.follow() as follow:
        assert [one.number for one in follow.latest()] == [number]
        assert follow.about(CPR) == follow.about(PHONE) == []
        assert [one.number for one in follow.about(number)] == [number]
    with desk.db.reading() as session:
        written = entry(session, desk.vault, number)
    assert "slettet" in note(written) or "erased" in note(written)
    assert "Jens" not in note(written)
    assert facts(written)["sent"] is None
    assert facts(written)["erased_at"]
    assert facts(written)["consents"]
    recognise = Recognise(desk.db, desk.vault, desk.clock)
    assert recognise(CPR, PHONE, desk.person, set()) == ()


def test_nothing_more_is_said_about_it_but_that_the_citizen_withdraws(years):
    number = refer(years)
    acknowledged(years, number)
    years.go(91)

    with pytest.raises(ReferralEnded):
        years.desk.correspond.supplement(number, {"text": "Han ringer igen."}, years.desk.person)
    assert not years.desk.correspond.send_again(number, years.desk.person)
    assert years.desk.correspond.withdraw(number, years.desk.person)


def test_a_letter_that_failed_cannot_be_sent_again_once_it_says_nothing(years):
    number = refer(years, delivery=State.GIVEN_UP)
    years.desk.duty.log_call(number, CallOutcome.TAKEN, "", years.desk.person)
    years.go(91)

    assert not years.desk.correspond.send_again(number, years.desk.person)
    assert years.desk.progress(number).steps[-1].state != State.QUEUED


def test_a_re_referral_keeps_its_link_to_one_that_is_erased(years):
    """F1, F4: recognition by number ends, the link that stands does not, nor does the place in the line."""
    first = refer(years)
    acknowledged(years, first)
    years.go(1)
    again = {"previous_id": first, "kind": "ongoing", "reason": "Ringer fortsat."}
    second = refer(years, re_referral=again)
    years.go(91)

    assert years.desk.row(second).previous_id == years.desk.row(first).letter_id
    assert years.desk.row(second).citizen_id == years.desk.row(first).citizen_id
    assert years.desk.progress(second).previous_number == first
    third = refer(years, re_referral=again)
    assert years.desk.row(third).position == 2


def test_the_figures_of_a_period_are_the_same_before_and_after(years):
    """H7, H10: what is counted is kept without a name."""
    desk = years.desk
    for number, code in ((refer(years), RANDERS), (desk.refer(FAVRSKOV), FAVRSKOV)):
        assert desk.row(number).municipality == code
        acknowledged(years, number)
    added = refer(years)
    desk.correspond.supplement(added, {"calls_today": 4, "text": "Ringer igen."}, desk.person)
    acknowledged(years, added)
    handled(years, added, Kind.CLOSED, closed(years), take_closed)
    for row in desk.rows(OutgoingRow):
        settle(years, row.letter_id)
    with desk.db.reading() as session:
        before = Counting(session, desk.vault)(YEAR, desk.clock())

    years.go(91)

    with desk.db.reading() as session:
        after = Counting(session, desk.vault)(YEAR, before.counted_at)
    assert all(row.erased_at for row in desk.rows(ReferralRow))
    assert after == before


def closed(years):
    return {"closed_at": years.desk.clock().isoformat(), "unit": "Modtagelsen", "phone": "+45 89 15 00 00"}


def test_what_the_figures_keep_holds_no_name_no_number_and_no_text(years):
    number = refer(years)
    acknowledged(years, number)
    years.go(91)
    row = years.desk.row(number)

    kept = years.desk.vault.open(row.figures, f"remainder:{row.letter_id}").decode()
    assert not [word for word in ("Jens", "Testborg", CPR, CPR[-4:], PHONE[-4:]) if word in kept]
    assert len(kept) < 400


def test_drafts_go_when_nobody_has_saved_them_for_a_month(years):
    drafts = Drafts(years.desk.db, years.desk.vault, years.desk.clock)
    old = drafts.begin(years.desk.person, {"text": "Begyndt og glemt."})
    years.go(20)
    saved = drafts.begin(years.desk.person, {"text": "Gemt igen."})

    years.go(11, step=11)

    assert [row.id for row in years.desk.rows(DraftRow)] == [saved.id]
    assert [row.about for row in years.entries() if row.about] == [old.id]


def test_every_run_says_what_went_and_why_in_rows_and_in_the_trail(years):
    """S33: what was erased, when and why, with ids and counts only."""
    numbers = [refer(years), refer(years)]
    for number in numbers:
        acknowledged(years, number)
    years.go(91)

    with years.desk.db.reading() as session:
        found = {one.what: one for one in done(session)}
    assert found[What.REFERRAL].count == 2
    assert (found[What.REFERRAL].setting, found[What.REFERRAL].days) == (Term.CONTENT, 90)
    conversations = {years.desk.row(number).conversation_id for number in numbers}
    told = years.entries()
    assert {row.about for row in told if row.about} == conversations
    assert '"count": 2' in next(row.detail for row in told if not row.about and '"referral"' in row.detail)
    assert not [row for row in told if "Jens" in row.detail or CPR in row.detail]


def test_what_goes_next_is_told_before_it_goes(years):
    number, waits = refer(years), refer(years)
    acknowledged(years, number)
    years.go(70)

    with years.desk.db.reading() as session:
        next_up = {one.what: one for one in coming(session, years.retain.erasers, years.terms, years.desk.clock())}
    assert (next_up[What.REFERRAL].now, next_up[What.REFERRAL].within_a_month) == (0, 1)
    assert next_up[What.REFERRAL].first_at > years.desk.clock()
    years.go(60)
    with years.desk.db.reading() as session:
        next_up = {one.what: one for one in coming(session, years.retain.erasers, years.terms, years.desk.clock())}
    assert [(one.number, one.reason) for one in next_up[What.REFERRAL].held] == [(waits, NOT_TAKEN)]


def test_consents_are_still_there_to_show_when_the_content_is_gone(years):
    """C2, O18: that the citizen said yes, to what and to whom, outlives what was sent."""
    number = refer(years)
    acknowledged(years, number)
    years.go(91)

    with years.desk.db.reading() as session:
        (consent,) = ConsentBook(session, years.desk.vault).history(years.desk.row(number).conversation_id)
    assert consent.scope


def test_a_receipt_can_be_given_again_after_the_content_is_gone(years):
    """Its body is proof, and stays: whoever sends a letter again gets the same receipt as the first time."""
    with years.desk.db.session() as session:
        session.add(
            OutgoingRow(
                letter_id="r-1",
                conversation_id="c-1",
                kind=Kind.RECEIPT,
                to_party=RANDERS,
                number="2026-0001",
                locked=b"receipt",
                state=State.SENT,
                posted_at=years.desk.clock(),
            )
        )
        session.add(StepRow(letter_id="r-1", state=State.SENT, at=years.desk.clock()))

    years.go(5 * 365 - 30)
    assert [row.locked for row in years.desk.rows(OutgoingRow)] == [b"receipt"]
    years.go(60)
    assert years.desk.rows(OutgoingRow) == []


def test_the_same_referral_erased_twice_keeps_the_first_date(years):
    """An acknowledgement that comes late is personal too: it goes at the next run, and the date stands."""
    number = refer(years)
    years.desk.duty.log_call(number, CallOutcome.TAKEN, "", years.desk.person)
    years.go(91)
    first = years.desk.row(number).erased_at
    acknowledged(years, number)
    years.go(91)

    row = years.desk.row(number)
    assert row.acknowledgement is None
    assert row.erased_at == first


def test_an_answer_that_nobody_has_read_is_not_erased_by_the_clock(years):
    """It may say that the citizen is not theirs."""
    desk, number = years.desk, refer(years)
    desk.by_hand()
    desk.answers(number, "Ikke vores borger.")
    years.go(200)
    assert (held(years), len(desk.progress(number).replies)) == ({(number, ANSWER_NOT_READ)}, 1)
    desk.look.open(number, desk.person)
    years.go(91)
    assert (held(years), desk.progress(number).replies) == (set(), ())
    assert desk.progress(number).erased
