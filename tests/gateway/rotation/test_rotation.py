"""Our own key changes with an overlap, and nobody has to do anything at one moment (S24, S28)."""

import pytest
import sites
from rotating_ends import DAY
from sites import FAVRSKOV, RANDERS

from directory.book import AddressBook
from directory.model import REGION
from gateway import upkeep
from gateway.access.actions import Action
from gateway.exchange.delivery import OWN_KEY_UNKNOWN_THERE, State
from gateway.exchange.rows import EnvelopeRow, TakenRow
from gateway.rotation.errors import NoRotation, NotToBeTold, OwnKeyEnded, RotationRuns, StragglersLeft
from gateway.site.errors import MayNot
from gateway.site.people import Role
from gateway.station import open_station


def pinned(end, party):
    with end.site.database.reading() as session:
        return AddressBook(session).pinned(party).fingerprint


def test_a_new_key_is_made_announced_and_taken_over_by_itself(ends):
    region, randers = ends.region, ends.randers
    begun = region.rotation.begin(region.admin)
    assert begun.old == region.site.key
    assert begun.runs
    assert begun.stragglers == (FAVRSKOV, RANDERS)
    assert begun.old_ends_at == ends.line.clock() + 30 * DAY
    assert begun.phones[RANDERS] == sites.UNITS[RANDERS][2]

    assert ends.carry() == [("taken", "")] * 4

    assert pinned(randers, REGION) == begun.new == pinned(ends.favrskov, REGION)
    after = region.rotation.status(region.admin)
    assert (after.heard, after.stragglers) == ((FAVRSKOV, RANDERS), ())
    assert randers.noted(Action.TAKE_KEY)[0][0] == REGION
    assert region.noted(Action.ROTATE_KEY) == [(begun.new, "done", '{"parties": 2}')]


def test_a_letter_is_signed_by_the_new_key_once_it_is_known_there_and_by_the_old_one_until_then(ends):
    region = ends.region
    begun = region.rotation.begin(region.admin)
    early = region.site.post(sites.referral())
    region.site.send()
    assert region.envelope(early).signed_by == begun.old
    ends.carry()

    late = region.site.post(sites.referral())
    ends.carry()
    assert region.envelope(late).signed_by == begun.new
    assert region.site.outgoing(late).state == State.RECEIVED


def test_what_was_sealed_to_the_old_key_is_opened_as_long_as_it_holds(ends):
    region, randers = ends.region, ends.randers
    ends.line.exchange(sites.referral(conversation_id=(conversation := sites.new_id())))
    late = sites.sealed(randers.site, sites.acknowledgement(conversation)).content
    begun = region.rotation.begin(region.admin)
    ends.carry()

    ends.go(29 * DAY)
    assert region.site.take(late) == ("taken", "")
    assert [row.opened_with for row in region.site.rows(TakenRow) if row.kind == "acknowledgement"] == [begun.old]


def test_an_old_key_that_has_ended_opens_nothing_any_more_and_says_so(ends):
    region, randers = ends.region, ends.randers
    ends.line.exchange(sites.referral(conversation_id=(conversation := sites.new_id())))
    late = sites.sealed(randers.site, sites.acknowledgement(conversation)).content
    region.rotation.begin(region.admin)
    ends.carry()

    ends.go(31 * DAY)
    assert region.site.take(late) == ("quarantined", "FOR_FORMER_KEY")


def test_a_lost_announcement_is_made_again_the_next_day(ends):
    region = ends.region
    region.rotation.begin(region.admin)
    assert len(region.site.send()) == 2
    ends.lose()
    assert region.rotation.tick() == 0, "they are still under way"
    for _resend in range(3):
        ends.go(40 * sites.MINUTE)
        region.site.send()
        ends.lose()
    assert {row.state for row in region.announcements()} == {State.GIVEN_UP}
    assert region.rotation.tick() == 0, "once a day"

    ends.go(DAY)
    assert region.rotation.tick() == 2
    assert region.rotation.tick() == 0
    ends.carry()
    assert region.rotation.status(region.admin).stragglers == ()


