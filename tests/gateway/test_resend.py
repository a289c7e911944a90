"""After a restore the other end sends again: under the same ids, in order, and nothing that may not go."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
import sites
from databases import copy_database
from sites import FAVRSKOV, MINUTE, NUMBER, RANDERS, referral
from sqlmodel import select

from directory.book import AddressBook
from directory.model import REGION
from directory.own import KnownThereRow
from gateway.audit import witness
from gateway.audit.read import entries
from gateway.audit.rows import RestoreRow
from gateway.backup.restore import begin_anew
from gateway.exchange import resend
from gateway.exchange.arrivals import Outcome
from gateway.exchange.delivery import State
from gateway.exchange.resend import MARGIN, RESTORED, SPACING, TakeResend
from gateway.exchange.rows import ArrivalRow, OutgoingRow, StepRow, TakenRow
from gateway.wire.letters import Kind, Letter, new_id

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


NUMBERS = itertools.count()


def taking(site, line):
    return TakeResend(line.clock, site.station.post, lambda: sites.contact_of(site.party))


@pytest.fixture
def both(line, tmp_path):
    """The region and Randers, each of which takes what the other can send."""
    for one in (line.region, line.randers, line.favrskov):
        one.handlers |= {Kind.RESEND: taking(one, line), Kind.SUPPLEMENT: one.keep, Kind.REFERRAL: one.keep}
        one.handlers |= {Kind.WITHDRAWAL: one.keep, Kind.ACKNOWLEDGEMENT: one.keep}
    line.folder = tmp_path
    return line


def file_of(line, site):
    return line.folder / f"{site.party}.db"


def back_up(line, site):
    """Keep the site's rows as they are now."""
    kept = line.folder / f"{site.party}-{next(NUMBERS)}.backup"
    copy_database(file_of(line, site), kept)
    return kept, line.clock()


def put_back(line, site, backup):
    """Lose the machine, and have the rows of the backup; then ask the others, as a restore does."""
    kept, made_at = backup
    site.database.close()
    copy_database(kept, file_of(line, site))
    site.taken.clear()
    with site.database.session() as session:
        session.add(RestoreRow(seq=0, hash="", at=line.clock(), signed_by="", signature=b""))
        begin_anew(session, line.clock())
        return resend.ask(session, site.station.post, made_at, 0)


def carry(line, *sites_):
    """Let everything that leaves arrive, until nothing leaves any more; gives what crossed, as (letter, to)."""
    ends = {site.address: site for site in (line.region, line.randers, line.favrskov)}
    crossed = []
    while left := [mail for site in sites_ or ends.values() for mail in sent(site)]:
        crossed += left
        for content, _sender, recipient in left:
            ends[recipient].take(content)
    return crossed


def sent(site):
    before = len(site.relay.crossed)
    while site.send():
        pass
    return site.relay.crossed[before:]


def shown(site):
    return [one.letter_id for one in site.taken if one.kind is not Kind.RESEND]


def supplement(to, text="Mere"):
    return Letter(Kind.SUPPLEMENT, to.conversation_id, to.to_party, to.number, {"text": text})


def test_what_came_after_the_backup_comes_again_under_the_same_ids_and_in_order(both):
    region, randers = both.region, both.randers
    backup = back_up(both, randers)
    first = referral()
    letters = [region.post(first), region.post(supplement(first)), region.post(supplement(first))]
    carry(both)
    assert shown(randers) == letters

    put_back(both, randers, backup)
    assert randers.remembers_nothing
    carry(both)

    assert shown(randers) == letters
    assert [region.outgoing(letter).state for letter in letters] == [State.RECEIVED] * 3
    with region.database.reading() as session:
        (noted,) = entries(session, action="send-again")
    assert (noted.about, noted.outcome, noted.detail) == (RANDERS, RESTORED, '{"letters": 3}')


