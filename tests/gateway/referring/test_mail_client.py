"""A municipality without the inbox takes part: sealed mail out, a person's signed answer back, judged and kept.

Both ends are real: our key ring and relay here, GnuPG in a home of its own there (E13, E14, L5, L6).
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import reports
import sites
from mail_program import MailProgram, mail_program, quoted
from mailed_region import UNIT, MailedRegion

from directory.book import AddressBook
from directory.model import UnitKind
from gateway import bootstrap
from gateway.audit.read import entries
from gateway.exchange.ports import Attempt, Passage
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.referring.correspond import Ended
from gateway.referring.errors import AnswersByLetter
from gateway.referring.journal import note
from gateway.referring.journal_entry import entry
from gateway.referring.promise import CallOutcome
from gateway.referring.replies import LONGEST_WORDS
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind

YES = "Vi har den. Venlig hilsen Birgit"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTES = timedelta(minutes=31)


@pytest.fixture(scope="module")
def program() -> Iterator[MailProgram]:
    with mail_program("Modtagelsen") as made:
        yield made


@pytest.fixture(scope="module")
def other() -> Iterator[MailProgram]:
    with mail_program("Mallory") as made:
        yield made


@pytest.fixture
def region(line, program) -> MailedRegion:
    return MailedRegion(line, program)


def subject(number: str) -> str:
    return f"Re: Bekymringshenvendelse {number}"


def refused(region, number, raw, reason):
    """The mail is kept apart, the referral stands as it did, nothing is kept of it, and nobody is answered."""
    before, posted = region.progress(number), len(region.site.rows(OutgoingRow))
    assert region.takes(raw) == ("quarantined", reason)
    assert region.progress(number) == before
    assert (region.replies(), len(region.site.rows(OutgoingRow))) == ([], posted)


# Out


def test_a_letter_to_a_mail_program_is_handed_over_and_no_receipt_is_awaited(region, program):
    """MedCom's half hour is for gateways: nothing is sent again, and what comes next is not held back."""
    number = region.sent()
    (crossed,) = [raw for raw, _sender, to in region.site.relay.crossed if to == UNIT]
    assert number in program.text(crossed)
    letter = region.letter(number)
    assert (letter.state, letter.next_at) == ("handed-over", None)
    region.go(MINUTES)
    assert region.site.send() == []
    assert region.due() == []
    bootstrap.correspond(region.station).supplement(number, {"text": "Borgeren har ringet igen."}, region.person)
    assert len(region.site.send()) == 1
    assert region.letter(number, Kind.SUPPLEMENT).state == "handed-over"
    region.go(3 * DAY)
    assert region.site.send() == []
    assert region.letter(number).times_sent == 1


def test_after_a_working_day_a_reminder_goes_and_after_two_the_unit_is_phoned(region, program):
    """E13: the clock that waits for people is the same for all."""
    number, steps = region.sent(), []
    for _quarter in range(4 * 8):
        bootstrap.duty(region.station).tick()
        region.go(6 * HOUR)
        steps += [step for _number, step in region.due() if step not in steps]
    assert steps == ["remind", "phone"]
    (reminder,) = region.site.send()
    assert f"Påmindelse om en bekymringshenvendelse {number}" in program.text(reminder)
    assert region.letter(number, Kind.REMINDER).state == "handed-over"


@pytest.mark.parametrize("passage", [Passage.NOT_REACHED, Passage.REFUSED])
def test_what_has_not_left_is_told_as_that_and_not_as_a_gateway_s_silence(region, passage):
    region.site.relay.answers = [Attempt(passage, "SMTP_450")]
    number = region.sent()
    assert region.letter(number).state in {"queued", "parked"}
    for _quarter in range(4 * 4):
        region.go(6 * HOUR)
        if region.due():
            break
    assert region.due() == [(number, "receipt")]
    region.go(HOUR)
    region.site.send()
    assert region.letter(number).state == "handed-over"


