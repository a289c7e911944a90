"""A change is proposed by one, confirmed by another on the number we knew, proved by a TEST, and then in effect."""

from dataclasses import replace

import contact_ends as ends
import pytest
import sites
from contact_ends import DAY, NEW_ADDRESS, NEW_PHONE, OLD_PHONE, called, changes, contact

from directory.changes import Stand
from directory.errors import AddressTaken, BadDay, BadPhone, KeyTaken, NotAParty, PersonalAddress, WrongDomain
from directory.model import UnitKind
from gateway import upkeep
from gateway.access.four_eyes import SamePerson
from gateway.contacts.errors import (
    ChangeGone,
    ChangeOpen,
    CodeSpent,
    CodeWrong,
    KeyMissing,
    NobodyNamed,
    NotCompared,
    NothingChanges,
    WrongNumber,
)
from gateway.contacts.model import Wanted
from gateway.exchange.delivery import State
from gateway.exchange.rows import EnvelopeRow, OutgoingRow
from gateway.site.errors import MayNot
from gateway.site.people import Role
from gateway.wire.letters import Kind
from keys.errors import WrongFingerprint


@pytest.fixture
def anne(region):
    return ends.admin(region, "Anne Testesen")


@pytest.fixture
def bo(region):
    return ends.admin(region, "Bo Prøvegaard")


def moved(region, **told):
    return Wanted(sites.RANDERS, contact(region, email=NEW_ADDRESS, **told))


def randers_moves(randers, **told):
    """Let Randers open its door for the new address, as its own administrator does."""
    person = ends.admin(randers, "Karen Prøvesen")
    upkeep.our_contact(randers.station).propose(contact(randers, **{"email": NEW_ADDRESS, **told}), person)


def test_a_new_phone_takes_effect_when_a_second_person_has_rung_the_old_one(region, anne, bo):
    """D5, D11: the past stays visible, and who entered and who confirmed it."""
    flow = changes(region)
    change = flow.propose(Wanted(sites.RANDERS, contact(region, phone=NEW_PHONE)), anne)
    assert ends.active(region).phone == OLD_PHONE
    assert change.numbers_to_call == (OLD_PHONE,)

    done = flow.confirm(change.id, called("89150000"), bo)

    assert done.stand is Stand.ACTIVE
    assert (done.proposed_by, done.confirmed_by, done.called, done.spoken_with) == (
        "Anne Testesen",
        "Bo Prøvegaard",
        OLD_PHONE,
        "Karen Prøvesen",
    )
    assert (ends.active(region).phone, ends.active(region).entered_by, ends.active(region).confirmed_by) == (
        NEW_PHONE,
        anne.id,
        bo.id,
    )
    assert ends.trail(region, "propose-change", "confirm-change", "take-effect") == [
        ("propose-change", sites.RANDERS, "done"),
        ("take-effect", sites.RANDERS, "done"),
        ("confirm-change", sites.RANDERS, "done"),
    ]


def test_whoever_proposed_it_does_not_confirm_it_and_that_it_was_tried_is_noted(region, anne):
    change = changes(region).propose(moved(region), anne)

    with pytest.raises(SamePerson):
        changes(region).confirm(change.id, called(), anne)

    assert ends.trail(region, "confirm-change") == [("confirm-change", sites.RANDERS, "SAME_PERSON")]
    assert changes(region).listed(anne)[0].stand is Stand.PROPOSED


def test_one_who_keeps_the_site_alone_may_and_it_is_marked(region, anne):
    flow = changes(region, alone=True)
    change = flow.propose(Wanted(sites.RANDERS, contact(region, phone=NEW_PHONE)), anne)

    assert flow.confirm(change.id, called(), anne).alone is True
    assert '"alone": 1' in next(row.detail for row in region.rows(ends.EntryRow) if row.action == "confirm-change")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (called("+45 89 15 00 01"), WrongNumber),
        (called(NEW_PHONE), WrongNumber),
        (called(NEW_PHONE, switchboard=True), WrongNumber),
        (called("112"), BadPhone),
        (replace(called(), spoken_with=" "), NobodyNamed),
    ],
)
def test_only_the_number_we_knew_confirms(call, error, region, anne, bo):
    """D11: the number in the proposal may be the one of whoever made it up."""
    change = changes(region).propose(moved(region, phone=NEW_PHONE), anne)

    with pytest.raises(error):
        changes(region).confirm(change.id, call, bo)

    assert ends.trail(region, "confirm-change") == [("confirm-change", sites.RANDERS, error.code)]
    assert ends.active(region).email != NEW_ADDRESS


