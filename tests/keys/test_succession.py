"""Who announces a key must hold it: the proof, and everything that is no proof. Nothing enters a key ring."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_parties import Party, first_fingerprint, plain_gpg, utc_now

from keys import packets
from keys.errors import (
    BadSignature,
    Damaged,
    ImportRefused,
    KeyNotFound,
    KeysError,
    NotOneKey,
    OpenRefused,
    SealSignerRevoked,
    SecondOpinionDiffers,
    SecretMaterial,
    SeveralSignatures,
    SignedInFuture,
    SignerUnusable,
    TooLarge,
    UnprintableUserId,
    Unsigned,
    UnusableKey,
    WeakDigest,
    WrongFingerprint,
)
from keys.fingerprint import Fingerprint
from keys.revocation import Revocation
from keys.signing import LARGEST_SIGNATURE
from keys.succession import check, prove

STATEMENT = b"stafet-key-change\n1\n751\nregion\n"


def checked(party, proof, statement=STATEMENT, *, blob=None, **rest):
    key = party.public if blob is None else blob
    return check(key, statement, proof, **{"expected": party.key, "now": utc_now()} | rest)


def by_gpg(party, *options, content=STATEMENT):
    return party.gpg("--armor", "--local-user", f"{party.key}!", *options, "--detach-sign", data=content)


@pytest.fixture(scope="module")
def proof(parties):
    return prove(parties[0].ring, STATEMENT, key=parties[0].key)


def test_a_proof_holds_wherever_it_is_checked_and_gives_no_answer_to_forget(region, proof):
    assert proof.startswith("-----BEGIN PGP SIGNATURE-----")
    assert checked(region, proof) is None
    assert checked(region, proof.encode()) is None
    assert checked(region, packets.dearmor(proof.encode(), kind=b"SIGNATURE")) is None


def test_plain_gpg_makes_a_proof_too(region):
    checked(region, by_gpg(region))


def test_checking_brings_nothing_into_a_key_ring(make_ring, make_party):
    ring, party = make_ring(), make_party()
    checked(party, prove(party.ring, STATEMENT, key=party.key))
    with pytest.raises(KeyNotFound):
        ring.describe(party.key)


def test_only_a_usable_secret_key_proves(make_party, region, municipality):
    with pytest.raises(SignerUnusable):
        prove(region.ring, STATEMENT, key=municipality.key)
    party = make_party()
    party.ring.revoke(party.key, Revocation.SUPERSEDED)
    with pytest.raises(SealSignerRevoked):
        prove(party.ring, STATEMENT, key=party.key)


# The proof


@given(st.binary(max_size=60))
def test_a_proof_of_another_statement_is_none(parties, proof, statement):
    with pytest.raises(SecondOpinionDiffers):
        checked(parties[0], proof, statement)


def test_a_proof_by_another_key_is_none_even_under_the_right_fingerprint(region, municipality, stranger):
    for other in (municipality, stranger):
        with pytest.raises(SecondOpinionDiffers):
            checked(region, prove(other.ring, STATEMENT, key=other.key))


@given(st.data())
def test_a_damaged_proof_is_none(parties, proof, data):
    binary = bytearray(packets.dearmor(proof.encode(), kind=b"SIGNATURE"))
    hashed = 6 + 2 + int.from_bytes(binary[6:8])  # what follows are hints: who signed, and two octets of the digest
    unhashed = hashed + 2 + int.from_bytes(binary[hashed : hashed + 2])
    # The packet's own first octet may say the same in the newer format: it is no part of what is signed.
    place = data.draw(st.sampled_from([*range(1, hashed), *range(unhashed + 2, len(binary))]))
    binary[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(KeysError):
        checked(parties[0], bytes(binary))


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_noise_is_no_proof(parties, noise):
    with pytest.raises(OpenRefused):
        checked(parties[0], noise)


def test_a_proof_has_exactly_one_signature(region, proof):
    binary = packets.dearmor(proof.encode(), kind=b"SIGNATURE")
    for wrong, refusal in (
        (binary * 2, SeveralSignatures),
        (b"", Damaged),
        ("", Damaged),
        (binary[:-1], Damaged),
        (binary + b"\xcb\x01b", Damaged),
        ("-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----", Unsigned),
        (b" " * (LARGEST_SIGNATURE + 1), TooLarge),
        ("\udcff" + proof, Damaged),
        (proof.replace("SIGNATURE", "MESSAGE"), Damaged),
        (region.public, Damaged),
    ):
        with pytest.raises(refusal):
            checked(region, wrong)


def test_a_signature_of_another_kind_is_no_proof(region):
    with pytest.raises(BadSignature):
        checked(region, by_gpg(region, "--textmode"))
    certification = next(
        packet for packet in packets.walk(region.ring.certificate(region.key).binary) if packet.tag == 2
    )
    with pytest.raises(BadSignature):
        checked(region, b"\xc2" + bytes((len(certification.body),)) + certification.body)


@pytest.mark.parametrize("digest", ["SHA1", "RIPEMD160", "SHA224"])
def test_a_proof_over_a_weak_digest_is_none(make_ring, digest):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Rsa <rsa@party.example>", "rsa2048", "cert,sign", "1y")
    weak = Party(ring, first_fingerprint(ring))
    with pytest.raises(WeakDigest):
        checked(weak, by_gpg(weak, "--digest-algo", digest, "--allow-weak-digest-algos"))


def test_a_proof_from_the_future_is_none(region):
    ahead = f"{utc_now() + timedelta(days=90):%Y%m%dT%H%M%S}!"
    with pytest.raises(SignedInFuture):
        checked(region, by_gpg(region, "--faked-system-time", ahead))


def test_a_proof_that_has_expired_is_none(make_old_party):
    old = make_old_party(utc_now() - timedelta(days=30), "0")
    then = f"{utc_now() - timedelta(days=20):%Y%m%dT%H%M%S}!"
    with pytest.raises(SecondOpinionDiffers):
        checked(old, by_gpg(old, "--faked-system-time", then, "--default-sig-expire", "5d"))


# The key


def test_two_keys_in_one_blob_are_refused_in_either_order(region, stranger, proof):
    one, two = (party.ring.certificate(party.key).binary for party in (region, stranger))
    for blob in (one + two, two + one, region.public + stranger.public, stranger.public + region.public):
        with pytest.raises(NotOneKey):
            checked(region, proof, blob=blob)


def test_a_secret_key_is_refused(region, proof):
    for blob in (
        region.gpg("--export-secret-keys", region.key),
        region.gpg("--armor", "--export-secret-keys", region.key),
    ):
        with pytest.raises(SecretMaterial):
            checked(region, proof, blob=blob)


def test_another_key_than_the_one_expected_is_refused_however_well_it_proves(region, stranger, proof):
    for expected in (stranger.key, Fingerprint("0" * 40)):
        with pytest.raises(WrongFingerprint):
            checked(region, proof, expected=expected)


@pytest.mark.parametrize("separator", ["\u0085", "\u2028", "\x1b[2J", "\u202e"])
def test_a_user_id_that_does_not_print_is_refused(make_ring, separator):
    ring = make_ring()
    plain_gpg(ring, "--utf8-strings", "--quick-generate-key", f"M{separator}x", "ed25519", "cert,sign", "1y")
    mallory = Party(ring, first_fingerprint(ring))
    with pytest.raises(UnprintableUserId):
        checked(mallory, by_gpg(mallory), blob=plain_gpg(ring, "--export"))


def test_a_key_that_has_ended_or_not_begun_is_refused(make_party, make_old_party, region, proof):
    for now in (utc_now() + timedelta(days=731), utc_now() - timedelta(days=1)):
        with pytest.raises(UnusableKey):
            checked(region, proof, now=now)
    for why in Revocation:
        party = make_party()
        made = prove(party.ring, STATEMENT, key=party.key)
        party.ring.revoke(party.key, why)
        with pytest.raises(UnusableKey):
            checked(party, made)
    old = make_old_party(utc_now() - timedelta(days=30), "10d")
    with pytest.raises(UnusableKey):
        checked(old, by_gpg(old, "--faked-system-time", f"{utc_now() - timedelta(days=25):%Y%m%dT%H%M%S}!"))


@given(st.binary(max_size=300))
def test_noise_is_no_key(parties, proof, noise):
    with pytest.raises(ImportRefused):
        checked(parties[0], proof, blob=noise)