def test_a_bounce_parks_what_was_handed_over_and_it_goes_again(region):
    number = region.sent()
    (envelope,) = [one for one in region.site.rows(EnvelopeRow) if one.letter_id == region.letter(number).letter_id]
    came_back = reports.report(envelope.envelope_id, reports.recipient("failed", "5.1.1"))
    region.site.receive(region.site.store(came_back, from_nobody=True))
    assert (region.letter(number).state, region.letter(number).reason) == ("parked", "BOUNCED_5.1.1")
    region.go(HOUR)
    region.site.send()
    assert region.letter(number).state == "handed-over"


def test_a_unit_that_gets_a_mail_program_is_sent_again_what_its_gateway_never_confirmed(region):
    """A letter waits for what stood there when it left; after half an hour it goes to what stands there now."""
    region.is_reached(sites.RANDERS, UnitKind.GATEWAY)
    number = region.sent()
    assert region.letter(number).state == "sent"
    region.is_reached(sites.RANDERS, UnitKind.MAIL_CLIENT)
    assert region.site.send() == []
    region.go(MINUTES)
    assert len(region.site.send()) == 1
    assert (region.letter(number).state, region.letter(number).next_at) == ("handed-over", None)


def test_what_was_handed_over_stays_so_when_the_unit_gets_a_gateway_until_a_person_sends_it_again(region):
    """The unit has it already, and would get it twice; the clock runs on, and whoever phones hears what they lack."""
    number = region.sent()
    bootstrap.correspond(region.station).supplement(number, {"text": "Mere."}, region.person)
    region.site.send()
    region.is_reached(sites.RANDERS, UnitKind.GATEWAY)
    region.go(MINUTES)
    assert region.site.send() == []
    assert region.letter(number).state == "handed-over"
    assert bootstrap.correspond(region.station).send_again(number, region.person)
    region.site.send()
    assert (region.letter(number).state, region.letter(number, Kind.SUPPLEMENT).state) == ("sent", "queued")


# Back


def test_a_signed_answer_that_names_the_number_is_the_acknowledgement_and_is_kept_to_be_read(region):
    """L5, L6: who, from the signed From; unit and phone from the directory; when, as it came."""
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, f"{YES}\n\n{quoted(f'Bekymringshenvendelse {number}')}")
    assert region.takes(raw) == ("taken", "")

    told = region.progress(number)
    said = told.acknowledgement
    assert (said.acknowledged_by, said.unit) == ("Birgit Prøvegaard, Modtagelsen", sites.UNITS[sites.RANDERS][0])
    assert (said.phone, said.acknowledged_at) == ("+45 89 15 00 00", region.line.clock())
    assert (told.state, told.by_hand) == ("acknowledged", True)
    (reply,) = told.replies
    assert (reply.text, reply.by, reply.read_at) == (YES, "Birgit Prøvegaard, Modtagelsen", None)
    with region.site.database.reading() as session:
        (noted,) = [one for one in entries(session) if one.action == "acknowledge"]
    assert (noted.person_id, noted.about, json.loads(noted.detail)) == ("daemon", told.conversation_id, {"how": "mail"})
    assert region.site.send() == []


def test_the_journal_tells_that_it_went_to_a_mail_program_and_nothing_of_what_was_answered(region):
    """C2, L4: the citizen's journal is ours; what the municipality writes of its work is not."""
    number = region.sent()
    region.answers("Kvasterblomme har vi talt med.", subject(number))
    with region.site.database.reading() as session:
        found = entry(session, region.station.vault, number)
    assert [event.code for event in found.events] == ["handed-over", "acknowledged"]
    assert "sendt til kommunens mailprogram" in note(found)
    assert "Kvasterblomme" not in note(found)


def test_the_same_mail_twice_is_taken_once_and_a_second_answer_is_shown_and_changes_nothing(region):
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, YES, subject(number))
    assert [region.takes(raw) for _ in range(2)] == [("taken", ""), ("duplicate", "")]
    first = region.row(number).acknowledged_at
    region.go(HOUR)
    assert region.answers("Vi ringer til borgeren i morgen.", subject(number)) == ("taken", "")
    assert region.row(number).acknowledged_at == first
    assert [one.text for one in region.progress(number).replies] == [YES, "Vi ringer til borgeren i morgen."]


