"""Retired or stolen: two ways to withdraw a key of our own, told apart by every OpenPGP program (RFC 9580 5.2.3.31)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_parties import utc_now

from keys import gpg
from keys.errors import GpgFailed, ReaderRevoked, SealSignerRevoked
from keys.keyring import inspect_public
from keys.packets import Packet, Tag, walk
from keys.revocation import Revocation, reason_given
from keys.signing import sign


def reasons(party):
    found = walk(party.ring.certificate(party.key).binary)
    return [reason_given(packet) for packet in found if packet.tag == Tag.SIGNATURE and packet.body[1] == 0x20]


def test_a_superseded_key_says_so_with_the_reason_that_spares_what_it_signed_before(make_party):
    site = make_party()
    site.ring.revoke(site.key, Revocation.SUPERSEDED)
    assert reasons(site) == [1]
    assert b"revocation reason 0x01 ()" in site.gpg("--list-packets", data=site.public)
    assert inspect_public(site.public).revoked
    assert inspect_public(site.public).user_id == "Somebody <somebody@party.example>"


def test_a_compromised_key_gives_no_reason_that_would_spare_anything(make_party):
    site = make_party()
    site.ring.revoke(site.key, Revocation.COMPROMISED)
    assert reasons(site) == [0]


def test_a_compromised_key_is_revoked_without_its_secret(make_party):
    """The day the machine was stolen, its passphrase may be gone too."""
    site = make_party()
    for secret in (site.ring.home / "private-keys-v1.d").iterdir():
        secret.unlink()
    site.ring.revoke(site.key, Revocation.COMPROMISED)
    assert site.ring.describe(site.key).revoked


@pytest.mark.parametrize("why", list(Revocation))
def test_nothing_is_sealed_to_it_or_signed_by_it_any_more_by_us_or_by_plain_gpg(make_party, why):
    site, peer = make_party(), make_party()
    site.meet(peer)
    peer.meet(site)
    site.ring.revoke(site.key, why)
    peer.take_in(site.public)
    with pytest.raises(ReaderRevoked):
        peer.seal(b"x", site)
    with pytest.raises(SealSignerRevoked):
        site.seal(b"x", peer)
    with pytest.raises(SealSignerRevoked):
        sign(site.ring, b"x", signer=site.key)
    assert peer.gpg("--recipient", site.key, "--encrypt", data=b"x", check=False) == b""
    assert site.gpg("--local-user", site.key, "--detach-sign", data=b"x", check=False) == b""
    assert site.gpg("--with-colons", "--list-keys", site.key).decode().split("pub:")[1].startswith("r:")


def test_its_successor_seals_and_signs_beside_it(make_party):
    site = make_party()
    following = site.ring.generate("Somebody <somebody@party.example>")
    site.ring.revoke(site.key, Revocation.SUPERSEDED)
    assert sign(site.ring, b"x", signer=following)
    assert site.ring.describe(following).unusable_at(utc_now()) is None
    assert set(site.ring.secret_keys()) == {site.key, following}


def test_a_revocation_with_another_reason_than_asked_for_is_never_taken_in(make_party, monkeypatch):
    """A later gpg may number its questions otherwise."""
    site = make_party()
    monkeypatch.setattr("keys.keyring.time.sleep", lambda _seconds: None)
    for answers in (b"y\n0\n\ny\n", b"y\n1\n\ny\n", b"y\n3\n\ny\n", b"n\n", b""):
        monkeypatch.setattr("keys.keyring.ANSWERS", answers)
        with pytest.raises(GpgFailed):
            site.ring.revoke(site.key, Revocation.SUPERSEDED)
        assert site.ring.describe(site.key).revoked is False


def test_a_revocation_that_gpg_does_not_take_in_is_a_failure(make_party, monkeypatch):
    site = make_party()
    monkeypatch.setattr(gpg.HardenedGPG, "import_keys", lambda *_args, **_how: None)
    for why in Revocation:
        with pytest.raises(GpgFailed):
            site.ring.revoke(site.key, why)


@given(st.binary(max_size=80))
def test_any_bytes_give_a_reason_or_none(noise):
    for body in (noise, b"\x04\x20\x16\x08" + noise):
        found = reason_given(Packet(Tag.SIGNATURE, body))
        assert found is None or 0 <= found <= 255


def test_the_signatures_of_a_key_in_force_give_no_reason(region):
    assert {reason_given(packet) for packet in walk(region.ring.certificate(region.key).binary)} == {None}
