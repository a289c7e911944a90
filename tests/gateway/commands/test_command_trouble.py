"""Whatever is wrong, a command says so in words and ends with its code; never with a traceback."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from databases import ON_POSTGRESQL, frozen
from typed import DONE, INIT, OUT_OF_REACH, REFUSED, referral

from gateway import __main__ as gateway_command
from gateway import bootstrap
from gateway.commands import console
from gateway.site.home import Home
from inbox_tui import __main__ as inbox_command

EVERY_KIND = [("status",), ("refer", "-"), ("keys", "show"), ("directory", "list"), ("staff", "list"), ("run",)]


@pytest.mark.parametrize("words", EVERY_KIND, ids=" ".join)
@pytest.mark.parametrize("command", [gateway_command, inbox_command], ids=["region", "municipality"])
def test_where_there_is_no_site_one_is_told_how_to_make_it(words, command, nowhere):
    if command is inbox_command and words[0] in {"refer", "status", "directory"}:
        words = ("list",)

    told = nowhere.json(*words, command=command, code=OUT_OF_REACH)

    assert told["error"] == "HOME_MISSING"
    assert not nowhere.home.exists()


@pytest.mark.parametrize("command", [gateway_command, inbox_command], ids=["region", "municipality"])
def test_a_program_says_which_version_it_is_also_where_there_is_no_site(command, capsys, nowhere):
    with pytest.raises(SystemExit) as ended:
        command.main(["--home", str(nowhere.home), "--version"])
    assert (ended.value.code, capsys.readouterr().out) == (DONE, f"{command.PROGRAM} {version('stafet')}\n")


SPOILED = {
    "no settings": (lambda home: (home / "settings.toml").write_bytes(b""), "SETTINGS_UNREADABLE"),
    "binary settings": (lambda home: (home / "settings.toml").write_bytes(b"\xff\xfe\x00"), "SETTINGS_UNREADABLE"),
    "a setting nobody knows": (lambda home: append(home, "[unit2]\n"), "SETTING_UNKNOWN"),
    "a folder for settings": (lambda home: folder_instead(home / "settings.toml"), "HOME_MISSING"),
    "no passphrase": (lambda home: (home / "passphrase").unlink(), "PASSPHRASE_MISSING"),
    "an empty passphrase": (lambda home: (home / "passphrase").write_bytes(b""), "PASSPHRASE_MISSING"),
    "a passphrase for all": (lambda home: (home / "passphrase").chmod(0o644), "PASSPHRASE_MISSING"),
    "another passphrase": (lambda home: (home / "passphrase").write_bytes(b"wrong"), "GPG_FAILED"),
    "no key ring": (lambda home: shutil.rmtree(home / "gnupg"), "KEY_NOT_FOUND"),
    "no data key": (lambda home: (home / "data.key.asc").unlink(), "VAULT_DAMAGED"),
    "a damaged data key": (lambda home: damage(home / "data.key.asc"), "VAULT_DAMAGED"),
    "garbage for a data key": (lambda home: (home / "data.key.asc").write_bytes(b"\x00\xff"), "VAULT_DAMAGED"),
}
SPOILED_FILES = {
    "garbage for a database": (lambda home: (home / "stafet.db").write_bytes(b"x" * 5000), "DATABASE_DAMAGED"),
    "a folder for a database": (lambda home: folder_instead(home / "stafet.db"), "OUT_OF_REACH"),
}
SPOILED |= {} if ON_POSTGRESQL else SPOILED_FILES


def append(home, text):
    with (home / "settings.toml").open("a") as file:
        file.write(text)


def folder_instead(path):
    path.unlink()
    path.mkdir()


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(("spoil", "error"), SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("words", [("status",), ("refer", "-")], ids=" ".join)
def test_a_spoiled_site_is_named_for_what_is_wrong_with_it(spoil, error, words, stafet):
    spoil(stafet.home)

    told = stafet.json(*words, typed=referral(), code=OUT_OF_REACH)

    assert told["error"] == error
    assert "{" not in told["message"]
    assert stafet.err == ""


@pytest.mark.parametrize("file", ["gone.pem", "settings.toml"])
def test_a_certificate_that_did_not_come_along_is_named(file, stafet):
    """Such as the mail server's after a restore: it lay outside the folder."""
    settings = Home(stafet.home).settings()
    relay = settings.relay.model_copy(update={"ca_file": stafet.home / file})
    Home(stafet.home).write_settings(settings.model_copy(update={"relay": relay}))

    assert stafet.json("run", code=OUT_OF_REACH)["error"] == "CERTIFICATE_UNREADABLE"


