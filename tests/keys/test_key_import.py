"""A key somebody handed us: scanned before it enters, by its fingerprint and by nothing else."""

from datetime import timedelta

import pysequoia
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from key_parties import first_fingerprint, plain_gpg, utc_now
from pysequoia.packet import PacketPile
from test_key_ring import HOSTILE_USER_IDS

from keys.errors import (
    ImportRefused,
    KeyNotFound,
    NotAKey,
    NotOneKey,
    ReaderRevoked,
    SecretMaterial,
    UnprintableUserId,
    UnusableKey,
    WrongFingerprint,
)
from keys.fingerprint import Fingerprint
from keys.keyring import Unusable, inspect_public
from keys.revocation import Revocation

NOBODY = Fingerprint("0" * 40)


def refuse(party, blob, refusal, expected=NOBODY):
    before = party.gpg("--with-colons", "--list-keys")
    with pytest.raises(refusal):
        party.ring.import_public(blob, expected=expected, now=utc_now())
    assert party.gpg("--with-colons", "--list-keys") == before


@pytest.fixture
def site(make_party):
    return make_party()


def binary_of(party):
    return party.gpg("--export", party.key)


def test_a_key_is_taken_in_armoured_or_binary_and_described(site, region):
    for blob in (region.public, binary_of(region), b"\n" + region.public.replace(b"\n", b"\r\n") + b"\n"):
        info = site.ring.import_public(blob, expected=region.key, now=utc_now())
        assert info == site.ring.describe(region.key) == region.ring.describe(region.key)


def test_a_key_may_be_looked_at_before_it_is_pinned(region):
    assert inspect_public(region.public).fingerprint.grouped == region.key.grouped


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"Hej",
        b"\x00",
        b"\x99\x00",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----",
    ],
)
def test_what_is_no_key_is_refused(site, blob):
    refuse(site, blob, NotAKey)


def test_a_letter_is_no_key(site, region):
    refuse(site, region.seal(b"x").ciphertext, NotAKey)


def test_two_keys_in_one_blob_are_refused(site, region, municipality):
    """TRAPS: gpg would import both."""
    for blob in (
        region.public + municipality.public,
        region.public + b"\n" + region.public,
        binary_of(region) + binary_of(municipality),
        plain_gpg(region.ring, "--armor", "--export"),
    ):
        refuse(site, blob, NotOneKey, expected=region.key)


def test_a_key_with_something_else_around_it_is_refused(site, region):
    for blob in (b"Our key:\n" + region.public, region.public + b"\nRegards\n", binary_of(region) + b"\xb4\x01"):
        refuse(site, blob, NotAKey, expected=region.key)


def test_a_secret_key_is_refused(site, make_party):
    other = make_party()
    for blob in (
        other.gpg("--armor", "--export-secret-keys"),
        other.gpg("--export-secret-keys"),
        other.gpg("--export-secret-subkeys"),
    ):
        refuse(site, blob, SecretMaterial, expected=other.key)
    assert other.key not in site.gpg("--with-colons", "--list-secret-keys").decode()


def test_another_key_than_the_agreed_one_is_refused(site, region, municipality):
    refuse(site, region.public, WrongFingerprint, expected=municipality.key)


def named_with(user_id, make_ring):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Innocent <i@party.example>", "ed25519", "cert,sign", "1y")
    key = first_fingerprint(ring)
    plain_gpg(ring, "--quick-add-key", key, "cv25519", "encr", "1y")
    packets = list(PacketPile.from_bytes(plain_gpg(ring, "--export")))
    at = next(index for index, packet in enumerate(packets) if packet.user_id is not None)
    body = user_id if isinstance(user_id, bytes) else user_id.encode()
    hostile = b"\xcd\xff" + len(body).to_bytes(4) + body
    return key, b"".join([*(bytes(packet) for packet in packets[:at]), hostile, *(bytes(p) for p in packets[at:])])


@pytest.mark.parametrize("user_id", [*HOSTILE_USER_IDS[:11], b"\xff\xfe", b"M\xe6rsk", b"x\xc2"])
def test_a_user_id_that_does_not_print_is_refused_even_beside_a_good_one(site, make_ring, user_id):
    key, blob = named_with(user_id, make_ring)
    refuse(site, blob, UnprintableUserId, expected=key)


def test_a_picture_for_a_user_id_is_refused(site, region):
    refuse(site, binary_of(region) + b"\xd1\x04\x03\x01\x02\x03", UnprintableUserId, expected=region.key)


