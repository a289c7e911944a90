"""A party's pin is taken over only by its own present key, which names a successor that proves itself (S24).

Everything else is refused, answered with a refusal, and noted; nothing is pinned and nothing enters the key ring.
"""

import json
from dataclasses import replace

import pytest
import sites
from rotating_ends import DAY
from sites import FAVRSKOV, RANDERS

from directory.book import AddressBook
from directory.model import REGION, PinnedKey
from gateway.access.actions import Action
from gateway.exchange.rows import ArrivalRow
from gateway.rotation.take import LONGEST_OVERLAP
from gateway.wire.keeping import KeyChange, statement
from gateway.wire.letters import Kind, Letter, new_id
from keys import succession
from keys.errors import KeyNotFound


@pytest.fixture
def fresh(ends):
    """Another key of the region's, which nobody has heard of."""
    return ends.region.site.station.keyring.generate("Regionen <henvendelser@region.example>")


def said(ends, key, **changes):
    """Write what the region announces when it is in order."""
    ring, old = ends.region.site.station.keyring, ends.region.site.key
    facts = {
        "old": old,
        "new": key,
        "certificate": ring.export_public(key).decode(),
        "proof": succession.prove(ring, statement(party=REGION, old=old, new=key), key=key),
        "old_ends_at": ends.line.clock() + 30 * DAY,
    }
    return KeyChange.model_validate(facts | changes)


def arrives(ends, body, by=None, to=None, **how):
    """Let an announcement arrive at Randers, signed by the region unless it says otherwise."""
    by, to = by or ends.region, to or ends.randers
    letter = Letter(Kind.KEY_CHANGE, new_id(), to.site.party, "", body.written())
    return to.site.take(sites.sealed(by.site, letter, **how).content)


def pins(end, party=REGION):
    with end.site.database.reading() as session:
        return [(pin.fingerprint, pin.valid_to) for pin in AddressBook(session).keys(party)]


def in_ring(end, key):
    try:
        end.site.station.keyring.describe(key)
    except KeyNotFound:
        return False
    return True


def why(end):
    return [json.loads(detail).get("why") for _about, _outcome, detail in end.noted(Action.REFUSE_LETTER)]


def test_an_announcement_in_order_is_taken(ends, fresh):
    assert arrives(ends, said(ends, fresh)) == ("taken", "")
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key, fresh]
    assert in_ring(ends.randers, fresh)


@pytest.mark.parametrize(("days", "held"), [(-1, 0), (0, 0), (30, 30), (401, 400), (3000, 400)])
def test_the_old_key_holds_as_long_as_was_said_within_bounds(ends, fresh, days, held):
    now = ends.line.clock()
    arrives(ends, said(ends, fresh, old_ends_at=now + days * DAY))
    assert pins(ends.randers)[0][1] == now + min(held * DAY, LONGEST_OVERLAP)


def refused(ends, cause):
    """Demand that nothing has come of it but a note."""
    assert why(ends.randers) == [cause]
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key]
    assert not ends.randers.noted(Action.TAKE_KEY)
    assert [row.kind for row in ends.randers.site.receipts()] == ["receipt"]


def test_a_proof_by_another_key_is_refused(ends, fresh):
    other = succession.prove(
        ends.region.site.station.keyring,
        statement(party=REGION, old=ends.region.site.key, new=fresh),
        key=ends.region.site.key,
    )
    assert arrives(ends, said(ends, fresh, proof=other)) == ("refused", "OUT_OF_TURN")
    refused(ends, "SECOND_OPINION_DIFFERS")
    assert not in_ring(ends.randers, fresh)


def test_a_proof_made_for_another_party_or_another_key_is_refused(ends, fresh):
    ring = ends.region.site.station.keyring
    for party, old in ((FAVRSKOV, ends.region.site.key), (REGION, ends.randers.site.key)):
        proof = succession.prove(ring, statement(party=party, old=old, new=fresh), key=fresh)
        assert arrives(ends, said(ends, fresh, proof=proof)) == ("refused", "OUT_OF_TURN")
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key]