def test_a_database_that_is_locked_for_too_long_is_out_of_reach(stafet, monkeypatch):
    monkeypatch.setattr("gateway.adapters.database.BUSY_SECONDS", 0.1)
    with frozen(stafet.home / "stafet.db"):
        told = stafet.json("refer", "-", typed=referral(), code=OUT_OF_REACH)

    assert told["error"] == ("DATABASE_AWAY" if ON_POSTGRESQL else "OUT_OF_REACH")
    stafet("refer", "-", typed=referral())


def test_the_board_can_be_read_while_another_writes(stafet):
    stafet("refer", "-", typed=referral())
    with bootstrap.open_region(Home(stafet.home)) as station, station.database.reading() as session:
        person, look = station.people(session).only(), bootstrap.look(station)
        with frozen(stafet.home / "stafet.db"):
            assert len(look.active(person)) == 1


def test_a_path_that_is_too_long_for_gnupg_is_said_to_be(stafet, tmp_path):
    told = stafet.json(*INIT, "--home", tmp_path / ("long" * 20), code=OUT_OF_REACH)

    assert told["error"] == "HOME_PATH_TOO_LONG"


def test_without_gnupg_one_is_told_how_to_get_it(stafet, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    assert stafet.json("status", code=OUT_OF_REACH)["error"] == "GPG_MISSING"


def test_an_unforeseen_trouble_is_told_without_what_was_being_handled(stafet, monkeypatch):
    def fail(*_arguments):
        raise OSError("190668-7074 Karen Testdal")

    monkeypatch.setattr("gateway.bootstrap.submit", fail)
    stafet("refer", "-", typed=referral(), code=OUT_OF_REACH)

    assert "Karen" not in stafet.err
    assert "190668" not in stafet.err


def test_what_a_peer_wrote_cannot_reach_the_terminal(capsys):
    spoken = console.Console(Home(Path()), as_json=False)

    spoken.answer({}, "\x1b]52;c;AAAA\x07\u202e")
    spoken.remark("\x1b[2J")

    said = "".join(capsys.readouterr())
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_command_that_is_interrupted_ends_without_a_word(stafet, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.bootstrap.submit", interrupted)
    stafet("refer", "-", typed=referral(), code=REFUSED)

    assert stafet.err == ""


PROGRAM = Path(sys.executable).with_name("stafet-gateway")


def shell(home, *words, **how):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in ("STAFET_AS", "STAFET_PASSWORD_FILE")} | how.pop("env", {})
    line = [str(PROGRAM), "--home", str(home), *words]
    return subprocess.run(line, capture_output="stdout" not in how, env=environment, timeout=60, check=False, **how)


def test_a_reader_that_has_gone_is_no_trouble(stafet):
    """Such as `stafet-gateway directory list | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)

    done = shell(stafet.home, "directory", "list", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)

    assert (done.returncode, done.stderr) == (DONE, b"")


def test_a_terminal_that_knows_no_danish_gets_what_it_can_show(stafet):
    stafet("staff", "add", "Søren Åge", "--role", "sender")

    for words in ((), ("--json",)):
        done = shell(stafet.home, "staff", "list", *words, env={"PYTHONIOENCODING": "ascii"})
        assert (done.returncode, done.stderr) == (DONE, b"")
        assert b"ren" in done.stdout


def test_a_name_that_is_no_text_is_told_and_not_a_traceback(stafet):
    done = shell(stafet.home, "status", "--json", "--home", b"/nonexistent/\xff\xfe")

    assert done.returncode == OUT_OF_REACH
    assert b"Traceback" not in done.stderr


def test_what_is_personal_comes_by_standard_input_and_not_by_argument(stafet):
    """C9, DESIGN section 7: there is no option that takes text about a citizen."""
    told = stafet("refer", "--help")

    assert "standard input" in told
    assert "--text" not in told


def test_a_site_that_may_not_be_read_is_out_of_reach(stafet, monkeypatch):
    def not_yours(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gateway.site.settings.Path.read_text", not_yours)

    assert stafet.json("status", code=OUT_OF_REACH)["error"] == "OUT_OF_REACH"
