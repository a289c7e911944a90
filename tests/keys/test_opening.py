"""Whose content comes out, and the one reason why it does not (DESIGN: exactly one good signature by a pinned key)."""

from datetime import timedelta

import pytest
from key_parties import Party, plain_gpg, utc_now

from keys import packets
from keys.errors import (
    BadSignature,
    Damaged,
    KeyNotFound,
    NotEncrypted,
    NotForUs,
    OpenSignerExpired,
    OpenSignerRevoked,
    SecondOpinionDiffers,
    SeveralSignatures,
    SignatureExpired,
    SignedInFuture,
    UnknownSigner,
    Unsigned,
    WeakDigest,
    WrongSigner,
)
from keys.fingerprint import Fingerprint
from keys.revocation import Revocation
from keys.sealing import open_own, seal

SECRET = b"Borgeren hedder Anders And\r\nog bor i Andeby\r\n" * 40


def test_a_letter_of_plain_gpg_is_opened(region, municipality):
    assert municipality.open(region.sealed_by_gpg(municipality, content=SECRET), region.key).content == SECRET


def test_a_binary_letter_is_opened(region, municipality):
    binary = packets.dearmor(region.seal(SECRET, municipality).ciphertext, kind=b"MESSAGE")
    assert municipality.open(binary, region.key).content == SECRET


def test_a_letter_with_mail_line_endings_around_and_inside_the_armour_is_opened(region, municipality):
    sent = b"\r\n" + region.seal(SECRET, municipality).ciphertext.replace(b"\n", b"\r\n") + b"\r\n"
    assert municipality.open(sent, region.key).content == SECRET


def test_any_of_several_pinned_keys_may_have_signed(region, municipality, stranger):
    sealed = region.seal(SECRET, municipality)
    assert municipality.open(sealed.ciphertext, stranger.key, region.key).signed_by == region.key


def test_an_old_letter_is_opened_and_says_how_old_it_is(make_party, make_old_party):
    reader = make_party()
    old = make_old_party(utc_now() - timedelta(days=400), "0").take_in(reader.public)
    reader.take_in(old.public)
    then = utc_now() - timedelta(days=99)
    # The reader's key is younger than the letter, which only --ignore-time-conflict lets the sender pretend.
    when = ("--faked-system-time", f"{then:%Y%m%dT%H%M%S}!", "--ignore-time-conflict", "--ignore-valid-from")
    opened = reader.open(old.sealed_by_gpg(reader, *when, content=SECRET), old.key)
    assert abs(opened.signed_at - then) < timedelta(minutes=1)


# Not a letter at all


