"""Our own unit moves, and tells the others by letter; there it is a proposal that people confirm (D5, D9, S27)."""

from dataclasses import replace

import contact_ends as ends
import pytest
import sites
from contact_ends import DAY, NEW_ADDRESS, NEW_PHONE, OLD_PHONE, called, changes, contact
from sites import FAVRSKOV, RANDERS

from directory.changes import Stand
from directory.errors import AddressTaken, BadDay, PersonalAddress, WrongDomain
from directory.model import REGION, UnitKind
from gateway import upkeep
from gateway.commands.changes_told import lines_of
from gateway.contacts.errors import NothingChanges
from gateway.exchange.rows import OutgoingRow
from gateway.site.errors import MayNot
from gateway.site.people import Role
from gateway.wire.letters import Kind


@pytest.fixture
def anne(region):
    return ends.admin(region, "Anne Testesen")


@pytest.fixture
def karen(randers):
    return ends.admin(randers, "Karen Prøvesen")


def ours(site):
    return upkeep.our_contact(site.station)


def settled(*two):
    """Let mail and chores go round until nothing moves."""
    for _ in range(3):
        ends.carry(*two)
        for one in two:
            changes(one).tick()


def test_a_unit_that_moves_is_written_to_at_its_new_address_when_people_have_rung_and_it_has_answered(
    region, randers, anne, karen
):
    ours(randers).propose(contact(randers, email=NEW_ADDRESS, phone=NEW_PHONE), karen)
    settled(region, randers)
    (change,) = changes(region).listed(anne)
    assert (change.by_letter, change.proposed_by, change.stand) == (True, RANDERS, Stand.PROPOSED)
    assert change.numbers_to_call == (OLD_PHONE,)
    assert ("take-proposal", RANDERS, "done") in ends.trail(region)

    changes(region).confirm(change.id, called(), anne)
    settled(region, randers)

    assert (ends.active(region).email, ends.active(region).phone) == (NEW_ADDRESS, NEW_PHONE)
    (shown,) = (one for one in ours(randers).listed(karen) if one.contact.email == NEW_ADDRESS)
    assert (shown.using, shown.waiting) == ((), (REGION,)), "a TEST does not tell that the region writes there"
    region.post(sites.referral())
    ends.carry(region, randers)
    assert ours(randers).listed(karen)[0].using == (REGION,)


def test_the_region_tells_every_municipality_whose_key_it_has(region, randers, favrskov, anne):
    new = contact(region, REGION, email="ny.modtagelse@region.example")
    ours(region).propose(new, anne)

    letters = [row for row in region.rows(OutgoingRow) if row.kind == Kind.CONTACT_CHANGE]
    assert [row.to_party for row in letters] == [FAVRSKOV, RANDERS]
    ends.carry(region, randers, favrskov)
    for site in (randers, favrskov):
        (row,) = ends.open_changes(site)
        assert (row.party, row.email, row.letter_id is not None) == (REGION, new.email, True)


def test_what_a_unit_does_not_change_goes_on_as_it_was(randers, karen):
    """D17: the hours its phone is answered are not lost by the next change of its address."""
    hours, kind = "man-ons 8-15, tor 8-17, fre 8-13", UnitKind.MAIL_CLIENT
    ours(randers).propose(contact(randers, email=NEW_ADDRESS, hours=hours, kind=kind), karen)
    unit = randers.station.unit
    assert (unit.email, unit.hours, unit.kind) == (NEW_ADDRESS, hours, kind)


def test_a_change_by_letter_is_said_to_be_the_party_s_own(region, randers, anne, karen):
    ours(randers).propose(contact(randers, email=NEW_ADDRESS), karen)
    settled(region, randers)
    (change,) = changes(region).listed(anne)
    assert "Randers" in lines_of(change)[-2]
    assert RANDERS not in lines_of(change)[-2]