def test_the_same_announcement_again_is_harmless(ends):
    region, randers = ends.region, ends.randers
    begun = region.rotation.begin(region.admin)
    region.site.send()
    copies = [mail for mail, _sender, to in region.site.relay.crossed if to == randers.site.address]
    for _copy in range(3):
        randers.site.take(copies[0])
    ends.go(DAY)
    (row,) = (row for row in region.announcements() if row.to_party == RANDERS)
    body = region.site.said(row)
    again = sites.referral(kind=row.kind, number="", conversation_id=sites.new_id(), body=dict(body))
    assert randers.site.take(sites.sealed(region.site, again).content) == ("taken", "")
    assert pinned(randers, REGION) == begun.new
    with randers.site.database.reading() as session:
        assert len(AddressBook(session).keys(REGION)) == 2


def test_the_old_key_retires_by_itself_at_its_end(ends):
    region = ends.region
    begun = region.rotation.begin(region.admin)
    assert ends.carry() == [("taken", "")] * 4
    region.rotation.tick()
    assert not region.site.station.keyring.describe(begun.old).revoked

    ends.go(30 * DAY)
    region.rotation.tick()
    region.rotation.tick()

    assert region.site.station.keyring.describe(begun.old).revoked
    assert region.noted(Action.TAKE_EFFECT) == [(begun.old, "done", '{"key": "retired"}')]
    status = region.rotation.status(region.admin)
    assert (status.old, status.new) == (begun.new, None)


def test_who_is_left_behind_waits_for_a_phone_call_and_loses_nothing(ends):
    region, randers = ends.region, ends.randers
    begun = region.rotation.begin(region.admin)
    region.site.send()
    ends.lose()
    ends.go(30 * DAY)
    region.rotation.tick()
    status = region.rotation.status(region.admin)
    assert (status.runs, status.stragglers) == (False, (FAVRSKOV, RANDERS))
    letter = region.site.post(sites.referral())
    region.site.send()
    assert region.site.outgoing(letter).reason == OWN_KEY_UNKNOWN_THERE
    assert {row.state for row in region.announcements()} == {State.CANCELLED}

    certificate = region.site.station.keyring.export_public(begun.new)
    randers.site.station.pin(REGION, certificate, begun.new, randers.admin)
    assert region.rotation.told(RANDERS, region.admin).stragglers == (FAVRSKOV,)
    assert ("taken", "") in ends.carry()

    assert region.site.outgoing(letter).state == State.RECEIVED
    assert region.envelope(letter).signed_by == begun.new
    with pytest.raises(NotToBeTold):
        region.rotation.told(RANDERS, region.admin)
    assert region.noted(Action.CONFIRM_OWN_KEY) == [(RANDERS, "done", f'{{"key": "{begun.new}"}}')]


def test_only_one_rotation_runs_at_a_time(ends):
    region = ends.region
    region.rotation.begin(region.admin)
    with pytest.raises(RotationRuns):
        region.rotation.begin(region.admin)
    ends.carry()
    region.rotation.retire(region.admin)
    assert region.rotation.begin(region.admin).runs


def test_the_old_key_ends_early_only_when_nobody_is_left_behind_or_a_person_insists(ends):
    region = ends.region
    with pytest.raises(NoRotation):
        region.rotation.retire(region.admin)
    region.rotation.begin(region.admin)
    with pytest.raises(StragglersLeft, match="2"):
        region.rotation.retire(region.admin)
    left = region.rotation.retire(region.admin, force=True)
    assert (left.runs, left.stragglers) == (False, (FAVRSKOV, RANDERS))


def test_a_site_opens_with_its_new_key_alone_and_with_either_in_between(ends):
    region = ends.region
    station = region.site.station
    region.rotation.begin(region.admin)
    with open_station(station.home) as again:
        assert again.vault.index("x") == station.vault.index("x")
    before = station.home.data_key_file.read_bytes()
    region.rotation.tick()
    assert station.home.data_key_file.read_bytes() == before

    region.rotation.retire(region.admin, force=True)
    region.rotation.tick()
    after = station.home.data_key_file.read_bytes()
    assert after != before
    with open_station(station.home) as again:
        assert again.vault.index("x") == station.vault.index("x")
    station.home.data_key_file.write_bytes(before)  # as an older backup has it
    with open_station(station.home) as again:
        assert again.vault.index("x") == station.vault.index("x")


