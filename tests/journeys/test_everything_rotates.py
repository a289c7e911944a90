"""Keys and an address change while two hundred letters are on their way, both ways, and none of them is lost.

The region's key and one municipality's key and address change at once. One announcement is lost, one municipality is
switched off through the whole overlap and told by phone, every site is restarted in the middle, and some mail is held
back until long after a key has ended. (D5, D9, D11, S23, S24, S27, S28)
"""

import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from rotating_town import Mail, Town, contact_of, open_town

from directory.book import PinnedKeyRow
from directory.calendar import local_day
from directory.changes import Stand
from directory.days import beginning
from directory.model import REGION
from directory.own import OwnKeyRow
from gateway import bootstrap as region_end
from gateway import upkeep
from gateway.contacts.model import Call, Wanted
from gateway.exchange.delivery import OWN_KEY_UNKNOWN_THERE, State
from gateway.exchange.receipts import Verdict
from gateway.exchange.rows import EnvelopeRow, OutgoingRow, TakenRow
from gateway.liveness import heartbeats
from gateway.referring.rows import ReferralRow
from gateway.wire.letters import Kind

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOVES, MISSES, STRAGGLES = "730", "706", "741"
"""Randers changes its key and address, Syddjurs never hears the first announcement, Samsø is switched off."""
NEW_ADDRESS = "indgang@randers.example"
UNITS = {
    REGION: "henvendelser@region.example",
    "710": "sikkerpost@favrskov.example",
    MOVES: "sikkerpost@randers.example",
    MISSES: "sikkerpost@syddjurs.example",
    STRAGGLES: "sikkerpost@samsoe.example",
}
BUSY = ("710", MOVES)
ON = (*BUSY, MISSES)
STEP = timedelta(minutes=20)
LONG = 33 * DAY
"""Longer than any key holds beside the next."""


@dataclass
class Weather:
    """How long each mail takes: minutes for most, days for some, and `stuck` ones until every old key has ended."""

    dice: random.Random
    swallowed: set[str] = field(default_factory=set)
    stuck: int = 0
    held: list[Mail] = field(default_factory=list)

    def __call__(self, mail: Mail) -> timedelta | None:
        if mail.recipient in self.swallowed:
            return None
        if self.stuck and self.dice.random() < 0.2:
            self.stuck -= 1
            self.held.append(mail)
            return LONG
        if self.dice.random() < 0.04:
            return self.dice.uniform(1, 20) * DAY
        return self.dice.uniform(0, 15) * MINUTE


@dataclass
class Lived:
    """What was lived through, and what was seen on the way."""

    town: Town
    weather: Weather
    under_way: int = 0
    first_stragglers: tuple[str, ...] = ()
    last_stragglers: tuple[str, ...] = ()
    after_the_end: tuple[str, ...] = ()
    parked: list[tuple[str, str]] = field(default_factory=list)


def refer(town, *codes):
    for code in codes:
        town.refer(code)


def take_cases(town, dice, chance=0.7):
    for end in town.others():
        if not end.off:
            end.take_cases(dice, chance)


def confirm_address(town):
    """Let the second person at the region ring the number they knew, once the proposal has come."""
    changes, second = town.region.changes, town.region.second
    for change in changes.listed(second, MOVES):
        if change.stand is Stand.PROPOSED:
            changes.confirm(change.id, Call(change.numbers_to_call[0], "Lone Testmark"), second)


def tell_by_phone(town):
    """Ring the straggler: there two people take the new key in, and here it is noted that they were told."""
    end, region = town.ends[STRAGGLES], town.region
    new = region.rotation.status(region.admin).new
    certificate = region.station.keyring.export_public(new)
    change = end.changes.propose(Wanted(REGION, None, certificate, new), end.admin)
    (number,) = {contact_of(region, end.clock()).phone} & set(change.numbers_to_call)
    end.changes.confirm(change.id, Call(number, "Mette Testgaard", compared=new), end.second)
    region.rotation.told(STRAGGLES, region.admin)