@pytest.mark.parametrize("options", [("--textmode",), ("--compress-algo", "zlib")])
def test_an_answer_from_neomutt_without_protected_headers_is_by_the_unit(region, options):
    number = region.sent()
    (crossed,) = [raw for raw, _sender, to in region.site.relay.crossed if to == UNIT]
    words = f"{quoted(region.program.text(crossed))}\n\nDet er ikke vores borger. Ring til os."
    assert region.takes(region.program.by_neomutt(region.site.key, words, options)) == ("taken", "")
    told = region.progress(number)
    assert told.acknowledgement.acknowledged_by == sites.UNITS[sites.RANDERS][0]
    assert told.replies[0].text == "Det er ikke vores borger. Ring til os."


def test_until_a_person_has_opened_it_the_desk_waits_for_that_for_it_may_say_no(region):
    """An answer in a mail program has no form for «ikke vores borger»: it must not pass for a promise in silence."""
    number = region.sent()
    region.answers("Det er ikke vores borger.", subject(number))
    assert region.due() == [(number, "read")]
    assert region.progress(number).active
    opened = bootstrap.look(region.station).open(number, region.person)
    assert opened.replies[0].read_at is None
    assert (region.due(), region.progress(number).active) == ([], False)
    with region.site.database.reading() as session:
        (noted,) = [one for one in entries(session) if one.action == "open-referral"]
    assert json.loads(noted.detail) == {"answers": 1}


def test_what_the_unit_says_on_the_phone_is_noted_as_its_letter_would_have_been(region):
    """O7, O16."""
    number, ended = region.sent(), region.sent()
    region.answers("Ring til mig.", subject(number))
    duty = bootstrap.duty(region.station)
    duty.log_call(number, CallOutcome.NOT_OURS, "Flyttet til Favrskov", region.person)
    told = region.progress(number)
    assert (told.state, told.anew, told.answer.remark) == ("not-ours", True, "Flyttet til Favrskov")
    duty.log_call(ended, CallOutcome.ENDED, "", region.person)
    assert (region.progress(ended).state, region.due()) == ("closed", [(number, "read")])
    assert [call.outcome for call in told.calls] == [CallOutcome.NOT_OURS]


def test_what_a_gateway_says_by_letter_is_not_noted_for_it(region):
    region.is_reached(sites.RANDERS, UnitKind.GATEWAY)
    number = region.sent()
    with pytest.raises(AnswersByLetter):
        bootstrap.duty(region.station).log_call(number, CallOutcome.ENDED, "", region.person)
    assert region.progress(number).calls == ()


def test_a_case_that_was_not_theirs_cannot_be_ended_as_well(region):
    number = region.sent()
    duty = bootstrap.duty(region.station)
    duty.log_call(number, CallOutcome.NOT_OURS, "", region.person)
    with pytest.raises(LetterOutOfTurn):
        duty.log_call(number, CallOutcome.ENDED, "", region.person)
    assert region.progress(number).closed_at is None


def test_an_answer_after_word_of_the_withdrawal_shows_that_it_came_through(region):
    """O10: without a receipt or an answer the unit is phoned about it."""
    number = region.sent()
    assert bootstrap.correspond(region.station).withdraw(number, region.person) is Ended.WITHDRAWN
    region.site.send()
    assert region.letter(number, Kind.WITHDRAWAL).state == "handed-over"
    early = region.program.by_thunderbird(region.site.key, "Forstået.", f"Re: Samtykket er trukket tilbage {number}")
    for _quarter in range(4 * 5):
        region.go(6 * HOUR)
        if region.due():
            break
    assert region.due() == [(number, "withdrawal")]
    assert region.takes(early) == ("taken", "")
    assert region.letter(number, Kind.WITHDRAWAL).state == "received"
    assert region.due() == [(number, "read")]
    assert region.progress(number).acknowledgement is None


def test_mail_from_the_address_before_the_last_is_believed_in_the_overlap(region):
    """D10: a move of the mailbox loses no answer; the signature decides, and the address says whose key to try."""
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, YES, subject(number))
    region.is_reached(sites.RANDERS, UnitKind.MAIL_CLIENT, email="ny@randers.example")
    assert region.takes(raw) == ("taken", "")