def test_where_the_number_is_gone_the_switchboard_is_rung_and_that_is_kept(region, anne, bo):
    change = changes(region).propose(Wanted(sites.RANDERS, contact(region, phone=NEW_PHONE)), anne)
    done = changes(region).confirm(change.id, called("+45 89 15 15 15", switchboard=True), bo)

    assert done.called == "+45 89 15 15 15"
    assert '"switchboard": 1' in next(
        row.detail for row in region.rows(ends.EntryRow) if row.action == "confirm-change"
    )


def test_a_new_address_is_used_when_a_signed_answer_has_come_from_it(region, randers, anne, bo):
    """D11: «ikke bekræftet» until then; D5: the old contact ends as the new one begins."""
    change = changes(region).propose(moved(region), anne)
    change = changes(region).confirm(change.id, called(), bo)
    assert (change.stand, change.needs_proof, change.answered_at) == (Stand.CONFIRMED, True, None)
    assert changes(region).tick() == 0

    randers_moves(randers)
    ends.carry(region, randers)
    assert ends.active(region).email != NEW_ADDRESS
    assert changes(region).tick() == 1

    assert (ends.active(region).email, ends.active(region).confirmed_by) == (NEW_ADDRESS, bo.id)
    assert ends.active(region).verified_at is not None
    (test,) = (row for row in region.rows(OutgoingRow) if row.kind == Kind.HEARTBEAT and row.to_address)
    assert {row.address for row in region.rows(EnvelopeRow) if row.letter_id == test.letter_id} == {NEW_ADDRESS}
    assert changes(region).listed(anne)[0].stand is Stand.ACTIVE


def test_an_answer_from_the_old_address_proves_nothing_about_the_new_one(region, randers, anne, bo):
    changes(region).confirm(changes(region).propose(moved(region), anne).id, called(), bo)
    letter = sites.referral()
    region.post(letter)
    ends.carry(region, randers)

    assert region.outgoing(letter.letter_id).state == State.RECEIVED
    assert changes(region).tick() == 0
    assert changes(region).listed(anne)[0].stand is Stand.CONFIRMED


def test_a_change_dated_ahead_takes_effect_on_its_day_at_midnight_in_denmark(region, anne, bo):
    """D5, D9."""
    tomorrow = ends.beginning(region.clock() + DAY)
    wanted = Wanted(sites.RANDERS, contact(region, phone=NEW_PHONE, valid_from=tomorrow))
    done = changes(region).confirm(changes(region).propose(wanted, anne).id, called(), bo)
    assert done.stand is Stand.PROVED
    assert changes(region).tick() == 0
    assert ends.active(region).phone == OLD_PHONE

    region.clock.now = tomorrow + DAY / 24  # the daemon was late
    assert changes(region).tick() == 1

    assert ends.active(region).phone == NEW_PHONE
    assert ends.active(region).valid_from == tomorrow


def test_what_waited_when_the_address_changed_leaves_to_the_new_one_and_old_receipts_match(region, randers, anne, bo):
    """D10."""
    before, waiting = sites.referral(), sites.referral()
    region.post(before)
    (crossed,) = region.send()
    region.post(waiting)
    changes(region).confirm(changes(region).propose(moved(region), anne).id, called(), bo)
    randers_moves(randers)
    with region.database.session() as session:
        session.get_one(OutgoingRow, waiting.letter_id).claimed_until = region.clock() + DAY / 24
    ends.carry(region, randers)
    changes(region).tick()
    with region.database.session() as session:
        session.get_one(OutgoingRow, waiting.letter_id).claimed_until = None
    randers.take(crossed)
    ends.carry(region, randers)

    assert {region.outgoing(one.letter_id).state for one in (before, waiting)} == {State.RECEIVED}
    sent = {row.letter_id: row.address for row in region.rows(EnvelopeRow)}
    assert sent[before.letter_id] == sites.UNITS[sites.RANDERS][1]
    assert sent[waiting.letter_id] == NEW_ADDRESS