def move(town):
    """Begin a new key and a new address at one municipality, on the same afternoon."""
    end = town.ends[MOVES]
    end.rotation.begin(end.admin)
    now = end.clock()
    contact = contact_of(end, beginning(local_day(now) + DAY, now))
    moved = type(contact).checked(
        party=MOVES,
        unit_name=contact.unit_name,
        email=NEW_ADDRESS,
        phone=contact.phone,
        valid_from=contact.valid_from,
        entered_by="test",
    )
    upkeep.our_contact(end.station).propose(moved, end.admin)


def send_again(town):
    """Do what the duty list asks for: see to the referrals that no receipt came for."""
    correspond = region_end.correspond(town.region.station)
    failed = {row.number for row in town.region.rows(OutgoingRow) if row.state == State.GIVEN_UP and row.number}
    for number in failed & set(town.submitted):
        correspond.send_again(number, town.region.admin)


def settle(town, dice, rounds=4):
    """Let the people at the municipalities take what has come, and the letters find their way."""
    for _round in range(rounds):
        town.live(STEP)
        take_cases(town, dice)


def live(town, weather, dice):
    lived, region = Lived(town, weather), town.region
    refer(town, *BUSY * 34, MISSES, STRAGGLES)
    town.live(STEP, 2)
    weather.stuck = 6
    refer(town, *BUSY * 34)
    take_cases(town, dice, chance=1)
    weather.swallowed = {UNITS[MISSES]}
    town.ends[STRAGGLES].off = True
    region.rotation.begin(region.admin)
    move(town)
    town.live(timedelta())
    lived.under_way = len(town.line.mails)

    refer(town, STRAGGLES, *ON)
    settle(town, dice)
    town.restart()
    settle(town, dice)
    weather.swallowed = set()
    lived.first_stragglers = region.rotation.status(region.admin).stragglers
    confirm_address(town)
    for _quarter in range(4):
        refer(town, *ON)
        town.live(DAY / 4)
        settle(town, dice, 2)
    send_again(town)
    town.restart()
    for _day in range(27):
        town.live(DAY)
        take_cases(town, dice)
    send_again(town)
    status = region.rotation.status(region.admin)
    assert status.runs
    lived.last_stragglers = status.stragglers

    town.live(DAY, 3)
    status = region.rotation.status(region.admin)
    assert not status.runs
    lived.after_the_end = status.stragglers
    refer(town, STRAGGLES, STRAGGLES, *ON)
    town.live(STEP)
    lived.parked = [(row.to_party, row.reason) for row in region.rows(OutgoingRow) if row.state == State.PARKED]
    tell_by_phone(town)
    town.ends[STRAGGLES].off = False
    for _day in range(6):
        send_again(town)
        settle(town, dice, 3)
        town.live(DAY)
    return lived


@pytest.fixture(scope="module")
def lived():
    dice = random.Random(5)  # noqa: S311 - the same weeks each time
    weather = Weather(dice)
    with pytest.MonkeyPatch.context() as world, tempfile.TemporaryDirectory(prefix="st-", dir="/tmp") as folder:
        # gpg dates by the machine's clock, which stands still here while weeks pass.
        world.setattr(heartbeats, "FRESH", 400 * DAY)
        with open_town(Path(folder), UNITS, weather) as town:
            yield live(town, weather, dice)


def test_two_hundred_letters_were_on_their_way(lived):
    sent = sum(len(end.rows(EnvelopeRow)) for end in lived.town.ends.values())
    assert lived.under_way >= 200
    assert sent > 500
    assert len(lived.town.submitted) > 100


