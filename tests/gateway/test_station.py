"""One end of the line: made once, opened again, moved, interrupted, and short of its key ring."""

import os
import shutil
import stat
import subprocess
import time
from dataclasses import replace

import pytest
import sites
from databases import ON_POSTGRESQL, copy_site
from sites import RANDERS

from directory.book import AddressBook
from gateway.new_site import Plan, make_station
from gateway.site.errors import HomeTaken, SettingsUnreadable, VaultDamaged
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import UnitSettings
from gateway.station import open_station
from keys.errors import KeyNotFound, PassphraseMissing, WrongFingerprint
from keys.keyring import Keyring

PLAN = Plan(
    UnitSettings(party=RANDERS, name="Indgangen", address="a@b.example", phone="+45 89 15 00 00"), "Anne", Role.ADMIN
)


@pytest.fixture(scope="module")
def made():
    """One site that was made and that no test changes."""
    with sites.short_folder() as folder:
        home = Home(folder / "site")
        make_station(home, PLAN)
        yield home


@pytest.fixture
def copy(made, short_path):
    """A copy of it that a test may spoil; its sockets stay behind."""
    return Home(copy_site(made.path, short_path / "copy"))


def test_every_file_of_a_site_is_its_owners_alone(copy):
    with open_station(copy) as station, station.database.session() as session:
        station.people(session).add("Bent", Role.INTAKE)
        secret_keys = (copy.gnupg / "private-keys-v1.d").iterdir()
        for path in (copy.path, *copy.path.iterdir(), *secret_keys):  # the ring's public part is guarded by its folder
            allowed = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.lstat().st_mode) & ~allowed == 0, path
    assert {"settings.toml", "passphrase", "data.key.asc", "door.pem", "door.key", "gnupg"} <= {
        path.name for path in copy.path.iterdir()
    }
    assert (copy.path / "stafet.db").exists() is not ON_POSTGRESQL


def test_a_site_is_made_once(made):
    with pytest.raises(HomeTaken):
        make_station(made, PLAN)


def test_a_site_that_was_moved_still_opens_what_it_locked(copy, short_path):
    with open_station(copy) as station:
        locked = station.vault.lock(b"Karen", "here")
    shutil.move(copy.path, short_path / "moved")
    with open_station(Home(short_path / "moved")) as station:
        assert station.vault.open(locked, "here") == b"Karen"
        assert station.settings.door.certificate.is_file()
        with station.database.reading() as session:
            assert [person.name for person in station.people(session).active()] == ["Anne"]


def agent_runs(home):
    asked = ["gpg-connect-agent", "--homedir", str(home.gnupg), "--no-autostart", "/bye"]
    english = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return b"no gpg-agent running" not in subprocess.run(asked, check=True, capture_output=True, env=english).stderr


def test_two_programs_may_have_a_site_open_and_only_the_last_to_leave_ends_the_agent(copy):
    with open_station(copy):
        with open_station(copy):
            assert agent_runs(copy)
        assert agent_runs(copy)
    for _ in range(50):  # it is told to end, and takes a moment
        if not agent_runs(copy):
            break
        time.sleep(0.05)
    assert not agent_runs(copy)


INTERRUPTIONS = (
    "keys.keyring.Keyring.generate",
    "gateway.new_site.seal",
    "gateway.new_site.self_signed",
    "gateway.new_site.People.add",
)


@pytest.mark.parametrize("at", INTERRUPTIONS)
def test_a_making_that_was_interrupted_can_be_done_again(short_path, monkeypatch, at):
    class PowerCut(BaseException):
        """Nothing in the program expects this one."""

    def cut(*_args, **_more):
        raise PowerCut

    home = Home(short_path / "site")
    with monkeypatch.context() as patched:
        patched.setattr(at, cut)
        with pytest.raises(PowerCut):
            make_station(home, PLAN)
    fingerprint = make_station(home, PLAN)
    with open_station(home) as station:
        assert station.own.fingerprint == fingerprint
        assert station.vault.open(station.vault.lock(b"x", "a"), "a") == b"x"


