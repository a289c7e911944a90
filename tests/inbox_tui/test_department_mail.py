"""A department that works in a mail program: it gets the referral as sealed mail, and takes it over by answering (E7).

Both ends are real: our key ring and relay here, GnuPG in a home of its own there.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sites
from mail_program import ADDRESS, MailProgram, mail_program, quoted, thunderbird_content
from mail_town import Town

from directory.book import AddressBook
from directory.errors import AddressTaken, BadAddress, KeyTaken
from directory.model import REGION
from gateway import upkeep
from gateway.audit.read import entries
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, TakenRow
from gateway.liveness.look import name_of
from gateway.rotation.errors import NotToBeTold
from gateway.site.errors import MayNot
from gateway.wire.errors import LetterOutOfTurn
from gateway.wire.letters import Kind, Letter, new_id
from inbox_tui import bootstrap, held_up, mailed
from inbox_tui.casework.case import CaseState
from inbox_tui.casework.errors import DepartmentUnknown, NotByMail
from inbox_tui.erasing import EraseCases
from inbox_tui.tables import MailedRow
from keys.errors import NotOneKey, WrongFingerprint
from tests.inbox_site import ANNE, BODIL, HOME_CARE, SOCIAL, referral

SUBJECT = f"Re: Videresendt bekymringshenvendelse {sites.NUMBER}"
YES = "Vi tager over. Venlig hilsen Hjemmeplejen"


@pytest.fixture(scope="module")
def home_care() -> Iterator[MailProgram]:
    with mail_program() as program:
        yield program


@pytest.fixture(scope="module")
def somebody_else() -> Iterator[MailProgram]:
    with mail_program("Mallory") as program:
        yield program


@pytest.fixture
def town(line, home_care) -> Town:
    return Town(line, home_care)


def refused(town, raw, reason):
    """The mail is set aside, the case stands as it did, and nobody is answered."""
    before, posted = town.case, len(town.site.rows(OutgoingRow))
    assert town.site.take(raw) == ("quarantined", reason)
    assert town.case == before
    assert len(town.site.rows(OutgoingRow)) == posted


# There and back


def test_a_department_reads_the_whole_letter_and_takes_over_by_answering_from_thunderbird(town, home_care):
    """E7, S19. Nothing of the citizen stands outside; the answer is judged by signature, number and age."""
    (raw,) = town.forward()
    assert b"Subject: [...]" in raw
    assert sites.NUMBER.encode() not in raw
    text = home_care.text(raw)
    assert home_care.reads(raw)["Subject"] == f"Videresendt bekymringshenvendelse {sites.NUMBER}"
    assert referral("R02")["citizen"]["cpr"] in text
    assert "Ring til mig." in text
    assert town.case.state is CaseState.FORWARDED
    (row,) = town.forwards()
    assert (row.state, row.next_at) == ("handed-over", None)
    assert town.course["Forseglet mail"].startswith("Hjemmepleje: sendt ")

    answer = home_care.by_thunderbird(town.site.key, f"{YES}\n\n{quoted(text)}", SUBJECT)
    assert town.site.take(answer) == ("taken", "")
    assert (town.case.state, town.taken_over_by()) == (CaseState.TAKEN_OVER, "Hjemmepleje")
    with town.site.database.reading() as session:
        (entry,) = [one for one in entries(session) if one.action == "take-over"]
    assert (entry.person_id, entry.about) == ("daemon", town.case_id)
    assert json.loads(entry.detail) == {"department": HOME_CARE, "how": "mail"}
    assert town.site.take(answer) == ("duplicate", "")
    assert len(town.case.notes) == 1
    assert not town.site.send()


@pytest.mark.parametrize(
    "options", [("--textmode",), ("--compress-algo", "zip"), ("--textmode", "--compress-algo", "zlib")]
)
def test_an_answer_from_neomutt_that_only_quotes_our_letter_takes_over(town, home_care, options):
    """No protected headers, signed as text, compressed, the outer subject worth nothing."""
    (raw,) = town.forward()
    words = f"On Mon, Nov 23, 2026, Den sociale indgang wrote:\n{quoted(home_care.text(raw))}\n\nJa tak."
    assert town.site.take(home_care.by_neomutt(town.site.key, words, options)) == ("taken", "")
    assert town.taken_over_by() == "Hjemmepleje"


def test_a_department_beside_the_responsible_one_is_told_once_and_cannot_take_over(town, home_care):
    (raw,) = town.forward(to=SOCIAL, also=(HOME_CARE,))
    assert "I behøver ikke svare" in " ".join(home_care.text(raw).split())
    refused(town, home_care.by_thunderbird(town.site.key, YES, SUBJECT), "REPLY_UNMATCHED")
    assert not town.forward(to=SOCIAL, also=(HOME_CARE,))


# What is refused


def test_what_is_not_signed_by_the_departments_pinned_key_is_set_aside(town, home_care, somebody_else, line):
    """Unsigned, signed by a stranger, by Præhospitalet, twice, in clear, damaged: set aside as any letter is."""
    town.forward()
    key, content = town.site.key, thunderbird_content(YES, SUBJECT, sender=ADDRESS)
    somebody_else.knows(town.site.station.keyring.export_public(key))
    town.site.station.keyring.gpg.import_keys(somebody_else.certificate)
    refused(town, home_care.wrapped(home_care.sealed(content, to=key, sign=False)), "REPLY_UNSIGNED")
    refused(town, somebody_else.by_thunderbird(key, YES, SUBJECT), "REPLY_WRONG_SIGNER")
    region = line.region.station.keyring
    of_region = region.gpg.act(
        *("--armor", "--recipient", key, "--local-user", line.region.key, "--sign", "--encrypt"),
        data=content, passphrase=region.passphrase,
    )  # fmt: skip
    refused(town, home_care.wrapped(of_region.data), "REPLY_WRONG_SIGNER")
    good = home_care.sealed(content, to=key)
    lines = good.splitlines()
    lines[6] = lines[6].swapcase()
    refused(town, home_care.wrapped(b"\n".join(lines)), "REPLY_DAMAGED")
    in_clear = home_care.gpg("--clearsign", "--local-user", home_care.key, data=content)
    plain = f"From: {ADDRESS}\r\nTo: sikkerpost@randers.example\r\nSubject: {SUBJECT}\r\n\r\n".encode() + in_clear
    refused(town, plain, "REPLY_NOT_AN_ENVELOPE")
    refused(town, home_care.wrapped(good, sender="mallory@omsorg.example"), "NOT_AN_ENVELOPE")


def test_a_departments_key_opens_no_door_for_letters(town, home_care):
    """Nothing a department signs is a letter of the agreement, from whatever address, and no receipt goes back."""
    from gateway.wire import envelope, payload  # noqa: PLC0415 - one use

    town.forward()
    station, address = town.site.station, town.site.station.own.address
    letter = Letter(Kind.HEARTBEAT, new_id(), sites.RANDERS, "", {"why": "asked", "unit": "x", "phone": "+45 95000000"})
    for party, sender in (("department:hjemmepleje", ADDRESS), (REGION, sites.UNITS[REGION][1])):
        said = payload.written(
            letter,
            sender=payload.address(party, sender, home_care.key),
            reader=payload.address(sites.RANDERS, address, town.site.key),
            now=town.clock(),
        )
        outside = envelope.Outside(sender, address, new_id(), town.clock())
        content = envelope.fill(outside, envelope.Words(SUBJECT, YES), said.encoded())
        raw = envelope.wrap(home_care.sealed(content, to=station.own.fingerprint), outside)
        raw = raw.replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no")
        refused(town, raw, "REPLY_OUT_OF_TURN" if sender == ADDRESS else "WRONG_SIGNER")
    assert [row.kind for row in town.site.rows(TakenRow)] == ["referral"]


def test_a_forward_goes_to_a_department_and_nothing_else_does(town, line):
    """L4, L8: Præhospitalet gets no forward, sends none, and no other letter is posted to a department."""
    town.forward()
    body, department = dict(town.site.said(town.forwards()[0])), "department:hjemmepleje"
    for kind in set(Kind) - {Kind.RECEIPT}:
        to = REGION if kind is Kind.FORWARD else department
        with pytest.raises(LetterOutOfTurn):
            town.site.post(Letter(kind, new_id(), to, sites.NUMBER, body))
    for by, to in ((town.site, line.region), (line.region, town.site)):
        letter = Letter(Kind.FORWARD, new_id(), to.party, sites.NUMBER, body)
        assert to.take(sites.sealed(by, letter).content) == ("refused", "OUT_OF_TURN")


def test_an_answer_must_name_one_referral_that_is_with_the_department(town, home_care, line):
    key, other = town.site.key, town.arrive(line, "2026-0043")
    town.forward(other, to=SOCIAL)
    refused(town, home_care.by_thunderbird(key, YES, SUBJECT), "REPLY_UNMATCHED")
    town.forward()
    refused(town, home_care.by_thunderbird(key, YES), "REPLY_WITHOUT_NUMBER")
    refused(town, home_care.by_thunderbird(key, "Vi tager også 2026-0043.", SUBJECT), "REPLY_NAMES_SEVERAL")
    refused(town, home_care.by_thunderbird(key, "Vi tager 2026-0043."), "REPLY_UNMATCHED")
    refused(town, home_care.by_thunderbird(key, "Vi tager 2026-9999."), "REPLY_UNMATCHED")
    passed_on = thunderbird_content(YES, SUBJECT, sender=ADDRESS, to="sikkerpost@favrskov.example")
    refused(town, home_care.wrapped(home_care.sealed(passed_on, to=key)), "REPLY_NOT_FOR_THIS_UNIT")
    forged = thunderbird_content(YES, SUBJECT, sender="Anne <anne@randers.example>")
    refused(town, home_care.wrapped(home_care.sealed(forged, to=key)), "REPLY_SENDER_DIFFERS")


def test_an_old_answer_takes_nothing_over_again(town, home_care):
    """A copy of an answer is worth nothing once the case has come back and gone out again; nor is one after 30 days."""
    town.forward()
    answer = home_care.by_thunderbird(town.site.key, YES, SUBJECT)
    town.site.take(answer)
    town.store.send_back(town.case_id, "Hører ikke til os.", ANNE, town.clock())
    refused(town, answer, "REPLY_UNMATCHED")
    town.clock.go(timedelta(minutes=6))
    town.forward()
    refused(town, answer, "REPLY_OUT_OF_TIME")
    assert town.case.state is CaseState.FORWARDED
    town.clock.go(timedelta(days=31))
    refused(town, home_care.by_thunderbird(town.site.key, YES, SUBJECT), "REPLY_OUT_OF_TIME")


def test_a_copy_of_an_answer_sent_at_once_takes_nothing_over_again(town, home_care):
    """However little time there was between the two forwards; only an answer to the second one counts."""
    town.forward()
    answer = home_care.by_thunderbird(town.site.key, YES, SUBJECT)
    assert town.site.take(answer) == ("taken", "")
    town.store.send_back(town.case_id, "Hører ikke til os.", ANNE, town.clock())
    now = town.clock.go(timedelta(minutes=2))
    town.forward()
    refused(town, answer, "REPLY_OUT_OF_TIME")
    later = ("--faked-system-time", f"{now + timedelta(seconds=30):%Y%m%dT%H%M%S}")
    assert town.site.take(home_care.by_thunderbird(town.site.key, YES, SUBJECT, later)) == ("taken", "")


def test_a_machine_that_answers_for_the_department_takes_nothing_over(town, home_care):
    """A server that seals for its people seals also that they are away; outside alone it says what it is (RFC 3834)."""
    town.forward()
    answer = home_care.by_thunderbird(town.site.key, "Jeg er tilbage på mandag.", SUBJECT)
    refused(town, b"Auto-Submitted: auto-replied\r\n" + answer, "REPLY_AUTOMATIC")
    arrival = town.site.store(answer, from_nobody=True)
    assert town.site.receive(arrival) == "quarantined"
    assert town.case.state is CaseState.FORWARDED
    assert town.site.take(b"Auto-Submitted: no\r\n" + answer) == ("taken", "")


def test_an_address_that_moves_from_one_department_to_another_answers_for_the_new_one(town, home_care):
    """The administrator had reached the wrong department: its former address is not held against the right one."""
    town.mail.unreach(HOME_CARE, BODIL)
    town.mail.reach(SOCIAL, ADDRESS, home_care.certificate, home_care.key, BODIL)
    town.forward(to=SOCIAL)
    assert town.site.take(home_care.by_thunderbird(town.site.key, YES, SUBJECT)) == ("taken", "")


# On its way


def test_what_cannot_leave_is_seen_on_the_case_and_leaves_when_the_cause_is_gone(town, home_care):
    with town.site.database.session() as session:
        AddressBook(session).forget("department:hjemmepleje", town.clock())
    assert not town.forward()
    (stuck,) = town.case.held_up
    assert (stuck.department, stuck.reason) == ("Hjemmepleje", "NO_KEY")
    assert "Hjemmepleje: ! kan ikke sendes." in town.course["Forseglet mail"]
    assert "Hjemmepleje" in held_up.heading(stuck)
    assert "Præhospitalet" not in held_up.advice(stuck, "+45 84 11 20 00")
    assert sites.NUMBER in held_up.summary([stuck], "")
    town.mail.reach(HOME_CARE, ADDRESS, home_care.certificate, home_care.key, BODIL)
    (raw,) = town.site.send()
    assert sites.NUMBER in home_care.text(raw)
    assert not town.case.held_up


def test_a_department_beside_that_never_got_its_mail_is_told_by_the_next_one(town, home_care):
    with town.site.database.session() as session:
        AddressBook(session).forget("department:hjemmepleje", town.clock())
    assert not town.forward(to=SOCIAL, also=(HOME_CARE,))
    town.forward(to="sundhedspleje", also=(HOME_CARE,))
    town.mail.reach(HOME_CARE, ADDRESS, home_care.certificate, home_care.key, BODIL)
    (raw,) = town.site.send()
    assert sites.NUMBER in home_care.text(raw)


@pytest.mark.parametrize("happens", ["moved", "sent back", "withdrawn", "not ours"])
def test_what_has_not_left_is_taken_back_when_it_must_not_leave_any_more(town, home_care, happens):
    """O10: no department hears of a citizen who has withdrawn, or of a case that is another's by now."""
    from gateway.wire.answers import Elsewhere  # noqa: PLC0415 - one use

    with town.site.database.session() as session:
        AddressBook(session).forget("department:hjemmepleje", town.clock())
    town.forward()
    match happens:
        case "moved":
            town.forward(to=SOCIAL)
        case "sent back":
            town.store.send_back(town.case_id, "Forkert afdeling.", ANNE, town.clock())
        case "withdrawn":
            town.acts.withdraw(town.case_id, ANNE, town.clock())
        case "not ours":
            town.acts.not_ours(town.case_id, Elsewhere.MOVED, "", ANNE, town.clock())
    town.mail.reach(HOME_CARE, ADDRESS, home_care.certificate, home_care.key, BODIL)
    town.site.send()
    (row,) = town.forwards()
    assert (row.state, row.locked) == ("cancelled", b"")
    assert not [one for one in town.site.rows(EnvelopeRow) if one.letter_id == row.letter_id]