def test_a_first_contact_waits_for_its_test_and_letters_for_it_leave_by_themselves(region, randers, anne, bo):
    """D6, D11: nothing is sent to an address nobody has answered from."""
    ends.forget(region)
    letter = sites.referral()
    region.post(letter)
    assert region.outgoing(letter.letter_id).reason == "NO_CONTACT"
    proposed = changes(region).propose(replace(ends.key_of(randers), contact=contact(region)), anne)
    assert proposed.numbers_to_call == ()
    call = called(OLD_PHONE, compared=randers.key)
    with pytest.raises(WrongNumber):
        changes(region).confirm(proposed.id, call, bo)
    with pytest.raises(NotCompared):
        changes(region).confirm(proposed.id, called(switchboard=True), bo)

    changes(region).confirm(proposed.id, replace(call, switchboard=True), bo)
    assert ends.active(region) is None
    ends.carry(region, randers)
    assert changes(region).tick() == 1
    ends.carry(region, randers)

    assert region.outgoing(letter.letter_id).state == State.RECEIVED
    (pin,) = ends.pins(region)
    assert (pin.pinned_by, pin.confirmed_by) == (anne.id, bo.id)


def test_two_ends_that_enrol_each_other_at_the_same_time_do_not_wait_for_one_another(region, randers):
    """Each waits for the other's receipt before it writes anything else: the receipts go all the same."""
    ends.forget(region)
    ends.forget(randers, "region")
    for here, there in ((region, randers), (randers, region)):
        one, two = ends.admin(here, "Anne Testesen"), ends.admin(here, "Bo Prøvegaard")
        wanted = replace(ends.key_of(there), contact=contact(here, there.party))
        change = changes(here).propose(wanted, one)
        changes(here).confirm(change.id, called("84112000", switchboard=True, compared=there.key), two)

    ends.carry(region, randers)

    assert (changes(region).tick(), changes(randers).tick()) == (1, 1)
    assert ends.active(randers, "region").email == region.address


def test_a_key_is_pinned_at_confirmation_and_the_old_one_ends_at_once(region, randers, favrskov, anne, bo):
    """Re-enrolment after loss or theft: both names, and the fingerprint compared."""
    with region.database.session() as session:
        ends.AddressBook(session).forget(sites.FAVRSKOV, region.clock())
    wanted = Wanted(sites.RANDERS, None, ends.certificate(favrskov), favrskov.key)
    change = changes(region).propose(wanted, anne)
    assert [pin.fingerprint for pin in ends.pins(region)] == [randers.key]

    with pytest.raises(WrongFingerprint):
        changes(region).confirm(change.id, called(compared=randers.key), bo)
    changes(region).confirm(change.id, called(compared=favrskov.key), bo)

    old, new = ends.pins(region)
    assert (old.valid_to, new.fingerprint, new.valid_to) == (region.clock(), favrskov.key, None)
    greeting = [row for row in region.rows(OutgoingRow) if row.kind == Kind.HEARTBEAT]
    assert [region.said(row)["why"] for row in greeting] == ["greeting"]


def test_a_contact_and_a_key_one_person_proposes_after_one_another_are_one_change(region, randers, anne, bo):
    """Whoever looked at the first cannot confirm what they have not seen."""
    ends.forget(region)
    first = changes(region).propose(Wanted(sites.RANDERS, contact(region)), anne)
    with pytest.raises(KeyMissing):
        changes(region).confirm(first.id, called(switchboard=True), bo)
    with pytest.raises(ChangeOpen):
        changes(region).propose(ends.key_of(randers), bo)

    both = changes(region).propose(ends.key_of(randers), anne)

    assert (both.contact.email, both.fingerprint) == (first.contact.email, randers.key)
    with pytest.raises(ChangeGone):
        changes(region).confirm(first.id, called(switchboard=True), bo)
    assert len(ends.open_changes(region)) == 1


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"email": "bente.hansen@randers.example"}, PersonalAddress),
        ({"email": "sikkerpost@randers.example.org"}, WrongDomain),
        ({"email": "sikkerpost@notranders.dk"}, WrongDomain),
        ({"email": sites.UNITS[sites.FAVRSKOV][1]}, WrongDomain),
        ({"valid_from": "a year too far"}, BadDay),
        ({"valid_from": "yesterday"}, BadDay),
        ({}, NothingChanges),
    ],
)
def test_what_cannot_be_right_is_stopped_with_a_plain_reason(told, error, region, anne):
    """D8, D11, D19."""
    days = {"a year too far": 400 * DAY, "yesterday": -1 * DAY}
    told = {name: region.clock() + days[value] if value in days else value for name, value in told.items()}

    with pytest.raises(error):
        changes(region).propose(Wanted(sites.RANDERS, contact(region, **told)), anne)

    assert ends.trail(region, "propose-change") == [("propose-change", sites.RANDERS, error.code)]
    assert ends.open_changes(region) == []


