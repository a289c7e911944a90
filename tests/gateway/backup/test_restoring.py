"""A site is made of a backup whole and proved, or there is nothing of it."""

import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
import sites
from backups import CODE, admin, back_up, opened_as, restore
from databases import copy_site

from gateway.audit.read import entries
from gateway.audit.trail import CONSOLE
from gateway.backup.errors import BackupDamaged, BackupOpensNothing, BackupUnfit
from gateway.backup.last import last_backup
from gateway.exchange.rows import ArrivalRow, OutgoingRow
from gateway.site.errors import HomeTaken, VaultDamaged, WrongEnd
from gateway.site.home import RESTORING, Home
from gateway.station import Clocks, open_as, utc_now
from inbox_tui import bootstrap
from inbox_tui.bootstrap import open_municipality
from keys import locked_file
from keys.errors import (
    GpgFailed,
    HomePathTooLong,
    KeysError,
    LockedFileCutShort,
    LockedFileDamaged,
    NotALockedFile,
    WrongRecoveryCode,
)
from keys.locked_file import new_recovery_code


@pytest.fixture(scope="module")
def backup(made):
    """A backup of a site, and the folder of that site."""
    with sites.short_folder() as folder:
        copy_site(made.path, folder / "unit")
        told = back_up(Home(folder / "unit"), folder / "site.gpg")
        yield folder / "site.gpg", Home(folder / "unit"), told


@pytest.fixture
def empty(short_path):
    """Where nothing is yet."""
    return Home(short_path / "new")


@pytest.fixture
def changed(backup, tmp_path):
    """Open a backup, change what is in it, list it anew, and lock it again."""
    from gateway.backup.archive import Item, pack  # noqa: PLC0415 - one use
    from gateway.backup.contents import Manifest  # noqa: PLC0415 - one use

    def change(**files):
        locked_file.open_file(backup[0], tmp_path / "x.tar", CODE)
        with tarfile.open(tmp_path / "x.tar") as found:
            held = {one.name: found.extractfile(one).read() for one in found if one.isreg()}
        manifest = Manifest.read(held.pop("manifest.json"))
        for name, made in files.items():
            held[name.replace("__", ".")] = made(held.get(name.replace("__", "."), b""))
        pack(tmp_path / "y.tar", manifest, [Item(*file) for file in held.items()])
        locked_file.lock_file(tmp_path / "y.tar", tmp_path / "changed.gpg", CODE)
        return tmp_path / "changed.gpg"

    return change


def nothing_is_there(home):
    return not home.path.exists()


def test_the_site_is_there_again_with_its_people_and_its_key(backup, empty):
    file, old, told = backup
    restored = restore(file, empty)

    assert (restored.party, restored.made_at, restored.proof.arrived_at) == (sites.RANDERS, told.made_at, None)
    with open_municipality(empty) as station, open_municipality(old) as before:
        assert admin(station).name == "Mette Testgaard"
        assert station.fingerprint == before.fingerprint
        assert station.settings.relay.password_file == empty.path / "relay-password"
    assert empty.settings_file.read_bytes() == old.settings_file.read_bytes(), "in the administrator's own words"


def test_everything_in_it_is_its_owner_s_alone_and_nothing_else_is_left(backup, empty):
    restore(backup[0], empty)
    modes = {
        str(path.relative_to(empty.path)): (stat.S_IMODE(path.stat().st_mode), path.is_dir())
        for path in (empty.path, *empty.path.rglob("*"))
    }

    assert all(mode & 0o077 == 0 or name.startswith("gnupg/") for name, (mode, _folder) in modes.items()), modes
    assert {mode for mode, folder in modes.values() if folder} == {0o700}
    assert not {"backup.tar", "manifest.json", "unfinished", "settings.toml.restored", "backing-up"} & set(modes)