def test_mail_to_the_old_address_is_taken_in_until_the_overlap_ends(randers, karen):
    """D9, D10."""
    tomorrow = ends.beginning(randers.clock() + DAY)
    ours(randers).propose(contact(randers, email=NEW_ADDRESS, valid_from=tomorrow), karen)

    old, overlap = randers.address, randers.station.settings.keeping.overlap_days
    assert ends.doors(randers) == {old, NEW_ADDRESS}
    assert randers.station.unit.email == old
    randers.clock.now = tomorrow
    assert randers.station.unit.email == NEW_ADDRESS
    randers.clock.go((overlap - 1) * DAY)
    assert ends.doors(randers) == {old, NEW_ADDRESS}
    randers.clock.go(DAY)
    assert ends.doors(randers) == {NEW_ADDRESS}


def test_the_old_address_goes_on_for_as_long_as_somebody_still_writes_there(randers, karen):
    """D10: a straggler's mail is not lost because nobody rang in time."""
    ours(randers).propose(contact(randers, email=NEW_ADDRESS), karen)
    for _ in range(60):
        randers.clock.go(DAY)
        ours(randers).tick()
    assert ends.doors(randers) == {randers.address, NEW_ADDRESS}

    with randers.database.session() as session:
        randers.station.own_book(session).known(REGION, NEW_ADDRESS, randers.clock())
    randers.clock.go(8 * DAY)
    ours(randers).tick()
    assert ends.doors(randers) == {NEW_ADDRESS}


def test_an_old_address_that_ended_while_we_were_off_is_opened_again_for_whoever_still_writes_there(randers, karen):
    ours(randers).propose(contact(randers, email=NEW_ADDRESS), karen)
    randers.clock.go((randers.station.settings.keeping.overlap_days + 10) * DAY)
    assert ends.doors(randers) == {NEW_ADDRESS}
    ours(randers).tick()
    assert ends.doors(randers) == {randers.address, NEW_ADDRESS}


def test_two_that_enrol_each_other_after_one_has_moved_hear_each_other(region, randers):
    """The new one knows of no address but the new."""
    ends.forget(region)
    ends.forget(randers, REGION)
    ours(randers).propose(contact(randers, email=NEW_ADDRESS), ends.admin(randers, "Karen Prøvesen"))
    randers.clock.go(DAY / 24)
    for here, there, at in ((region, randers, {"email": NEW_ADDRESS}), (randers, region, {})):
        one, two = ends.admin(here, "Anne Testesen"), ends.admin(here, "Bo Prøvegaard")
        wanted = replace(ends.key_of(there), contact=contact(here, there.party, **at))
        change = changes(here).propose(wanted, one)
        changes(here).confirm(change.id, called("84112000", switchboard=True, compared=there.key), two)

    settled(region, randers)

    assert ends.active(region).email == NEW_ADDRESS
    assert ends.active(randers, REGION).email == region.address


def test_a_word_that_was_corrected_never_goes_again(region, randers, anne, karen):
    """Else a copy of it would come last, and take the place of the right one."""
    ours(randers).propose(contact(randers, email="forkert@randers.example"), karen)
    randers.send()  # and it is lost
    ours(randers).propose(contact(randers, email=NEW_ADDRESS), karen)
    ends.carry(region, randers)
    randers.clock.go(DAY / 24)
    ends.carry(region, randers)

    (change,) = changes(region).listed(anne)
    assert (change.contact.email, change.stand) == (NEW_ADDRESS, Stand.PROPOSED)


def test_a_later_word_replaces_one_that_has_not_begun(region, randers, anne, karen):
    tomorrow = ends.beginning(randers.clock() + DAY)
    ours(randers).propose(contact(randers, email="forkert@randers.example", valid_from=tomorrow), karen)
    settled(region, randers)
    _next_second()
    ours(randers).propose(contact(randers, email=NEW_ADDRESS, valid_from=tomorrow + DAY), karen)
    settled(region, randers)

    assert [one.contact.email for one in ours(randers).listed(karen)] == [NEW_ADDRESS, randers.address]
    first, last = sorted(changes(region).listed(anne), key=lambda one: one.is_open)
    assert (first.reason, last.contact.email) == ("REPLACED", NEW_ADDRESS)


