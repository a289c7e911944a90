"""One GnuPG home: what is made in it, what may enter it, and what stays when it closes."""

import re
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from key_parties import short_home, utc_now
from pysequoia.packet import PacketPile

from keys import passphrase
from keys.errors import GpgFailed, HomePathTooLong, KeyNotFound, PassphraseMissing, UnprintableUserId
from keys.fingerprint import Fingerprint
from keys.keyring import Keyring, Unusable, inspect_public
from keys.revocation import Revocation

NOBODY = Fingerprint("0" * 40)


def test_a_made_key_signs_and_encrypts_with_curve_25519_and_expires(make_ring):
    ring = make_ring()
    key = ring.generate("Børnehuset <intake@by.example>", lifetime_days=30)
    info = ring.describe(key)
    assert (info.fingerprint, info.user_id, info.revoked) == (key, "Børnehuset <intake@by.example>", False)
    assert info.expires - info.created == timedelta(days=30)
    assert abs(info.created - utc_now()) < timedelta(seconds=10)
    shown = [line.split(":") for line in ring.gpg.act("--list-keys", key).data.decode().split("\n")]
    pub, sub = (next(line for line in shown if line[0] == kind) for kind in ("pub", "sub"))
    assert (pub[16], pub[11], sub[16], sub[11]) == ("ed25519", "scESC", "cv25519", "e")
    assert pub[6] == sub[6] == str(int(info.expires.timestamp()))


def test_a_made_key_asks_for_uncompressed_aes_256(make_ring):
    ring = make_ring()
    key = ring.generate("Site <site@party.example>")
    certification = next(packet for packet in PacketPile.from_bytes(ring.export_public(key)) if packet.key_flags)
    for preference in (b"\x0b\x09\x08\x07", b"\x15\x0a\x09\x08", b"\x16\x00"):  # RFC 4880 5.2.3.7 to 5.2.3.9
        assert preference in bytes(certification)


def test_a_site_may_make_its_next_key_under_the_same_name(make_ring):
    ring = make_ring()
    assert ring.generate("Site <site@party.example>") != ring.generate("Site <site@party.example>")


HOSTILE_USER_IDS = [
    "Mallory\u0085[GNUPG:] VALIDSIG",
    "Mallory\u2028x",
    "Mallory\u2029x",
    "Mallory\nx",
    "Mallory\rx",
    "Mallory\x1b]52;c;x\x07",
    "Mallory\x00",
    "Mallory\x9bx",
    "Mallory\u202etxet",
    "Mallory\u2066x",
    "Mallory\u200bx",
    "Mallory\ufeffx",
    "\tMallory",
    "   ",
    "",
    "M" * 257,
]


@pytest.mark.parametrize("user_id", HOSTILE_USER_IDS)
def test_no_key_is_made_under_a_name_that_does_not_print(make_ring, user_id):
    ring = make_ring()
    with pytest.raises(UnprintableUserId):
        ring.generate(user_id)
    assert ring.gpg.act("--list-secret-keys").data == b""


def test_a_name_that_looks_like_an_option_is_a_name(make_ring):
    ring = make_ring()
    assert ring.describe(ring.generate("--version <x@party.example>")).user_id == "--version <x@party.example>"


def test_the_home_is_for_its_owner_only_and_its_agent_does_not_stretch(make_ring):
    home = make_ring().home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert "s2k-count 65536" in (home / "gpg-agent.conf").read_text()


def test_a_secret_key_is_stored_with_the_small_count_so_letters_stay_fast(make_party):
    """TRAPS: calibrated stretching costs 400 ms for every letter."""
    site = make_party()
    stored = [path.read_bytes() for path in (site.ring.home / "private-keys-v1.d").iterdir()]
    assert [b'"65536")' in secret for secret in stored] == [True, True]


def looked_at(party):
    """Tell of every signature in a ring what GnuPG stored of having looked at it."""
    backup = party.gpg("--export-options", "backup", "--export")
    return re.findall(rb"sigcache=(\d+)", party.gpg("--list-packets", data=backup))


def test_that_the_signatures_on_a_key_made_here_are_good_is_stored_so_letters_stay_fast(make_party):
    """Or GnuPG looks at one of them again six times as it opens a letter, which takes a third of the time."""
    site, other = make_party(), make_party()
    assert looked_at(site) == [b"03"] * 2
    assert looked_at(site.meet(other)) == [b"03"] * 4


def test_a_key_that_does_not_come_back_into_the_ring_was_not_made(make_ring, monkeypatch):
    ring = make_ring()
    monkeypatch.setattr(ring.gpg, "import_keys", lambda _blob: ring.gpg.act("--import", data=b""))
    with pytest.raises(GpgFailed, match="not in the ring"):
        ring.generate("Site <site@party.example>")