@pytest.mark.parametrize(
    "text",
    [b"", b"Hej", b"\x00" * 50, "Kære kommune".encode(), b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHej\n"],
    ids=["empty", "text", "zeros", "danish", "clear-signed"],
)
def test_what_is_not_encrypted_is_refused(region, municipality, text):
    with pytest.raises(NotEncrypted):
        municipality.open(text, region.key)


@pytest.mark.parametrize("options", [["--sign"], ["--sign", "--compress-algo", "none"], ["--clear-sign"], ["--store"]])
def test_a_letter_signed_and_not_encrypted_is_refused(region, municipality, options):
    for armor in ([], ["--armor"]):
        with pytest.raises(NotEncrypted):
            municipality.open(region.gpg(*armor, *options, data=SECRET), region.key)


def test_a_letter_encrypted_with_a_password_only_is_refused(region, municipality):
    with pytest.raises(NotEncrypted):
        municipality.open(region.gpg("--symmetric", "--sign", data=SECRET), region.key)


def test_a_letter_that_also_opens_with_a_password_is_refused(region, municipality):
    with pytest.raises(Damaged):
        municipality.open(region.sealed_by_gpg(municipality, "--symmetric", content=SECRET), region.key)


# Not for us


def test_a_letter_to_somebody_else_is_refused(region, municipality, stranger):
    with pytest.raises(NotForUs):
        municipality.open(region.seal(SECRET, stranger).ciphertext, region.key)


def test_a_letter_to_our_other_key_is_refused_although_we_could_read_it(make_party):
    site = make_party()
    second = site.ring.generate("Second <second@party.example>")
    sealed = seal(site.ring, SECRET, signer=site.key, reader=second)
    assert site.open(sealed.ciphertext, site.key, reader=second).content == SECRET
    with pytest.raises(NotForUs):
        site.open(sealed.ciphertext, site.key)


def test_an_anonymous_letter_to_our_other_key_is_refused_although_we_could_read_it(make_party):
    site = make_party()
    second = site.ring.generate("Second <second@party.example>")
    hidden = ("--hidden-recipient", second, "--local-user", site.key, "--sign", "--encrypt")
    letter = site.gpg("--compress-algo", "none", *hidden, data=SECRET)
    assert site.open(letter, site.key, reader=second).content == SECRET
    with pytest.raises(NotForUs):
        site.open(letter, site.key)


def test_an_anonymous_letter_to_somebody_else_is_refused(region, municipality, stranger):
    hidden = ("--hidden-recipient", stranger.key, "--local-user", region.key, "--sign", "--encrypt")
    with pytest.raises(NotForUs):
        municipality.open(region.gpg(*hidden, data=SECRET), region.key)


def test_a_good_letter_is_opened_although_gpg_exits_with_2_over_an_anonymous_other(region, municipality, stranger):
    both = ("--hidden-recipient", stranger.key, "--hidden-recipient", municipality.key)
    letter = region.gpg(
        "--compress-algo", "none", *both, "--local-user", region.key, "--sign", "--encrypt", data=SECRET
    )
    assert municipality.open(letter, region.key).content == SECRET


def test_a_reader_we_do_not_have_is_our_own_trouble(region, municipality):
    with pytest.raises(KeyNotFound):
        municipality.open(region.seal(SECRET, municipality).ciphertext, region.key, reader=Fingerprint("0" * 40))


# Signatures


def test_an_unsigned_letter_is_refused(region, municipality):
    with pytest.raises(Unsigned):
        municipality.open(region.gpg("--recipient", municipality.key, "--encrypt", data=SECRET), region.key)


def test_a_known_signer_who_is_not_pinned_is_refused(stranger, region, municipality):
    with pytest.raises(WrongSigner):
        municipality.open(stranger.seal(SECRET, municipality).ciphertext, region.key)


def test_nobody_pinned_means_nobody_believed(region, municipality):
    with pytest.raises(WrongSigner):
        municipality.open(region.seal(SECRET, municipality).ciphertext)


def test_a_signer_who_is_not_in_the_ring_is_refused_even_if_pinned(make_party, municipality):
    unknown = make_party().meet(municipality)
    with pytest.raises(UnknownSigner):
        municipality.open(unknown.seal(SECRET, municipality).ciphertext, unknown.key)


def test_two_good_signatures_are_refused_in_either_order(make_party):
    site = make_party()
    second = site.ring.generate("Second <second@party.example>")
    for signers in ([site.key, second], [second, site.key]):
        with pytest.raises(SeveralSignatures):
            site.open(site.sealed_by_gpg(site, signers=signers, content=SECRET), site.key, second)


def test_a_good_signature_beside_an_unknown_one_is_refused_in_either_order(make_party):
    """TRAPS: python-gnupg calls this letter valid."""
    sender, reader = make_party(), make_party()
    sender.meet(reader)
    reader.meet(sender)
    unknown = sender.ring.generate("Unknown <unknown@party.example>")
    for signers in ([sender.key, unknown], [unknown, sender.key]):
        with pytest.raises(SeveralSignatures):
            reader.open(sender.sealed_by_gpg(reader, signers=signers, content=SECRET), sender.key)


def test_a_revoked_signer_is_refused(make_party):
    sender, reader = make_party(), make_party()
    sender.meet(reader)
    reader.meet(sender)
    letter = sender.seal(SECRET, reader).ciphertext
    assert reader.open(letter, sender.key)
    sender.ring.revoke(sender.key, Revocation.COMPROMISED)
    reader.take_in(sender.public)
    with pytest.raises(OpenSignerRevoked):
        reader.open(letter, sender.key)


def test_an_expired_signer_is_refused(make_party, make_old_party):
    reader = make_party()
    old = make_old_party(utc_now() - timedelta(days=30), "10d").take_in(reader.public)
    reader.take_in(old.public)
    then = ("--faked-system-time", f"{utc_now() - timedelta(days=25):%Y%m%dT%H%M%S}!", "--ignore-time-conflict")
    with pytest.raises(OpenSignerExpired):
        reader.open(old.sealed_by_gpg(reader, *then, "--ignore-valid-from", content=SECRET), old.key)


def test_an_expired_signature_is_refused(make_party, make_old_party):
    reader = make_party()
    old = make_old_party(utc_now() - timedelta(days=30), "0").take_in(reader.public)
    reader.take_in(old.public)
    then = ("--faked-system-time", f"{utc_now() - timedelta(days=25):%Y%m%dT%H%M%S}!", "--ignore-time-conflict")
    letter = old.sealed_by_gpg(reader, *then, "--ignore-valid-from", "--default-sig-expire", "3d", content=SECRET)
    with pytest.raises(SignatureExpired):
        reader.open(letter, old.key)


@pytest.mark.parametrize(("ahead", "refused"), [(4, False), (6, True), (60, True), (60 * 24 * 90, True)])
def test_a_signature_may_be_at_most_five_minutes_ahead(region, municipality, ahead, refused):
    letter, now = region.seal(SECRET, municipality).ciphertext, utc_now() - timedelta(minutes=ahead)
    if refused:
        with pytest.raises(SignedInFuture):
            municipality.open(letter, region.key, now=now)
    else:
        assert municipality.open(letter, region.key, now=now).content == SECRET


def test_a_signature_made_by_a_clock_ninety_days_ahead_is_refused(region, municipality):
    ahead = ("--faked-system-time", f"{utc_now() + timedelta(days=90):%Y%m%dT%H%M%S}!")
    with pytest.raises(SignedInFuture):
        municipality.open(region.sealed_by_gpg(municipality, *ahead, content=SECRET), region.key)


@pytest.mark.parametrize("digest", ["SHA1", "RIPEMD160", "SHA224"])
def test_a_signature_over_a_weak_digest_is_refused(make_ring, municipality, digest):
    ring = make_ring()
    plain_gpg(ring, "--quick-generate-key", "Rsa <rsa@party.example>", "rsa2048", "cert,sign", "1y")
    plain_gpg(ring, "--import", data=municipality.public)
    key = Fingerprint(plain_gpg(ring, "--with-colons", "--list-secret-keys").decode().split("fpr:")[1].split(":")[8])
    weak = Party(ring, key)
    reader = Party(municipality.ring, municipality.key)
    letter = weak.sealed_by_gpg(reader, "--digest-algo", digest, "--allow-weak-digest-algos", content=SECRET)
    reader.take_in(plain_gpg(ring, "--export", key))
    with pytest.raises(WeakDigest):
        reader.open(letter, key)


def test_a_signature_over_text_instead_of_bytes_is_refused(region, municipality):
    with pytest.raises(BadSignature):
        municipality.open(region.sealed_by_gpg(municipality, "--textmode", content=SECRET), region.key)


def test_a_signature_moved_to_other_content_is_refused(region, municipality):
    """The signature of one letter, the content of another, and nothing wrong with the encryption."""
    size = ("--set-filesize", str(len(SECRET)))
    signed = region.gpg(*size, "--sign", "-z", "0", "--local-user", region.key, data=b"A" * len(SECRET))
    swapped = signed.replace(b"A" * len(SECRET), SECRET)
    assert swapped != signed
    with pytest.raises(BadSignature):
        municipality.open(encrypted_packets(swapped, municipality), region.key)


def encrypted_packets(inner, reader):
    """Encrypt signed packets as they are, without a literal packet around them."""
    return reader.gpg("--no-literal", "--compress-algo", "none", "--recipient", reader.key, "--encrypt", data=inner)


def test_what_a_site_sealed_to_itself_still_opens_after_its_key_has_expired(make_old_party):
    old = make_old_party(utc_now() - timedelta(days=30), "10d")
    then = ("--faked-system-time", f"{utc_now() - timedelta(days=25):%Y%m%dT%H%M%S}!", "--ignore-time-conflict")
    kept = old.sealed_by_gpg(old, *then, "--ignore-valid-from", content=SECRET)
    with pytest.raises(OpenSignerExpired):
        old.open(kept, old.key)
    assert open_own(old.ring, kept, own=old.key, now=utc_now()) == SECRET


@pytest.mark.parametrize("whys", [[why] for why in Revocation] + [list(Revocation)])
def test_a_site_opens_its_own_records_whatever_became_of_its_key(make_party, whys):
    """Even of a compromised one: who has it opens them as well, and to refuse would harm their owner alone."""
    site = make_party()
    kept = site.seal(SECRET).ciphertext
    for why in whys:
        site.ring.revoke(site.key, why)
    with pytest.raises(OpenSignerRevoked):
        site.open(kept, site.key)
    assert open_own(site.ring, kept, own=site.key, now=utc_now()) == SECRET


def test_an_own_record_still_must_be_its_own_and_whole_when_the_key_is_revoked(make_party):
    site, other = make_party(), make_party()
    site.meet(other)
    other.meet(site)
    forged = other.seal(SECRET, site).ciphertext
    damaged = bytearray(packets.dearmor(site.seal(SECRET).ciphertext, kind=b"MESSAGE"))
    damaged[-5] ^= 1
    unsigned = site.gpg("--compress-algo", "none", "--recipient", site.key, "--encrypt", data=SECRET)
    site.ring.revoke(site.key, Revocation.COMPROMISED)
    for text, refusal in ((forged, WrongSigner), (bytes(damaged), SecondOpinionDiffers), (unsigned, Unsigned)):
        with pytest.raises(refusal):
            open_own(site.ring, text, own=site.key, now=utc_now())


@pytest.mark.parametrize("why", list(Revocation))
def test_an_old_letter_opens_by_the_key_it_was_sealed_to_though_that_is_revoked(make_party, why):
    site, peer = make_party(), make_party()
    site.meet(peer)
    peer.meet(site)
    letter = peer.seal(SECRET, site).ciphertext
    following = site.ring.generate("Site <site@party.example>")
    site.ring.revoke(site.key, why)
    assert site.open(letter, peer.key).content == SECRET
    with pytest.raises(NotForUs):
        site.open(letter, peer.key, reader=following)
    damaged = bytearray(packets.dearmor(letter, kind=b"MESSAGE"))
    damaged[-5] ^= 1
    with pytest.raises(Damaged):
        site.open(bytes(damaged), peer.key)


def test_what_another_sealed_to_a_site_is_not_its_own(region, municipality):
    letter = municipality.seal(SECRET, region).ciphertext
    with pytest.raises(WrongSigner):
        open_own(region.ring, letter, own=region.key, now=utc_now())


def test_a_letter_in_flight_opens_by_a_key_that_expired_meanwhile(make_old_party):
    sender = make_old_party(utc_now() - timedelta(days=40), "0")
    old = make_old_party(utc_now() - timedelta(days=30), "10d").take_in(sender.public)
    sender.take_in(old.public)
    then = ("--faked-system-time", f"{utc_now() - timedelta(days=25):%Y%m%dT%H%M%S}!", "--ignore-time-conflict")
    letter = sender.sealed_by_gpg(old, *then, "--ignore-valid-from", "--trust-model", "always", content=SECRET)
    assert old.open(letter, sender.key).content == SECRET