def test_every_referral_was_taken_exactly_once_and_acknowledged(lived):
    town = lived.town
    taken = Counter(
        (end.party, row.letter_id)
        for end in town.others()
        for row in end.rows(TakenRow)
        if row.kind == Kind.REFERRAL and row.verdict == Verdict.OK
    )
    referred = {(row.municipality, row.letter_id): row.acknowledged_at for row in town.region.rows(ReferralRow)}
    assert len(referred) == len(town.submitted)
    assert taken == Counter(referred.keys())
    assert all(referred.values())


def test_nothing_is_sealed_to_a_key_after_its_end_nor_signed_by_it(lived):
    town = lived.town
    for end in town.ends.values():
        ends = {row.fingerprint: row.ends_at for row in end.rows(OwnKeyRow) if row.ends_at}
        signed = [row.made_at - ends[row.signed_by] for row in end.rows(EnvelopeRow) if row.signed_by in ends]
        assert not [late for late in signed if late >= timedelta()]
        for other in town.ends.values():
            towards = [row for row in other.rows(EnvelopeRow) if row.sealed_to in ends]
            slack = timedelta(minutes=1)  # each site has a clock of its own
            assert not [row for row in towards if row.made_at >= ends[row.sealed_to] + slack]


def test_nothing_is_kept_apart_but_what_came_after_its_keys_had_ended(lived):
    for end in lived.town.ends.values():
        ends = {
            "FOR_FORMER_KEY": [row.ends_at for row in end.rows(OwnKeyRow) if row.ends_at],
            "WRONG_SIGNER": [row.valid_to for row in end.rows(PinnedKeyRow) if row.valid_to],
        }
        for row in end.quarantined():
            assert any(at <= row.arrived_at for at in ends[row.reason]), (end.party, row.reason)
    assert lived.weather.held
    assert sum(len(end.quarantined()) for end in lived.town.ends.values()) > 0


def test_the_new_keys_and_the_new_address_are_what_everybody_uses(lived):
    town, region = lived.town, lived.town.region
    for end in town.others():
        assert end.pinned(REGION).fingerprint == region.station.fingerprint != region.station.own.fingerprint
    moved = town.ends[MOVES]
    assert region.pinned(MOVES).fingerprint == moved.station.fingerprint != moved.station.own.fingerprint
    contact = region.contact(MOVES)
    assert contact.email == NEW_ADDRESS
    assert contact.confirmed_by == region.second.id
    towards = [row for row in region.rows(EnvelopeRow) if row.address == UNITS[MOVES]]
    assert towards
    assert max(row.made_at for row in towards) < contact.valid_from + timedelta(minutes=1)


def test_stragglers_are_listed_until_they_are_heard_or_told(lived):
    assert {MISSES, STRAGGLES} <= set(lived.first_stragglers)
    assert lived.last_stragglers == (STRAGGLES,)
    assert lived.after_the_end == (STRAGGLES,)
    assert set(lived.parked) >= {(STRAGGLES, OWN_KEY_UNKNOWN_THERE)}
    assert {party for party, _reason in lived.parked} == {STRAGGLES}
    for end in (lived.town.region, lived.town.ends[MOVES]):
        assert end.rotation.status(end.admin).new is None


def test_the_old_keys_are_retired_and_revoked_and_the_data_key_is_sealed_to_the_new_ones(lived):
    for party in (REGION, MOVES):
        end = lived.town.ends[party]
        old, new = end.rows(OwnKeyRow) if end.rows(OwnKeyRow)[0].replaces is None else reversed(end.rows(OwnKeyRow))
        assert old.retired_at
        assert not new.retired_at
        assert end.station.keyring.describe(old.fingerprint).revoked
        assert not end.station.keyring.describe(new.fingerprint).revoked


def test_the_trail_is_whole_at_every_end(lived):
    for end in lived.town.ends.values():
        verified = end.verified()
        assert verified.finding is None, (end.party, verified.finding)
        assert verified.proved > 0


def test_the_sites_open_again_with_what_they_have(lived):
    lived.town.restart()
    for end in lived.town.ends.values():
        assert end.verified().finding is None