def test_an_answer_to_what_was_sent_to_an_address_verifies_that_one(region):
    """D4: a unit without a gateway has no other signed answer to give."""
    number = region.sent()
    assert region.progress(number).contact.verified_at is None
    region.answers(YES, subject(number))
    assert region.progress(number).contact.verified_at == region.line.clock()
    region.is_reached(sites.RANDERS, UnitKind.MAIL_CLIENT, email="ny@randers.example")
    region.answers("Og hej fra den gamle.", subject(number))
    assert region.progress(number).contact.verified_at is None


def test_our_new_key_is_known_to_have_come_through_by_an_answer_that_was_sealed_to_it(region):
    number = region.sent()
    region.answers(YES, subject(number))
    with region.site.database.reading() as session:
        assert region.station.own_book(session).signer_for(sites.RANDERS, region.line.clock()) == region.site.key


# What is not believed


@pytest.mark.parametrize("kind", UnitKind)
def test_a_key_of_another_municipality_s_is_believed_for_that_one_alone(region, other, kind):
    number = region.sent()
    region.knows(sites.FAVRSKOV, other)
    region.is_reached(sites.FAVRSKOV, kind)
    refused(region, number, forged(region, other, YES, number), "REPLY_WRONG_SIGNER")


def test_a_stranger_s_key_and_no_signature_at_all_are_not_believed(region, other):
    number = region.sent()
    assert region.takes(forged(region, other, YES, number))[1] in {"REPLY_UNKNOWN_SIGNER", "REPLY_WRONG_SIGNER"}
    program, to = region.program, region.site.key
    unsigned = program.wrapped(program.sealed(f"Content-Type: text/plain\n\n{number}".encode(), to=to, sign=False))
    refused(region, number, unsigned, "REPLY_UNSIGNED")


def test_the_unit_s_revoked_key_is_believed_no_more(region):
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, YES, subject(number))
    with region.site.database.session() as session:
        AddressBook(session).revoke(sites.RANDERS, region.line.clock())
    refused(region, number, raw, "REPLY_WRONG_SIGNER")


def test_an_old_answer_sent_anew_is_about_what_it_was_about(region):
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, YES, subject(number))
    region.takes(raw)
    newer = region.sent()
    assert region.takes(raw) == ("duplicate", "")
    assert region.progress(newer).state == "handed-over"


def test_an_answer_that_was_signed_before_our_letter_left_is_no_answer(region):
    """Numbers can be guessed: what was signed in advance says nothing of what we wrote."""
    region.go(HOUR)
    number = region.sent()
    refused(region, number, region.program.by_thunderbird(region.site.key, YES, subject(number)), "REPLY_OUT_OF_TIME")


def test_an_answer_before_the_letter_has_left_at_all_is_no_answer(region):
    region.site.relay.answers = [Attempt(Passage.NOT_REACHED, "RELAY_NOT_REACHED")]
    number = region.refer()
    refused(region, number, region.program.by_thunderbird(region.site.key, YES, subject(number)), "REPLY_UNMATCHED")


def test_an_answer_that_comes_a_month_after_our_last_letter_is_for_a_person(region):
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, YES, subject(number))
    region.go(31 * DAY)
    refused(region, number, raw, "REPLY_OUT_OF_TIME")


def test_one_number_and_no_more_and_one_that_is_the_unit_s(region, other):
    number, second = region.sent(), region.sent()
    region.knows(sites.FAVRSKOV, other)
    theirs = region.sent(sites.FAVRSKOV)
    answer = region.program.by_thunderbird
    for words, reason in (
        ("Vi har den.", "REPLY_WITHOUT_NUMBER"),
        (f"{number} og {second}", "REPLY_NAMES_SEVERAL"),
        (f"Vi tager {theirs}", "REPLY_UNMATCHED"),
        ("Vi tager 2026-9999", "REPLY_UNMATCHED"),
    ):
        refused(region, number, answer(region.site.key, words), reason)
    outside = region.program.sealed(b"Content-Type: text/plain\n\nJa.\n", to=region.site.key)
    refused(region, number, region.program.wrapped(outside, subject(number)), "REPLY_WITHOUT_NUMBER")


