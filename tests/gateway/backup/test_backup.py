"""A backup is everything the site is, in one file that the recovery code and gpg alone open."""

import errno
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tarfile
import threading
from contextlib import closing

import pytest
import sites
from backups import CODE, admin, back_up, flow
from databases import copy_site
from sqlalchemy.exc import OperationalError

from gateway.audit.read import entries
from gateway.backup import contents, snapshot
from gateway.backup.errors import BackupRuns, BackupTaken, SnapshotFailed
from gateway.backup.last import last_backup
from gateway.backup.make import WORKPLACE
from gateway.backup.prove import prove
from gateway.site.errors import MayNot
from gateway.site.home import Home
from gateway.site.people import Role
from gateway.site.settings import PickupSettings
from inbox_tui.bootstrap import open_municipality
from keys.errors import GpgFailed

NOT_BACKED_UP = {
    "in-use",
    "running",
    "stafet.db-wal",
    "stafet.db-shm",
    "gnupg/ring.lock",
    "gnupg/pubring.kbx~",
    "gnupg/tofu.db",
}
"""Locks, and what SQLite or GnuPG makes anew; whom we trust stands in our own book."""


def by_hand(file, folder):
    """Open a backup on a machine that has gpg and tar, and nothing of ours."""
    folder.mkdir(mode=0o700)
    with sites.short_folder() as nobody:
        opened = subprocess.run(
            ["gpg", "--homedir", nobody, "--batch", "--pinentry-mode", "loopback", "--passphrase", CODE, "-d", file],
            capture_output=True,
            check=True,
        )
        subprocess.run(["gpgconf", "--homedir", nobody, "--kill", "all"], check=True)
    subprocess.run(["tar", "xp", "-C", folder], input=opened.stdout, check=True)
    return Home(folder)


@pytest.fixture(scope="module")
def backed_up(made):
    """One site that was backed up, what it told of that, the backup, and the folder it was unpacked into by hand."""
    with sites.short_folder() as folder:
        copy_site(made.path, folder / "unit")
        told, file = back_up(Home(folder / "unit"), folder / "site.gpg"), folder / "site.gpg"
        yield Home(folder / "unit"), told, file, by_hand(file, folder / "by-hand")


def below(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def test_gpg_and_tar_alone_make_a_site_of_it_again(backed_up):
    _home, _told, _file, unpacked = backed_up
    with open_municipality(unpacked) as station:
        assert admin(station).name == "Mette Testgaard"
        assert prove(station, sites.utc_now()).arrived_at is None, "it sealed and opened a test text"


def test_every_file_of_a_site_is_in_it_or_known_not_to_be(backed_up):
    """A new file in the home makes this fail until somebody has decided whether it is backed up."""
    home, _told, _file, unpacked = backed_up
    there = set(below(home.path)) - NOT_BACKED_UP
    kept = set(below(unpacked.path)) - NOT_BACKED_UP

    assert there == kept - {contents.MANIFEST}
    assert {"passphrase", "data.key.asc", "door.pem", "door.key", "relay-password", "stafet.db"} <= there
    assert sum(name.startswith("gnupg/private-keys-v1.d/") for name in there) == 2
    assert sum(name.startswith("gnupg/openpgp-revocs.d/") for name in there) == 1


def test_the_list_in_it_proves_each_file(backed_up):
    _home, told, _file, unpacked = backed_up
    listed = json.loads((unpacked.path / contents.MANIFEST).read_text())

    assert (listed["party"], listed["format"]) == (sites.RANDERS, 1)
    assert listed["made_at"].startswith(f"{told.made_at:%Y-%m-%dT%H:%M:%S}")
    assert set(listed["files"]) == set(below(unpacked.path)) - NOT_BACKED_UP - {contents.MANIFEST}


def test_everything_in_it_is_its_owner_s_alone(backed_up):
    _home, _told, file, unpacked = backed_up
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in below(unpacked.path).items()}
    folders = [path for path in unpacked.path.rglob("*") if path.is_dir()]

    assert {name for name, mode in modes.items() if mode != 0o600} <= NOT_BACKED_UP
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_plain_is_left_and_no_secret_shows_in_the_file(backed_up):
    home, told, file, _unpacked = backed_up

    assert not (home.path / WORKPLACE).exists()
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == ["site.gpg"]
    assert (home.path / "passphrase").read_bytes().strip() not in file.read_bytes()
    assert told.size == file.stat().st_size