def test_a_mail_that_came_back_is_seen_and_tried_again(town):
    """A full mailbox is emptied: no receipt will tell, so the bounce is believed."""
    from gateway.exchange import bounces, outbox  # noqa: PLC0415 - one use

    town.forward()
    (row,) = town.forwards()
    with town.site.database.session() as session:
        (sent,) = outbox.envelopes(session, row.letter_id)
        text = f"Action: failed\r\nStatus: 5.2.2\r\nOriginal-Message-ID: <{sent.envelope_id}@randers.example>\r\n"
        report = (
            "From: MAILER-DAEMON@omsorg.example\r\nContent-Type: multipart/report; report-type=delivery-status;"
            ' boundary="b"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n' + text + "\r\n--b--\r\n"
        )
        assert bounces.take(session, report.encode(), from_nobody=True, now=town.clock()) == ("bounce", "BOUNCED_5.2.2")
    assert town.case.held_up[0].reason == "BOUNCED_5.2.2"
    town.clock.go(timedelta(hours=1, minutes=1))
    town.site.send()
    assert town.site.states(row.letter_id) == ["queued", "handed-over", "parked", "handed-over"]


def test_erasing_a_case_erases_what_was_mailed_and_waits_for_what_is_under_way(town, home_care):
    """O18."""
    town.forward()
    assert town.forwards()[0].locked
    with town.site.database.session() as session:
        assert not mailed.under_way(session, town.case_id)
        mailed.erase(session, town.case_id)
    assert town.forwards()[0].locked == b""
    with town.site.database.session() as session:
        AddressBook(session).forget("department:hjemmepleje", town.clock())
    town.forward()
    town.acts.withdraw(town.case_id, ANNE, town.clock())
    later, eraser = town.clock() + timedelta(days=400), EraseCases(town.site.station.vault)
    with town.site.database.session() as session:
        assert not eraser.due(session, later)
        assert [held.reason for held in eraser.held(session, later)] == ["under-way"]
    assert home_care.key