@pytest.mark.parametrize(
    "proof", ["-----BEGIN PGP x", "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"]
)
def test_a_proof_that_is_none_is_refused(ends, fresh, proof):
    assert arrives(ends, said(ends, fresh, proof=proof)) == ("refused", "OUT_OF_TURN")
    assert pins(ends.randers) == [(ends.region.site.key, None)]


def test_two_keys_in_one_blob_are_refused(ends, fresh):
    ring = ends.region.site.station.keyring
    both = (ring.export_public(fresh) + ring.export_public(ends.region.site.key)).decode()
    assert arrives(ends, said(ends, fresh, certificate=both)) == ("refused", "OUT_OF_TURN")
    assert pins(ends.randers) == [(ends.region.site.key, None)]
    assert not in_ring(ends.randers, fresh)


def test_another_certificate_than_the_one_that_is_named_is_refused(ends, fresh):
    other = ends.region.site.station.keyring.export_public(ends.region.site.key).decode()
    arrives(ends, said(ends, fresh, certificate=other))
    refused(ends, "WRONG_FINGERPRINT")


def test_an_old_key_that_is_not_the_one_that_signed_is_refused(ends, fresh):
    arrives(ends, said(ends, fresh, old=ends.favrskov.site.key))
    refused(ends, "NOT_THE_PRESENT_KEY")


def test_a_municipality_cannot_change_another_partys_key(ends, fresh):
    """Favrskov is no party Randers knows, and to the region it is only itself."""
    assert arrives(ends, said(ends, fresh), by=ends.favrskov)[0] == "quarantined"
    body = said(ends, fresh, old=ends.randers.site.key)
    assert arrives(ends, body, by=ends.favrskov, to=ends.region) == ("refused", "OUT_OF_TURN")
    assert [pin for pin, _to in pins(ends.region, RANDERS)] == [ends.randers.site.key]
    assert [pin for pin, _to in pins(ends.region, FAVRSKOV)] == [ends.favrskov.site.key]


@pytest.mark.parametrize("whose", ["ours", "another's"])
def test_a_key_that_is_somebody_elses_is_refused(ends, whose):
    """Also where its owner proves it, which would let two parties share one."""
    owner, announcer = (ends.region, ends.randers) if whose == "ours" else (ends.favrskov, ends.randers)
    ring, old, new = owner.site.station.keyring, announcer.site.key, owner.site.key
    proof = succession.prove(ring, statement(party=RANDERS, old=old, new=new), key=new)
    body = said(ends, ends.region.site.key, old=old, new=new, certificate=ring.export_public(new).decode(), proof=proof)
    assert arrives(ends, body, by=announcer, to=ends.region) == ("refused", "OUT_OF_TURN")
    assert why(ends.region) == ["KEY_TAKEN"]
    assert [pin for pin, _to in pins(ends.region, RANDERS)] == [old]


def test_a_key_that_was_ever_revoked_never_comes_back_as_a_successor(ends, fresh):
    now = ends.line.clock()
    with ends.randers.site.database.session() as session:
        book, certificate = AddressBook(session), ends.region.site.station.keyring.export_public(fresh)
        book.pin(PinnedKey(FAVRSKOV, fresh, certificate, now, None, "test"))
        book.revoke(FAVRSKOV, now)
    arrives(ends, said(ends, fresh))
    refused(ends, "KEY_TAKEN")


def test_nothing_is_believed_of_a_party_whose_key_was_revoked(ends, fresh):
    announcement = Letter(Kind.KEY_CHANGE, new_id(), RANDERS, "", said(ends, fresh).written())
    stolen = sites.sealed(ends.region.site, announcement).content
    arrival = ends.randers.site.store(stolen)
    with ends.randers.site.database.session() as session:
        AddressBook(session).revoke(REGION, ends.line.clock())
    assert ends.randers.site.receive(arrival) == "quarantined", "though it came before"
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key]


