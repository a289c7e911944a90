"""A site's folder: for its owner alone, one daemon at a time, and it may be moved."""

import os
import shutil
import stat

import pytest

from gateway.site.errors import AlreadyRunning, HomeMissing, HomeTaken
from gateway.site.home import Home, write_private
from gateway.site.settings import DoorSettings, Settings, UnitSettings

UNIT = UnitSettings(party="730", name="Indgangen", address="sikkerpost@randers.example", phone="+45 89 15 00 00")
SETTINGS = Settings(unit=UNIT, fingerprint="A" * 40)


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "site")
    made.make()
    return made


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_folder_is_its_owners_alone_even_if_it_was_there_before(tmp_path):
    (tmp_path / "site").mkdir(mode=0o755)
    Home(tmp_path / "site").make()
    assert mode(tmp_path / "site") == 0o700


def test_every_file_the_folder_gets_is_its_owners_alone(home):
    home.write_settings(SETTINGS)
    home.database_url(SETTINGS)
    write_private(home.path / "passphrase", b"x")
    with home.running(), home.in_use(), home.working():
        assert {path.name: oct(mode(path)) for path in home.path.iterdir()} == dict.fromkeys(
            ("settings.toml", "stafet.db", "passphrase", "running", "in-use", "workers", "unfinished"), oct(0o600)
        )


def test_a_private_file_is_never_written_over_another(home):
    write_private(home.path / "passphrase", b"first")
    with pytest.raises(FileExistsError):
        write_private(home.path / "passphrase", b"second")
    (home.path / "link").symlink_to(home.path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_private(home.path / "link", b"through a link")


def test_a_folder_that_holds_a_site_is_taken(home):
    home.make()
    home.write_settings(SETTINGS)
    with pytest.raises(HomeTaken):
        home.make()


def test_a_folder_without_a_site_is_named_so(tmp_path):
    with pytest.raises(HomeMissing):
        Home(tmp_path / "nothing").settings()
    assert not (tmp_path / "nothing").exists()


def test_one_daemon_runs_and_the_next_is_told(home):
    with home.running(), pytest.raises(AlreadyRunning), home.running():
        pass
    with home.running():
        pass


def test_the_last_one_out_knows_it(home):
    with home.in_use() as first:
        with home.in_use() as second:
            assert not second
        assert first
    with home.in_use() as again:
        assert again


def test_settings_are_written_whole_or_not_at_all(home, monkeypatch):
    home.write_settings(SETTINGS)
    before = home.settings_file.read_bytes()

    def power_cut(_file):
        raise OSError("no power")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", power_cut)
        with pytest.raises(OSError, match="no power"):
            home.write_settings(SETTINGS.model_copy(update={"language": "en"}))
    assert home.settings_file.read_bytes() == before
    home.write_settings(SETTINGS.model_copy(update={"language": "en"}))
    assert home.settings().language == "en"


def test_a_name_that_was_written_survives_a_power_cut_like_the_file_itself(home, monkeypatch):
    """POSIX: the folder has to be written too, after the file and after the new name."""
    real, written = os.fsync, []

    def fsync(handle):
        written.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real(handle)

    monkeypatch.setattr("os.fsync", fsync)
    write_private(home.path / "passphrase", b"x")
    assert written == ["file", "folder"]
    written.clear()
    home.write_settings(SETTINGS)
    assert written == ["file", "folder", "folder"], "the file, its first name, and the name it is known by"


def test_settings_that_were_read_and_written_again_still_move_with_the_folder(home, tmp_path):
    door = DoorSettings(certificate="door.pem", key="/etc/ssl/door.key")
    home.write_settings(SETTINGS.model_copy(update={"door": door}))
    home.write_settings(home.settings())
    shutil.move(home.path, tmp_path / "moved")
    moved = Home(tmp_path / "moved").settings().door
    assert moved.certificate == tmp_path / "moved" / "door.pem"
    assert str(moved.key) == "/etc/ssl/door.key"


def test_the_passphrase_is_the_service_managers_where_it_hands_one_over(home, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert home.passphrase_file == home.path / "passphrase"
    (tmp_path / "passphrase").write_text("x")
    assert home.passphrase_file == tmp_path / "passphrase"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    monkeypatch.chdir(tmp_path)
    assert home.passphrase_file == home.path / "passphrase", "never a file that only lies where one stands"


def test_another_database_is_used_where_the_settings_name_one(home):
    elsewhere = SETTINGS.model_copy(update={"database_url": "postgresql+psycopg://stafet@db/stafet"})
    assert home.database_url(elsewhere) == "postgresql+psycopg://stafet@db/stafet"
    assert not (home.path / "stafet.db").exists()