def test_a_key_without_a_user_id_is_refused(site, region):
    packets = [packet for packet in PacketPile.from_bytes(binary_of(region)) if packet.user_id is None]
    refuse(site, b"".join(bytes(packet) for packet in packets), UnusableKey, expected=region.key)


def test_a_blob_larger_than_any_key_is_refused_unread(site, region):
    refuse(site, region.public + b"\n" * 65_536, UnusableKey, expected=region.key)


def test_a_packed_bomb_for_a_key_is_refused_unread(site, region):
    bomb = region.gpg("--store", "--compress-algo", "zlib", data=bytes(20_000_000))
    refuse(site, bomb, NotAKey)
    refuse(site, binary_of(region) + bomb, NotAKey)


def test_an_expired_key_is_refused(site, make_old_party):
    old = make_old_party(utc_now() - timedelta(days=30), "10d")
    refuse(site, old.public, UnusableKey, expected=old.key)


def test_expiry_is_judged_by_the_given_time(site, region):
    with pytest.raises(UnusableKey):
        site.ring.import_public(region.public, expected=region.key, now=utc_now() + timedelta(days=731))
    assert site.ring.import_public(region.public, expected=region.key, now=utc_now() + timedelta(days=700))


def test_a_revoked_key_is_refused(site, make_party):
    other = make_party()
    other.ring.revoke(other.key, Revocation.COMPROMISED)
    refuse(site, other.public, UnusableKey, expected=other.key)


def test_a_key_revoked_in_our_ring_does_not_come_back_to_life(site, make_party):
    other = make_party()
    before = other.public
    site.meet(other)
    other.ring.revoke(other.key, Revocation.COMPROMISED)
    site.take_in(other.public)
    refuse(site, before, UnusableKey, expected=other.key)


def test_a_newer_copy_of_a_key_prolongs_it_and_an_older_one_does_not_shorten_it(site, make_old_party):
    other = make_old_party(utc_now() - timedelta(days=30), "60d")
    before = other.public
    site.meet(other)
    other.gpg("--quick-set-expire", other.key, "400d")
    other.gpg("--quick-set-expire", other.key, "400d", "*")
    later = other.ring.describe(other.key).expires
    assert site.ring.import_public(other.public, expected=other.key, now=utc_now()).expires == later
    assert site.ring.describe(other.key).expires == later > utc_now() + timedelta(days=390)
    assert site.ring.import_public(before, expected=other.key, now=utc_now()).expires == later
    assert other.meet(site).open(site.seal(b"x", other).ciphertext, site.key).content == b"x"


def test_a_key_that_expired_here_is_prolonged_too(site, make_old_party):
    other = make_old_party(utc_now() - timedelta(days=30), "10d")
    site.take_in(other.public)
    assert site.ring.describe(other.key).unusable_at(utc_now()) is Unusable.EXPIRED
    _, subkey = prints_of(other)
    other.gpg("--quick-set-expire", other.key, "400d")
    other.gpg("--quick-set-expire", other.key, "400d", subkey)
    assert site.ring.import_public(other.public, expected=other.key, now=utc_now()).unusable_at(utc_now()) is None
    assert site.seal(b"x", other)


def test_a_key_lasts_no_longer_than_the_part_of_it_that_encrypts(site, make_old_party):
    """A mail program prolongs the one and forgets the other; the warnings before the last day must tell the truth."""
    other = make_old_party(utc_now() - timedelta(days=30), "60d")
    last = other.ring.describe(other.key).expires
    other.gpg("--quick-set-expire", other.key, "400d")
    assert site.ring.import_public(other.public, expected=other.key, now=utc_now()).expires == last
    other.gpg("--quick-set-expire", other.key, "0")
    assert site.ring.import_public(other.public, expected=other.key, now=utc_now()).expires == last
    other.gpg("--quick-set-expire", other.key, "400d", "*")
    assert inspect_public(other.public).expires > last + timedelta(days=300)
    other.gpg("--quick-add-key", other.key, "cv25519", "encr", "900d")
    assert inspect_public(other.public).expires > last + timedelta(days=800)
    other.gpg("--quick-set-expire", other.key, "20d")
    assert inspect_public(other.public).expires < last


def prints_of(party):
    listed = party.gpg("--with-colons", "--list-keys", party.key).decode().split("\n")
    return [line.split(":")[9] for line in listed if line.startswith("fpr:")]


@pytest.mark.parametrize("why", list(Revocation))
def test_a_revocation_of_a_key_we_hold_is_kept_and_the_key_refused(site, make_party, why):
    other = make_party()
    site.meet(other)
    assert site.seal(b"x", other)
    other.ring.revoke(other.key, why)
    with pytest.raises(UnusableKey, match="withdrawn"):
        site.meet(other)
    assert site.ring.describe(other.key).revoked
    with pytest.raises(ReaderRevoked):
        site.seal(b"x", other)