def test_another_s_address_and_our_own_are_taken(region, anne):
    """D1, D15."""
    flow = changes(region, domains=("example",))
    for email in (sites.UNITS[sites.FAVRSKOV][1], region.address.upper()):
        with pytest.raises(AddressTaken):
            flow.propose(Wanted(sites.RANDERS, contact(region, email=email)), anne)


def test_an_address_that_another_change_waits_for_is_taken(region, anne):
    flow = changes(region, domains=("faelles.example",))
    flow.propose(Wanted(sites.RANDERS, contact(region, email="post@faelles.example")), anne)

    with pytest.raises(AddressTaken):
        flow.propose(Wanted(sites.FAVRSKOV, contact(region, sites.FAVRSKOV, email="Post@faelles.example")), anne)


def test_an_address_that_looks_personal_may_be_said_to_be_right(region, anne):
    wanted = Wanted(sites.RANDERS, contact(region, email="bente.hansen@randers.example"), personal_ok=True)

    assert changes(region).propose(wanted, anne).looks_personal
    assert '"personal": 1' in region.rows(ends.EntryRow)[-1].detail


def test_nobody_is_proposed_who_is_no_party_and_what_was_typed_is_not_noted(region, anne):
    for party in ("190668-7074", "region"):
        with pytest.raises(NotAParty):
            changes(region).propose(Wanted(party, None), anne)

    assert {about for _action, about, _outcome in ends.trail(region, "propose-change")} == {"", "region"}


def test_a_key_of_ours_or_another_s_is_taken(region, favrskov, anne):
    for owner in (region, favrskov):
        with pytest.raises(KeyTaken):
            changes(region).propose(Wanted(sites.RANDERS, None, ends.certificate(owner), owner.key), anne)


def test_a_mail_client_unit_reads_the_code_aloud(region, anne, bo):
    """D11: there is no gateway to answer by itself."""
    change = changes(region).propose(moved(region, kind=UnitKind.MAIL_CLIENT), anne)
    change = changes(region).confirm(change.id, called(), bo)
    assert change.awaits_code
    (test,) = (row for row in region.rows(OutgoingRow) if row.kind == Kind.HEARTBEAT)
    code = region.said(test)["code"]
    wrong = "000 000" if code != "000 000" else "111 111"

    with pytest.raises(CodeWrong):
        changes(region).prove_by_code(change.id, wrong, anne)
    assert ends.active(region).email != NEW_ADDRESS
    done = changes(region).prove_by_code(change.id, f" {code.replace(' ', '-')}", anne)

    assert done.stand is Stand.ACTIVE
    assert ends.active(region).kind is UnitKind.MAIL_CLIENT
    assert ends.trail(region, "prove-address") == [
        ("prove-address", sites.RANDERS, "CODE_WRONG"),
        ("prove-address", sites.RANDERS, "done"),
    ]


def test_a_code_cannot_be_guessed(region, anne, bo):
    change = changes(region).propose(moved(region, kind=UnitKind.MAIL_CLIENT), anne)
    changes(region).confirm(change.id, called(), bo)
    (test,) = (row for row in region.rows(OutgoingRow) if row.kind == Kind.HEARTBEAT)
    code = region.said(test)["code"]
    for _ in range(5):
        with pytest.raises(CodeWrong):
            changes(region).prove_by_code(change.id, "12", anne)

    with pytest.raises(CodeSpent):
        changes(region).prove_by_code(change.id, code, anne)
    changes(region).test_again(change.id, anne)
    assert changes(region).listed(anne)[0].tested_at


