"""A detached signature: by exactly the key asked for, over exactly this content, or a reason why not (TRAPS: GnuPG)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from key_parties import Party, first_fingerprint, plain_gpg, utc_now

from keys import gpg, packets
from keys.errors import (
    BadSignature,
    ClockBehindKey,
    Damaged,
    KeyNotFound,
    OpenRefused,
    OpenSignerRevoked,
    SealInspectionFailed,
    SealSignerExpired,
    SealSignerRevoked,
    SecondOpinionDiffers,
    SeveralSignatures,
    SignatureExpired,
    SignedInFuture,
    SignerUnusable,
    TooLarge,
    UnknownSigner,
    Unsigned,
    WeakDigest,
    WrongSigner,
)
from keys.fingerprint import Fingerprint
from keys.revocation import Revocation
from keys.signing import LARGEST_SIGNATURE, confirm, require_signature, sign

RECORD = b"stafet-audit-checkpoint\n1\nregion\n4711\n" + b"a" * 64 + b"\n"
NOBODY = Fingerprint("0" * 40)


def proved(by, content, signature, signer, now=None):
    return require_signature(by.ring, content, signature, signer=signer, now=now or utc_now())


def signed(party, content=RECORD):
    return sign(party.ring, content, signer=party.key)


def by_gpg(party, *options, content=RECORD, armor=True):
    who = ("--local-user", f"{party.key}!")
    return party.gpg(*(("--armor",) if armor else ()), *who, *options, "--detach-sign", data=content)


def moment(at):
    return ("--faked-system-time", f"{at:%Y%m%dT%H%M%S}!")


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"\n", b"a\r\nb\n", bytes(range(256)), "blåbær".encode(), b"[GNUPG:] GOODSIG 0 x\n", b"z" * 300_000],
    ids=["empty", "one byte", "newline", "lines", "binary", "unicode", "status-like", "300 kB"],
)
def test_what_was_signed_is_proved_at_both_ends_and_says_when(region, municipality, content):
    signature = signed(region, content)
    assert signature.startswith(b"-----BEGIN PGP SIGNATURE-----")
    for party in (region, municipality):
        at = proved(party, content, signature, region.key)
        assert abs(at - utc_now()) < timedelta(seconds=20)
        assert at.utcoffset() == timedelta()
    confirm(municipality.ring, content, signature, signer=region.key)


def test_a_binary_signature_and_one_by_plain_gpg_are_proved(region, municipality):
    assert proved(municipality, RECORD, by_gpg(region, armor=False), region.key)
    assert proved(municipality, RECORD, by_gpg(region), region.key)


def test_plain_gpg_proves_our_signature(region, municipality, tmp_path):
    (tmp_path / "s.asc").write_bytes(signed(region))
    municipality.gpg("--verify", str(tmp_path / "s.asc"), "-", data=RECORD)


@given(st.binary(max_size=80), st.binary(max_size=80))
@settings(max_examples=25)
def test_no_other_content_is_proved_by_the_same_signature(parties, content, other):
    if content == other:
        return
    signature = signed(parties[0], content)
    with pytest.raises(BadSignature):
        proved(parties[1], other, signature, parties[0].key)
    with pytest.raises(SecondOpinionDiffers):
        confirm(parties[1].ring, other, signature, signer=parties[0].key)


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=60)
def test_a_signature_with_one_byte_changed_is_refused_or_the_same(parties, at, change):
    packet = bytearray(packets.dearmor(signed(parties[0]), kind=b"SIGNATURE"))
    packet[at % len(packet)] ^= change
    try:
        proved(parties[1], RECORD, bytes(packet), parties[0].key)
    except OpenRefused:
        return
    # The unhashed part of a signature (a hint at who made it) may say anything.
    confirm(parties[1].ring, RECORD, bytes(packet), signer=parties[0].key)


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_whatever_stands_in_the_place_of_a_signature_is_refused(parties, noise):
    with pytest.raises(OpenRefused):
        proved(parties[1], RECORD, noise, parties[0].key)


@pytest.mark.parametrize(
    ("signature", "refusal"),
    [
        (b"", Damaged),
        (b"Hej", Damaged),
        (b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n", Unsigned),
        (b"\x88" * 20, Damaged),
        (b"x" * (LARGEST_SIGNATURE + 1), TooLarge),
    ],
)
def test_what_is_no_signature_is_refused(region, municipality, signature, refusal):
    with pytest.raises(refusal):
        proved(municipality, RECORD, signature, region.key)


def test_a_whole_signed_message_is_no_detached_signature(region, municipality):
    message = region.gpg("--compress-algo", "none", "--local-user", region.key, "--sign", data=RECORD)
    with pytest.raises(Damaged):
        proved(municipality, RECORD, message, region.key)
    clear = region.gpg("--local-user", region.key, "--clear-sign", data=RECORD)
    with pytest.raises(Damaged):
        proved(municipality, RECORD, clear, region.key)


def test_two_signatures_are_one_too_many(region, municipality, stranger):
    both = [packets.dearmor(signed(party), kind=b"SIGNATURE") for party in (region, stranger)]
    for twice in (both[0] + both[1], both[1] + both[0], both[0] * 2):
        with pytest.raises(SeveralSignatures):
            proved(municipality, RECORD, twice, region.key)


def test_a_good_signature_by_another_key_in_the_ring_is_the_wrong_one(region, municipality, stranger):
    with pytest.raises(WrongSigner):
        proved(municipality, RECORD, signed(stranger), region.key)
    with pytest.raises(SecondOpinionDiffers):
        confirm(municipality.ring, RECORD, signed(stranger), signer=region.key)


def test_a_signature_by_a_key_nobody_knows_here_is_refused(region, municipality, make_party):
    with pytest.raises(UnknownSigner):
        proved(municipality, RECORD, signed(make_party()), region.key)
    with pytest.raises(KeyNotFound):
        proved(municipality, RECORD, signed(region), NOBODY)


def test_a_text_signature_is_not_taken_for_one_over_the_bytes(region, municipality):
    """Class 01 leaves line endings out of what is signed."""
    with pytest.raises(BadSignature):
        proved(municipality, RECORD, by_gpg(region, "--textmode"), region.key)


@pytest.mark.parametrize("digest", ["SHA1", "RIPEMD160", "SHA224"])
def test_a_weak_digest_is_refused(make_ring, make_party, digest):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Weak <w@party.example>", "rsa2048", "cert,sign", "1y")
    weak = Party(ring, first_fingerprint(ring))
    reader = make_party().take_in(plain_gpg(ring, "--export"))
    signature = by_gpg(weak, "--digest-algo", digest, "--allow-weak-digest-algos")
    with pytest.raises(WeakDigest):
        proved(reader, RECORD, signature, weak.key)


def test_a_signature_from_the_future_is_refused(region, municipality):
    ahead = by_gpg(region, *moment(utc_now() + timedelta(days=90)))
    with pytest.raises(SignedInFuture):
        proved(municipality, RECORD, ahead, region.key)
    now = signed(region)
    with pytest.raises(SignedInFuture):
        proved(municipality, RECORD, now, region.key, now=utc_now() - timedelta(minutes=6))
    assert proved(municipality, RECORD, now, region.key, now=utc_now() - timedelta(minutes=4))


def test_a_signature_that_says_it_has_expired_is_refused(make_old_party):
    old = make_old_party(utc_now() - timedelta(days=30), "0")
    short = by_gpg(old, *moment(utc_now() - timedelta(days=20)), "--default-sig-expire", "5d")
    with pytest.raises(SignatureExpired):
        proved(old, RECORD, short, old.key)


def test_a_record_outlives_the_key_it_was_signed_by(make_old_party):
    old = make_old_party(utc_now() - timedelta(days=100), "50d")
    then = utc_now() - timedelta(days=90)
    signature = by_gpg(old, *moment(then))
    assert abs(proved(old, RECORD, signature, old.key) - then) < timedelta(minutes=1)
    with pytest.raises(BadSignature):
        proved(old, RECORD + b"x", signature, old.key)


def test_a_signature_made_after_its_key_had_expired_is_refused(make_old_party):
    """GnuPG tells the two apart by nothing in its status lines; Sequoia does."""
    old = make_old_party(utc_now() - timedelta(days=100), "0")
    late = by_gpg(old, *moment(utc_now() - timedelta(days=20)))
    assert proved(old, RECORD, late, old.key)
    old.gpg(*moment(utc_now() - timedelta(days=99)), "--quick-set-expire", old.key, "50d")
    with pytest.raises(SecondOpinionDiffers):
        proved(old, RECORD, late, old.key)


def test_a_key_that_was_compromised_proves_nothing_any_more(make_party):
    party = make_party()
    signature = signed(party)
    party.ring.revoke(party.key, Revocation.COMPROMISED)
    with pytest.raises(OpenSignerRevoked):
        proved(party, RECORD, signature, party.key)
    with pytest.raises(SecondOpinionDiffers):
        confirm(party.ring, RECORD, signature, signer=party.key)


def test_a_record_outlives_a_key_that_was_superseded_in_the_very_next_second(make_party):
    party = make_party()
    signature = signed(party)
    party.ring.revoke(party.key, Revocation.SUPERSEDED)
    assert utc_now() - proved(party, RECORD, signature, party.key) < timedelta(seconds=20)
    confirm(party.ring, RECORD, signature, signer=party.key)
    with pytest.raises(BadSignature):
        proved(party, RECORD + b"x", signature, party.key)
    with pytest.raises(SecondOpinionDiffers):
        confirm(party.ring, RECORD + b"x", signature, signer=party.key)


def test_a_superseded_key_that_turns_out_to_be_compromised_proves_nothing(make_party):
    party = make_party()
    signature = signed(party)
    party.ring.revoke(party.key, Revocation.SUPERSEDED)
    party.ring.revoke(party.key, Revocation.COMPROMISED)
    with pytest.raises(OpenSignerRevoked):
        proved(party, RECORD, signature, party.key)


def test_a_signature_made_after_its_key_was_superseded_is_refused(make_party):
    """Its secret may still be on another machine, where nobody has heard."""
    party = make_party()
    late = by_gpg(party, *moment(utc_now() + timedelta(seconds=5)))
    party.ring.revoke(party.key, Revocation.SUPERSEDED)
    with pytest.raises(OpenSignerRevoked):
        proved(party, RECORD, late, party.key)
    with pytest.raises(SecondOpinionDiffers):
        confirm(party.ring, RECORD, late, signer=party.key)


def test_a_record_outlives_a_key_that_was_superseded_and_has_expired(make_old_party):
    old = make_old_party(utc_now() - timedelta(days=100), "50d")
    signature = by_gpg(old, *moment(utc_now() - timedelta(days=90)))
    old.ring.revoke(old.key, Revocation.SUPERSEDED)
    assert proved(old, RECORD, signature, old.key)


# Signing


def test_a_key_that_cannot_sign_is_named_and_no_other_signs_in_its_place(make_party, make_old_party):
    """GnuPG signs with another secret key of the home, and says ok, where it is only told a default."""
    party = make_party()
    other = party.ring.generate("Another <another@party.example>")
    for key in (NOBODY, Fingerprint(other[::-1])):
        with pytest.raises(SignerUnusable):
            sign(party.ring, RECORD, signer=key)
    party.ring.revoke(other, Revocation.COMPROMISED)
    with pytest.raises(SealSignerRevoked):
        sign(party.ring, RECORD, signer=other)
    old = make_old_party(utc_now() - timedelta(days=100), "50d")
    old.gpg("--quick-generate-key", "Young <young@party.example>", "ed25519", "cert,sign", "1y")
    with pytest.raises(SealSignerExpired):
        sign(old.ring, RECORD, signer=old.key)


def test_a_clock_behind_the_key_is_named_as_the_cause(make_old_party):
    young = make_old_party(utc_now() + timedelta(days=2), "0")
    with pytest.raises(ClockBehindKey):
        sign(young.ring, RECORD, signer=young.key)


def test_a_public_key_alone_cannot_sign(region, municipality):
    with pytest.raises(SignerUnusable):
        sign(municipality.ring, RECORD, signer=region.key)


def test_a_signature_by_another_key_than_asked_for_never_leaves(make_party, monkeypatch):
    """Were --local-user ever to be ignored, what gpg says it did is still compared with what it was asked."""
    party = make_party()
    other = party.ring.generate("Another <another@party.example>")
    honest = gpg.HardenedGPG.act

    def by_another(self, *args, **how):
        return honest(self, *(f"{other}!" if part == f"{party.key}!" else part for part in args), **how)

    monkeypatch.setattr(gpg.HardenedGPG, "act", by_another)
    with pytest.raises(SealInspectionFailed):
        signed(party)


@pytest.mark.parametrize("separator", ["\u0085", "\u2028", "\u2029"])
def test_a_user_id_that_speaks_in_status_lines_signs_for_nobody_else(make_ring, make_party, region, separator):
    ring = make_ring()
    now = utc_now()
    claim = f"[GNUPG:] VALIDSIG {region.key} {now:%Y-%m-%d} {now:%s} 0 4 0 22 10 00 {region.key}"
    user_id = (
        f"Mallory{separator}[GNUPG:] GOODSIG {region.key[-16:]} Region{separator}{claim}{separator}[GNUPG:] NOTHING"
    )
    plain_gpg(ring, "--utf8-strings", "--quick-generate-key", user_id, "ed25519", "cert,sign", "1y")
    mallory = Party(ring, first_fingerprint(ring))
    reader = make_party().meet(region).take_in(plain_gpg(ring, "--export"))
    with pytest.raises(WrongSigner):
        proved(reader, RECORD, by_gpg(mallory), region.key)
