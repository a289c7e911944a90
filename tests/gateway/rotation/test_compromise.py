"""A stolen key: nothing goes to it any more, and what it opens is told, letter by letter (S25, S34)."""

import json

import pytest
import sites
from rotating_ends import DAY
from sites import FAVRSKOV, RANDERS

from directory.book import AddressBook
from gateway import upkeep
from gateway.access.actions import Action
from gateway.exchange.delivery import KEY_REVOKED, State
from gateway.exchange.ports import Attempt, Passage
from gateway.rotation.exposed import OURS
from gateway.site.errors import MayNot
from gateway.site.people import Role
from gateway.wire.keeping import Heartbeat, Why
from gateway.wire.letters import Kind, Letter, new_id


def compromise(end):
    return upkeep.compromise(end.site.station)


def heartbeat(party):
    body = Heartbeat(why=Why.ASKED, unit="Modtagelsen", phone="+45 84 11 20 00").written()
    return Letter(Kind.HEARTBEAT, new_id(), party, "", body)


def states(end, *letters):
    return [(end.site.outgoing(letter).state, end.site.outgoing(letter).reason) for letter in letters]


def test_everything_that_would_be_sealed_to_a_stolen_key_waits_at_once(ends):
    region = ends.region
    sent = region.site.post(sites.referral())
    region.site.send()
    queued = region.site.post(sites.referral())
    other = region.site.post(sites.referral(to_party=FAVRSKOV))
    assert compromise(region).revoke(RANDERS, region.admin) == (ends.randers.site.key,)

    assert states(region, sent, queued) == [(State.PARKED, KEY_REVOKED)] * 2
    region.site.send()
    ends.go(40 * sites.MINUTE)
    region.site.send()
    assert states(region, sent, queued) == [(State.PARKED, KEY_REVOKED)] * 2
    assert region.site.outgoing(other).state == State.SENT
    after = region.site.post(sites.referral())
    assert states(region, after) == [(State.PARKED, KEY_REVOKED)]
    assert region.noted(Action.REVOKE_KEY) == [(RANDERS, "done", '{"keys": 1, "letters": 2}')]


def test_what_a_stolen_key_has_signed_is_believed_no_more_even_if_it_came_before(ends):
    region, randers = ends.region, ends.randers
    ends.line.exchange(sites.referral(conversation_id=(conversation := new_id())))
    arrival = region.site.store(sites.sealed(randers.site, sites.acknowledgement(conversation)).content)
    compromise(region).revoke(RANDERS, region.admin)
    assert region.site.receive(arrival) == "quarantined"


def test_a_letter_that_was_being_sealed_when_the_key_was_revoked_does_not_leave(ends, monkeypatch):
    region = ends.region
    letter = region.site.post(sites.referral())
    from gateway.exchange import deliver  # noqa: PLC0415 - patched here alone

    def sealed_meanwhile(*arguments, **more):
        made = deliver_seal(*arguments, **more)
        compromise(region).revoke(RANDERS, region.admin)
        return made

    deliver_seal = deliver.seal_letter
    monkeypatch.setattr(deliver, "seal_letter", sealed_meanwhile)
    assert region.site.send() == []
    assert states(region, letter) == [(State.PARKED, KEY_REVOKED)]


def test_what_waited_leaves_for_the_key_that_is_agreed_on_next(ends):
    region, randers = ends.region, ends.randers
    letter = region.site.post(sites.referral())
    compromise(region).revoke(RANDERS, region.admin)
    lost = randers.rotation.lost(randers.admin)
    certificate = randers.site.station.keyring.export_public(lost.new)
    region.site.station.pin(RANDERS, certificate, lost.new, region.admin)
    randers.rotation.told("region", randers.admin)
    ends.go(2 * sites.MINUTE)
    assert ends.carry() == [("taken", ""), ("taken", "")]
    assert region.site.outgoing(letter).state == State.RECEIVED
    assert region.envelope(letter).sealed_to == lost.new