def spoil_data_key(home):
    sealed = home.data_key_file.read_bytes()
    home.data_key_file.write_bytes(sealed[:400] + b"AAAA" + sealed[404:])


SPOILED = {
    "no data key": (lambda home: home.data_key_file.unlink(), VaultDamaged),
    "a damaged data key": (spoil_data_key, VaultDamaged),
    "no passphrase": (lambda home: (home.path / "passphrase").unlink(), PassphraseMissing),
    "a passphrase others can read": (lambda home: (home.path / "passphrase").chmod(0o644), PassphraseMissing),
    "no key ring": (lambda home: (home.gnupg / "pubring.kbx").unlink(), KeyNotFound),
    "half the settings": (lambda home: home.settings_file.write_text("[unit]"), SettingsUnreadable),
}


@pytest.mark.parametrize(("spoil", "error"), SPOILED.values(), ids=SPOILED.keys())
def test_what_is_wrong_with_a_site_has_a_name(copy, spoil, error):
    spoil(copy)
    with pytest.raises(error), open_station(copy):
        pass


def test_a_data_key_sealed_by_somebody_else_is_not_taken(copy, opened):
    other = opened[RANDERS]
    with open_station(copy) as station:
        own = station.keyring.export_public(station.own.fingerprint)
        other.keyring.import_public(own, expected=station.own.fingerprint, now=sites.utc_now())
        planted = sites.seal(other.keyring, bytes(32), signer=other.own.fingerprint, reader=station.own.fingerprint)
    copy.data_key_file.write_bytes(planted.ciphertext)
    with pytest.raises(VaultDamaged), open_station(copy):
        pass


@pytest.fixture
def joined(copy, opened):
    """A site that has pinned the region's key."""
    region = opened["region"]
    with open_station(copy) as station:
        with station.database.reading() as session:
            person = station.people(session).active()[0]
        public = region.keyring.export_public(region.own.fingerprint)
        station.pin("region", public, region.own.fingerprint, person)
        yield station


def test_a_pinned_key_is_in_the_book_and_in_the_ring_with_who_compared_it(joined, opened):
    key = opened["region"].own.fingerprint
    with joined.database.reading() as session:
        pin = AddressBook(session).pinned("region")
        (person,) = joined.people(session).active()
    assert (pin.fingerprint, pin.pinned_by, pin.valid_to) == (key, person.id, None)
    assert joined.keyring.describe(key).fingerprint == key


def test_a_key_with_another_fingerprint_than_was_read_aloud_is_pinned_nowhere(joined, opened):
    with joined.database.reading() as session:
        person = joined.people(session).active()[0]
    other = opened[RANDERS]
    public = other.keyring.export_public(other.own.fingerprint)
    with pytest.raises(WrongFingerprint):
        joined.pin("710", public, opened["710"].own.fingerprint, person)
    with joined.database.reading() as session:
        assert AddressBook(session).pinned("710") is None


def test_a_key_ring_that_lost_a_pinned_key_is_filled_from_the_book(joined, opened, short_path):
    """The ring is a cache of our own records."""
    key = opened["region"].own.fingerprint
    with Keyring(short_path / "empty", "passphrase") as empty:
        poorer = replace(joined, keyring=empty)
        with pytest.raises(KeyNotFound):
            empty.describe(key)
        assert poorer.refill_keyring() == ()
        assert empty.describe(key).fingerprint == key


def test_a_pinned_key_that_cannot_be_used_is_named(joined, opened, monkeypatch):
    def refuse(*_args, **_more):
        raise WrongFingerprint

    monkeypatch.setattr(Keyring, "import_public", refuse)
    assert joined.refill_keyring() == (opened["region"].own.fingerprint,)