def _next_second():
    """Signatures are dated in whole seconds."""
    began = int(sites.utc_now().timestamp())
    while int(sites.utc_now().timestamp()) == began:
        pass


def test_a_letter_that_was_refused_is_written_again_when_a_person_says_so(region, randers, anne, karen):
    """The reader had another change under way; whoever knows already takes no notice."""
    own = changes(region).propose(ends.Wanted(RANDERS, contact(region, hours="man-fre 9-12")), anne)
    ours(randers).propose(contact(randers, phone=NEW_PHONE), karen)
    settled(region, randers)
    changes(region).refuse(own.id, anne)

    for _ in range(2):
        _next_second()
        assert ours(randers).tell_again(karen) == 1
        settled(region, randers)

    (change,) = (one for one in changes(region).listed(anne) if one.is_open)
    assert change.contact.phone == NEW_PHONE
    assert len(changes(region).listed(anne)) == 2


def test_there_is_nothing_to_tell_again_before_the_first_change(randers, karen):
    with pytest.raises(NothingChanges):
        ours(randers).tell_again(karen)


def test_what_changes_nothing_for_the_reader_is_taken_and_forgotten(region, randers, anne, karen):
    ours(randers).propose(contact(randers, phone=NEW_PHONE), karen)
    with region.database.session() as session:
        book = ends.AddressBook(session)
        book.set_contact(replace(book.contact(RANDERS), phone=NEW_PHONE))
    settled(region, randers)

    assert changes(region).listed(anne) == ()


def test_what_a_letter_leaves_out_stays_as_it_is(region, randers, anne, karen):
    """D16: the numbers for later use stand in no letter."""
    with region.database.session() as session:
        book = ends.AddressBook(session)
        book.set_contact(replace(book.contact(RANDERS), gln="5790000000005"))
    ours(randers).propose(contact(randers, phone=NEW_PHONE), karen)
    settled(region, randers)
    (change,) = changes(region).listed(anne)

    assert changes(region).confirm(change.id, called(), anne).stand is Stand.ACTIVE
    assert (ends.active(region).gln, ends.active(region).phone) == ("5790000000005", NEW_PHONE)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({}, NothingChanges),
        ({"email": "x@andre.example"}, WrongDomain),
        ({"email": "karen.proevesen@randers.example"}, PersonalAddress),
        ({"email": sites.UNITS[REGION][1]}, WrongDomain),
        ({"phone": NEW_PHONE, "valid_from": "never"}, BadDay),
    ],
)
def test_our_own_unit_is_held_to_the_same(told, error, randers, karen):
    """D8, D11, D19."""
    told = {name: randers.clock() + 400 * DAY if value == "never" else value for name, value in told.items()}
    with pytest.raises(error):
        ours(randers).propose(contact(randers, **told), karen)

    assert ends.trail(randers, "propose-change") == [("propose-change", RANDERS, error.code)]
    assert [row for row in randers.rows(OutgoingRow) if row.kind == Kind.CONTACT_CHANGE] == []


def test_the_other_party_s_address_is_not_ours(randers, karen):
    keeping = randers.station.settings.keeping.model_copy(update={"domains": ("region.example",)})
    with pytest.raises(AddressTaken):
        replace(ours(randers), keeping=keeping).propose(contact(randers, email=sites.UNITS[REGION][1]), karen)


def test_only_an_administrator_moves_the_unit(randers):
    ole = sites.hire(randers.station, "Ole Testesen", Role.INTAKE)
    with pytest.raises(MayNot):
        ours(randers).propose(contact(randers, phone=NEW_PHONE), ole)
    assert ours(randers).listed(ole) == ()