def test_a_revoked_key_we_do_not_hold_is_not_there_afterwards(site, make_party):
    other = make_party()
    other.ring.revoke(other.key, Revocation.SUPERSEDED)
    refuse(site, other.public, UnusableKey, expected=other.key)
    with pytest.raises(KeyNotFound):
        site.ring.describe(other.key)


def test_a_revocation_made_by_another_key_revokes_nothing(site, make_party):
    """Glued on by whoever carries the key: no party may silence another."""
    other, mallory = make_party(), make_party()
    site.meet(other)
    mallory.ring.revoke(mallory.key, Revocation.SUPERSEDED)
    forged = [bytes(packet) for packet in PacketPile.from_bytes(binary_of(other))]
    forged[1:1] = [bytes(packet) for packet in PacketPile.from_bytes(binary_of(mallory))][1:2]
    assert site.ring.import_public(b"".join(forged), expected=other.key, now=utc_now()).revoked is False
    assert site.seal(b"x", other)


def test_a_key_from_the_future_is_refused_and_the_clock_is_named(site, make_old_party):
    late = make_old_party(utc_now() + timedelta(hours=1), "1y")
    with pytest.raises(UnusableKey, match="clock"):
        site.ring.import_public(late.public, expected=late.key, now=utc_now())


@pytest.mark.parametrize("usage", [("ed25519", "cert,sign"), ("ed25519", "cert"), ("rsa2048", "cert,encr")])
def test_a_key_that_cannot_both_sign_and_encrypt_is_refused(site, make_ring, usage):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Half <half@party.example>", *usage, "1y")
    refuse(site, plain_gpg(ring, "--export"), UnusableKey, expected=first_fingerprint(ring))


def test_a_subkey_of_somebody_else_glued_on_does_not_make_it_able_to_encrypt(site, make_ring, region):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Half <half@party.example>", "ed25519", "cert,sign", "1y")
    subkey = [bytes(packet) for packet in PacketPile.from_bytes(binary_of(region))][-2:]
    glued = plain_gpg(ring, "--export") + b"".join(subkey)
    refuse(site, glued, UnusableKey, expected=first_fingerprint(ring))


def test_the_rsa_key_of_a_person_with_a_mail_program_is_taken_in(site, make_ring):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Person <person@party.example>", "rsa3072", "cert,sign", "1y")
    key = first_fingerprint(ring)
    plain_gpg(ring, "--quick-add-key", key, "rsa3072", "encr", "1y")
    assert site.ring.import_public(plain_gpg(ring, "--export"), expected=key, now=utc_now()).fingerprint == key


def test_the_key_of_another_implementation_with_a_signing_subkey_is_taken_in(site):
    certificate = pysequoia.Tsk.generate("Sequoia <sq@party.example>").extract_certificate()
    key = Fingerprint.parse(certificate.fingerprint)
    now = utc_now() + timedelta(seconds=2)
    assert site.ring.import_public(bytes(certificate), expected=key, now=now).expires is None


def test_a_key_of_version_six_is_refused_as_one_that_is_not_used_here():
    """RFC 9580; GnuPG 2.2 cannot use it, and its fingerprint is longer than the agreed one can be."""
    newer = pysequoia.Tsk.generate("Newer <newer@party.example>", profile=pysequoia.Profile.RFC9580)
    with pytest.raises(UnusableKey, match="another version"):
        inspect_public(bytes(newer.extract_certificate()))


def test_a_key_that_rests_on_sha_1_is_refused(site, make_ring):
    ring, old = make_ring(), ("Old <old@party.example>", "rsa3072", "", "1y")
    plain_gpg(ring, "--cert-digest-algo", "SHA1", "--quick-generate-key", *old)
    with pytest.raises(UnusableKey):
        site.ring.import_public(plain_gpg(ring, "--export"), expected=first_fingerprint(ring), now=utc_now())


def test_a_refused_key_is_not_there_afterwards(site, region):
    refuse(site, region.public, WrongFingerprint)
    with pytest.raises(KeyNotFound):
        site.ring.describe(region.key)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_are_read_as_one_key_or_refused(region, data):
    good = region.ring.certificate(region.key).binary
    at = data.draw(st.integers(0, len(good)))
    blob = good[:at] + data.draw(st.binary(max_size=20)) + good[at + data.draw(st.integers(0, 20)) :]
    try:
        info = inspect_public(blob)
    except ImportRefused:
        return
    assert info.user_id.isprintable()