# Who is reached


def test_a_department_is_reached_and_left_by_the_administrator_alone(town, home_care, somebody_else):
    """D14: every refusal changes nothing; every change is noted with its key."""
    mail, good = town.mail, (ADDRESS, home_care.certificate, home_care.key)
    for person, named, address, certificate, key, error in (
        (ANNE, HOME_CARE, *good, MayNot),
        (BODIL, "fritid", *good, DepartmentUnknown),
        (BODIL, HOME_CARE, "www.x@omsorg.example", *good[1:], BadAddress),
        (BODIL, HOME_CARE, sites.UNITS[sites.RANDERS][1], *good[1:], AddressTaken),
        (BODIL, SOCIAL, ADDRESS, somebody_else.certificate, somebody_else.key, AddressTaken),
        (BODIL, HOME_CARE, sites.UNITS[REGION][1], *good[1:], AddressTaken),
        (BODIL, SOCIAL, "social@omsorg.example", *good[1:], KeyTaken),
        (BODIL, HOME_CARE, ADDRESS, home_care.certificate, somebody_else.key, WrongFingerprint),
        (BODIL, HOME_CARE, ADDRESS, home_care.certificate + somebody_else.certificate, home_care.key, NotOneKey),
    ):
        with pytest.raises(error):
            mail.reach(named, address, certificate, key, person)
    own = town.site.station.keyring.export_public(town.site.key)
    with pytest.raises(KeyTaken):
        mail.reach(HOME_CARE, ADDRESS, own, town.site.key, BODIL)
    (one,) = mail.listed(ANNE)
    assert (one.department_id, one.name, one.fingerprint) == (HOME_CARE, "Hjemmepleje", home_care.key)
    mail.unreach("hjemmepleje", BODIL)
    with pytest.raises(NotByMail):
        mail.unreach(HOME_CARE, BODIL)
    with pytest.raises(NotByMail):
        mail.told(HOME_CARE, BODIL)
    assert not mail.listed(ANNE)
    assert not town.forward()
    assert not town.forwards()
    with town.site.database.reading() as session:
        kept = [json.loads(one.detail) for one in entries(session) if one.action == "set-department"]
    assert [one for one in kept if one] == [{"change": "mail", "key": str(home_care.key)}, {"change": "no-mail"}]