def test_nothing_is_announced_to_the_world_when_the_key_was_stolen(ends):
    region, randers = ends.region, ends.randers
    ends.line.exchange(sites.referral(conversation_id=(conversation := sites.new_id())))
    after = region.rotation.lost(region.admin)
    assert after.lost
    assert not after.runs
    assert after.stragglers == (FAVRSKOV, RANDERS)
    assert not region.announcements()
    letter = region.site.post(sites.referral())
    region.site.send()
    assert region.site.outgoing(letter).reason == OWN_KEY_UNKNOWN_THERE

    reply = sites.sealed(randers.site, sites.acknowledgement(conversation)).content
    assert region.site.take(reply) == ("quarantined", "FOR_FORMER_KEY")
    region.rotation.tick()
    with open_station(region.site.station.home):
        pass

    certificate = region.site.station.keyring.export_public(after.new)
    for end in (randers, ends.favrskov):
        end.site.station.pin(REGION, certificate, after.new, end.admin)
        region.rotation.told(end.site.party, region.admin)
    region.site.send()
    assert region.site.outgoing(letter).state == State.SENT
    assert {row.signed_by for row in region.site.rows(EnvelopeRow) if row.letter_id == letter} == {after.new}
    assert region.rotation.status(region.admin).new is None


def test_a_key_that_has_expired_announces_nothing(ends):
    ends.go(3 * 366 * DAY)
    with pytest.raises(OwnKeyEnded):
        ends.region.rotation.begin(ends.region.admin)
    assert ends.region.site.rows(EnvelopeRow) == []
    assert len(ends.region.site.station.keyring.secret_keys()) == 1, "no key was made for nothing"


def test_the_old_key_never_holds_longer_than_it_can(ends):
    region = ends.region
    expires = region.site.station.keyring.describe(region.site.key).expires
    ends.line.clock.now = expires - 3 * DAY
    assert region.rotation.begin(region.admin).old_ends_at == expires


def test_only_who_keeps_the_site_changes_its_key(ends):
    region = ends.region
    olga = sites.hire(region.site.station, "Olga Prøve", Role.SENDER)
    for does in (region.rotation.begin, region.rotation.lost, region.rotation.retire):
        with pytest.raises(MayNot):
            does(olga)
    with pytest.raises(MayNot):
        region.rotation.told(RANDERS, olga)
    assert region.rotation.status(olga).new is None
    assert len(region.site.station.keyring.secret_keys()) == 1


def test_a_clock_that_leaps_ahead_and_is_put_right_revokes_nothing(ends):
    """Else those who were not heard yet could be told by phone alone, and letters to them would wait."""
    region, start = ends.region, ends.line.clock()
    *_chores, keep_watch = upkeep.chores(region.site.station)
    keep_watch()
    begun = region.rotation.begin(region.admin)
    ends.lose()
    ends.go(365 * DAY)
    for _ in range(3):
        region.rotation.tick()
        keep_watch()
        ends.go(DAY / 24)
    ends.line.clock.now = start + 2 * DAY
    region.rotation.tick()
    ends.carry()

    assert not region.site.station.keyring.describe(begun.old).revoked
    assert region.rotation.status(region.admin).stragglers == ()


def test_a_key_that_has_ended_is_revoked_once_the_clock_has_gone_on_steadily(ends):
    region = ends.region
    *_chores, keep_watch = upkeep.chores(region.site.station)
    begun = region.rotation.begin(region.admin)
    ends.carry()
    ends.go(31 * DAY)
    for _ in range(7):
        keep_watch()
        region.rotation.tick()
        ends.go(DAY / 24)

    assert region.site.station.keyring.describe(begun.old).revoked