def test_what_the_backup_holds_is_a_copy_and_is_shown_to_nobody(both):
    region, randers = both.region, both.randers
    old = region.post(referral())
    carry(both)
    backup = back_up(both, randers)
    new = region.post(referral())
    carry(both)

    put_back(both, randers, backup)
    carry(both)

    assert shown(randers) == [new]
    outcomes = [row.outcome for row in randers.rows(ArrivalRow) if row.letter_id == old]
    assert outcomes == [Outcome.TAKEN, Outcome.DUPLICATE]
    assert {region.outgoing(letter).state for letter in (old, new)} == {State.RECEIVED}


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_letter_that_was_queued_at_the_backup_and_has_left_since_is_settled(both, asked_first):
    """The other end answers the copy for its own envelope: the first one's is known to nobody here any more."""
    region, randers = both.region, both.randers
    opening = referral()
    region.post(opening)
    carry(both)
    answer = randers.post(sites.acknowledgement(opening.conversation_id))
    backup = back_up(both, randers)
    carry(both)
    assert shown(region) == [answer]

    both.clock.go(HOUR)
    put_back(both, randers, backup)
    if not asked_first:
        with randers.database.session() as session:
            session.get_one(OutgoingRow, answer).next_at = both.clock() - HOUR
    for _time in range(3):
        carry(both)
        both.clock.go(HOUR)

    assert randers.outgoing(answer).state == State.RECEIVED
    assert shown(region) == [answer], "and it is shown once"
    assert not [row for row in randers.rows(ArrivalRow) if row.outcome == Outcome.QUARANTINED]


def test_a_letter_that_was_lost_at_both_ends_of_the_gap_is_not_asked_of_anybody_else(both):
    region, randers, favrskov = both.region, both.randers, both.favrskov
    backup = back_up(both, randers)
    mine, theirs = referral(), referral(to_party=FAVRSKOV)
    for one in (mine, theirs):
        region.post(one)
    carry(both)

    assert put_back(both, randers, backup) == (REGION,)
    carry(both)

    assert shown(favrskov) == [theirs.letter_id]
    assert region.states(theirs.letter_id).count(State.QUEUED) == 1


def test_the_region_asks_every_party_it_knows(both):
    backup = back_up(both, both.region)
    assert set(put_back(both, both.region, backup)) == {RANDERS, FAVRSKOV}
    with both.region.database.session() as session:
        AddressBook(session).forget(FAVRSKOV, both.clock())
        assert resend.ask(session, both.region.station.post, both.clock(), 0) == (RANDERS,)


def resent_by(site, since):
    """Ask once more, as somebody may who has the site's key."""
    with site.database.session() as session:
        resend.ask(session, site.station.post, since + MARGIN, 0)
    return [content for content, _sender, _to in sent(site)]


def states(site, *letters):
    return [site.outgoing(letter).state for letter in letters]


def test_a_day_too_much_is_asked_for_and_not_a_month(both):
    region, randers = both.region, both.randers
    old = region.post(referral())
    carry(both)
    both.clock.go(30 * DAY)
    new = region.post(referral())
    carry(both)
    both.clock.go(DAY - HOUR)
    for mail in resent_by(randers, both.clock() - MARGIN):
        region.take(mail)
    assert states(region, old, new) == [State.RECEIVED, State.QUEUED]


def test_a_letter_that_was_written_before_and_arrived_since_is_lost_too(both):
    region, randers = both.region, both.randers
    letter = region.post(referral())
    both.clock.go(10 * DAY)
    carry(both)
    for mail in resent_by(randers, both.clock() - HOUR):
        region.take(mail)
    assert states(region, letter) == [State.QUEUED]


@pytest.mark.parametrize("state", [State.SENT, State.RECEIVED, State.REFUSED, State.GIVEN_UP])
def test_it_goes_again_whatever_became_of_it(both, state):
    """Refused, because its referral was lost; given up, because the machine was gone for days."""
    region, randers = both.region, both.randers
    letter = region.post(referral())
    with region.database.session() as session:
        row = session.get_one(OutgoingRow, letter)
        row.state, row.times_sent, row.next_at = state, 3, None
    for mail in resent_by(randers, both.clock() - HOUR):
        region.take(mail)
    assert states(region, letter) == [State.QUEUED]
    carry(both)
    assert states(region, letter) == [State.RECEIVED]


@pytest.mark.parametrize("change", [{"state": State.CANCELLED}, {"locked": b""}, {"to_address": "x@new.example"}])
def test_what_is_gone_or_was_for_another_address_does_not_go(both, change):
    region, randers = both.region, both.randers
    letter = region.post(referral())
    carry(both)
    with region.database.session() as session:
        session.get_one(OutgoingRow, letter).sqlmodel_update(change)
    for mail in resent_by(randers, both.clock() - HOUR):
        region.take(mail)
    assert states(region, letter) != [State.QUEUED]