def test_no_list_of_the_parties_of_the_agreement_holds_a_department(town):
    station, now = town.site.station, town.clock()
    with station.database.reading() as session:
        assert [one.party for one in AddressBook(session).contacts()] == [REGION]
        assert town.program.key not in AddressBook(session).trusted(now)
        rows = upkeep.board(station).rows(session, now)
    assert [row.facts.party for row in rows] == [REGION]
    assert upkeep.heartbeats(station).tick() == 0 or town.site.rows(OutgoingRow)[-1].to_party == REGION
    with station.database.reading() as session:
        for days, code in ((700, "DEPARTMENT_KEY_ENDS"), (740, "DEPARTMENT_KEY_ENDED")):
            found = upkeep.notices(station).now(session, now + timedelta(days=days))
            assert code in {one.code for one in found if not one.about}
    line = bootstrap.line(station).look(ANNE)
    assert [one.fingerprint for one in line.their_keys] == [sites.KEYS[REGION]]


def test_after_a_change_of_our_key_a_department_is_told_by_a_person_and_gets_no_announcement(town, home_care):
    """Until it has the new key the old one signs; the answer sealed to the new one shows that it has it."""
    rotation = upkeep.rotation(town.site.station)
    stands = rotation.begin(BODIL)
    assert stands.stragglers == ("department:hjemmepleje", REGION)
    assert name_of("department:hjemmepleje") == "hjemmepleje"
    assert {row.to_party for row in town.site.rows(OutgoingRow) if row.kind == Kind.KEY_CHANGE} == {REGION}
    town.site.send()
    (raw,) = town.forward()
    assert sites.NUMBER in home_care.text(raw)
    (envelope,) = [one for one in town.site.rows(EnvelopeRow) if one.letter_id == town.forwards()[0].letter_id]
    assert envelope.signed_by == town.site.key
    assert stands.new
    home_care.knows(town.site.station.keyring.export_public(stands.new))
    assert town.site.take(home_care.by_thunderbird(stands.new, YES, SUBJECT)) == ("taken", "")
    assert rotation.status(BODIL).heard == ("department:hjemmepleje",)
    with pytest.raises(NotToBeTold):
        town.mail.told(HOME_CARE, BODIL)
    town.clock.go(timedelta(days=town.site.station.settings.keeping.overlap_days + 1))
    town.store.send_back(town.case_id, "Alligevel ikke.", ANNE, town.clock())
    town.forward()
    assert town.forwards()[-1].state == "handed-over"
    assert {row.department_id for row in town.site.rows(MailedRow)} == {HOME_CARE}