def test_an_address_that_does_not_answer_is_tested_again_each_day(region, anne, bo):
    changes(region).confirm(changes(region).propose(moved(region), anne).id, called(), bo)
    region.send()
    assert changes(region).tick() == 0
    region.clock.go(DAY)

    assert changes(region).tick() == 1
    assert len([row for row in region.rows(OutgoingRow) if row.kind == Kind.HEARTBEAT]) == 2
    assert changes(region).tick() == 0


def test_a_change_that_is_refused_changes_nothing_and_stays_visible(region, anne, bo):
    change = changes(region).propose(moved(region), anne)
    changes(region).refuse(change.id, bo, "NOT_THEIRS")

    (past,) = changes(region).listed(bo)
    assert (past.stand, past.reason, past.is_open) == (Stand.REFUSED, "NOT_THEIRS", False)
    with pytest.raises(ChangeGone):
        changes(region).confirm(change.id, called(), bo)
    region.clock.go(sites.MINUTE)
    again = changes(region).propose(moved(region), anne)
    changes(region).refuse(again.id, anne)
    assert [one.reason for one in changes(region).listed(bo, sites.RANDERS)] == ["WITHDRAWN", "NOT_THEIRS"]


def test_only_administrators_change_anything(region, anne):
    change = changes(region).propose(moved(region), anne)
    ole = sites.hire(region.station, "Ole Testesen", Role.SENDER)
    flow = changes(region)
    for tried in (
        lambda: flow.propose(moved(region), ole),
        lambda: flow.confirm(change.id, called(), ole),
        lambda: flow.refuse(change.id, ole),
        lambda: flow.test_again(change.id, ole),
        lambda: flow.prove_by_code(change.id, "1", ole),
        lambda: flow.propose_all([], ole),
    ):
        with pytest.raises(MayNot):
            tried()

    assert flow.listed(ole)
    assert {outcome for *_rest, outcome in ends.trail(region)[1:]} == {"MAY_NOT"}


def test_every_signed_answer_from_the_active_address_verifies_it_anew(region, randers):
    """D4."""
    letter = sites.referral()
    region.post(letter)
    ends.carry(region, randers)
    region.clock.go(DAY / 24)
    changes(region).tick()

    verified = ends.active(region).verified_at
    assert verified is not None
    changes(region).tick()
    assert ends.active(region).verified_at == verified


def test_the_test_of_an_address_that_was_refused_meanwhile_does_not_leave(region, anne, bo):
    change = changes(region).propose(moved(region), anne)
    changes(region).confirm(change.id, called(), bo)
    changes(region).refuse(change.id, bo)

    assert region.send() == []


def test_a_change_that_cannot_go_on_keeps_none_behind_it_waiting(region, anne, bo, monkeypatch):
    flow = changes(region)
    first = flow.propose(moved(region), anne)
    flow.confirm(first.id, called(), bo)
    elsewhere = contact(
        region, sites.FAVRSKOV, phone="+45 89 64 99 99", valid_from=ends.beginning(region.clock() + DAY)
    )
    second = flow.propose(Wanted(sites.FAVRSKOV, elsewhere), anne)
    flow.confirm(second.id, called(sites.UNITS[sites.FAVRSKOV][2]), bo)
    region.clock.go(2 * DAY)
    whole = type(flow)._go_on

    def stumbles(self, change_id):
        if change_id == first.id:
            raise OSError
        return whole(self, change_id)

    monkeypatch.setattr(type(flow), "_go_on", stumbles)
    flow.tick()
    assert ends.active(region, sites.FAVRSKOV).phone == "+45 89 64 99 99"


def test_that_the_number_stood_only_in_the_change_is_marked(region, randers, anne, bo):
    """A first enrolment may have no other number; the log tells whoever looks."""
    ends.forget(region)
    key = {"certificate": ends.certificate(randers), "fingerprint": randers.key}
    change = changes(region).propose(Wanted(sites.RANDERS, contact(region), **key), anne)
    changes(region).confirm(change.id, called(switchboard=True, compared=randers.key), bo)

    (detail,) = (row.detail for row in region.rows(ends.EntryRow) if row.action == "confirm-change")
    assert '"only_in_the_change": 1' in detail