@pytest.mark.parametrize(("length", "allowed"), [(86, True), (87, False), (140, False)])
def test_a_home_whose_path_is_too_long_for_the_agent_is_refused_at_once(short, length, allowed):
    """TRAPS: key generation would return nothing, without a word."""
    home = short / ("h" * (length - len(str(short)) - 1))
    if allowed:
        with Keyring(home, passphrase.make()) as ring:
            assert ring.generate("Site <site@party.example>")
    else:
        with pytest.raises(HomePathTooLong):
            Keyring(home, passphrase.make())
        assert not home.exists()


def test_a_short_name_for_a_long_home_does_not_help(short):
    (short / "real" / ("x" * 90)).mkdir(parents=True)
    (short / "link").symlink_to(short / "real" / ("x" * 90))
    with pytest.raises(HomePathTooLong):
        Keyring(short / "link", passphrase.make())


@pytest.fixture
def short():
    with short_home() as path:
        yield path


def test_a_key_ring_needs_a_passphrase(tmp_path):
    with pytest.raises(PassphraseMissing):
        Keyring(tmp_path, "")


def test_a_key_that_is_not_there_is_not_found(region):
    for ask in (region.ring.describe, region.ring.export_public):
        with pytest.raises(KeyNotFound):
            ask(NOBODY)
    for why in Revocation:
        with pytest.raises(KeyNotFound):
            region.ring.revoke(NOBODY, why)


def test_an_exported_key_is_one_public_key_without_comments(region):
    exported = region.public
    assert inspect_public(exported) == region.ring.describe(region.key)
    assert exported.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n")


def test_a_revoked_key_says_so_here_and_in_its_export(make_party):
    site = make_party()
    site.ring.revoke(site.key, Revocation.COMPROMISED)
    assert site.ring.describe(site.key).revoked
    assert inspect_public(site.public).revoked


def test_only_a_key_made_here_can_be_revoked_here(make_party, region):
    site = make_party().meet(region)
    for why in Revocation:
        with pytest.raises(KeyNotFound):
            site.ring.revoke(region.key, why)


def test_a_key_is_usable_from_its_creation_to_its_last_moment(region):
    info = region.ring.describe(region.key)
    second = timedelta(seconds=1)
    assert info.unusable_at(info.created - second) is Unusable.NOT_YET_MADE
    assert info.unusable_at(info.created) is None
    assert info.unusable_at(info.expires - second) is None
    assert info.unusable_at(info.expires) is Unusable.EXPIRED


def test_a_change_of_the_ring_by_another_process_is_seen(make_party, region):
    site = make_party().meet(region)
    with Keyring(site.ring.home, site.ring.passphrase) as other_process:
        assert site.ring.describe(site.key).revoked is False
        other_process.revoke(site.key, Revocation.COMPROMISED)
        assert site.ring.describe(site.key).revoked


def test_closing_ends_the_agent(make_party):
    """TRAPS: one gpg-agent for each home stays behind otherwise."""
    site = make_party()
    assert agent_runs(site.ring.home)
    site.ring.close()
    assert not agent_runs(site.ring.home)


def agent_runs(home):
    ask = ["gpg-connect-agent", "--no-autostart", "--homedir", home, "GETINFO pid", "/bye"]
    return subprocess.run(ask, capture_output=True, check=False, timeout=10).stdout.startswith(b"D ")


def test_leaving_the_context_closes_even_after_an_error(make_party):
    site = make_party()
    with pytest.raises(LookupError), site.ring:
        raise LookupError
    assert not agent_runs(site.ring.home)


def test_threads_share_one_ring_for_sealing_opening_and_importing(make_party):
    site = make_party()
    others = [make_party() for _ in range(3)]
    blobs = [(other.public, other.key) for other in others]

    def work(turn):
        if turn % 6 == 0:
            blob, key = blobs[turn // 6 % 3]
            return site.ring.import_public(blob, expected=key, now=utc_now()).fingerprint == key
        content = b"%d" % turn
        return site.open(site.seal(content).ciphertext, site.key).content == content

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(36)))


def test_parallel_imports_all_succeed(make_ring, parties):
    """TRAPS: 10 of 48 parallel imports into one fresh home failed."""
    ring = make_ring()
    blobs = [(party.public, party.key) for party in parties]
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(lambda n: ring.import_public(blobs[n % 3][0], expected=blobs[n % 3][1], now=utc_now()), range(24))
        )
    assert {info.fingerprint for info in done} == {key for _, key in blobs}


def test_a_ring_does_not_show_its_passphrase(region):
    assert region.ring.passphrase not in repr(region.ring)