def test_a_key_in_its_last_days_names_no_successor(ends, fresh):
    """Whoever has taken an old key cannot lead the party away from the new one."""
    arrives(ends, said(ends, fresh))
    stolen = ends.region.site.station.keyring.generate("Tyven <henvendelser@region.example>")
    assert arrives(ends, said(ends, stolen)) == ("refused", "OUT_OF_TURN")
    assert why(ends.randers) == ["NOT_THE_PRESENT_KEY"]
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key, fresh]


def test_an_announcement_by_a_key_whose_time_is_over_is_kept_apart(ends, fresh):
    stolen = ends.region.site.station.keyring.generate("Tyven <henvendelser@region.example>")
    arrives(ends, said(ends, fresh))
    ends.go(31 * DAY)
    assert arrives(ends, said(ends, stolen)) == ("quarantined", "WRONG_SIGNER")
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key, fresh]


def test_a_former_key_does_not_come_back(ends, fresh):
    """A replay, or a mistake: neither is told from the other."""
    arrives(ends, said(ends, fresh))
    ring, old = ends.region.site.station.keyring, ends.region.site.key
    back = said(
        ends, old, old=fresh, proof=succession.prove(ring, statement(party=REGION, old=fresh, new=old), key=old)
    )
    by = replace(ends.region.site.station.own, fingerprint=fresh)
    letter = Letter(Kind.KEY_CHANGE, new_id(), RANDERS, "", back.written())
    pin = PinnedKey(RANDERS, ends.randers.site.key, b"", ends.line.clock(), None, "test")
    raw = sites.seal_letter(
        letter, own=by, recipient=ends.randers.site.address, key=pin, keyring=ring, now=ends.line.clock()
    ).content
    assert ends.randers.site.take(raw) == ("refused", "OUT_OF_TURN")
    assert why(ends.randers) == ["KEY_TAKEN"]


def test_what_cannot_be_read_is_refused(ends, fresh):
    for body in ({}, said(ends, fresh).written() | {"new": "x"}):
        letter = Letter(Kind.KEY_CHANGE, new_id(), RANDERS, "", body)
        assert ends.randers.site.take(sites.sealed(ends.region.site, letter).content) == ("refused", "UNREADABLE")
    assert pins(ends.randers) == [(ends.region.site.key, None)]


def test_what_came_too_early_by_the_new_key_is_looked_at_again(ends, fresh):
    ring = ends.region.site.station.keyring
    by = replace(ends.region.site.station.own, fingerprint=fresh)
    pin = PinnedKey(RANDERS, ends.randers.site.key, b"", ends.line.clock(), None, "test")
    early = sites.seal_letter(
        sites.referral(), own=by, recipient=ends.randers.site.address, key=pin, keyring=ring, now=ends.line.clock()
    ).content
    assert ends.randers.site.take(early) == ("quarantined", "UNKNOWN_SIGNER")
    arrives(ends, said(ends, fresh))
    assert [row.outcome for row in ends.randers.site.rows(ArrivalRow)] == ["waiting", "taken"]
    ends.randers.site.receive(1)
    assert [row.outcome for row in ends.randers.site.rows(ArrivalRow)] == ["taken", "taken"]


def test_a_crash_while_a_key_is_taken_leaves_nothing_that_is_believed(ends, fresh, monkeypatch):
    from gateway.rotation import take  # noqa: PLC0415 - patched here alone

    letter = Letter(Kind.KEY_CHANGE, new_id(), RANDERS, "", said(ends, fresh).written())
    arrival = ends.randers.site.store(sites.sealed(ends.region.site, letter).content)

    def killed(*_given, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as world:
        world.setattr(take, "noted_by_daemon", killed)
        with pytest.raises(KeyboardInterrupt):
            ends.randers.site.receive(arrival)
    assert in_ring(ends.randers, fresh)
    assert pins(ends.randers) == [(ends.region.site.key, None)]
    assert ends.randers.site.receive(arrival) == "taken"
    assert [pin for pin, _to in pins(ends.randers)] == [ends.region.site.key, fresh]