def test_a_test_and_a_receipt_and_a_request_had_their_moment(both):
    region, randers = both.region, both.randers
    carried = region.post(Letter(Kind.RESEND, new_id(), RANDERS, "", {"since": "2026-11-01T00:00:00Z"}))
    carry(both)
    assert states(region, carried) == [State.RECEIVED]
    for mail in resent_by(randers, both.clock() - DAY):
        region.take(mail)
    kinds = {row.kind for row in region.rows(OutgoingRow) if row.state == State.QUEUED}
    assert kinds <= {Kind.RECEIPT}


def test_nothing_about_a_citizen_goes_again_once_the_consent_is_withdrawn(both):
    """O10: what was lost there is well lost; that it was withdrawn is told."""
    region, randers = both.region, both.randers
    opening = referral()
    words = [region.post(opening), region.post(supplement(opening))]
    carry(both)
    end = region.post(Letter(Kind.WITHDRAWAL, opening.conversation_id, RANDERS, NUMBER, {}))
    carry(both)
    for mail in resent_by(randers, both.clock() - HOUR):
        region.take(mail)
    assert states(region, *words, end) == [State.RECEIVED, State.RECEIVED, State.QUEUED]


@pytest.mark.parametrize("late", [False, True])
def test_a_withdrawal_that_the_party_wrote_itself_and_has_lost_is_told_back_once(both, late):
    """O10: whoever goes on from before it must not go on with the citizen's case."""
    region, randers = both.region, both.randers
    opening = referral()
    region.post(opening)
    carry(both)
    backup = back_up(both, randers)
    body = {"withdrawn_at": both.clock().isoformat(), "taken_by": "Anne", "unit": "U", "phone": "+45 89 15 00 00"}
    randers.post(Letter(Kind.WITHDRAWAL, opening.conversation_id, REGION, NUMBER, body))
    carry(both)
    both.clock.go(2 * DAY)
    put_back(both, randers, backup if late else back_up(both, randers))
    for _time in range(3):
        carry(both)
        both.clock.go(HOUR)

    told = [one for one in randers.taken if one.kind is Kind.WITHDRAWAL]
    assert [one.conversation_id for one in told] == [opening.conversation_id] * late
    assert all(one.body["taken_by"] == sites.UNITS[REGION][0] for one in told), "nobody is named"
    for mail in resent_by(randers, backup[1]):
        region.take(mail)
    both.clock.go(HOUR)
    carry(both)
    assert len([row for row in region.rows(OutgoingRow) if row.kind == Kind.WITHDRAWAL]) == 1


def test_who_asks_again_and_again_gets_each_letter_once_an_hour(both):
    region, randers = both.region, both.randers
    letter = region.post(referral())
    carry(both)
    before = len(region.relay.crossed)
    for _time in range(10):
        both.clock.go(5 * MINUTE)
        for mail in resent_by(randers, both.clock() - DAY):
            region.take(mail)
        carry(both)

    copies = [one for one in region.rows(StepRow) if one.letter_id == letter and one.state == State.SENT]
    assert len(copies) == 2, "once at first, and once because it was asked for"
    assert len(region.relay.crossed) - before == 1 + 10, "and a receipt for each request"
    assert states(region, letter) == [State.QUEUED]
    both.clock.go(SPACING)
    carry(both)
    assert states(region, letter) == [State.RECEIVED]


def test_an_older_key_of_the_party_cannot_ask(both):
    """Whoever finds an old key and can still sign by it is sent nothing."""
    region, randers = both.region, both.randers
    letter = region.post(referral())
    carry(both)
    (mail,) = resent_by(randers, both.clock() - DAY)
    other = sites.pinned(both.favrskov.station, both.favrskov.key, both.clock(), RANDERS)
    with region.database.session() as session:
        AddressBook(session).forget(FAVRSKOV, both.clock())
        AddressBook(session).succeed(other, both.clock() + DAY)
    assert region.take(mail) == (Outcome.REFUSED, "OUT_OF_TURN")
    assert states(region, letter) == [State.RECEIVED]


def test_what_the_party_had_learnt_of_our_keys_is_forgotten(both):
    region, randers = both.region, both.randers
    now = both.clock()
    with region.database.session() as session:
        for what, at in (("A" * 40, now - 30 * DAY), ("B" * 40, now - HOUR)):
            session.add(KnownThereRow(party=RANDERS, what=what, at=at))
        session.add(KnownThereRow(party=FAVRSKOV, what="B" * 40, at=now - HOUR))
    for mail in resent_by(randers, now - DAY):
        region.take(mail)
    known = {(row.party, row.what[0]) for row in region.rows(KnownThereRow) if row.what in ("A" * 40, "B" * 40)}
    assert known == {(RANDERS, "A"), (FAVRSKOV, "B")}


