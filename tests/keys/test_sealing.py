"""What may be sealed, by whom and to whom; nothing else ever leaves."""

import itertools
import os
from datetime import timedelta

import gnupg
import pytest
from key_parties import Party, first_fingerprint, plain_gpg, utc_now
from pysequoia.packet import PacketPile
from pysequoia.packet import Tag as Seen

from keys import passphrase, sealing
from keys.errors import (
    ClockBehindKey,
    GpgFailed,
    NotForUs,
    ReaderExpired,
    ReaderRevoked,
    ReaderUnusable,
    SealInspectionFailed,
    SealRefused,
    SealSignerExpired,
    SealSignerRevoked,
    SignerUnusable,
)
from keys.fingerprint import Fingerprint
from keys.revocation import Revocation
from keys.sealing import seal

SECRET = b"Borgeren hedder Anders And\r\n"
NOBODY = Fingerprint("0" * 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"\n",
        b"first line\nsecond line",
        b"\r\n\r\n",
        bytes(range(256)) * 5,
        "blåbærgrød – ☃".encode(),
        b"[GNUPG:] GOODSIG 0 x\n",
        os.urandom(700_000),
    ],
    ids=["empty", "one byte", "newline", "lines", "crlf", "binary", "unicode", "status-like", "700 kB"],
)
def test_what_is_sealed_comes_out_byte_for_byte(region, municipality, content):
    opened = municipality.open(region.seal(content, municipality).ciphertext, region.key)
    assert opened.content == content
    assert opened.signed_by == region.key
    assert abs(opened.signed_at - utc_now()) < timedelta(seconds=10)
    assert opened.signed_at.utcoffset() == timedelta()


def test_a_site_seals_its_data_key_to_itself(region):
    data_key = os.urandom(32)
    assert region.open(region.seal(data_key).ciphertext, region.key).content == data_key


def test_a_sealed_text_is_armoured_uncompressed_and_to_one_reader_only(region, municipality):
    sealed = region.seal(SECRET, municipality)
    assert sealed.ciphertext.startswith(b"-----BEGIN PGP MESSAGE-----\n")
    assert (sealed.signed_by, sealed.sealed_to) == (region.key, municipality.key)
    assert [packet.tag for packet in PacketPile.from_bytes(sealed.ciphertext)] == [Seen.PKESK, Seen.SEIP]
    inner = PacketPile.from_bytes(municipality.gpg("--unwrap", "--decrypt", data=sealed.ciphertext))
    assert [packet.tag for packet in inner] == [Seen.OnePassSig, Seen.Literal, Seen.Signature]


def test_neither_content_nor_user_ids_show_in_the_sealed_text(region, municipality):
    sealed = region.seal(SECRET, municipality)
    binary = b"".join(bytes(packet) for packet in PacketPile.from_bytes(sealed.ciphertext))
    for hidden in (SECRET, b"Anders", b"example", b"Version:", b"Comment:"):
        assert hidden not in sealed.ciphertext
        assert hidden not in binary


def test_content_shows_in_no_repr(region, municipality):
    sealed = region.seal(SECRET, municipality)
    opened = municipality.open(sealed.ciphertext, region.key)
    assert "Anders" not in repr(opened) + str(opened)
    assert "BEGIN" not in repr(sealed)


def test_the_library_would_have_signed_with_another_key_and_called_it_success(make_party):
    site = make_party()
    library = gnupg.GPG(gnupghome=str(site.ring.home))
    made = library.encrypt(
        SECRET, [site.key], sign=NOBODY, passphrase=site.ring.passphrase, extra_args=["--trust-model", "always"]
    )
    assert made.ok
    assert site.open(made.data, site.key).signed_by == site.key != NOBODY


def test_an_absent_signer_is_not_replaced_by_the_secret_key_that_is_there(make_party):
    site = make_party()
    with pytest.raises(SignerUnusable):
        seal(site.ring, SECRET, signer=NOBODY, reader=site.key)


def test_a_signer_whose_secret_key_is_elsewhere_is_not_replaced(region, municipality):
    with pytest.raises(SignerUnusable):
        seal(region.ring, SECRET, signer=municipality.key, reader=municipality.key)


def test_an_expired_signer_is_not_replaced_by_the_secret_key_that_is_there(make_old_party):
    site = make_old_party(utc_now() - timedelta(days=30), "10d")
    fresh = site.ring.generate("Next key <next@party.example>")
    with pytest.raises(SealSignerExpired):
        seal(site.ring, SECRET, signer=site.key, reader=fresh)


def test_a_revoked_signer_is_not_replaced_by_the_secret_key_that_is_there(make_party):
    site = make_party()
    fresh = site.ring.generate("Next key <next@party.example>")
    site.ring.revoke(site.key, Revocation.COMPROMISED)
    with pytest.raises(SealSignerRevoked):
        seal(site.ring, SECRET, signer=site.key, reader=fresh)


def test_of_two_secret_keys_with_one_user_id_exactly_the_asked_one_signs(make_party):
    site = make_party("One <one@party.example>")
    second = site.ring.generate("One <one@party.example>")
    for key in (site.key, second, site.key):
        sealed = seal(site.ring, SECRET, signer=key, reader=site.key)
        assert site.open(sealed.ciphertext, key).signed_by == key


def test_of_three_keys_for_one_address_the_letter_goes_to_the_one_asked_for(make_ring, make_party):
    """TRAPS: gpg takes the newest, and while a key is being exchanged that may be the wrong one."""
    ring, sender = make_ring(), make_party()
    three = [Party(ring, ring.generate("Site <site@party.example>")) for _ in range(3)]
    for party in three:
        sender.meet(party)
        party.meet(sender)
    for party in three:
        sealed = sender.seal(b"x", party)
        others = [other for other in three if other is not party]
        assert party.open(sealed.ciphertext, sender.key).content == b"x"
        for other in others:
            with pytest.raises(NotForUs):
                other.open(sealed.ciphertext, sender.key)