def test_a_machine_s_answer_is_nobody_s(region):
    """RFC 3834: somebody is away, and a server has signed that for them."""
    number = region.sent()
    answer = region.program.by_thunderbird(region.site.key, f"Jeg er på ferie. {number}", subject(number))
    away = answer.replace(b"MIME-Version: 1.0", b"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0")
    refused(region, number, away, "REPLY_AUTOMATIC")
    program, key = region.program, region.site.key
    signed = f"Auto-Submitted: auto-replied\nContent-Type: text/plain\n\nFerie. {number}\n"
    inside = program.wrapped(program.sealed(signed.encode(), to=key))
    refused(region, number, inside, "REPLY_AUTOMATIC")
    arrival = region.site.store(answer, from_nobody=True)
    assert region.site.receive(arrival) == "quarantined"
    assert region.replies() == []


def test_a_letter_of_ours_in_form_from_a_mail_program_is_no_letter(region):
    """It has no gateway: whoever signs one with its key means to pass for one."""
    number = region.sent()
    conversation = region.row(number).conversation_id
    letter = sites.acknowledgement(conversation, number=number)
    real = sites.sealed(region.line.randers, letter)
    with region.site.database.session() as session:
        AddressBook(session).pin(
            sites.pinned(region.line.randers.station, region.line.randers.key, region.line.clock())
        )
    refused(region, number, real.content, "REPLY_AUTOMATIC")
    as_a_person = real.content.replace(b"Auto-Submitted: auto-generated\r\n", b"")
    refused(region, number, as_a_person, "REPLY_OUT_OF_TURN")


def test_an_answer_by_hand_from_where_a_gateway_stands_counts_for_nothing_and_says_so(region):
    number = region.sent()
    raw = region.program.by_thunderbird(region.site.key, YES, subject(number))
    region.is_reached(sites.RANDERS, UnitKind.GATEWAY)
    refused(region, number, raw, "REPLY_FROM_GATEWAY")


def test_an_answer_to_somebody_else_that_is_passed_on_is_not_ours(region):
    number = region.sent()
    elsewhere = MailProgram(region.program.home, region.program.key, b"", UNIT, writes_to="andre@region.example")
    refused(region, number, elsewhere.by_thunderbird(region.site.key, YES, subject(number)), "REPLY_NOT_FOR_THIS_UNIT")


def test_what_an_answer_says_is_harmless_on_a_screen_and_locked_on_the_disk(region, tmp_path):
    number = region.sent()
    region.answers("Kvasterblomme\x1b]52;c;aGk=\x07 \u202eævt\r\n[/]", subject(number))
    (reply,) = region.progress(number).replies
    assert not set(reply.text) & {"\x1b", "\x07", "\u202e"}
    assert reply.text.startswith("Kvasterblomme")
    content = b"".join(file.read_bytes() for file in tmp_path.rglob("region.db*"))
    assert b"Kvasterblomme" not in content
    assert b"Birgit" not in content
    assert "Kvasterblomme" not in repr(region.progress(number))


def test_of_an_answer_without_end_both_ends_are_kept_and_it_shows_that_something_is_left_out(region):
    number = region.sent()
    region.answers(f"Ja, men:\n{'Æblegrød. ' * 20_000}\nNEJ, det er ikke vores borger.", subject(number))
    (reply,) = region.progress(number).replies
    assert len(reply.text) < LONGEST_WORDS + 10
    assert reply.text.startswith("Ja, men:")
    assert reply.text.endswith("NEJ, det er ikke vores borger.")
    assert reply.text.count("[…]") == 1


def forged(region, program, words, number):
    """Let another program write from the unit's address."""
    program.knows(region.station.keyring.export_public(region.site.key))
    as_unit = MailProgram(program.home, program.key, program.certificate, UNIT, writes_to=region.site.address)
    return as_unit.by_thunderbird(region.site.key, words, subject(number))