def test_what_the_request_itself_was_sealed_to_is_known_there(both):
    """Else a party that was told of a key by phone would be parked as one that knows none."""
    region, randers = both.region, both.randers
    with region.database.session() as session:
        region.station.own_book(session).known(RANDERS, region.key, both.clock() - HOUR, "anne")
    for mail in resent_by(randers, both.clock() - DAY):
        region.take(mail)
    with region.database.reading() as session:
        assert region.station.own_book(session).knows(RANDERS, region.key)


def test_a_receipt_of_the_lost_machine_settles_nothing_that_was_asked_for_since(both):
    """It was signed, and then the letter was lost with the machine."""
    region, randers = both.region, both.randers
    backup = back_up(both, randers)
    letter = region.post(referral())
    (mail,) = region.send()
    randers.take(mail)
    late = [content for content, _sender, _to in sent(randers)]
    both.clock.go(MINUTE)
    put_back(both, randers, backup)
    region.handlers[Kind.RESEND] = lambda session, arrived: taking(region, both)(
        session, replace(arrived, signed_at=arrived.signed_at + MINUTE)
    )
    for content, _sender, _to in sent(randers):
        region.take(content)
    for content in late:
        assert region.take(content)[0] is Outcome.TAKEN
    assert states(region, letter) == [State.QUEUED]
    carry(both)
    assert shown(randers) == [letter]
    assert states(region, letter) == [State.SENT], "the machines' clocks are a minute too early for this to settle it"


def test_letters_that_came_while_the_site_was_lost_to_us_follow_their_referral(both):
    """A supplement is refused by the restored end, which does not know its referral yet; then both come."""
    region, randers = both.region, both.randers
    backup = back_up(both, randers)
    opening = referral()
    region.post(opening)
    carry(both)
    put_back(both, randers, backup)
    more = region.post(supplement(opening))
    for content in region.send():
        assert randers.take(content)[0] is Outcome.REFUSED
    both.clock.go(MINUTE)
    carry(both)

    assert shown(randers) == [opening.letter_id, more]
    assert states(region, opening.letter_id, more) == [State.RECEIVED] * 2


def test_a_restored_region_refuses_what_is_about_a_referral_it_lost(both):
    """Kept as it was: nobody speaks about a citizen the region does not know of. It stands among what it refused."""
    region, randers = both.region, both.randers
    backup = back_up(both, region)
    opening = referral()
    region.post(opening)
    carry(both)
    answer = randers.post(sites.acknowledgement(opening.conversation_id))
    carry(both)
    put_back(both, region, backup)
    carry(both)

    assert randers.outgoing(answer).state == State.REFUSED
    assert [row.reason for row in region.rows(ArrivalRow) if row.outcome == Outcome.REFUSED] == ["OUT_OF_TURN"]


def test_the_other_end_knows_that_the_log_was_put_back(both):
    region, randers = both.region, both.randers
    with randers.database.session() as session:
        resend.ask(session, randers.station.post, both.clock(), 7)
    carry(both)
    with region.database.reading() as session:
        rows = list(session.exec(select(witness.WitnessRow).where(witness.WitnessRow.whose == "kept")))
    assert [(row.party, row.seq) for row in rows] == [(RANDERS, 7)]


def test_a_request_is_remembered_only_when_it_was_taken(both):
    now = both.clock()
    row = TakenRow(
        letter_id="l", party=RANDERS, kind=Kind.RESEND, conversation_id="c", digest="", signed_by="", verdict="ok"
    )
    with both.region.database.session() as session:
        session.add(TakenRow(**{**row.model_dump(), "taken_at": now, "reason": "OUT_OF_TURN"}))
        session.flush()
        assert not resend.was_asked(session, RANDERS, now - HOUR)
        session.get_one(TakenRow, "l").reason = ""
        session.flush()
        assert resend.was_asked(session, RANDERS, now - HOUR)
        assert not resend.was_asked(session, RANDERS, now)
        assert not resend.was_asked(session, FAVRSKOV, now - HOUR)