def test_who_asked_for_it_stands_in_the_trail_and_in_the_backup_itself(backed_up):
    _home, _told, _file, unpacked = backed_up
    with open_municipality(unpacked) as station, station.database.reading() as session:
        found = entries(session, action="back-up")
    assert [(entry.role, entry.outcome) for entry in found] == [("admin", "done")]


def test_when_it_was_made_is_remembered_and_which_key_it_holds(backed_up):
    home, told, _file, _unpacked = backed_up
    with open_municipality(home) as station, station.database.reading() as session:
        last = last_backup(session)
        assert (last.made_at, last.newest_key) == (told.made_at, station.fingerprint)


def test_a_file_that_is_there_is_never_written_over(home, tmp_path):
    (tmp_path / "old.gpg").write_bytes(b"the only backup")
    (tmp_path / "link.gpg").symlink_to(tmp_path / "nowhere")
    for name in ("old.gpg", "link.gpg"):
        with pytest.raises(BackupTaken):
            back_up(home, tmp_path / name)
    assert (tmp_path / "old.gpg").read_bytes() == b"the only backup"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("role", [Role.INTAKE, Role.AUDITOR])
def test_only_who_keeps_the_site_may(home, tmp_path, role):
    with open_municipality(home) as station:
        person = sites.hire(station, "Olga Prøve", role)
        with pytest.raises(MayNot):
            flow(station)(tmp_path / "site.gpg", CODE, person)
        with station.database.reading() as session:
            assert [one.outcome for one in entries(session, action="back-up")] == ["MAY_NOT"]
    assert not list(tmp_path.iterdir())


def nothing_is_left(home, folder):
    with open_municipality(home) as station, station.database.reading() as session:
        assert last_backup(session) is None
    return not list(folder.iterdir()) and not (home.path / WORKPLACE).exists()