def test_an_absent_reader_is_refused(make_party):
    site = make_party()
    with pytest.raises(ReaderUnusable):
        seal(site.ring, SECRET, signer=site.key, reader=NOBODY)


def test_an_expired_reader_is_refused(make_party, make_old_party):
    site = make_party().take_in(make_old_party(utc_now() - timedelta(days=30), "10d").public)
    old = [key for key in fingerprints(site) if site.ring.describe(key).expires < utc_now()]
    with pytest.raises(ReaderExpired):
        seal(site.ring, SECRET, signer=site.key, reader=old[0])


def test_a_revoked_reader_is_refused(make_party):
    site, reader = make_party(), make_party()
    site.meet(reader)
    site.seal(SECRET, reader)
    reader.ring.revoke(reader.key, Revocation.COMPROMISED)
    site.take_in(reader.public)
    with pytest.raises(ReaderRevoked):
        site.seal(SECRET, reader)


def test_a_reader_that_cannot_encrypt_is_refused(make_party, make_ring):
    site, ring = make_party(), make_ring()
    plain_gpg(ring, "--quick-generate-key", "Signs only <s@party.example>", "ed25519", "cert,sign", "1y")
    site.take_in(plain_gpg(ring, "--export"))
    with pytest.raises(ReaderUnusable):
        seal(site.ring, SECRET, signer=site.key, reader=first_fingerprint(ring))


def test_a_clock_behind_the_creation_of_a_key_is_named_as_the_cause(make_party, make_old_party):
    late = make_old_party(utc_now() + timedelta(hours=1), "1y")
    with pytest.raises(ClockBehindKey):
        late.seal(SECRET)
    site = make_party()
    site.gpg("--faked-system-time", f"{utc_now() + timedelta(hours=2):%Y%m%dT%H%M%S}!", "--import", data=late.public)
    with pytest.raises(ClockBehindKey):
        seal(site.ring, SECRET, signer=site.key, reader=late.key)


def test_a_wrong_passphrase_is_our_own_trouble_and_no_fault_of_the_keys(make_party):
    site = make_party()
    site.ring.close()
    site.ring.passphrase = passphrase.make()
    with pytest.raises(GpgFailed):
        site.seal(SECRET)


def fingerprints(party):
    lines = party.gpg("--with-colons", "--list-keys").decode().split("\n")
    follows_pub = [after for before, after in itertools.pairwise(lines) if before.startswith("pub:")]
    return [Fingerprint(line.split(":")[9]) for line in follows_pub]


TWISTS = {
    "to a second reader as well": ["--recipient", "{stranger}"],
    "to an anonymous reader as well": ["--hidden-recipient", "{stranger}"],
    "with a password as well": ["--symmetric"],
}


@pytest.mark.parametrize("twist", TWISTS.values(), ids=TWISTS.keys())
def test_a_seal_that_others_could_open_is_thrown_away(region, municipality, stranger, monkeypatch, twist):
    twisted(region, monkeypatch, *(part.format(stranger=stranger.key) for part in twist))
    with pytest.raises(SealInspectionFailed):
        region.seal(SECRET, municipality)


def test_a_seal_to_somebody_else_is_thrown_away(region, municipality, stranger, monkeypatch):
    honest = region.ring.gpg.encrypt
    monkeypatch.setattr(region.ring.gpg, "encrypt", lambda data, _readers, **how: honest(data, [stranger.key], **how))
    with pytest.raises(SealInspectionFailed):
        region.seal(SECRET, municipality)


def test_a_seal_signed_twice_is_thrown_away(make_party, monkeypatch):
    site = make_party()
    second = site.ring.generate("Second <second@party.example>")
    twisted(site, monkeypatch, "--local-user", second)
    with pytest.raises(SealInspectionFailed):
        site.seal(SECRET)


def test_a_seal_without_a_signature_is_thrown_away(region, municipality, monkeypatch):
    honest = region.ring.gpg.encrypt

    def unsigned(data, readers, *, sign, extra_args, **how):
        assert sign
        return honest(data, readers, extra_args=extra_args[: extra_args.index("--local-user")], **how)

    monkeypatch.setattr(region.ring.gpg, "encrypt", unsigned)
    with pytest.raises(SealInspectionFailed):
        region.seal(SECRET, municipality)


def test_clear_text_under_the_name_of_a_seal_is_thrown_away(region, municipality, monkeypatch):
    honest = region.ring.gpg.encrypt

    def clear(data, readers, **how):
        made = honest(data, readers, **how)
        made.data = data
        return made

    monkeypatch.setattr(region.ring.gpg, "encrypt", clear)
    with pytest.raises(SealInspectionFailed):
        region.seal(SECRET, municipality)


def test_every_cause_has_its_own_code():
    assert {cause.code for cause in SealRefused.__subclasses__()} == {
        *("SIGNER_UNUSABLE", "SIGNER_EXPIRED", "SIGNER_REVOKED", "READER_UNUSABLE", "READER_EXPIRED"),
        *("READER_REVOKED", "CLOCK_BEHIND_KEY", "SEAL_INSPECTION_FAILED"),
    }
    assert set(sealing.AS_SIGNER) == set(sealing._AS_READER) == set(sealing.Unusable)


def twisted(party, monkeypatch, *more):
    honest = party.ring.gpg.encrypt

    def bent(data, readers, *, extra_args, **how):
        return honest(data, readers, extra_args=[*extra_args, *more], **how)

    monkeypatch.setattr(party.ring.gpg, "encrypt", bent)