def test_that_it_was_restored_stands_in_the_trail_with_the_backup_s_date(backup, empty):
    file, _old, told = backup
    restore(file, empty)
    with open_municipality(empty) as station, station.database.reading() as session:
        (entry,) = entries(session, action="restore")
        assert last_backup(session).made_at == told.made_at
    assert entry.person_id == CONSOLE
    assert f"{told.made_at:%Y-%m-%dT%H:%M:%SZ}" in entry.detail


def test_an_empty_folder_that_is_there_is_taken_and_left_when_it_fails(backup, empty):
    empty.path.mkdir(mode=0o755)
    with pytest.raises(WrongRecoveryCode):
        restore(backup[0], empty, new_recovery_code())
    assert list(empty.path.iterdir()) == []
    restore(backup[0], empty)
    assert stat.S_IMODE(empty.path.stat().st_mode) == 0o700


def test_a_folder_with_anything_in_it_is_never_touched(backup, empty):
    file, old, _told = backup
    empty.path.mkdir()
    (empty.path / "thesis.txt").write_text("the only copy")
    (empty.path / "unfinished").write_bytes(b"")
    for home in (empty, old):
        before = sorted(home.path.iterdir())
        with pytest.raises(HomeTaken):
            restore(file, home)
        assert sorted(home.path.iterdir()) == before


def test_a_path_that_gnupg_cannot_use_is_refused_before_anything_is_made(backup, short_path):
    far = Home(short_path / ("x" * 90))
    with pytest.raises(HomePathTooLong):
        restore(backup[0], far)
    assert nothing_is_there(far)


def cut(content):
    return content[: len(content) // 2]


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("harm", "refusal"), [(cut, LockedFileCutShort), (flipped, LockedFileDamaged), (lambda _c: b"", NotALockedFile)]
)
def test_a_file_that_was_harmed_is_refused_and_leaves_nothing(backup, empty, tmp_path, harm, refusal):
    (tmp_path / "x.gpg").write_bytes(harm(backup[0].read_bytes()))
    with pytest.raises((refusal, LockedFileCutShort)):
        restore(tmp_path / "x.gpg", empty)
    assert nothing_is_there(empty)


def no_rows(_content):
    return b"SQLite format 3\x00 and nothing else"


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"stafet__db": no_rows}, BackupDamaged),
        ({"passphrase": lambda _content: b"another\n"}, (KeysError, VaultDamaged)),
        ({"data__key__asc": flipped}, VaultDamaged),
        ({"gnupg/pubring__kbx": lambda _content: b""}, (KeysError, VaultDamaged)),
        ({"running": lambda _content: b""}, BackupUnfit),
    ],
    ids=["the database", "the passphrase", "the data key", "the key ring", "a file no site has"],
)
def test_a_backup_whose_parts_do_not_belong_together_makes_no_site(changed, empty, files, refusal):
    file = changed(**files)
    with pytest.raises(refusal):
        restore(file, empty)
    assert nothing_is_there(empty)


def test_the_region_s_backup_makes_no_municipality(backup, empty):
    def of_the_region(*_given):
        raise WrongEnd

    with pytest.raises(WrongEnd):
        restore(backup[0], empty, open_as=of_the_region)
    assert nothing_is_there(empty)