def test_a_full_disk_leaves_nothing_behind(home, tmp_path, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("keys.locked_file.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            back_up(home, tmp_path / "site.gpg")
    assert nothing_is_left(home, tmp_path)


def test_a_database_that_cannot_be_copied_is_named_and_leaves_nothing(home, tmp_path, monkeypatch):
    def broken(_database, _target):
        raise SnapshotFailed("SQLITE_FULL")

    monkeypatch.setattr("gateway.backup.snapshot.copy", broken)
    with pytest.raises(SnapshotFailed, match="SQLITE_FULL"):
        back_up(home, tmp_path / "site.gpg")
    assert nothing_is_left(home, tmp_path)


def test_a_snapshot_of_no_database_is_refused_by_its_code(tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database at all, but of some length" * 40)
    with pytest.raises(SnapshotFailed, match="SQLITE_NOTADB"):
        snapshot.copy(tmp_path / "x.db", tmp_path / "copy.db")


def test_what_a_killed_backup_left_is_cleared_away_by_the_next(home, tmp_path):
    left = home.path / WORKPLACE
    left.mkdir(mode=0o700)
    (left / "backup.tar").write_bytes(b"secret keys in clear")
    back_up(home, tmp_path / "site.gpg")
    assert not left.exists()


def test_two_backups_at_once_do_not_meet(home, tmp_path):
    def meanwhile(_step):
        with open_municipality(home) as station, pytest.raises(BackupRuns):
            flow(station)(tmp_path / "second.gpg", CODE, admin(station))

    back_up(home, tmp_path / "first.gpg", progress=meanwhile)
    assert [path.name for path in tmp_path.iterdir()] == ["first.gpg"]


def test_a_database_on_a_server_is_gathered_into_a_file_like_any_other(home, tmp_path, short_path):
    """The rows are read here where they are, past what the settings name; tests/peers has a server."""
    with open_municipality(home) as station:
        settings = station.settings.model_copy(update={"database_url": "postgresql://stafet@db/stafet"})
        flow(station, settings=settings)(tmp_path / "site.gpg", CODE, admin(station))
    unpacked = by_hand(tmp_path / "site.gpg", short_path / "by-hand")

    assert stat.S_IMODE((unpacked.path / "stafet.db").stat().st_mode) == 0o600
    with open_municipality(unpacked) as station:
        assert admin(station).name == "Mette Testgaard"
        with station.database.reading() as session:
            assert [one.outcome for one in entries(session, action="back-up")] == ["done"]


def test_a_disk_too_small_for_what_is_gathered_is_named_and_leaves_nothing(home, tmp_path, monkeypatch):
    def full(_source, _target, _tables):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise OperationalError("INSERT", None, error)

    monkeypatch.setattr("gateway.backup.copying.copy", full)
    with open_municipality(home) as station:
        settings = station.settings.model_copy(update={"database_url": "postgresql://stafet@db/stafet"})
        with pytest.raises(SnapshotFailed, match="SQLITE_FULL"):
            flow(station, settings=settings)(tmp_path / "site.gpg", CODE, admin(station))
    assert nothing_is_left(home, tmp_path)


def test_a_passphrase_from_the_service_manager_is_backed_up_too(home, tmp_path, short_path, monkeypatch):
    shutil.move(home.path / "passphrase", tmp_path / "passphrase")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    back_up(home, short_path / "site.gpg")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")

    with open_municipality(by_hand(short_path / "site.gpg", short_path / "b")) as station:
        assert admin(station)


def test_the_passwords_for_the_mail_servers_are_backed_up_too(home, tmp_path, short_path, monkeypatch):
    relay, mailbox = home.path / "relay-password", home.path / "imap-password"
    mailbox.write_text("from the folder")
    (tmp_path / relay.name).write_text("handed over")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with open_municipality(home) as station:
        named = {
            "relay": station.settings.relay.model_copy(update={"password_file": relay}),
            "pickup": PickupSettings(host="imap.example", user="u", password_file=mailbox),
        }
        told = flow(station, settings=station.settings.model_copy(update=named))(
            short_path / "site.gpg", CODE, admin(station)
        )
    assert told.left_out == ()
    unpacked = by_hand(short_path / "site.gpg", short_path / "b").path
    assert (unpacked / relay.name).read_text() == "handed over"
    assert (unpacked / mailbox.name).read_text() == "from the folder"


def test_a_file_outside_the_folder_is_named_as_left_out(home, tmp_path):
    with open_municipality(home) as station:
        door = station.settings.door.model_copy(update={"key": tmp_path / "elsewhere.key"})
        told = flow(station, settings=station.settings.model_copy(update={"door": door}))(
            tmp_path / "site.gpg", CODE, admin(station)
        )
    assert told.left_out == (tmp_path / "elsewhere.key",)


def test_it_is_of_one_moment_while_others_go_on_writing(home, tmp_path):
    """Two rows that are always written together are both there, or neither, and the daemon is not kept waiting."""
    file, stop = home.path / "stafet.db", threading.Event()
    with open_municipality(home), closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("CREATE TABLE pairs (n INTEGER, half TEXT)")
        raw.executemany("INSERT INTO pairs VALUES (0, ?)", [("x" * 900,)] * 20_000)

    def write():
        with closing(sqlite3.connect(file, timeout=30)) as mine:
            n = 0
            while not stop.is_set():
                n += 1
                with mine:
                    mine.executemany("INSERT INTO pairs VALUES (?, ?)", [(n, "left"), (n, "right")])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for nth in range(3):
            snapshot.copy(file, tmp_path / f"{nth}.db")
    finally:
        stop.set()
        writer.join()
    for nth in range(3):
        snapshot.require_sound(tmp_path / f"{nth}.db")
        with closing(sqlite3.connect(tmp_path / f"{nth}.db")) as copy:
            halves = copy.execute("SELECT count(*) FROM pairs WHERE n > 0 GROUP BY n").fetchall()
        assert set(halves) <= {(2,)}


def test_what_was_erased_is_in_no_backup(home, tmp_path):
    word = os.urandom(3000)
    with closing(sqlite3.connect(home.path / "stafet.db")) as raw:
        raw.executescript("PRAGMA secure_delete = OFF; CREATE TABLE t (x BLOB)")
        raw.execute("INSERT INTO t VALUES (?)", (word,))
        raw.commit()
        raw.execute("DELETE FROM t")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert word[:64] in (home.path / "stafet.db").read_bytes(), "it lies there still"

    snapshot.copy(home.path / "stafet.db", tmp_path / "copy.db")

    assert word[:64] not in (tmp_path / "copy.db").read_bytes()


def test_the_plain_archive_lies_in_a_closed_folder_of_the_home_only_while_it_is_locked(home, tmp_path, monkeypatch):
    seen = []

    def look(source, *_more):
        seen.append((source.parent, stat.S_IMODE(source.parent.stat().st_mode), stat.S_IMODE(source.stat().st_mode)))
        assert tarfile.is_tarfile(source)
        raise GpgFailed

    monkeypatch.setattr("keys.locked_file.lock_file", look)
    with pytest.raises(GpgFailed):
        back_up(home, tmp_path / "site.gpg")
    assert seen == [(home.path / WORKPLACE, 0o700, 0o600)]
    assert nothing_is_left(home, tmp_path)
