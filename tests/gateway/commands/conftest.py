"""A site of the region's, made once with the command itself and copied for each test."""

import pytest
import sites
from databases import copy_site
from typed import DONE, INIT, METTE, Typed, chosen

from gateway import __main__ as gateway_command
from gateway import language


@pytest.fixture(autouse=True)
def spoken(monkeypatch, tmp_path):
    """Give the language back, and a machine on which nothing is set but who sits at it."""
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("STAFET_HOME", "CREDENTIALS_DIRECTORY", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STAFET_AS", METTE)
    monkeypatch.setattr(language, "_in_use", "da")


@pytest.fixture(scope="module")
def made():
    with sites.short_folder() as folder, pytest.MonkeyPatch.context() as restored:
        restored.setenv("LANGUAGE", "")
        restored.setattr(language, "_in_use", "da")
        with pytest.raises(SystemExit) as ended:
            gateway_command.main(["--home", str(folder / "region"), "--lang", "en", *INIT, *chosen()])
        assert ended.value.code == DONE
        yield folder / "region"


@pytest.fixture
def stafet(made, short_path, capsys, monkeypatch):
    """A fresh site of the region's, whose language is English."""
    return Typed(copy_site(made, short_path / "r"), capsys, monkeypatch)


@pytest.fixture
def nowhere(short_path, capsys, monkeypatch):
    """No site at all."""
    return Typed(short_path / "nothing", capsys, monkeypatch)