@pytest.mark.parametrize("at", ["unpack", "prove", "note", "settle"])
def test_a_restore_that_was_killed_is_no_site_and_is_cleared_away_by_the_next(backup, empty, monkeypatch, at):
    """Nothing runs after a kill: what was there then stays."""
    places = {
        "unpack": ("gateway.backup.restore.snapshot.require_sound", 1),
        "prove": ("gateway.backup.restore.prove", 2),
        "note": ("gateway.backup.restore.resend.ask", 3),
        "settle": ("gateway.backup.restore._settle", 4),
    }

    with monkeypatch.context() as killed:
        killed.setattr(places[at][0], lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
        killed.setattr("gateway.backup.restore._clear", lambda _folder, **_but: None)
        killed.setattr(Path, "rmdir", lambda _folder: None)
        killed.setattr(Path, "unlink", unlink_but_the_mark)
        with pytest.raises(KeyboardInterrupt):
            restore(backup[0], empty)
    assert empty.is_half_restored
    with pytest.raises(HomeTaken):
        empty.make()

    restore(backup[0], empty)

    with open_municipality(empty) as station:
        assert admin(station)
        with station.database.reading() as session:
            assert len(entries(session, action="restore")) == 1


UNLINK = Path.unlink


def unlink_but_the_mark(path, **how):
    if path.name != "unfinished":
        UNLINK(path, **how)


def test_a_database_that_lay_elsewhere_lies_in_the_folder_afterwards(backup, changed, empty, tmp_path):
    there = f'database_url = "sqlite:///{tmp_path}/gone.db"\n'.encode()
    restore(changed(settings__toml=lambda content: there + content), empty)

    assert empty.settings().database_url is None
    assert not (tmp_path / "gone.db").exists()
    with open_municipality(empty) as station:
        assert admin(station)
    assert backup[1].settings_file.exists()


def test_a_letter_that_cannot_be_opened_is_no_proof(backup, empty):
    """The newest letters of a site are opened; when not one of them can be, the key is not the one they are for."""

    def with_a_foreign_letter(home, settings):
        manager = open_as(home, settings, Clocks(), bootstrap.BRANCH)
        station = manager.__enter__()
        with station.database.session() as session:
            at = utc_now()
            locked = station.vault.lock(b"From: nobody\r\n\r\nno envelope at all", "p")
            session.add(ArrivalRow(place="p", locked=locked, size=1, arrived_at=at, rules_at=at, outcome="taken"))
        manager.__exit__(None, None, None)
        return opened_as(home, settings)

    with pytest.raises(BackupOpensNothing):
        restore(backup[0], empty, open_as=with_a_foreign_letter)
    assert nothing_is_there(empty)


def test_gpg_that_fails_is_no_site_either(backup, empty, monkeypatch):
    def fails(*_given, **_more):
        raise GpgFailed

    monkeypatch.setattr("gateway.backup.prove.seal", fails)
    with pytest.raises(GpgFailed):
        restore(backup[0], empty)
    assert nothing_is_there(empty)


def test_what_waited_to_leave_has_all_its_tries_again_after_the_others_were_asked(made, empty, short_path):
    copy_site(made.path, short_path / "old")
    now = utc_now()
    with open_municipality(Home(short_path / "old")) as station, station.database.session() as session:
        facts = {"conversation_id": "c", "to_party": "region", "number": "", "locked": b"x", "posted_at": now}
        for name, state, kind in (("a", "sent", "closed"), ("b", "received", "closed"), ("c", "queued", "receipt")):
            session.add(OutgoingRow(letter_id=name, state=state, kind=kind, times_sent=3, next_at=now, turn=1, **facts))
    back_up(Home(short_path / "old"), short_path / "x.gpg")
    restore(short_path / "x.gpg", empty)

    with closing(sqlite3.connect(empty.path / "stafet.db")) as found:
        rows = found.execute("SELECT letter_id, times_sent, next_at > ? FROM outgoing ORDER BY 1", (str(now),))
        assert rows.fetchall() == [("a", 0, 1), ("b", 3, 0), ("c", 3, 0)]


def test_the_mark_of_a_restore_says_what_it_is(backup, empty):
    empty.path.mkdir(mode=0o700)
    empty.unfinished_file.write_bytes(RESTORING)
    restore(backup[0], empty)
    assert not empty.unfinished_file.exists()


def test_no_settings_of_the_agent_come_out_of_a_backup(changed, backup, empty):
    """They can name programs to run; whoever has the recovery code could have put them there."""
    file = changed(**{"gnupg/gpg-agent__conf": lambda held: held + b"scdaemon-program /tmp/program\n"})
    restore(file, empty)

    ours = (backup[1].gnupg / "gpg-agent.conf").read_bytes()
    assert (empty.gnupg / "gpg-agent.conf").read_bytes() == ours