def test_a_party_without_a_key_has_none_to_revoke(ends):
    assert compromise(ends.favrskov).revoke(RANDERS, ends.favrskov.admin) == ()


def test_only_who_keeps_the_site_revokes_and_who_controls_it_may_list(ends):
    station = ends.region.site.station
    rita = sites.hire(station, "Rita Revisortest", Role.AUDITOR)
    with pytest.raises(MayNot):
        compromise(ends.region).revoke(RANDERS, rita)
    compromise(ends.region).exposed(ends.randers.site.key, None, None, rita)
    olga = sites.hire(station, "Olga Prøve", Role.SENDER)
    with pytest.raises(MayNot):
        compromise(ends.region).exposed(ends.randers.site.key, None, None, olga)


def test_every_letter_that_a_key_opens_is_listed_at_the_end_that_wrote_it(ends):
    region, randers = ends.region, ends.randers
    arrived = region.site.post(sites.referral())
    region.site.post(sites.referral(to_party=FAVRSKOV))
    region.site.post(heartbeat(RANDERS))
    ends.carry()
    region.site.relay.answers = [Attempt(Passage.NOT_REACHED)] * 3
    stayed = region.site.post(sites.referral())
    region.site.send()
    region.site.relay.answers = []

    found = compromise(region).exposed(randers.site.key, None, None, region.admin)

    assert found.owner == RANDERS
    assert {letter.letter_id: (letter.received, letter.may_have_left) for letter in found.letters} == {
        arrived: (True, True),
        stayed: (False, False),
    }
    (told,) = (letter for letter in found.letters if letter.letter_id == arrived)
    assert (told.number, told.party, told.addresses) == (sites.NUMBER, RANDERS, (randers.site.address,))
    assert told.signed_by == (region.site.key,)
    assert found.kinds == {Kind.REFERRAL: 2}
    assert found.conversations == 2
    assert found.about_nobody[Kind.HEARTBEAT] == 1
    assert region.noted(Action.LIST_EXPOSED) == [(randers.site.key, "done", '{"letters": 2}')]


def test_the_end_whose_key_it_was_lists_what_was_opened_with_it(ends):
    randers = ends.randers
    ends.line.exchange(sites.referral())
    found = compromise(randers).exposed(randers.site.key, None, None, randers.admin)
    assert found.owner == OURS
    assert [(one.kind, one.here, one.number, one.received) for one in found.letters] == [
        (Kind.REFERRAL, False, sites.NUMBER, True)
    ]
    assert found.about_nobody == {}


def test_only_the_window_counts_and_a_letter_that_was_sealed_again_is_one(ends):
    region = ends.region
    begins = ends.line.clock()
    region.site.post(sites.referral())
    region.site.send()
    ends.go(40 * sites.MINUTE)
    region.site.send()
    ends.go(DAY)
    region.site.post(sites.referral())
    region.site.send()
    key = ends.randers.site.key

    def listed(since, until):
        return compromise(region).exposed(key, since, until, region.admin).letters

    assert [len(one.at) for one in listed(begins, begins + sites.MINUTE)] == [1]
    assert [len(one.at) for one in listed(begins, begins + DAY / 2)] == [2]
    assert len(listed(None, None)) == 2
    assert [len(one.at) for one in listed(begins + DAY, None)] == [1, 1], "the first one went once more"
    assert listed(None, begins - DAY) == ()


def test_a_key_nobody_has_heard_of_opens_nothing(ends):
    found = compromise(ends.region).exposed(ends.favrskov.site.key[::-1], None, None, ends.region.admin)
    assert (found.owner, found.letters, dict(found.kinds)) == ("", (), {})


def test_the_trail_holds_codes_alone(ends):
    compromise(ends.region).revoke(RANDERS, ends.region.admin)
    with ends.region.site.database.reading() as session:
        assert AddressBook(session).pinned(RANDERS) is None
    for _about, _outcome, detail in ends.region.noted(Action.REVOKE_KEY):
        assert all(isinstance(value, int) for value in json.loads(detail).values())
