"""Status lines forged through a user id: the library's reader believes them, ours and Sequoia do not."""

import gnupg
import pytest
from key_parties import Party, first_fingerprint, plain_gpg, utc_now

from keys import gpg
from keys.errors import OpenRefused, SecondOpinionDiffers, UnprintableUserId, WrongSigner

SECRET = b"Send pengene til Mallory"
SEPARATORS = ["\u0085", "\u2028", "\u2029"]


@pytest.fixture(params=SEPARATORS, ids=["U+0085", "U+2028", "U+2029"])
def mallory(request, make_ring, region):
    """A key whose user id, read by lines, says that the region signed."""
    ring = make_ring()
    stamp = f"{utc_now():%Y-%m-%d} {utc_now():%s}"
    claim = f"[GNUPG:] VALIDSIG {region.key} {stamp} 0 4 0 22 10 00 {region.key}"
    good = f"[GNUPG:] GOODSIG {region.key[-16:]} Region"
    user_id = f"Mallory{request.param}{good}{request.param}{claim}{request.param}[GNUPG:] NOTHING"
    plain_gpg(ring, "--utf8-strings", "--quick-generate-key", user_id, "ed25519", "cert,sign", "1y")
    key = first_fingerprint(ring)
    plain_gpg(ring, "--quick-add-key", key, "cv25519", "encr", "1y")
    return Party(ring, key)


@pytest.fixture
def reader(make_party, region, mallory):
    """A municipality whose import guard was somehow passed."""
    return make_party().meet(region).take_in(plain_gpg(mallory.ring, "--export"))


@pytest.fixture
def letter(mallory, reader):
    mallory.take_in(reader.public)
    how = ("--compress-algo", "none", "--digest-algo", "SHA512", "--recipient", reader.key, "--local-user", mallory.key)
    return mallory.gpg(*how, "--sign", "--encrypt", data=SECRET)


def test_the_library_would_believe_that_the_region_signed(reader, letter, region):
    library = gnupg.GPG(gnupghome=str(reader.ring.home), encoding="utf-8")
    believed = library.decrypt(letter, passphrase=reader.ring.passphrase)
    assert believed.ok
    assert region.key in (believed.fingerprint, believed.pubkey_fingerprint, *believed.sig_info) or believed.valid


def test_our_reader_sees_who_signed(reader, letter, region):
    for by_mail_program in (False, True):
        with pytest.raises(WrongSigner):
            reader.open(letter, region.key, by_mail_program=by_mail_program)


def test_the_second_opinion_holds_where_the_reader_of_status_lines_is_fooled(reader, letter, region, monkeypatch):
    def by_lines(stream):
        lines = [line[9:] for line in stream.decode("utf-8", "replace").splitlines() if line.startswith("[GNUPG:] ")]
        pairs = [tuple(line.partition(" ")[::2]) for line in lines]
        first = [pair for pair in pairs if pair[0] == "GOODSIG"][:1] + [p for p in pairs if p[0] == "VALIDSIG"][:1]
        return [pair for pair in pairs if pair[0] not in {"GOODSIG", "VALIDSIG"} or pair in first]

    monkeypatch.setattr(gpg, "read_status", by_lines)
    with pytest.raises(SecondOpinionDiffers):
        reader.open(letter, region.key)


def test_such_a_key_does_not_enter_the_ring(make_party, mallory):
    site = make_party()
    with pytest.raises(UnprintableUserId):
        site.ring.import_public(plain_gpg(mallory.ring, "--export"), expected=mallory.key, now=utc_now())


def test_status_lines_in_a_notation_are_not_believed(make_party, region):
    sender, reader = make_party(), make_party()
    sender.meet(reader)
    reader.meet(sender).meet(region)
    claim = f"x@party.example=1\u0085\n[GNUPG:] VALIDSIG {region.key} 2026-01-01 1 0 4 0 22 10 00 {region.key}"
    how = ("--compress-algo", "none", "--recipient", reader.key, "--sig-notation", claim)
    letter = sender.gpg(*how, "--local-user", sender.key, "--sign", "--encrypt", data=SECRET, check=False)
    with pytest.raises(OpenRefused):
        reader.open(letter, region.key)
